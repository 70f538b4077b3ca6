// How curves are read: which points a cursor or a table stops at, and what stands there.
import { formatNumber } from "./kit.js";

const isSorted = (list) => list.every((x, i) => i === 0 || x >= list[i - 1]);

/**
 * `xs` are the lists of x that curves share, `names` their looks. A curve is
 * { name, x, y, low, high }, where `name` and `x` are positions in `names` and `xs`, and null
 * stands for a value that is not a finite number. Where an x runs back and forth the curves are
 * paths in the plane, and a stop is the number of a point instead of an x.
 */
export function curveReader({ names, xs, xlabel }) {
  const isPath = !xs.every(isSorted);
  const known = new Map();

  function stops(curves) {
    if (isPath) return [...Array(Math.max(0, ...curves.map((c) => c.y.length))).keys()];
    const used = [...new Set(curves.map((c) => c.x))].sort();
    const key = used.join();
    if (!known.has(key)) {
      known.set(key, [...new Set(used.flatMap((x) => xs[x]))].sort((a, b) => a - b));
    }
    return known.get(key);
  }

  const pointAt = (curve, stop) => (isPath ? stop : xs[curve.x].indexOf(stop));

  function value(curve, stop) {
    const i = pointAt(curve, stop);
    if (curve.y[i] == null) return "–";
    const y = formatNumber(curve.y[i]);
    if (isPath) return `(${formatNumber(xs[curve.x][i])}, ${y})`;
    return curve.low ? `${y} (${formatNumber(curve.low[i])} to ${formatNumber(curve.high[i])})` : y;
  }

  return {
    isPath,
    stops,
    pointAt,
    value,
    // A label with a leading _ stays out of the legend; said aloud it has none.
    label: (curve) => names[curve.name].label.replace(/^_/, ""),
    what: isPath ? "point" : xlabel || "x",
    place: (stop) => (isPath ? String(stop) : formatNumber(stop)),
  };
}

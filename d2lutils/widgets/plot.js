// A line chart in SVG: axes that stay, one path a curve, a band for its spread, and a cursor that
// reads values by pointer, touch or arrow keys.
import { curveReader } from "./curves.js";
import { h, OWN_KEYS, svg, uniqueId } from "./kit.js";
import { onResize } from "./resize.js";
import { scaleFor, ticks } from "./scales.js";

const DASHES = ["none", "7 4", "2 3.5", "10 3 2 3", "14 4", "5 2 2 2 2 2"];
const COLORS = 6;
const [TOP, RIGHT, BOTTOM] = [30, 12, 46];

export const colorOf = ({ style }) => `--d2l-color: var(--d2l-c${style % COLORS})`;

// Colors repeat after six curves, pairs of color and dashes after thirty-six. What is not recorded
// needs no dashes to be told apart.
export function lineStyle(look) {
  const dash = (look.style + Math.floor(look.style / COLORS)) % DASHES.length;
  return `${colorOf(look)}; stroke-dasharray: ${look.kind ? "none" : DASHES[dash]}`;
}

/** Path data through points in pixels, lifted over gaps (NaN); a lone point is a short dash. */
export function linePath(xs, ys) {
  let path = "";
  let length = 0;
  for (let i = 0; i <= xs.length; i += 1) {
    if (Number.isFinite(ys[i])) {
      path += `${length ? "L" : "M"}${xs[i]} ${ys[i]}`;
      length += 1;
    } else {
      if (length === 1) path += "m-2 0h4";
      length = 0;
    }
  }
  return path;
}

/** Path data of the area between two lines, one closed piece between gaps. */
function bandPath(xs, low, high) {
  let path = "";
  let start = 0;
  for (let i = 0; i <= xs.length; i += 1) {
    if (Number.isFinite(low[i]) && Number.isFinite(high[i])) continue;
    const there = xs.slice(start, i).map((x, k) => `${x} ${low[start + k]}`);
    const back = xs.slice(start, i).map((x, k) => `${x} ${high[start + k]}`).reverse();
    if (there.length > 1) path += `M${[...there, ...back].join("L")}Z`;
    start = i + 1;
  }
  return path;
}

// The legend is also where values are read: one cell a curve, and a line that says at which x.
function createLegend({ names, spread, legend }) {
  const where = h("span");
  const cells = names.map(() => h("span", { class: "d2l-value" }));
  const items = names.map((look, i) => h("span", { class: "d2l-item" },
    svg("svg", { class: "d2l-swatch", width: 32, height: 12 },
      svg("path", { class: `d2l-line ${look.kind}`, d: "M1 6H31", style: lineStyle(look) })),
    h("span", {}, look.label), cells[i]));
  const shown = items.filter((_, i) => !names[i].label.startsWith("_"));
  const root = h("div", { "aria-hidden": "true" },
    h("div", { class: "d2l-where" }, where, spread), h("div", { class: legend }, ...shown));
  return { root, cells, items, where };
}

/**
 * `options`: xlabel, ylabel, xscale, yscale, xlim, spread (what a band stands for), legend
 * (its classes), backdrop (curves), onCursor (called with an x that the reader goes to), and what
 * curveReader takes. A name is { label, style, kind }:
 * kind is "d2l-own" for the reader's run, "d2l-back" for the backdrop; a label with a leading _
 * stays out of the legend.
 */
export function createPlot(options) {
  const { names, xs, xlabel, ylabel, xlim, xscale, yscale } = options;
  const reader = curveReader(options);
  const clip = uniqueId();
  const whole = xs.flat().every(Number.isInteger);
  const legend = createLegend(options);
  const root = h("div", {
    class: "d2l-plot", tabindex: 0, role: "slider", "aria-valuemin": 0, ...OWN_KEYS,
    "aria-label": `Values along the curves, by ${reader.what}`,
  });
  const front = svg("g", { "clip-path": `url(#${clip})` });
  const marks = svg("g", { class: "d2l-cursor" });
  const drawn = new Map();
  let [width, height] = [0, 0];
  let [toX, toY] = [];
  let pixels = [];
  let ylim = [0, 1];
  let curves = [];
  let stops = [];
  let cursor = null;

  // The axes, the grid and the backdrop: anew only when the size or the range of y changes.
  function frame() {
    const rows = ticks(yscale, ylim, Math.max(4, Math.round(height / 70)));
    const left = 12 + 7.5 * Math.max(2, ...rows.map(([, label]) => label.length));
    const [right, bottom] = [width - RIGHT, height - BOTTOM];
    toX = scaleFor(xscale, xlim, [left, right]);
    toY = scaleFor(yscale, ylim, [bottom, TOP]);
    pixels = xs.map((list) => list.map((x) => round(toX(x))));
    const grid = svg("g", { class: "d2l-grid" });
    for (const [value, label] of rows) {
      const y = Math.round(toY(value)) + 0.5;
      grid.append(svg("path", { d: `M${left} ${y}H${right}` }),
        svg("text", { x: left - 8, y: y + 4, "text-anchor": "end" }, label));
    }
    const columns = ticks(xscale, xlim, Math.max(4, Math.round(width / 110)), whole);
    for (const [value, label] of columns) {
      const x = Math.round(toX(value)) + 0.5;
      const overhang = Math.max(0, x + 4 * label.length - width);
      grid.append(svg("path", { class: "d2l-axis", d: `M${x} ${bottom}v5` }),
        svg("text", { x: x - overhang, y: bottom + 19, "text-anchor": "middle" }, label));
    }
    const back = svg("g", { "clip-path": `url(#${clip})` });
    const area = { x: left, y: TOP - 2, width: right - left, height: bottom - TOP + 4 };
    const middle = { x: (left + right) / 2, y: height - 7, "text-anchor": "middle" };
    root.replaceChildren(svg("svg", { width, height, "aria-hidden": "true" },
      svg("clipPath", { id: clip }, svg("rect", area)),
      grid,
      svg("path", { class: "d2l-axis", d: `M${left} ${bottom + 0.5}H${right}` }),
      svg("text", { class: "d2l-label", x: 0, y: 14 }, ylabel),
      svg("text", { class: "d2l-label", ...middle }, xlabel),
      back, front, marks));
    for (const curve of options.backdrop) trace(newPaths(back, curve), curve);
  }

  const round = (pixel) => Math.round(Math.max(-9999, Math.min(9999, pixel)) * 10) / 10;
  const project = (values) => values.map((v) => (v === null ? NaN : round(toY(v))));

  function newPaths(layer, curve) {
    const look = names[curve.name];
    const path = (part, style) => svg("path", { class: `d2l-${part} ${look.kind}`, style });
    const color = colorOf(look);
    const paths = [path("band", color), path("line", lineStyle(look)), path("dots", color)];
    layer.append(...paths);
    return paths;
  }

  function trace([band, line, dots], curve) {
    const px = pixels[curve.x];
    const py = project(curve.y);
    const { kind } = names[curve.name];
    const dotted = kind === "d2l-own" || (reader.isPath && kind !== "d2l-back");
    line.setAttribute("d", linePath(px, py));
    const area = curve.low ? bandPath(px, project(curve.low), project(curve.high)) : "";
    band.setAttribute("d", area);
    const dot = (x, i) => (Number.isFinite(py[i]) ? `M${x} ${py[i]}h0` : "");
    dots.setAttribute("d", dotted ? px.map(dot).join("") : "");
  }

  function paint() {
    for (const [name, paths] of drawn) {
      if (curves.some((c) => c.name === name)) continue;
      for (const path of paths) path.setAttribute("d", "");
    }
    for (const curve of width ? curves : []) {
      if (!drawn.has(curve.name)) drawn.set(curve.name, newPaths(front, curve));
      trace(drawn.get(curve.name), curve);
    }
    read();
  }

  // Values at the cursor, or at the end where there is none.
  const here = () => cursor ?? stops.at(-1);
  const reading = () => `at ${reader.what} ${reader.place(here())}: ${
    curves.map((c) => `${reader.label(c)} ${reader.value(c, here())}`).join(", ")}`;

  function read() {
    const stop = here();
    legend.where.textContent = stops.length ? `${reader.what} ${reader.place(stop)}` : "";
    legend.cells.forEach((cell, name) => {
      const curve = curves.find((c) => c.name === name);
      cell.textContent = curve ? reader.value(curve, stop) : "";
      legend.items[name].hidden = !curve && names[name].kind !== "d2l-back";
    });
    root.setAttribute("aria-valuemax", Math.max(0, stops.length - 1));
    root.setAttribute("aria-valuenow", Math.max(0, stops.indexOf(stop)));
    root.setAttribute("aria-valuetext", stops.length ? reading() : "no curves");
    marks.replaceChildren(...(cursor === null || !width ? [] : cursorMarks()));
  }

  function cursorMarks() {
    const hair = () => svg("path", { d: `M${toX(cursor)} ${TOP}V${height - BOTTOM}` });
    return (reader.isPath ? [] : [hair()]).concat(curves.flatMap((curve) => {
      const i = reader.pointAt(curve, cursor);
      if (curve.y[i] == null || curve.y[i] < ylim[0] || curve.y[i] > ylim[1]) return [];
      const at = { cx: toX(xs[curve.x][i]), cy: toY(curve.y[i]), r: 4.5 };
      return [svg("circle", { ...at, style: colorOf(names[curve.name]) })];
    }));
  }

  function setCursor(stop) {
    if (stop === cursor) return;
    cursor = stop;
    read();
    if (stop !== null) options.onCursor?.(stop);
  }

  // The stop under the pointer: the nearest x, or the nearest point of any path.
  function stopAt(event) {
    const box = root.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    let [closest, best] = [Infinity, null];
    for (const curve of reader.isPath ? curves : [null]) {
      for (const stop of stops) {
        const distance = curve === null ? Math.abs(toX(stop) - px)
          : Math.hypot(toX(xs[curve.x][stop]) - px, toY(curve.y[stop]) - py);
        if (distance < closest) [closest, best] = [distance, stop];
      }
    }
    return best;
  }

  function onKey(event) {
    const last = stops.length - 1;
    const now = stops.indexOf(here());
    const leap = Math.max(1, Math.round(last / 10));
    const goal = {
      ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1,
      PageDown: now - leap, PageUp: now + leap, Home: 0, End: last,
    }[event.key];
    if (event.key === "Escape") setCursor(null);
    else if (goal === undefined || last < 0) return;
    else setCursor(stops[Math.max(0, Math.min(last, goal))]);
    event.preventDefault();
  }

  root.addEventListener("keydown", onKey);
  for (const type of ["pointermove", "pointerdown"]) {
    root.addEventListener(type, (event) => { if (stops.length) setCursor(stopAt(event)); });
  }
  root.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") setCursor(null);
  });
  root.addEventListener("blur", () => setCursor(null));
  onResize(root, (...size) => {
    [width, height] = size;
    frame();
    paint();
  });

  return {
    root,
    legend: legend.root,
    reading,
    clearCursor: () => setCursor(null),
    /** Go to an x of the curves, if it is one. */
    moveCursor(stop) { if (stops.includes(stop)) setCursor(stop); },
    /** Show the curves of one setting; the cursor stays where it was, if there is a point. */
    draw(next, range = ylim) {
      curves = next;
      if (range.join() !== ylim.join()) {
        ylim = range;
        if (width) frame();
      }
      stops = reader.stops(curves);
      if (!stops.includes(cursor)) cursor = null;
      paint();
    },
    /** What the picture cannot show by itself. */
    note() {
      const outside = (v) => v !== null && (v < ylim[0] || v > ylim[1]);
      const off = curves.filter((c) => c.y.some(outside)).map(reader.label);
      const ended = curves.filter((c) => c.y.length && c.y.at(-1) === null);
      const isEmpty = (c) => c.y.every((v) => v === null);
      const never = ended.filter(isEmpty).map(reader.label);
      const late = ended.filter((c) => !isEmpty(c)).map(reader.label);
      return [
        ...(off.length ? [`Partly off the chart: ${off.join(", ")}.`] : []),
        ...(never.length ? [`No finite value at all: ${never.join(", ")}.`] : []),
        ...(late.length ? [`No finite value at the end: ${late.join(", ")}.`] : []),
      ].join(" ");
    },
  };
}

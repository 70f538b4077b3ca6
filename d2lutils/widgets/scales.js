// From values to pixels, and the round numbers that stand beside an axis.

/** A function from values in [low, high] to pixels in [from, to]; `kind` is linear or log. */
export function scaleFor(kind, [low, high], [from, to]) {
  const t = kind === "log" ? Math.log10 : Number;
  const slope = (to - from) / (t(high) - t(low));
  return (value) => from + (t(value) - t(low)) * slope;
}

/** Round numbers from low to high, about `count`, with labels; `whole` asks for integers. */
export function ticks(kind, [low, high], count, whole = false) {
  return kind === "log" ? logTicks(low, high, count) : linearTicks(low, high, count, whole);
}

function linearTicks(low, high, count, whole) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const round = [1, 2, 5, 10].find((k) => k * power >= rough * 0.999) * power;
  const step = whole ? Math.max(1, round) : round;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const extreme = Math.max(Math.abs(low), Math.abs(high)) >= 1e6 || digits > 5;
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) {
    const value = k * step || 0;
    found.push([value, extreme ? value.toExponential(1) : value.toFixed(digits)]);
  }
  return found;
}

// Powers of ten, thinned where there are many; 2 and 5 times a power where there are few.
function logTicks(low, high, count) {
  const from = Math.log10(low) - 1e-9;
  const to = Math.log10(high) + 1e-9;
  const every = Math.ceil((to - from) / count);
  const found = [];
  for (let k = Math.floor(from); k <= to; k += 1) {
    if (k % every !== 0) continue;
    for (const m of to - from < 2 ? [1, 2, 5] : [1]) {
      const position = k + Math.log10(m);
      if (position >= from && position <= to) found.push([m * 10 ** k, powerLabel(m, k)]);
    }
  }
  return found.length > 1 ? found : linearTicks(low, high, count, false);
}

function powerLabel(m, k) {
  if (k >= -4 && k <= 4) return k < 0 ? (m * 10 ** k).toFixed(-k) : String(m * 10 ** k);
  const raise = (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]);
  const raised = [...String(k)].map(raise).join("");
  return `${m === 1 ? "" : `${m}·`}10${raised}`;
}

// ConvolutionCalculator: a window moves over a padded input, and its sums fill the output.
import { axisControl, button, h, OWN_KEYS, statusLine, svg } from "./kit.js";

const CELL = 20; // units of a picture to a cell
const LEAST = 5; // cells to a picture at least, or one cell alone would fill it
const WHOLE_RUN = 9000, FASTEST = 70, SLOWEST = 500; // milliseconds: all places, one place

const range = (count) => [...Array(count).keys()];
const minus = (value) => String(value).replace("-", "−");
const factor = (value) => (value < 0 ? `(${minus(value)})` : String(value));
const squared = (side) => `${side} × ${side}`;

/**
 * A convolution of a square input with a square kernel: the padded input and its `side`; the
 * rows that the kernel spans, holes included; the sums, `out` rows of `out`, none where the
 * kernel does not fit; and of every row whether a window reads it. Columns go as rows do.
 */
export function convolve({ size, kernel, padding, stride, dilation }, image, weights) {
  const side = size + 2 * padding;
  const span = dilation * (kernel - 1) + 1;
  const out = span > side ? 0 : Math.floor((side - span) / stride) + 1;
  const isInside = (i) => i >= padding && i < padding + size;
  const padded = range(side).map((i) => range(side).map((j) => (
    isInside(i) && isInside(j) ? image[i - padding][j - padding] : 0)));
  const read = range(side).map(() => false);
  for (const i of range(out)) for (const a of range(kernel)) read[i * stride + a * dilation] = true;
  const productsAt = (i, j) => range(kernel).map((a) => range(kernel).map((b) => (
    [padded[i * stride + a * dilation][j * stride + b * dilation], weights[a][b]])));
  const sumOf = (pairs) => pairs.reduce((sum, [x, w]) => sum + x * w, 0);
  const sums = range(out).map((i) => range(out).map((j) => sumOf(productsAt(i, j).flat())));
  return { side, span, out, isInside, padded, read, productsAt, sumOf, sums };
}

// The formula with letters on a line, then with numbers in parts that may stand on one or several.
function formulaOf({ size, kernel, padding, stride, dilation }, { side, span, out }) {
  const top = `${size} + 2·${padding} − ${dilation}·(${kernel} − 1) − 1`;
  const parts = [
    `= ⌊(${top}) / ${stride}⌋ + 1 `, `= ⌊${minus(side - span)} / ${stride}⌋ + 1 `,
    out ? `= ${out}` : "< 1",
  ];
  return [
    h("span", { class: "d2l-row" }, "output = ⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1"),
    ...parts.map((text) => h("span", {}, text)),
  ];
}

// What the reader should notice about a setting: nothing fits, or something is never read.
function remarkOn({ padding, stride }, { side, span, out, read }) {
  if (!out) {
    return `No output: the kernel spans ${span} rows and columns, the padded input has ${side}. ` +
      `PyTorch raises a RuntimeError: “Calculated padded input size per channel: ` +
      `(${side} x ${side}). Kernel size: (${span} x ${span}). ` +
      "Kernel size can't be greater than actual input size”.";
  }
  const rest = (side - span) % stride;
  const skipped = read.filter((isRead) => !isRead).length - rest;
  const said = [];
  if (rest) {
    const last = rest === 1 ? "row and column" : `${rest} rows and columns`;
    const zeros = rest <= padding ? ", all padding," : padding ? `, ${padding} of them padding,` : "";
    said.push(`${side - span} / ${stride} is not whole and is rounded down: ` +
      `the last ${last}${zeros} are never read (hatched).`);
  }
  if (skipped) {
    const s = skipped === 1 ? "" : "s";
    said.push(`The kernel's numbers skip ${skipped} row${s} and ${skipped} column${s} in between ` +
      "(hatched).");
  }
  return said.join(" ") || "Every row and column is read.";
}

// The products at one place, row by row, and the sum of the rows.
function sumLines({ productsAt, sumOf }, i, j) {
  const rows = productsAt(i, j);
  const lines = rows.map((pairs) => (
    `${pairs.map(([x, w]) => `${x}·${factor(w)}`).join(" + ")} = ${minus(sumOf(pairs))}`));
  const total = rows.map((pairs) => factor(sumOf(pairs))).join(" + ");
  return rows.length === 1 ? lines : [...lines, `${total} = ${minus(sumOf(rows.flat()))}`];
}

// A picture of side × side cells, in the middle of a square; `layer` lies below the numbers.
function tableOf(side, cellOf, attributes = {}, layer = "") {
  const span = Math.max(side, LEAST);
  const shift = ((span - side) * CELL) / 2;
  const places = range(side).flatMap((i) => range(side).map((j) => [i, j]));
  const cells = places.map(([i, j]) => {
    const { text = "", name = "", isHatched, ...data } = cellOf(i, j);
    const [x, y] = [j * CELL, i * CELL];
    const box = svg("rect", { class: name, x: x + 1, y: y + 1, width: 18, height: 18, ...data });
    const hatch = isHatched && svg("path", {
      class: "d2l-hatch", d: `M${x + 1} ${y + 10}l9 -9M${x + 1} ${y + 19}l18 -18M${x + 10} ${y + 19}l9 -9`,
    });
    const words = svg("text", { class: name, x: x + 10, y: y + 14 }, text);
    return { box, hatch, words };
  });
  const root = svg("svg", { viewBox: `-2 -2 ${span * CELL + 4} ${span * CELL + 4}`, ...attributes },
    svg("g", { transform: `translate(${shift} 0)` }, ...cells.map(({ box }) => box),
      ...cells.map(({ hatch }) => hatch || ""), layer, ...cells.map(({ words }) => words)));
  return { root, cells };
}

// The window: a frame around all that the kernel spans, and a tint where its numbers lie.
function windowOf(kernel, dilation, span) {
  const frame = svg("rect", { class: "d2l-frame", width: span * CELL, height: span * CELL });
  const taps = range(kernel).flatMap((a) => range(kernel).map((b) => svg("rect", {
    x: b * dilation * CELL, y: a * dilation * CELL, width: CELL, height: CELL,
  })));
  return svg("g", { class: "d2l-window" }, ...taps, frame);
}

function box(name, title) {
  const head = h("div", { class: "d2l-title" }, title);
  const square = h("div", { class: "d2l-square" });
  return { root: h("div", { class: `d2l-box-${name}` }, head, square), head, square };
}

function render({ model, el }) {
  const [home, image, weights] = ["start", "image", "weights"].map((name) => model.get(name));
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const formula = h("p", { class: "d2l-formula" });
  const remark = h("p", { class: "d2l-remark" });
  const sums = h("p", { class: "d2l-box-sums" });
  const [input, output, kernel] = [["input", "Input"], ["output", "Output"], ["kernel", "Kernel"]]
    .map(([name, title]) => box(name, title));
  const status = statusLine({ class: "d2l-status d2l-hidden" });
  let setting = { ...home };
  let [found, place, timer] = [null, 0, 0];
  let pointer, filled;

  const last = () => found.out ** 2 - 1;
  const rowAndColumn = () => [Math.floor(place / found.out), place % found.out];

  // ---- what is seen

  function drawInput({ side, span, out, isInside, padded, read }) {
    const title = setting.padding ? `Input ${squared(setting.size)}, padded to ${squared(side)}`
      : `Input ${squared(side)}`;
    const isHatched = (i, j) => out > 0 && !(read[i] && read[j]);
    pointer = windowOf(setting.kernel, setting.dilation, span);
    if (!out) pointer.setAttribute("visibility", "hidden");
    input.head.textContent = title;
    input.square.replaceChildren(tableOf(side, (i, j) => ({
      text: padded[i][j],
      name: isInside(i) && isInside(j) ? "" : "d2l-padding",
      isHatched: isHatched(i, j),
    }), { role: "img", "aria-label": title }, pointer).root);
  }

  function drawKernel() {
    const size = setting.kernel;
    const rows = weights.slice(0, size).map((row) => row.slice(0, size).map(minus));
    const words = `Kernel: ${rows.map((row) => row.join(" ")).join("; ")}`;
    kernel.head.textContent = `Kernel ${squared(size)}`;
    kernel.square.replaceChildren(
      tableOf(size, (a, b) => ({ text: rows[a][b] }), { role: "img", "aria-label": words }).root);
  }

  function drawOutput({ out }) {
    const table = tableOf(out, (i, j) => ({ "data-place": i * out + j }), { "aria-hidden": true });
    filled = table.cells;
    output.head.textContent = out ? `Output ${squared(out)}` : "Output: none";
    output.square.replaceChildren(table.root);
    output.square.setAttribute("aria-valuemax", Math.max(0, last()));
    output.square.setAttribute("aria-disabled", String(!out));
  }

  function drawSetting() {
    found = convolve(setting, image, weights);
    const { out, read } = found;
    formula.replaceChildren(...formulaOf(setting, found));
    remark.textContent = remarkOn(setting, found);
    remark.classList.toggle("d2l-wrong", !out);
    remark.classList.toggle("d2l-flagged", out > 0 && read.includes(false));
    drawInput(found);
    drawKernel();
    drawOutput(found);
    ways.labels = out ? range(out ** 2).map((i) => `${i + 1} of ${out ** 2}`) : ["none"];
    slider.max = Math.max(0, last());
    slider.disabled = !out;
    play.disabled = !out;
  }

  function drawPlace() {
    const { out } = found;
    placeControl.set(place);
    back.disabled = place === 0;
    next.disabled = place >= last();
    output.square.setAttribute("aria-valuenow", place);
    if (!out) {
      sums.replaceChildren();
      output.square.setAttribute("aria-valuetext", "no output");
      return;
    }
    const [i, j] = rowAndColumn();
    const shift = setting.stride * CELL;
    pointer.style.transform = `translate(${j * shift}px, ${i * shift}px)`;
    filled.forEach(({ box: cell, words }, at) => {
      words.textContent = at <= place ? minus(found.sums[Math.floor(at / out)][at % out]) : "";
      cell.setAttribute("class", at === place ? "d2l-now" : at < place ? "d2l-done" : "d2l-open");
    });
    sums.replaceChildren(...sumLines(found, i, j).map((line) => (
      h("span", { class: "d2l-row" }, line))));
    output.square.setAttribute("aria-valuetext", sayPlace());
  }

  function sayPlace() {
    const [i, j] = rowAndColumn();
    return `place ${place + 1} of ${last() + 1}, row ${i + 1}, column ${j + 1}: ` +
      `the sum is ${minus(found.sums[i][j])}`;
  }

  // ---- what is done

  function pause() {
    clearTimeout(timer);
    timer = 0;
    play.textContent = calm.matches ? "Fill in all" : "Play";
  }

  function go(to) {
    pause();
    if (!found.out) return;
    place = Math.max(0, Math.min(last(), to));
    drawPlace();
    status.say(sayPlace());
  }

  function walk() {
    if (!el.isConnected || place >= last()) return go(place);
    place += 1;
    drawPlace();
    timer = setTimeout(walk, Math.min(SLOWEST, Math.max(FASTEST, WHOLE_RUN / (last() + 1))));
  }

  function start() {
    if (timer) return go(place);
    if (calm.matches) return go(last());
    if (place >= last()) place = -1;
    play.textContent = "Pause";
    walk();
  }

  function change(to) {
    pause();
    setting = to;
    place = 0;
    drawSetting();
    drawPlace();
    for (const { name, low, set } of controls) set(setting[name] - low);
    const size = found.out ? `Output ${squared(found.out)}. ` : "";
    status.say(size + remark.textContent);
  }

  function onKey(event) {
    const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: found.out, ArrowUp: -found.out };
    const to = { Home: 0, End: last() }[event.key] ?? place + moves[event.key];
    if (Number.isNaN(to) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    // Up in the first row and down in the last lead nowhere, rather than to a corner.
    if (to >= 0 && to <= last()) go(to);
  }

  const controls = model.get("sliders").map(({ name, letter, low, high }) => {
    const labels = range(high - low + 1).map((i) => String(low + i));
    const axis = { name: `${name} ${letter}`, labels, slider: true };
    const { root, set } = axisControl(axis, home[name] - low, (i) => (
      change({ ...setting, [name]: low + i })));
    return { root, set, name, low };
  });
  const ways = { name: "place", labels: ["none"], slider: true };
  const placeControl = axisControl(ways, 0, go);
  const slider = placeControl.root.querySelector("input");
  const play = button("Play", start, { class: "d2l-button d2l-play" });
  const back = button("Back", () => go(place - 1));
  const next = button("Next", () => go(place + 1));
  for (const [name, value] of Object.entries({
    tabindex: 0, role: "slider", "aria-valuemin": 0, "aria-label": "Place in the output",
    "aria-orientation": "horizontal", ...OWN_KEYS,
  })) output.square.setAttribute(name, value);
  output.square.addEventListener("keydown", onKey);
  output.square.addEventListener("click", ({ target }) => {
    if (target.dataset.place) go(Number(target.dataset.place));
  });
  calm.addEventListener("change", pause);

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Convolution calculator");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    h("div", { class: "d2l-controls" }, ...controls.map(({ root }) => root)),
    formula, remark,
    h("div", { class: "d2l-controls" }, placeControl.root),
    h("div", { class: "d2l-actions" }, play, back, next, button("Reset", () => change({ ...home }))),
    h("div", { class: "d2l-bench" }, input.root, output.root, kernel.root, sums),
    status.root,
  );
  change(setting);
}

export default { render };

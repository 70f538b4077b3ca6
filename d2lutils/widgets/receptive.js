// ReceptiveField: a stack of layers to build, and what one unit of it sees of an image.
import { axisControl, button, h, OWN_KEYS, statusLine, svg, uniqueId } from "./kit.js";
import { mapSizes, runs, seenUnits, windows } from "./receptive_field.js";

const MAX_LAYERS = 8;
const MARGIN = 3;
const OWN = "your own";
const square = (n) => `${n} × ${n}`;
const subscript = (n) => "₀₁₂₃₄₅₆₇₈"[n];
const clamp = (value, most) => Math.max(0, Math.min(most, value));

// The formula with the numbers of one layer.
function formulaOf(layers, level, found) {
  const window = `r${subscript(level)}`;
  if (level === 0) return `${window} = 1: a pixel sees itself.`;
  const { size, dilation } = layers[level - 1];
  const { field, jump } = found[level - 1];
  const below = subscript(level - 1);
  const [word, factor] = dilation > 1 ? [" · dilation", ` · ${dilation}`] : ["", ""];
  return `${window} = r${below} + (k − 1)${word} · jump${below} = ` +
    `${field} + ${size - 1}${factor} · ${jump} = ${found[level].field}.`;
}

// What the chosen unit sees, and why it is less than its window where it is.
function describeUnit(units, sizes, { field, jump, center }, level, seen) {
  const [rows, columns] = seen.map((levels) => levels[0]);
  const side = sizes[0];
  if (rows.length === side && columns.length === side) return "This unit sees the whole image.";
  const starts = units.map((unit) => center + unit * jump - (field - 1) / 2);
  const isCut = starts.some((start) => start < 0 || start + field > side);
  const why = [
    ...(runs(rows).length * runs(columns).length > 1 ? ["dilation leaves gaps"] : []),
    ...(isCut ? ["part of its window lies outside"] : []),
  ].join(", and ");
  const count = rows.length * columns.length;
  const pixels = `${rows.length} × ${columns.length} ${count > 1 ? "pixels" : "pixel"}`;
  return `This unit, one of ${square(sizes[level])}, sees ${pixels}${why ? `: ${why}` : ""}.`;
}

// The image, its seen pixels tinted; dashed, the window where it leaves the image as well.
function drawImage(view, side, uri, seen, found, level, units) {
  const [rows, columns] = seen.map((levels) => runs(levels[0]));
  const { field, jump, center } = found[level];
  const [top, left] = units.map((unit) => center + unit * jump - (field - 1) / 2);
  const tinted = rows.flatMap(([y, yEnd]) => columns.map(([x, xEnd]) => svg("rect", {
    class: "d2l-seen", x, y, width: xEnd - x + 1, height: yEnd - y + 1,
  })));
  view.replaceChildren(
    svg("image", { href: uri, width: side, height: side }), ...tinted,
    svg("rect", { class: "d2l-window", x: left, y: top, width: field, height: field }),
  );
}

// The levels above each other, the input at the bottom: one row of the image, seen from the side.
function drawPyramid(view, sizes, found, level, columns) {
  const height = 1.2;
  const gap = (sizes[0] + MARGIN - height) / Math.max(4, sizes.length - 1);
  const y = (l) => sizes[0] + MARGIN / 2 - height - l * gap;
  const cell = (l, i) => {
    const { jump, center } = found[l];
    const width = Math.min(jump * 0.84, 2.4);
    return [center + i * jump + 0.5 - width / 2, width];
  };
  const range = (l) => [columns[l][0], columns[l].at(-1)].map((i, end) => {
    const [x, width] = cell(l, i);
    return x + end * width;
  });
  const cones = columns.slice(1).map((_, l) => {
    const [[a, b], [c, d]] = [range(l), range(l + 1)];
    const outline = `M${a} ${y(l)}H${b}L${d} ${y(l + 1) + height}H${c}Z`;
    return svg("path", { class: "d2l-cone", d: outline });
  });
  const cells = sizes.flatMap((n, l) => Array.from({ length: n }, (_, i) => {
    const [x, width] = cell(l, i);
    const kind = columns[l]?.includes(i) ? "d2l-seen" : l > level ? "d2l-later" : "d2l-unseen-unit";
    return svg("rect", { class: kind, x, y: y(l), width, height });
  }));
  const names = sizes.map((_, l) => svg("text", {
    class: l === level ? "d2l-at" : "", x: -MARGIN + 0.2, y: y(l) + height,
  }, String(l)));
  view.replaceChildren(...cones, ...cells, ...names);
}

function chooser(name, options, onChange) {
  const id = uniqueId();
  const entries = options.map(([value, text]) => h("option", { value }, text));
  const select = h("select", { id, ...OWN_KEYS }, ...entries);
  select.addEventListener("input", () => onChange?.(select.value));
  const root = h("div", { class: "d2l-control" },
    h("label", { class: "d2l-name", for: id }, name), select);
  return { root, select };
}

// A slider whose labels, and so its length, change with the stack.
function slider(name, onInput) {
  const axis = { name, labels: ["0"], slider: true };
  const control = axisControl(axis, 0, onInput);
  const input = control.root.querySelector("input");
  const show = (labels, index) => {
    axis.labels = labels;
    input.max = labels.length - 1;
    control.set(index);
  };
  return { root: control.root, show };
}

function render({ model, el }) {
  const [kinds, presets, side, uri] = ["kinds", "presets", "side", "image"]
    .map((name) => model.get(name));
  const home = model.get("stack");
  const at = { level: presets[home].length, row: 0.5, column: 0.5 };
  const same = (a, b) => a.join() === b.join();
  const nameOf = (keys) => Object.keys(presets).find((name) => same(presets[name], keys)) ?? OWN;
  const layersOf = (keys) => keys.map((key) => kinds[key]);

  const stack = chooser("stack", [...Object.keys(presets), OWN].map((name) => [name, name]),
    (name) => (presets[name] ? change(presets[name], presets[name].length) : draw()));
  const kind = chooser("layer to add",
    Object.entries(kinds).map(([key, { name }]) => [key, name]));
  const add = button("Add the layer", () => append(kind.select.value));
  const remove = button("Remove the last", () => change(keys().slice(0, -1), keys().length - 1));
  const reset = button("Reset", () => {
    at.row = at.column = 0.5;
    change(presets[home], presets[home].length);
  });
  const rows = h("tbody");
  const heads = ["depth", "layer", "map", "jump", "sees"].map((t) => h("th", { scope: "col" }, t));
  const table = h("table", { class: "d2l-levels" }, h("thead", {}, h("tr", {}, ...heads)), rows);
  const depth = slider("depth", (level) => choose({ level }));
  const row = slider("row", (i) => choose({ row: share(i) }));
  const column = slider("column", (i) => choose({ column: share(i) }));
  const where = h("p", { class: "d2l-where" });
  const view = `${-MARGIN} ${-MARGIN} ${side + 2 * MARGIN} ${side + 2 * MARGIN}`;
  const image = svg("svg", { class: "d2l-view d2l-picked", viewBox: view, role: "img" });
  const pyramid = svg("svg", { class: "d2l-view", viewBox: view, role: "img" });
  const status = statusLine({ class: "d2l-status d2l-hidden" });

  const keys = () => model.get("layers");
  const count = () => mapSizes(layersOf(keys()), side)[at.level];
  const share = (i) => (count() > 1 ? i / (count() - 1) : 0.5);

  function change(to, level) {
    at.level = level;
    model.set("layers", to);
    model.save_changes();
  }

  function append(key) {
    const to = [...keys(), key];
    const sizes = mapSizes(layersOf(to), side);
    if (to.length > MAX_LAYERS) {
      return refuse(`${MAX_LAYERS} layers are the most. Remove one first.`);
    }
    if (sizes.at(-1) < 1) {
      return refuse(`${kinds[key].name}: its window does not fit on a map of ` +
        `${square(sizes.at(-2))}. Remove a layer first.`);
    }
    change(to, to.length);
  }

  function refuse(text) {
    where.textContent = text;
    where.classList.add("d2l-wrong");
    status.say(text);
  }

  function choose(values) {
    Object.assign(at, values);
    draw();
  }

  function draw() {
    const layers = layersOf(keys());
    const sizes = mapSizes(layers, side);
    const found = windows(layers);
    const most = sizes[at.level] - 1;
    const units = [at.row, at.column].map((place) => Math.round(place * most));
    const seen = units.map((unit) => seenUnits(layers, sizes, at.level, unit));
    stack.select.value = nameOf(keys());
    remove.disabled = !layers.length;
    rows.replaceChildren(...sizes.map((n, l) => {
      const { field, jump } = found[l];
      const texts = [l ? layers[l - 1].name : "input", square(n), jump, square(field)];
      const cells = texts.map((text) => h("td", {}, String(text)));
      return h("tr", { "aria-current": l === at.level ? "true" : null },
        h("th", { scope: "row" }, String(l)), ...cells);
    }));
    depth.show(sizes.map((_, l) => `${l} of ${layers.length}`), at.level);
    const places = Array.from({ length: most + 1 }, (_, i) => `${i} (0 to ${most})`);
    row.show(places, units[0]);
    column.show(places, units[1]);
    drawImage(image, side, uri, seen, found, at.level, units);
    drawPyramid(pyramid, sizes, found, at.level, seen[1]);
    const text = `${formulaOf(layers, at.level, found)} ` +
      describeUnit(units, sizes, found[at.level], at.level, seen);
    where.textContent = text;
    where.classList.remove("d2l-wrong");
    image.setAttribute("aria-label", `The image; tinted, what the unit sees. ${text}`);
    pyramid.setAttribute("aria-label",
      `One row of units at every depth, the input at the bottom. Seen: ${seen[1]
        .map((list) => list.length).reverse().join(", then ")}.`);
    status.say(text);
  }

  // The unit whose center lies nearest to the pointer.
  function pick(event) {
    const box = image.getBoundingClientRect();
    const scale = (side + 2 * MARGIN) / box.width;
    const { jump, center } = windows(layersOf(keys()))[at.level];
    const [row, column] = [event.clientY - box.top, event.clientX - box.left].map((pixels) => {
      const place = pixels * scale - MARGIN - 0.5;
      return share(clamp(Math.round((place - center) / jump), count() - 1));
    });
    choose({ row, column });
  }
  image.addEventListener("pointerdown", pick);
  image.addEventListener("pointermove", (event) => event.buttons && pick(event));

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Receptive field");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    h("div", { class: "d2l-controls" }, stack.root, kind.root),
    h("div", { class: "d2l-actions" }, add, remove, reset),
    h("div", { class: "d2l-levels-room" }, table),
    h("div", { class: "d2l-controls d2l-three" }, depth.root, row.root, column.root),
    where, h("div", { class: "d2l-views" }, image, pyramid), status.root,
  );
  model.on("change:layers", draw);
  model.set("layers", presets[home]);
}

export default { render };

// Broadcasting: two shapes aligned from the right, both blocks stretched, and their sum.
import { button, h, OWN_KEYS, statusLine } from "./kit.js";

// A shape is three sizes, 0 for a dimension that is absent. Since absent and 1 both stretch, two
// sizes fit where they are equal or one is at most 1, and the result has the larger.
const PLACES = [-3, -2, -1];
const fits = (p, q) => p === q || p <= 1 || q <= 1;
const sizesOf = (shape) => shape.filter((size) => size > 0);
const nameOf = (shape) => {
  const sizes = sizesOf(shape);
  return `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;
};

function broadcast(first, second) {
  const clash = first.findLastIndex((size, i) => !fits(size, second[i]));
  return { clash, shape: first.map((size, i) => Math.max(size, second[i])) };
}

// A shape has no gap: what stands left of an absent dimension is absent, too.
function withSize(shape, place, size) {
  return shape.map((old, i) => {
    if (i === place) return size;
    if (i < place) return size ? old : 0;
    return size ? Math.max(old, 1) : old;
  });
}

// What happens to a and to b in one column.
function columnNote(p, q) {
  if (!fits(p, q)) return `${p} is not ${q}`;
  if (p === q) return p ? "equal" : "";
  const [name, other] = p < q ? ["a", q] : ["b", p];
  return other === 1 ? `1 put before ${name}` : `${name} read ${other} times`;
}

// PyTorch numbers the dimensions of the result from the left.
function errorOf(first, second, clash) {
  const ndim = Math.max(sizesOf(first).length, sizesOf(second).length);
  return `RuntimeError: The size of tensor a (${first[clash]}) must match the size of tensor b ` +
    `(${second[clash]}) at non-singleton dimension ${clash - 3 + ndim}`;
}

// The elements of a stretched block: `at` is the position in memory that each is read from, and a
// copy is one that an earlier element has read. `to` is the shape after stretching.
function elements(shape, to) {
  const own = shape.map((size) => Math.max(size, 1));
  const layers = to.map((size) => [...Array(Math.max(size, 1)).keys()]);
  return layers[0].map((i) => layers[1].map((j) => layers[2].map((k) => {
    const [x, y, z] = [i, j, k].map((index, place) => index % own[place]);
    const isCopy = i >= own[0] || j >= own[1] || k >= own[2];
    return { at: (x * own[1] + y) * own[2] + z, isCopy };
  })));
}

// A block is drawn as its layers, one below the other.
function blockOf(name, kind, layers, value) {
  const drawn = layers.map((rows) => {
    const columns = `grid-template-columns: repeat(${rows[0].length}, var(--d2l-cell))`;
    const cells = rows.flat().map((element) => h("span", {
      class: element.isCopy ? "d2l-copy" : "d2l-stored",
    }, String(value(element))));
    return h("div", { class: "d2l-layer", style: columns }, ...cells);
  });
  return h("div", { class: `d2l-block d2l-${kind}` }, h("div", {}, name), ...drawn);
}

const valueA = ({ at }) => 10 * (at + 1);
const valueB = ({ at }) => at + 1;

function pictureOf(first, second, { clash, shape }) {
  const isError = clash >= 0;
  const a = elements(first, isError ? first : shape);
  const b = elements(second, isError ? second : shape);
  const sum = a.map((rows, i) => rows.map((row, j) => row.map((element, k) => (
    { sum: valueA(element) + valueB(b[i]?.[j]?.[k] ?? element) }))));
  return [
    blockOf("a", "a", a, valueA), h("span", {}, "+"), blockOf("b", "b", b, valueB),
    h("span", {}, "="),
    isError ? h("span", { class: "d2l-wrong" }, "no result")
      : blockOf("a + b", "sum", sum, (element) => element.sum),
  ];
}

function sizeSelect(name, place, onChange) {
  const label = `${name}, size of dimension ${PLACES[place]}`;
  const options = ["none", 1, 2, 3].map((text, size) => h("option", { value: size }, text));
  const select = h("select", { "aria-label": label, ...OWN_KEYS }, ...options);
  select.addEventListener("input", () => onChange(place, Number(select.value)));
  return select;
}

function render({ model, el }) {
  const names = ["a", "b"];
  const home = { ...model.get("shapes") };
  const selects = Object.fromEntries(names.map((name) => [name, PLACES.map((_, place) => (
    sizeSelect(name, place, (at, size) => {
      const shapes = model.get("shapes");
      move({ ...shapes, [name]: withSize(shapes[name], at, size) });
    })))]));
  const results = PLACES.map(() => h("td"));
  const notes = PLACES.map(() => h("td"));
  const where = h("p", { class: "d2l-where" });
  const error = h("p", { class: "d2l-source" });
  const picture = h("div", { class: "d2l-blocks", role: "img" });
  const status = statusLine({ class: "d2l-status d2l-hidden" });

  function move(shapes) {
    model.set("shapes", shapes);
    model.save_changes();
  }

  function draw() {
    const { a, b } = model.get("shapes");
    const found = broadcast(a, b);
    const isError = found.clash >= 0;
    for (const [name, shape] of [["a", a], ["b", b]]) {
      shape.forEach((size, place) => {
        selects[name][place].value = size;
      });
    }
    PLACES.forEach((_, i) => {
      const isClash = !fits(a[i], b[i]);
      results[i].textContent = isClash ? "✗" : found.shape[i] || "none";
      notes[i].textContent = columnNote(a[i], b[i]);
      notes[i].classList.toggle("d2l-wrong", isClash);
    });
    const said = `${nameOf(a)} + ${nameOf(b)}`;
    const refused = `Dimension ${PLACES[found.clash]} has ${a[found.clash]} against ` +
      `${b[found.clash]}: not equal, and neither is 1.`;
    where.textContent = isError ? `${said} fails. ${refused}` : `${said} gives ${nameOf(found.shape)}`;
    error.textContent = isError ? errorOf(a, b, found.clash)
      : "Framed: stored. Dashed: read again from the same memory.";
    picture.replaceChildren(...pictureOf(a, b, found));
    picture.setAttribute("aria-label", isError ? `The blocks a and b; no result`
      : `a and b stretched to ${nameOf(found.shape)}, and their sum`);
    status.say(where.textContent);
  }

  const row = (name, cells) => h("tr", {}, h("th", { scope: "row" }, name), ...cells);
  const inCells = (name) => selects[name].map((select) => h("td", {}, select));
  const heads = ["dim", ...PLACES].map((text) => h("th", { scope: "col" }, String(text)));
  const table = h("table", { class: "d2l-shapes" }, h("thead", {}, h("tr", {}, ...heads)),
    h("tbody", {}, ...names.map((name) => row(name, inCells(name))), row("a + b", results),
      row("how", notes)));
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Broadcasting");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    table, where, error, picture, status.root,
    h("div", { class: "d2l-foot" }, button("Reset", () => move({ ...home }))),
  );
  model.on("change:shapes", draw);
  draw();
}

export default { render };

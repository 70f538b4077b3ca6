// WordMap: words on a map; pick one, see its nearest ones, and walk on from there.
import { axisControl, button, h, OWN_KEYS, statusLine, svg, uniqueId } from "./kit.js";
import { placeNames } from "./labels.js";
import { onResize } from "./resize.js";

const MARGIN = 16;
const REACH = 20; // pixels from a dot within which a tap takes it

/** The map. `onPick(word)` is called with the number of the word whose dot is tapped. */
function createMap(words, onPick) {
  const root = h("div", { class: "d2l-plot", role: "img" });
  const [all, links, marks, hover] = ["dots", "links", "marks", "hover"]
    .map((name) => svg("g", { class: `d2l-${name}` }));
  const sheet = svg("svg", { "aria-hidden": "true" }, all, links, marks, hover);
  root.append(sheet);
  let [width, height] = [0, 0];
  let [map, chosen] = [null, []];
  let dots = [];

  function drawAll() {
    if (!width || !map) return;
    const [across, up] = map.size.map((size) => Math.max(1, size));
    const scale = Math.min((width - 2 * MARGIN) / across, (height - 2 * MARGIN) / up);
    const [left, top] = [(width - scale * across) / 2, (height - scale * up) / 2];
    dots = map.at.map(([x, y]) => ({ x: left + scale * x, y: top + scale * (up - y) }));
    sheet.setAttribute("width", width);
    sheet.setAttribute("height", height);
    all.replaceChildren(...dots.map(({ x, y }) => (
      svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 2 }))));
    drawMarks();
  }

  function drawMarks() {
    hover.replaceChildren();
    if (!dots.length) return;
    const [from, ...near] = chosen.map((word) => dots[word]);
    const places = placeNames([from, ...near], chosen.map((word) => words[word]), width);
    links.replaceChildren(...near.map(({ x, y }) => (
      svg("path", { d: `M${from.x} ${from.y}L${x} ${y}` }))));
    marks.replaceChildren(...chosen.map((word, i) => svg("g", { class: i ? "" : "d2l-picked" },
      svg("circle", { cx: dots[word].x, cy: dots[word].y, r: i ? 4 : 6 }),
      svg("text", { x: places[i].x, y: places[i].y + 12 }, words[word]))));
  }

  /** The word whose dot is nearest to the pointer; null where none is near. */
  function under(event) {
    const box = root.getBoundingClientRect();
    const far = dots.map(({ x, y }) => (
      Math.hypot(x + box.x - event.clientX, y + box.y - event.clientY)));
    const word = far.indexOf(Math.min(...far));
    return far[word] < REACH ? word : null;
  }

  root.addEventListener("pointermove", (event) => {
    const word = under(event);
    if (word === null || chosen.includes(word)) return hover.replaceChildren();
    const [place] = placeNames([dots[word]], [words[word]], width);
    hover.replaceChildren(svg("circle", { cx: dots[word].x, cy: dots[word].y, r: 4 }),
      svg("text", { x: place.x, y: place.y + 12 }, words[word]));
  });
  root.addEventListener("pointerleave", () => hover.replaceChildren());
  root.addEventListener("click", (event) => {
    const word = under(event);
    if (word !== null) onPick(word);
  });
  onResize(root, (...size) => {
    [width, height] = size;
    drawAll();
  });

  return {
    root,
    show(nextMap, word) {
      const isNew = map !== nextMap;
      [map, chosen] = [nextMap, [word, ...nextMap.near[word]]];
      root.setAttribute("aria-label", `Map of ${words.length} words; marked: ${
        chosen.map((i) => words[i]).join(", ")}`);
      if (isNew) drawAll();
      else drawMarks();
    },
  };
}

/** A field to type a word into, with the words offered; `onWord(text)` on each change. */
function wordField(words, onWord) {
  const [id, list] = [uniqueId(), uniqueId()];
  const input = h("input", {
    id, list, type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    class: "d2l-number", ...OWN_KEYS,
  });
  input.addEventListener("input", () => onWord(input.value, false));
  input.addEventListener("change", () => onWord(input.value, true));
  const options = [...words].sort().map((value) => h("option", { value }));
  const root = h("div", { class: "d2l-control" },
    h("label", { class: "d2l-name", for: id }, "word"), input,
    h("datalist", { id: list }, ...options));
  return { root, input };
}

function render({ model, el }) {
  const [words, counts, maps, start] = ["words", "counts", "maps", "start"]
    .map((name) => model.get(name));
  const numbers = new Map(words.map((word, i) => [word, i]));
  let [word, at] = [start, 0];
  const status = statusLine({ class: "d2l-status d2l-hidden" });
  const map = createMap(words, pick);
  const field = wordField(words, (text, isDone) => {
    const found = numbers.get(text.trim().toLowerCase());
    if (found !== undefined) pick(found);
    else if (isDone) refuse(text.trim());
  });
  const tables = axisControl({ name: "vectors", labels: maps.map(({ name }) => name) }, at, (i) => {
    at = i;
    draw();
  });
  const where = h("p", { class: "d2l-where" });
  const kept = h("p", { class: "d2l-source" });
  // The same buttons for every word, so that the focus stays where it is.
  const rows = maps[0].near[0].map((_, i) => {
    const go = button("", () => pick(maps[at].near[word][i]));
    const value = h("span", { class: "d2l-value" });
    return { go, value, root: h("li", {}, go, " ", value) };
  });

  function pick(next) {
    word = next;
    draw();
  }

  function refuse(text) {
    where.textContent = `“${text}” is not one of the ${words.length} words.`;
    where.classList.add("d2l-wrong");
    status.say(where.textContent);
  }

  function draw() {
    const { near, cosines, name, kept: share } = maps[at];
    if (field.input.value.trim().toLowerCase() !== words[word]) field.input.value = words[word];
    const times = counts[word] === 1 ? "once" : `${counts[word]} times`;
    where.textContent = `${words[word]} occurs ${times}. Its nearest, with their cosines:`;
    where.classList.remove("d2l-wrong");
    rows.forEach(({ go, value }, i) => {
      go.textContent = words[near[word][i]];
      value.textContent = (cosines[word][i] / 100).toFixed(2);
    });
    kept.textContent = `The map keeps ${(100 * share).toFixed(0)} % of the variance of the ${
      name} vectors; the list uses all of them.`;
    map.show(maps[at], word);
    status.say(`${words[word]}, ${times}. Nearest by ${name}: ${
      near[word].slice(0, 3).map((i) => words[i]).join(", ")}.`);
  }

  function reset() {
    [word, at] = [start, 0];
    tables.set(0);
    draw();
  }

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Map of words");
  const caption = model.get("caption");
  el.replaceChildren(
    ...(caption ? [h("p", { class: "d2l-caption" }, caption)] : []),
    h("div", { class: "d2l-controls" }, field.root, tables.root), where,
    h("ol", { class: "d2l-near" }, ...rows.map(({ root }) => root)),
    h("div", { class: "d2l-stage d2l-words" }, map.root), kept, status.root,
    h("div", { class: "d2l-foot" }, button("Reset", reset)),
  );
  draw();
}

export default { render };

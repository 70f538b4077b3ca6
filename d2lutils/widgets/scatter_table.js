// ScatterTable: a table to sort, and a chart of two of its columns; rows and dots point at each
// other.
import { axisControl, button, h, OWN_KEYS, statusLine, svg } from "./kit.js";
import { placeNames } from "./labels.js";
import { onResize } from "./resize.js";
import { scaleFor, ticks } from "./scales.js";

const [TOP, RIGHT, BOTTOM] = [28, 16, 46];
const NAMES = ["ascending", "descending"];

/** The range of an axis, with room around what is drawn. */
function rangeOf(pairs, isLog) {
  const low = Math.min(...pairs.map(([mean, spread]) => mean - spread));
  const high = Math.max(...pairs.map(([mean, spread]) => mean + spread));
  if (isLog) {
    const room = (high / low || 1) ** 0.08 * 1.05;
    return [low / room, high * room];
  }
  const room = 0.08 * (high - low) || 0.5 * Math.abs(high) || 1;
  return [low - room, high + room];
}

/** The chart. `onPoint(row)` is called with the row of the dot that is pointed at, or null. */
function createChart(names, onPoint) {
  const root = h("div", {
    class: "d2l-plot", tabindex: 0, role: "slider", "aria-valuemin": 0,
    "aria-valuemax": names.length - 1, "aria-label": "Dots of the chart, from left to right",
    ...OWN_KEYS,
  });
  let [width, height] = [0, 0];
  let [across, up] = [];
  let dots = [];
  let marked = null;

  function draw() {
    if (!width || !across) return;
    const rows = ticks(up.kind, up.range, Math.max(4, Math.round(height / 70)));
    const left = 12 + 7.5 * Math.max(2, ...rows.map(([, label]) => label.length));
    const [right, bottom] = [width - RIGHT, height - BOTTOM];
    const toX = scaleFor(across.kind, across.range, [left, right]);
    const toY = scaleFor(up.kind, up.range, [bottom, TOP]);
    const grid = svg("g", { class: "d2l-grid" });
    for (const [value, label] of rows) {
      const y = Math.round(toY(value)) + 0.5;
      grid.append(svg("path", { d: `M${left} ${y}H${right}` }),
        svg("text", { x: left - 8, y: y + 4, "text-anchor": "end" }, label));
    }
    for (const [value, label] of ticks(across.kind, across.range, Math.max(3, width / 110))) {
      const x = Math.round(toX(value)) + 0.5;
      grid.append(svg("path", { class: "d2l-axis", d: `M${x} ${bottom}v5` }),
        svg("text", { x, y: bottom + 19, "text-anchor": "middle" }, label));
    }
    dots = names.map((_, i) => ({ x: toX(across.pairs[i][0]), y: toY(up.pairs[i][0]) }));
    const ends = names.map((_, i) => {
      const [[x, dx], [y, dy]] = [across.pairs[i], up.pairs[i]];
      return { left: toX(x - dx), right: toX(x + dx), top: toY(y + dy), bottom: toY(y - dy) };
    });
    const bars = ends.flatMap((end, i) => [
      { x: end.left, y: dots[i].y - 1, width: end.right - end.left, height: 2 },
      { x: dots[i].x - 1, y: end.top, width: 2, height: end.bottom - end.top }]);
    const places = placeNames(dots, names, width, bars);
    const marks = names.map((name, i) => {
      const end = ends[i];
      const lines = `M${end.left} ${dots[i].y}H${end.right}M${dots[i].x} ${end.top}V${end.bottom}`;
      return svg("g", { class: "d2l-mark-row", "data-row": i }, svg("path", { d: lines }),
        svg("circle", { cx: dots[i].x, cy: dots[i].y, r: 5 }),
        svg("text", { x: places[i].x, y: places[i].y + 12 }, name));
    });
    const middle = { x: (left + right) / 2, y: height - 7, "text-anchor": "middle" };
    root.replaceChildren(svg("svg", { width, height, "aria-hidden": "true" }, grid,
      svg("path", { class: "d2l-axis d2l-line-axis", d: `M${left} ${bottom + 0.5}H${right}` }),
      svg("text", { class: "d2l-label", x: 0, y: 14 }, up.label),
      svg("text", { class: "d2l-label", ...middle }, across.label), ...marks));
    mark(marked);
  }

  function mark(row) {
    marked = row;
    for (const node of root.querySelectorAll(".d2l-mark-row")) {
      node.classList.toggle("d2l-marked", Number(node.dataset.row) === row);
    }
    const order = leftToRight();
    root.setAttribute("aria-valuenow", Math.max(0, order.indexOf(row)));
    root.setAttribute("aria-valuetext", row === null ? "none" : reading(row));
  }

  const reading = (row) => `${names[row]}: ${across.label} ${across.texts[row]}, ${
    up.label} ${up.texts[row]}`;

  function leftToRight() {
    return names.map((_, i) => i).sort((a, b) => across.pairs[a][0] - across.pairs[b][0]);
  }

  root.addEventListener("keydown", (event) => {
    const order = leftToRight();
    const now = order.indexOf(marked);
    const goal = {
      ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1,
      Home: 0, End: order.length - 1,
    }[event.key];
    if (event.key === "Escape") onPoint(null);
    else if (goal === undefined) return;
    else onPoint(order[Math.max(0, Math.min(order.length - 1, goal))]);
    event.preventDefault();
  });
  for (const type of ["pointermove", "pointerdown"]) {
    root.addEventListener(type, (event) => {
      const box = root.getBoundingClientRect();
      const far = dots.map(({ x, y }) => Math.hypot(x + box.x - event.clientX,
        y + box.y - event.clientY));
      const nearest = far.indexOf(Math.min(...far));
      onPoint(far[nearest] < 40 ? nearest : null);
    });
  }
  root.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") onPoint(null);
  });
  root.addEventListener("blur", () => onPoint(null));
  onResize(root, (...size) => {
    [width, height] = size;
    draw();
  });

  return {
    root,
    mark,
    reading,
    show(nextAcross, nextUp) {
      [across, up] = [nextAcross, nextUp];
      draw();
    },
  };
}

function render({ model, el }) {
  const [columns, cells, numbers] = ["columns", "cells", "numbers"].map((key) => model.get(key));
  const names = cells.map(([name]) => name);
  const axes = columns.map((column, at) => ({ ...column, at })).filter(({ axis }) => axis);
  const labels = axes.map(({ name }) => name);
  const home = [...model.get("at")];
  let at = [...home];
  let sorted = { column: null, isDown: false };
  const status = statusLine({ class: "d2l-status d2l-hidden" });
  const chart = createChart(names, mark);

  const axisOf = (i) => ({
    label: labels[i], kind: axes[i].log ? "log" : "linear",
    pairs: numbers.map((row) => row[i]), texts: cells.map((row) => row[axes[i].at]),
    range: rangeOf(numbers.map((row) => row[i]), axes[i].log),
  });
  const draw = () => chart.show(axisOf(at[0]), axisOf(at[1]));
  const controls = ["across", "up"].map((name, side) => (
    axisControl({ name, labels, slider: false }, at[side], (i) => {
      at[side] = i;
      draw();
      status.say(`Across: ${labels[at[0]]}. Up: ${labels[at[1]]}.`);
    })));

  const heads = columns.map(({ name }, i) => {
    const arrow = h("span", { "aria-hidden": "true" }, "\u00a0↕");
    const sort = button("", () => {
      const isDown = sorted.column === i ? !sorted.isDown : columns[i].axis;
      sorted = { column: i, isDown };
      order();
      status.say(`Sorted by ${name}, ${NAMES[Number(isDown)]}.`);
    }, { class: "d2l-sort" });
    sort.append(name, arrow);
    return { arrow, root: h("th", { scope: "col" }, sort) };
  });
  const rows = cells.map(([name, ...texts], i) => {
    const root = h("tr", { tabindex: 0, ...OWN_KEYS }, h("th", { scope: "row" }, name),
      ...texts.map((text) => h("td", {}, text)));
    for (const type of ["pointerenter", "focus"]) root.addEventListener(type, () => mark(i));
    for (const type of ["pointerleave", "blur"]) root.addEventListener(type, () => mark(null));
    return root;
  });
  const body = h("tbody", {}, ...rows);

  function mark(row) {
    rows.forEach((root, i) => root.classList.toggle("d2l-marked", i === row));
    chart.mark(row);
  }

  function order() {
    const { column, isDown } = sorted;
    const axis = axes.findIndex((one) => one.at === column);
    const compare = (a, b) => (axis >= 0 ? numbers[a][axis][0] - numbers[b][axis][0]
      : cells[a][column].localeCompare(cells[b][column]));
    const indices = rows.map((_, i) => i);
    if (column !== null) indices.sort((a, b) => (isDown ? -1 : 1) * compare(a, b) || a - b);
    body.replaceChildren(...indices.map((i) => rows[i]));
    heads.forEach(({ root, arrow }, i) => {
      arrow.textContent = i !== column ? "\u00a0↕" : isDown ? "\u00a0↓" : "\u00a0↑";
      if (i === column) root.setAttribute("aria-sort", NAMES[Number(isDown)]);
      else root.removeAttribute("aria-sort");
    });
  }

  function reset() {
    [at, sorted] = [[...home], { column: null, isDown: false }];
    controls.forEach((control, side) => control.set(at[side]));
    order();
    draw();
    status.say("As at first.");
  }

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Table and chart");
  const text = (name) => (model.get(name)
    ? [h("p", { class: `d2l-${name}` }, model.get(name))] : []);
  const table = h("table", {}, h("thead", {}, h("tr", {}, ...heads.map(({ root }) => root))), body);
  el.replaceChildren(
    ...text("caption"), h("div", { class: "d2l-controls" }, ...controls.map(({ root }) => root)),
    h("div", { class: "d2l-stage d2l-scatter" }, chart.root),
    h("div", {
      class: "d2l-scroll d2l-sortable", tabindex: 0, role: "group", "aria-label": "Table",
    }, table),
    ...text("source"), status.root, h("div", { class: "d2l-foot" }, button("Reset", reset)),
  );
  order();
  draw();
}

export default { render };

// The grid of TwelveRuns: one button a setting, blank until it is bought.
import { h, OWN_KEYS } from "./kit.js";

const PALE = 0.25; // so far below the best shown run a cell has no color left

/**
 * `axes` are { name, labels } of columns, rows and blocks, in which the settings are numbered with
 * the last one running fastest. `choose` is called with the number of a pressed cell.
 */
export function createMarket(axes, choose) {
  const [columns, rows, blocks] = axes;
  const depth = blocks.labels.length * rows.labels.length;
  const settingAt = (line, column) => (column * rows.labels.length
    + line % rows.labels.length) * blocks.labels.length + Math.floor(line / rows.labels.length);
  const places = new Map();
  const cells = [];
  let current = [0, 0];

  function name(i) {
    const { line, column } = places.get(i);
    const [row, block] = [line % rows.labels.length, Math.floor(line / rows.labels.length)];
    return `${columns.name} ${columns.labels[column]}, ${rows.name} ${rows.labels[row]}, ${
      blocks.name} ${blocks.labels[block]}`;
  }

  function newCell(line, column) {
    const i = settingAt(line, column);
    places.set(i, { line, column });
    const cell = h("button", { type: "button", class: "d2l-run", tabindex: -1, ...OWN_KEYS });
    cell.addEventListener("click", () => {
      rove(line, column);
      choose(i);
    });
    cell.addEventListener("focus", () => rove(line, column));
    cells[i] = cell;
    return h("td", {}, cell);
  }

  // One cell can be reached with Tab; the arrows move on from there.
  function rove(line, column) {
    cells[settingAt(...current)].tabIndex = -1;
    current = [line, column];
    cells[settingAt(...current)].tabIndex = 0;
  }

  function onKey(event) {
    const [line, column] = current;
    const goal = {
      ArrowLeft: [line, column - 1], ArrowRight: [line, column + 1],
      ArrowUp: [line - 1, column], ArrowDown: [line + 1, column],
      Home: [line, 0], End: [line, columns.labels.length - 1],
      PageUp: [line - rows.labels.length, column], PageDown: [line + rows.labels.length, column],
    }[event.key];
    if (!goal || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const within = (k, size) => Math.max(0, Math.min(size - 1, k));
    cells[settingAt(within(goal[0], depth), within(goal[1], columns.labels.length))].focus();
  }

  const head = h("thead", {}, h("tr", {}, h("td", {}),
    ...columns.labels.map((text) => h("th", { scope: "col" }, text))));
  const lines = blocks.labels.flatMap((block, b) => [
    h("tr", { class: "d2l-block" }, h("th", {
      colspan: columns.labels.length + 1, scope: "rowgroup" }, `${blocks.name} ${block}`)),
    ...rows.labels.map((row, r) => h("tr", {}, h("th", { scope: "row" }, row),
      ...columns.labels.map((_, c) => newCell(b * rows.labels.length + r, c)))),
  ]);
  const words = `${columns.name} across, ${rows.name} down`;
  const table = h("table", { role: "grid", "aria-label": `Settings: ${words}` }, head,
    h("tbody", {}, ...lines));
  table.addEventListener("keydown", onKey);
  rove(0, 0);

  return {
    root: h("div", { class: "d2l-grid-side" }, h("p", { class: "d2l-title" }, words), table),
    name,
    /** Show what was bought; once the test set is open, everything. */
    draw({ bought, isOpen, isSpent, best, shown, valid }) {
      const top = isOpen ? Math.max(...valid) : best === null ? 1 : valid[best];
      cells.forEach((cell, i) => {
        const run = bought.indexOf(i);
        const isBought = run >= 0;
        const value = isBought || isOpen ? valid[i].toFixed(3) : "";
        const share = value ? Math.max(0, Math.min(1, 1 - (top - valid[i]) / PALE)) : 0;
        cell.textContent = value || "·";
        cell.style.setProperty("--d2l-share", `${Math.round(45 * share)}%`);
        cell.classList.toggle("d2l-bought", isBought);
        cell.classList.toggle("d2l-best", i === best);
        cell.classList.toggle("d2l-here", i === shown);
        cell.setAttribute("aria-disabled", !isBought && (isOpen || isSpent));
        const what = isBought ? `bought as run ${run + 1}, ${value}${i === best ? ", best" : ""}`
          : value ? `not bought, ${value}` : "hidden";
        cell.setAttribute("aria-label", `${name(i)}: ${what}`);
      });
    },
  };
}

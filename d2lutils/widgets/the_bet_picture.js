// TheBet's picture of all combinations, gain against gain.
import { h, svg } from "./kit.js";
import { onResize } from "./resize.js";
import { scaleFor, ticks } from "./scales.js";

const AROUND = { top: 28, right: 16, bottom: 46, left: 44 };
const KINDS = [["d2l-all", "a combination"], ["d2l-plain", "plain"],
  ["d2l-winner", "best on validation"], ["d2l-top", "best on test"], ["d2l-mine", "your bet"]];

/** Gain on validation against gain on the test set, a dot a combination, in points. */
export function createScatter(book) {
  const stage = h("div", { class: "d2l-plot", "aria-hidden": "true" });
  const key = h("p", { class: "d2l-key", "aria-hidden": "true" }, ...KINDS.map(([kind, text]) => (
    h("span", {}, svg("svg", { width: 18, height: 18 }, mark(kind, 9, 9)), text))));
  const all = book.masks.flatMap((mask) => book.gains(mask).map((gain) => 100 * gain));
  const room = 0.06 * (Math.max(...all) - Math.min(...all)) || 1;
  const range = [Math.min(...all) - room, Math.max(...all) + room];
  let [width, height, mine, here] = [0, 0, 0, 0];

  function mark(kind, cx, cy) {
    if (kind === "d2l-all") return svg("circle", { class: kind, cx, cy, r: 3.5 });
    if (kind === "d2l-plain") {
      return svg("path", { class: kind, d: `M${cx - 5} ${cy - 5}l10 10m0 -10l-10 10` });
    }
    if (kind.startsWith("d2l-mine")) return svg("circle", { class: kind, cx, cy, r: 6 });
    const size = kind === "d2l-top" ? 14 : 10;
    return svg("rect", {
      class: kind, x: cx - size / 2, y: cy - size / 2, width: size, height: size });
  }

  function paint() {
    if (!width) return;
    const { top, left } = AROUND;
    const [right, bottom] = [width - AROUND.right, height - AROUND.bottom];
    const toX = scaleFor("linear", range, [left, right]);
    const toY = scaleFor("linear", range, [bottom, top]);
    const grid = svg("g", { class: "d2l-grid" });
    for (const [value, label] of ticks("linear", range, 5)) {
      const [x, y] = [Math.round(toX(value)) + 0.5, Math.round(toY(value)) + 0.5];
      grid.append(svg("path", { d: `M${left} ${y}H${right}` }),
        svg("path", { d: `M${x} ${top}V${bottom}` }),
        svg("text", { x: left - 8, y: y + 4, "text-anchor": "end" }, label),
        svg("text", { x, y: bottom + 19, "text-anchor": "middle" }, label));
    }
    const line = `M${toX(range[0])} ${toY(range[0])}L${toX(range[1])} ${toY(range[1])}`;
    const at = (kind, mask) => {
      const [x, y] = book.gains(mask).map((gain) => 100 * gain);
      return mark(kind, toX(x), toY(y));
    };
    const middle = { x: (left + right) / 2, y: height - 7, "text-anchor": "middle" };
    stage.replaceChildren(svg("svg", { width, height }, grid,
      svg("path", { class: "d2l-equal", d: line }),
      svg("text", { class: "d2l-label", x: 0, y: 14 }, "gain on the test set, points"),
      svg("text", { class: "d2l-label", ...middle }, "gain on validation, points"),
      ...book.masks.filter((mask) => mask).map((mask) => at("d2l-all", mask)),
      at("d2l-plain", 0), at("d2l-winner", book.winner), at("d2l-top", book.best),
      at("d2l-mine", mine), ...(here === mine ? [] : [at("d2l-mine d2l-here", here)])));
  }

  onResize(stage, (...size) => {
    [width, height] = size;
    paint();
  });

  return {
    root: h("div", {}, h("div", { class: "d2l-stage d2l-field" }, stage), key,
      h("p", { class: "d2l-note" }, "On the dashed line both gains are equal.")),
    draw(bet, shown) {
      [mine, here] = [bet, shown];
      paint();
    },
  };
}

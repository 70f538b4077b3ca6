// What Ladder draws: the network as a column of boxes, the steps taken, and the gains of one switch
// beside all settings of the others. Places are shares of a width, so nothing has to be drawn anew
// on a phone.
import { h, OWN_KEYS } from "./kit.js";

/** A gain in points of a hundred, with its sign. */
export function points(gain) {
  const text = Math.abs(100 * gain).toFixed(1);
  if (text === "0.0") return text;
  return `${gain < 0 ? "−" : "+"}${text}`;
}

const percent = (share) => `${(100 * Math.max(0, Math.min(1, share))).toFixed(2)}%`;

/** The network, input on top; boxes that `before` had not are marked as new. */
export function drawNetwork(root, texts, before) {
  const boxes = texts.map((text) => {
    const lines = text.split("\n");
    const last = lines.at(-1);
    const kind = `${lines.length > 1 || text.includes("conv") || text.includes("dense")
      ? "d2l-body" : "d2l-slim"} ${last.startsWith("+") ? "d2l-bypass" : ""} ${
      before && !before.includes(text) ? "d2l-new" : ""}`;
    return h("li", { class: kind }, ...lines.map((line) => h("span", {}, line)));
  });
  root.replaceChildren(...boxes);
}

// Where 0.89 and 0.90 stay apart although other networks only guess: equal ways along the axis
// divide the error, what is missing to 1, by equal factors.
const depth = (accuracy) => -Math.log(Math.max(1e-3, 1 - accuracy));
const LEVELS = [0.1, 0.5, 0.8, 0.9, 0.95, 0.99];

/** The steps as rungs, the latest on top. A step is { name, mean, low, high, gain, guess }. */
export function createRungs(nets, caption) {
  const left = depth(Math.min(...nets.map((net) => net.low)) - 0.02);
  const right = depth(Math.max(...nets.map((net) => net.high)) + 0.01);
  const at = (value) => (depth(value) - left) / (right - left);
  const rows = h("tbody");
  const marks = LEVELS.filter((level) => at(level) >= 0 && at(level) <= 1);
  const head = h("th", { scope: "col" }, h("span", { class: "d2l-hidden" }, "picture"),
    h("span", { class: "d2l-levels", "aria-hidden": "true" }, ...marks.map((level) => (
      h("span", { style: `left:${percent(at(level))}` }, String(level))))));
  const heads = ["gain", "guess"].map((text) => h("th", { scope: "col" }, text));
  const table = h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {},
    h("th", { scope: "col" }, "step"), head, h("th", { scope: "col" }, "mean"), ...heads)), rows);
  const root = h("div", {
    class: "d2l-climb d2l-scroll", tabindex: 0, role: "group", "aria-label": "Your ladder",
    ...OWN_KEYS,
  }, table);

  function rung(step) {
    const range = `left:${percent(at(step.low))};width:${percent(at(step.high) - at(step.low))}`;
    const picture = h("div", { class: "d2l-rung", "aria-hidden": "true" },
      h("span", { class: "d2l-range", style: range }),
      h("span", { class: "d2l-spot", style: `left:${percent(at(step.mean))}` }));
    const guess = step.guess === null ? "–" : points(step.guess);
    return h("tr", {}, h("th", { scope: "row" }, step.name), h("td", {}, picture),
      h("td", {}, step.mean.toFixed(3)), h("td", {}, step.gain === null ? "" : points(step.gain)),
      h("td", {}, step.gain === null ? "" : guess));
  }

  return {
    root,
    draw(steps) {
      rows.replaceChildren(...steps.map(rung).reverse());
      root.scrollTop = 0;
    },
  };
}

// Small gains stay apart although one may be fifty times another.
const stretch = (gain) => Math.asinh(100 * gain);
const TICKS = [-0.5, -0.2, -0.05, -0.01, 0, 0.01, 0.05, 0.2, 0.5];

/**
 * Gains as dots in two lanes. `limits` holds the smallest and the largest gain that may come. A dot
 * is { gain, lane, here, words }; one reads them with the arrow keys, by pointer or touch.
 */
export function createCompany(limits) {
  const [low, high] = [Math.min(-0.01, limits[0]), Math.max(0.01, limits[1])].map(stretch);
  const at = (gain) => 0.03 + (0.94 * (stretch(gain) - low)) / (high - low);
  const shown = TICKS.filter((gain) => stretch(gain) >= low && stretch(gain) <= high);
  const lanes = [0, 1].map(() => ({ name: h("p", { class: "d2l-where" }), row: h("div", {
    class: "d2l-lane" }) }));
  const ticks = h("div", { class: "d2l-ticks" }, ...shown.map((gain) => (
    h("span", { style: `left:${percent(at(gain))}` }, points(gain).replace(".0", "")))));
  const plot = h("div", {
    class: "d2l-strip", role: "slider", tabindex: 0, "aria-valuemin": 0, ...OWN_KEYS,
    "aria-label": "Gains of this switch, from the smallest to the largest",
  }, ...lanes.flatMap(({ name, row }) => [name, row]), ticks);
  const words = h("p", { class: "d2l-where d2l-reading" });
  let dots = [];
  let cursor = 0;

  function read(index) {
    cursor = index;
    dots.forEach(({ node }, i) => node.classList.toggle("d2l-read", i === cursor));
    words.textContent = dots[cursor]?.words ?? "";
    plot.setAttribute("aria-valuemax", Math.max(0, dots.length - 1));
    plot.setAttribute("aria-valuenow", cursor);
    plot.setAttribute("aria-valuetext", words.textContent || "no gains yet");
  }

  function home() {
    if (dots.length) read(dots.findIndex(({ here }) => here));
  }

  // Neighbors that would lie on each other take turns in height.
  function place(dot, i, all) {
    const before = all.slice(0, i).filter(({ lane }) => lane === dot.lane).length;
    const top = 0.3 * (before % 4);
    const kind = `d2l-gain${dot.here ? " d2l-here" : ""}`;
    return h("span", { class: kind, style: `left:${percent(at(dot.gain))};top:${top}rem` });
  }

  plot.addEventListener("keydown", (event) => {
    const last = dots.length - 1;
    const goal = {
      ArrowLeft: cursor - 1, ArrowDown: cursor - 1, ArrowRight: cursor + 1, ArrowUp: cursor + 1,
      Home: 0, End: last,
    }[event.key];
    if (goal === undefined || last < 0) return;
    read(Math.max(0, Math.min(last, goal)));
    event.preventDefault();
  });
  for (const type of ["pointermove", "pointerdown"]) {
    plot.addEventListener(type, (event) => {
      const far = ({ node }) => {
        const box = node.getBoundingClientRect();
        return Math.hypot(box.x + box.width / 2 - event.clientX,
          box.y + box.height / 2 - event.clientY);
      };
      const distances = dots.map(far);
      if (dots.length) read(distances.indexOf(Math.min(...distances)));
    });
  }
  plot.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") home(); });
  plot.addEventListener("blur", home);

  return {
    roots: [plot, words],
    draw(next, names) {
      const sorted = [...next].sort((a, b) => a.gain - b.gain);
      dots = sorted.map((dot, i) => ({ ...dot, node: place(dot, i, sorted) }));
      lanes.forEach(({ name, row }, lane) => {
        name.textContent = names[lane];
        row.replaceChildren(...dots.filter((dot) => dot.lane === lane).map(({ node }) => node));
      });
      home();
    },
  };
}

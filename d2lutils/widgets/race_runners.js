// The lines below the picture of OptimizerRace: who runs, and what became of each.
import { h, OWN_KEYS, svg } from "./kit.js";
import { lineStyle } from "./plot.js";

const NEAR = 0.01; // of the picture's width: so near a point is there

/** The first step of the last stretch of points that pass a test, or null if the last does not. */
function sinceWhen(points, passes) {
  let step = points.length;
  while (step > 0 && passes(points[step - 1])) step -= 1;
  return step < points.length ? step : null;
}

/** The step from which on a run is outside the picture, or null where its last point is inside. */
export function leftAt(points, { xlim, ylim }) {
  return sinceWhen(points, ([x, y]) => x < xlim[0] || x > xlim[1] || y < ylim[0] || y > ylim[1]);
}

/** What became of a run by a step, in words. */
export function verdictOn({ points, losses }, surface, step) {
  const { xlim } = surface;
  const so = points.slice(0, step + 1);
  const near = (kind) => sinceWhen(so, ([x, y]) => surface[kind].some(([a, b]) => (
    Math.hypot(x - a, y - b) < NEAR * (xlim[1] - xlim[0]))));
  const left = leftAt(so, surface);
  const loss = losses[so.length - 1];
  if (step === 0) return "at the start";
  if (left !== null || so.length <= step) {
    const where = `left the picture at step ${left ?? so.length}`;
    return so.length <= step || loss > losses[0] ? `${where}: diverged` : where;
  }
  for (const [kind, words] of [["minima", "at the minimum"], ["local_minima",
    "in a local minimum"], ["saddles", "at the saddle point"]]) {
    const since = near(kind);
    if (since !== null) return since ? `${words} since step ${since}` : `${words} from the start`;
  }
  const half = Math.floor(step / 2);
  if (loss < 0.999 * losses[half]) return "on its way";
  return losses[half] < 0.999 * losses[0] ? `no lower than at step ${half}`
    : "no lower than at the start";
}

/** A line for each method: whether it runs, how it is drawn, its loss and what became of it. */
export function createRunners(looks, onToggle) {
  const lines = looks.map((look) => {
    const box = h("input", { type: "checkbox", ...OWN_KEYS });
    const [loss, words] = [h("span", { class: "d2l-value" }), h("span", { class: "d2l-fate" })];
    box.addEventListener("change", () => onToggle(look.label, box.checked));
    const swatch = svg("svg", { class: "d2l-swatch", width: 32, height: 12, "aria-hidden": true },
      svg("path", { class: "d2l-line", d: "M1 6H31", style: lineStyle(look) }));
    const name = h(looks.length > 1 ? "label" : "span", { class: "d2l-runner" },
      ...(looks.length > 1 ? [box] : []), swatch, h("span", {}, look.label));
    return { root: h("div", { class: "d2l-lane" }, name, loss, words), box, loss, words };
  });
  const root = h("div", { class: "d2l-lanes", role: "group", "aria-label": "Methods" },
    ...lines.map((line) => line.root));
  return { root, lines };
}

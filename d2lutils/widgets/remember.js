// Remember: change one thing in a text, and see for how long each model's expectations differ.
import { axisControl, button, h, OWN_KEYS, statusLine } from "./kit.js";
import { loadPayload } from "./payload.js";
import { createPlot } from "./plot.js";
import { createPassage } from "./remember_passage.js";
import { createTextModel, foreseen, tokensOf, variation, visible } from "./text_models.js";

const ROWS = 5;
const FLOOR = 1e-6; // of the logarithmic axis
const shown = (p) => p.toFixed(2);

/** A model's expectations, without the change and with it: the likeliest characters. */
function createPanel({ name }, style, vocab) {
  const rows = Array.from({ length: ROWS }, () => {
    const head = h("th", { scope: "row" });
    const bars = [h("i"), h("i")];
    const value = h("td", { class: "d2l-value" });
    const root = h("tr", {}, head, h("td", { "aria-hidden": "true" }, ...bars), value);
    return { root, head, bars, value };
  });
  const gap = h("span", { class: "d2l-value" });
  const root = h("div", { class: "d2l-panel", style: `--d2l-color: var(--d2l-c${style})` },
    h("p", {}, h("strong", {}, name), " ", gap),
    h("table", {}, h("tbody", {}, ...rows.map((row) => row.root))));
  const draw = (p, q, distance) => {
    gap.textContent = `differs by ${distance === 0 ? "0" : distance.toPrecision(2)}`;
    const best = Array.from(p.keys()).slice(1).sort((a, b) => p[b] + q[b] - p[a] - q[a]);
    rows.forEach(({ head, bars, value }, i) => {
      const token = best[i];
      head.textContent = token === undefined ? "" : visible(vocab[token]);
      if (token === undefined) return;
      [p, q].forEach((all, k) => { bars[k].style.width = `${100 * all[token]}%`; });
      value.textContent = `${shown(p[token])} → ${shown(q[token])}`;
    });
  };
  return { root, draw };
}

/** Both charts over the distance: one with an axis from 0, one with a logarithmic one. */
function createCharts(models, reach, onCursor) {
  const options = {
    names: models.map(({ name }, i) => ({ label: name, style: i, kind: "" })),
    xs: [Array.from({ length: reach + 1 }, (_, i) => i)],
    xlabel: "characters read since the change", ylabel: "difference of what is expected, 0 to 1",
    xscale: "linear", xlim: [0, reach], spread: "", legend: "d2l-legend", backdrop: [], onCursor,
  };
  const charts = ["linear", "log"].map((yscale) => createPlot({ ...options, yscale }));
  const log = h("input", { type: "checkbox", ...OWN_KEYS });
  const show = () => charts.forEach((chart, i) => {
    const isShown = log.checked === (i === 1);
    chart.root.classList.toggle("d2l-covered", !isShown);
    chart.legend.hidden = !isShown;
  });
  charts[1].draw([], [FLOOR, 1]); // before it has a size: a logarithmic axis cannot begin at 0
  log.addEventListener("input", show);
  show();
  return {
    charts, log: h("label", { class: "d2l-check" }, log, "logarithmic axis"),
    draw(differences) {
      const most = Math.max(0.05, ...differences.flat());
      const curves = (least) => differences.map((y, name) => (
        { name, x: 0, y: y.map((value) => (value > least ? value : null)) }));
      charts[0].draw(curves(-1), [0, Math.min(1, 1.05 * most)]);
      charts[1].draw(curves(FLOOR), [FLOOR, 1]);
    },
    go: (distance) => charts.forEach((chart) => chart.moveCursor(distance)),
  };
}

function render({ model, el }) {
  const [models, vocab, reach] = ["models", "vocab", "reach"].map((name) => model.get(name));
  const status = statusLine({ class: "d2l-status d2l-hidden" });
  const where = h("p", { class: "d2l-where" });
  let nets = null;
  let change;
  let found = null; // for each model the expectations, without the change and with it, and gaps
  let distance = 0;

  function go(to) {
    if (!found) return;
    distance = Math.max(0, Math.min(found[0].gaps.length - 1, to));
    slider.set(distance);
    charts.go(distance);
    passage.mark(distance);
    const end = change.at + change.old.length;
    const read = change.text.slice(end, end + distance);
    const said = distance === 0 ? "Right behind the change" : `${distance} character${
      distance > 1 ? "s" : ""} behind the change, after “${
      distance > 16 ? "…" : ""}${Array.from(read.slice(-16), visible).join("")}”`;
    where.textContent = `${said}: what may come next, without the change → with it.`;
    found.forEach(({ p, q, gaps }, i) => panels[i].draw(p[distance], q[distance], gaps[distance]));
    status.say(`${said}: ${models.map(({ name }, i) => (
      `${name} ${found[i].gaps[distance].toPrecision(2)}`)).join(", ")}.`);
  }

  function compare(next) {
    change = next;
    if (!nets) return;
    const { text, at, old, fresh } = change;
    const numbers = (words) => tokensOf(words, vocab).tokens;
    const after = numbers(text.slice(at + old.length, at + old.length + reach));
    found = nets.map((net) => {
      const [p, q] = [old, fresh].map((words) => (
        foreseen(net, numbers(text.slice(0, at) + words), after)));
      return { p, q, gaps: p.map((one, i) => variation(one, q[i])) };
    });
    charts.draw(found.map(({ gaps }) => gaps));
    go(distance);
  }

  async function load() {
    open.disabled = true;
    cover.lastChild.textContent = "Loading …";
    try {
      nets = await Promise.all(models.map(async (about) => (
        createTextModel(about, await loadPayload(about.payload), vocab))));
    } catch (error) {
      cover.lastChild.textContent = `The models could not be loaded: ${error.message}`;
      open.disabled = false;
      return;
    }
    cover.remove();
    for (const root of later) root.hidden = false;
    compare(change);
  }

  const charts = createCharts(models, reach, (to) => { if (to !== distance) go(to); });
  const panels = models.map((about, i) => createPanel(about, i, vocab));
  const labels = Array.from({ length: reach + 1 }, (_, i) => String(i));
  const slider = axisControl({ name: "characters read since the change", labels, slider: true }, 0, go);
  const size = Math.round(models.reduce((sum, { bytes }) => sum + bytes, 0) / 1000);
  const open = button(`Load the models (${size} KB)`, load);
  const cover = h("div", { class: "d2l-loading" }, open, h("p", { role: "status" }));
  const passage = createPassage({
    text: model.get("text"), changes: model.get("changes"), vocab, onChange: compare,
  });
  const keys = h("p", { class: "d2l-keys", "aria-hidden": "true" },
    h("i"), "without the change", h("i", { class: "d2l-with" }), "with it");
  const later = [
    h("div", {}, ...charts.charts.map((chart) => chart.legend), charts.log),
    h("div", { class: "d2l-reading" }, slider.root, where, keys,
      h("div", { class: "d2l-panels" }, ...panels.map((panel) => panel.root))),
  ];
  for (const root of later) root.hidden = true;

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Does it remember? Change a character and see how far it is felt");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    ...passage.roots,
    h("div", { class: "d2l-stage" }, ...charts.charts.map((chart) => chart.root), cover),
    ...later,
    status.root,
    h("div", { class: "d2l-foot" }, button("Reset", () => {
      distance = 0;
      passage.preset(0);
    })),
  );
  passage.preset(0);
}

export default { render };

// ScheduleExplorer: a schedule's rate over the steps, what SGD does with it, and its PyTorch.
import { axisControl, button, h, OWN_KEYS, statusLine } from "./kit.js";
import { createPlot } from "./plot.js";
import { followSchedule, torchLines } from "./schedule_engine.js";

const KEPT = 1;

// "t^{-1}" and "η_0" with raised and lowered pieces, as elements.
function formulaNodes(text) {
  return text.split(/([_^](?:\{[^}]*\}|.))/u).map((piece) => {
    const kind = { "_": "sub", "^": "sup" }[piece[0]];
    return kind ? h(kind, {}, piece.slice(1).replace(/[{}]/g, "")) : piece;
  });
}

// The rates' axis starts at 0 and leaves a margin above the highest.
const rateRange = (rates) => [0, 1.06 * Math.max(...rates, 1e-6)];

function render({ model, el }) {
  const [schedules, shared, bowl, charts, most] =
    ["schedules", "shared", "bowl", "charts", "most"].map((name) => model.get(name));
  const home = model.get("start");
  let now = { ...home };
  let kept = null;

  const knobsOf = ({ schedule }) => schedules[schedule].knobs;
  const status = statusLine({ class: "d2l-status d2l-hidden" });
  const formula = h("p", { class: "d2l-formula" });
  const code = h("pre", {
    class: "d2l-code", tabindex: 0, role: "group", "aria-label": "The lines of PyTorch", ...OWN_KEYS,
  });
  const note = h("p", { class: "d2l-note" });
  const plots = charts.map((chart) => createPlot({
    ...chart, spread: "", legend: "d2l-legend", backdrop: [], xs: [bowl.xs], xscale: "linear",
    onCursor: (stop) => plots.forEach((plot) => plot.moveCursor(stop)),
  }));
  const controls = h("div", { class: "d2l-controls d2l-schedule-knobs" });

  function draw() {
    const found = followSchedule(now, bowl);
    const [rates, losses] = plots;
    const curves = (key) => [
      { name: 0, x: 0, y: found[key] },
      ...(kept ? [{ name: KEPT, x: 0, y: kept[key] }] : []),
    ].map((curve) => ({ ...curve, y: curve.y.map((v) => (Number.isFinite(v) ? v : null)) }));
    rates.draw(curves("rates"), rateRange([...found.rates, ...(kept?.rates ?? [])]));
    losses.draw(curves("losses"), charts[1].ylim);
    formula.replaceChildren(...formulaNodes(schedules[now.schedule].formula));
    code.textContent = torchLines(now);
    note.textContent = losses.note();
    status.say(`${now.schedule}: ${rates.reading()}; ${losses.reading()}. ${note.textContent}`);
  }

  function change(what) {
    now = { ...now, ...what };
    draw();
  }

  function control({ label, values, slider }, value, onInput) {
    const axis = { name: label, labels: values.map(String), slider };
    const { root, set } = axisControl(axis, values.indexOf(value), (i) => {
      set(i);
      onInput(values[i]);
    });
    root.classList.toggle("d2l-wide-knob", !slider);
    return root;
  }

  // A schedule brings knobs of its own, each at its usual value.
  function choose(schedule) {
    const starts = schedules[schedule].knobs.map(({ key, start }) => [key, start]);
    const { rate, before } = now;
    now = { rate, before, ...Object.fromEntries(starts), schedule };
    lay();
  }

  function lay() {
    const focused = controls.contains(document.activeElement);
    const all = { label: "schedule", values: Object.keys(schedules), slider: false };
    const select = control(all, now.schedule, choose);
    const knobs = [...shared, ...knobsOf(now)].map((knob) => (
      control(knob, now[knob.key], (value) => change({ [knob.key]: value }))));
    const room = knobsOf(now).reduce((left, { slider }) => left - (slider ? 1 : 2), most);
    const blank = () => h("div", { class: "d2l-control d2l-blank-knob", "aria-hidden": "true" });
    controls.replaceChildren(select, ...knobs, ...Array.from({ length: room }, blank));
    if (focused) select.querySelector("select").focus();
    draw();
  }

  async function copy() {
    window.getSelection().selectAllChildren(code);
    try {
      await navigator.clipboard.writeText(code.textContent);
      copied.textContent = "Copied.";
    } catch {
      copied.textContent = "Selected: copy with Ctrl+C.";
    }
  }

  const copied = h("span", { class: "d2l-value", role: "status" });
  const stage = (plot) => h("div", { class: "d2l-stage" }, plot.root);
  const actions = h("div", { class: "d2l-actions" },
    button("Keep to compare", () => {
      kept = followSchedule(now, bowl);
      draw();
    }),
    button("Copy the code", copy),
    button("Reset", () => {
      now = { ...home };
      kept = null;
      copied.textContent = "";
      plots.forEach((plot) => plot.clearCursor());
      lay();
    }), copied);

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Schedules of the learning rate");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    controls, formula,
    h("div", { class: "d2l-charts" }, ...plots.map((plot) => h("div", {}, stage(plot), plot.legend))),
    note, code, actions, status.root,
  );
  lay();
}

export default { render };

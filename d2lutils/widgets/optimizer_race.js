// OptimizerRace: methods of optimization run down a surface from where the reader lets them start.
import { axisControl, button, formatNumber, h, statusLine, svg, typedNumber } from "./kit.js";
import { descend } from "./optimizers.js";
import { createTour } from "./tour.js";
import { createPlot } from "./plot.js";
import { createPicture, MARKS, pointText } from "./race_picture.js";
import { createRunners, leftAt, verdictOn } from "./race_runners.js";
import { SURFACES } from "./surfaces.js";

const [FLOOR, TICK] = [1e-6, 70]; // the lowest loss on the charts; milliseconds a step of Play
const count = (steps) => Array.from({ length: steps + 1 }, (_, i) => i);

function createMarkLegend() {
  const names = { minima: "minimum", local_minima: "local minimum", saddles: "saddle point" };
  const items = Object.entries(names).map(([kind, name]) => h("span", { class: "d2l-item" },
    svg("svg", { class: "d2l-marks", width: 16, height: 16, "aria-hidden": true },
      svg("path", { class: `d2l-${kind}`, d: MARKS[kind], transform: "translate(8 8)" })), name));
  const formula = h("span", { class: "d2l-formula" });
  const root = h("p", { class: "d2l-row" }, formula, ...items);
  const set = (surface) => {
    formula.textContent = `f(x, y) = ${surface.formula}`;
    Object.keys(names).forEach((kind, i) => { items[i].hidden = !surface[kind].length; });
  };
  return { root, set };
}

function render({ model, el }) {
  const [methods, surfaces, home, knobs, tour, steps] =
    ["methods", "surfaces", "start", "knobs", "tour", "steps"].map((name) => model.get(name));
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const status = statusLine({ class: "d2l-status d2l-hidden" });
  const looks = methods.map(({ name, style }) => ({ label: name, style, kind: "" }));
  let now = { ...home, step: steps };
  let runs = [];
  let [peek, timer] = [null, 0];

  const surfaceNow = () => surfaces.find(({ name }) => name === now.surface);
  const lossRange = () => [FLOOR, 3 * surfaceNow().levels.at(-1)];
  const runOf = (name, rate) => descend(
    SURFACES[now.surface], name, { ...now, rate }, [now.x, now.y], steps);

  const lossOf = ({ losses }) => formatNumber(losses[now.step] ?? NaN);

  // ---- what is seen

  const common = { spread: "", legend: "", backdrop: [], names: looks, yscale: "log" };
  const lossPlot = createPlot({
    ...common, xs: [count(steps)], xlim: [0, steps], xscale: "linear",
    xlabel: "step", ylabel: "loss f(x, y)",
    onCursor(step) {
      peek = step;
      drawPicture();
    },
  });
  const rates = knobs.find(({ name }) => name === "rate").values;
  let isChoosing = false; // a rate on the chart below, not only looking at it
  const ratePlot = createPlot({
    ...common, xs: [rates], xlim: [rates[0], rates.at(-1)], xscale: "log",
    xlabel: "learning rate", ylabel: `loss after ${steps} steps`,
    onCursor(rate) { if (isChoosing) change({ rate }); },
  });

  function drawPicture() {
    const step = peek ?? now.step;
    // A way that has left for good is drawn as far as its first point outside.
    const shown = runs.map(({ method, points }) => {
      const so = points.slice(0, now.step + 1);
      const left = leftAt(so, surfaceNow()) ?? so.length;
      const place = points[Math.min(step, points.length - 1)];
      return { look: looks[method], points: so.slice(0, left + 1), place };
    });
    picture.draw({ surface: surfaceNow(), start: [now.x, now.y], runs: shown });
  }

  function drawStep() {
    lossPlot.draw(runs.map(({ method, losses }) => ({
      name: method, x: 0,
      y: count(steps).map((i) => (i <= now.step ? losses[i] ?? Infinity : null)),
    })), lossRange());
    stepControl.set(now.step);
    runners.lines.forEach(({ box, loss, words }, i) => {
      const run = runs.find(({ method }) => method === i);
      box.checked = Boolean(run);
      loss.textContent = run ? `loss ${lossOf(run)}` : "";
      words.textContent = run ? verdictOn(run, surfaceNow(), now.step) : "";
    });
    drawPicture();
  }

  function drawRates() {
    const curves = (sweep.open ? runs : []).map(({ method }) => ({
      name: method, x: 0,
      y: rates.map((rate) => runOf(looks[method].label, rate).losses[steps] ?? Infinity),
    }));
    ratePlot.draw(curves, lossRange());
    ratePlot.moveCursor(now.rate);
  }

  function draw() {
    runs = looks.flatMap(({ label }, method) => (
      now.methods.includes(label) ? [{ method, ...runOf(label, now.rate) }] : []));
    surfaceControl.set(surfaces.indexOf(surfaceNow()));
    for (const { name, control, input, values, users } of controls) {
      control.set(values.indexOf(now[name]));
      input.disabled = !users.some((user) => now.methods.includes(user));
    }
    markLegend.set(surfaceNow());
    drawStep();
    drawRates();
  }

  function say() {
    const said = runs.map((run) => `${looks[run.method].label}: loss ${lossOf(run)}, ${
      verdictOn(run, surfaceNow(), now.step)}.`);
    status.say(`From ${pointText([now.x, now.y])}, rate ${typedNumber(now.rate)}, after ${
      now.step} steps. ${said.join(" ")}`);
  }

  // ---- what is done

  function change(what) {
    now = { ...now, ...what };
    draw();
    say();
  }

  function goTo(step) {
    now = { ...now, step };
    drawStep();
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
  }

  function walk() {
    if (!el.isConnected || now.step >= steps) {
      pause();
      say();
    } else goTo(now.step + 1);
  }

  function start() {
    if (timer) return pause();
    if (now.step >= steps) goTo(0);
    play.textContent = "Pause";
    timer = setInterval(walk, TICK);
  }

  const toggle = (name, runs_) => change({
    methods: looks.map(({ label }) => label).filter((label) => (
      label === name ? runs_ : now.methods.includes(label))),
  });
  const picture = createPicture(([x, y]) => change({ x, y }));
  const markLegend = createMarkLegend();
  const runners = createRunners(looks, toggle);
  const surfaceControl = axisControl(
    { name: "surface", labels: surfaces.map(({ name }) => name) }, 0, (i) => {
      const [x, y] = surfaces[i].start;
      change({ surface: surfaces[i].name, x, y });
    });
  const controls = knobs.map(({ name, title, values, users }) => {
    const axis = { name: title, labels: values.map(typedNumber), slider: true };
    const control = axisControl(axis, 0, (i) => change({ [name]: values[i] }));
    return { name, control, values, users, input: control.root.querySelector("input") };
  });
  const stepControl = axisControl(
    { name: "steps shown", labels: count(steps).map(String), slider: true }, steps, (step) => {
      pause();
      goTo(step);
      say();
    });
  const play = button("Play", start, { class: "d2l-button d2l-play" });
  const hidePlay = () => {
    pause();
    play.hidden = calm.matches;
  };
  calm.addEventListener("change", hidePlay);
  hidePlay();
  const stops = createTour(tour, model.get("invite"), ({ setting }) => {
    pause();
    change({ ...home, step: steps, ...setting });
  });
  const sweep = h("details", {},
    h("summary", {}, `Try every rate: the loss after ${steps} steps`),
    h("div", { class: "d2l-sweep" }, ratePlot.root),
    h("p", { class: "d2l-source" }, model.get("guide")));
  sweep.addEventListener("toggle", drawRates);

  // Looking along the losses moves the points in the picture; when it ends they go back.
  const stopPeeking = () => {
    peek = null;
    drawPicture();
  };
  lossPlot.root.addEventListener("pointerleave", stopPeeking);
  lossPlot.root.addEventListener("blur", stopPeeking);
  // A press or a key on the chart of rates chooses one, and it stays marked.
  ratePlot.root.addEventListener("pointermove", (event) => {
    isChoosing = event.buttons > 0;
  }, { capture: true });
  for (const [type, chooses] of [["pointerdown", true], ["keydown", true], ["pointerup", false],
    ["keyup", false]]) {
    ratePlot.root.addEventListener(type, () => {
      // A press where the cursor is already has to be told, too.
      if (type === "pointerdown") ratePlot.clearCursor();
      isChoosing = chooses;
    }, { capture: true });
  }
  for (const type of ["pointerleave", "blur"]) {
    ratePlot.root.addEventListener(type, () => ratePlot.moveCursor(now.rate));
  }

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Optimizer race");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    ...(tour.length ? [stops.root] : []),
    h("div", { class: "d2l-controls" }, ...(surfaces.length > 1 ? [surfaceControl.root] : []),
      ...controls.map(({ control }) => control.root)),
    h("div", { class: "d2l-course" },
      h("div", {}, h("div", { class: "d2l-chart" }, picture.root), markLegend.root),
      h("div", { class: "d2l-loss" }, lossPlot.root)),
    h("div", { class: "d2l-replay" }, stepControl.root, play),
    runners.root,
    sweep,
    status.root,
    h("div", { class: "d2l-foot" }, button("Reset", () => {
      pause();
      stops.set(null);
      change({ ...home, step: steps });
    })),
  );
  draw();
}

export default { render };

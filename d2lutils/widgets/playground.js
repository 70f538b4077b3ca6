// Playground: a small network that trains in the page while its reader turns the knobs.
import { onThemeChange, readColors } from "./colors.js";
import { axisControl, button, formatNumber, h, statusLine } from "./kit.js";
import { addressWriter, readAddress } from "./address.js";
import { createNetwork, signed, unitInWords, unitName } from "./playground_network.js";
import { createPainter, drawExamples, drawLosses, fitCanvas } from "./playground_picture.js";
import { largest, traceZero } from "./playground_picture.js";
import { createSurfaces } from "./playground_surfaces.js";
import { createTour } from "./tour.js";
import { createTrainer } from "./playground_trainer.js";

// What may change while the network trains; anything else begins a new run.
const LIVE = ["batch", "optimizer", "rate", "l1", "l2", "dropout"];
const STEPS_A_SECOND = 300; // slow enough to watch
const SLICE = 10; // milliseconds of a frame that training may take
const SAY_EVERY = 10_000; // milliseconds between two announcements while it trains

/** A canvas that keeps the size of its box; `onResize` gets the context and the size. */
function stage(name, attributes, onResize) {
  const canvas = h("canvas", attributes);
  const root = h("div", { class: name }, canvas);
  new ResizeObserver(([{ contentRect: { width, height } }]) => {
    if (width) onResize(fitCanvas(canvas, width, height), width, height);
  }).observe(root);
  return { root, canvas };
}

function legendItem(kind, text, value = "") {
  const mark = h("span", { class: `d2l-mark d2l-${kind}` });
  return h("span", { class: "d2l-item" }, mark, h("span", {}, text), value);
}

function render({ model, el }) {
  const [knobs, home, tour] = ["knobs", "start", "tour"].map((name) => model.get(name));
  const site = el.closest(".bd-article, .bd-content") !== null;
  const place = [...document.querySelectorAll(".d2l-playground")].indexOf(el);
  const address = place > 0 ? `playground-${place + 1}` : "playground";
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const number = () => h("span", { class: "d2l-value" });
  const [count, trainLoss, validLoss, accuracy] = [number(), number(), number(), number()];
  const status = statusLine({ class: "d2l-status d2l-hidden" });
  const note = h("p", { class: "d2l-note", role: "status" });
  const fixed = h("p", { class: "d2l-source" });
  const shown = h("p", { class: "d2l-shown" });
  const [low, high] = [h("span"), h("span")];
  const link = h("a", { class: "d2l-link" }, "Link to this setting");
  const toAddress = addressWriter(link, address, site);
  const paint = createPainter(1);
  let setting = { ...home };
  let trainer;
  let surfaces;
  let point;
  let focus;
  let colors = readColors(el);
  let [surface, chart] = [null, null];
  let [playing, visible, frame, last, due, said] = [false, true, 0, 0, 0, 0];

  // ---- what is seen

  const network = createNetwork((column, row, isChosen) => {
    focus = [column, row];
    if (!isChosen) {
      drawSurface();
      return;
    }
    draw(); // the frame of its tile, too
    label();
    status.say(unitInWords(trainer.net, trainer.theta, column, row));
  });
  new ResizeObserver(([{ contentRect: { width, height } }]) => {
    network.resize(width, height);
    draw();
  }).observe(network.root);
  const plane = stage("d2l-plane", { role: "img" }, (context, size) => {
    surface = { context, size };
    drawSurface();
  });
  const losses = stage("d2l-losses", { role: "img" }, (context, width, height) => {
    chart = { context, width, height };
    draw();
  });

  const isChance = () => focus[0] === trainer.net.layers.length && trainer.kind === "entropy";

  function drawSurface() {
    if (!surface || !surfaces) return;
    const { context, size } = surface;
    const field = surfaces.of(...focus);
    const scale = field.scale ?? Math.max(largest(field), 1e-3);
    paint(context, colors, { ...field, scale }, 0, 0, size);
    if (isChance()) {
      context.strokeStyle = colors.text;
      context.lineWidth = 1.5;
      traceZero(context, field, size);
    }
    drawExamples(context, colors, trainer, size);
    low.textContent = isChance() ? "0" : signed(-scale);
    high.textContent = isChance() ? "1" : signed(scale);
    shown.textContent = title();
  }

  function title() {
    if (isChance()) return "Output: the probability of orange";
    return `${unitName(trainer.net, ...focus)}: its value`;
  }

  function draw() {
    if (!surfaces) return;
    surfaces.update(trainer.theta, trainer.kind);
    network.draw(trainer.theta, colors, surfaces.of);
    drawSurface();
    if (chart) drawLosses(chart.context, colors, trainer.run.history, chart.width, chart.height);
    count.textContent = `step ${trainer.run.steps} · epoch ${trainer.run.epochs}`;
    trainLoss.textContent = formatNumber(point.train.loss);
    validLoss.textContent = formatNumber(point.valid.loss);
    const percent = Math.round(100 * point.valid.accuracy);
    accuracy.textContent = trainer.kind === "entropy" ? `${percent} % right` : "";
  }

  // What the pictures show, in words.
  function label() {
    const [train, valid] = [point.train.loss, point.valid.loss].map(formatNumber);
    const right = trainer.kind === "entropy" ? `, ${accuracy.textContent}` : "";
    const words = `training loss ${train}, validation loss ${valid}${right}.`;
    plane.canvas.setAttribute("aria-label", `${title()}, over the plane. ${words}`);
    losses.canvas.setAttribute("aria-label", `Losses up to step ${trainer.run.steps}: ${words}`);
    return `Step ${trainer.run.steps}: ${words}`;
  }

  // Read out when training pauses, and now and then between.
  const say = (delay) => status.say(label(), delay);

  // ---- the run

  function begin() {
    trainer = createTrainer(setting);
    surfaces = createSurfaces(trainer.net);
    point = trainer.measure();
    network.setNet(trainer.net);
    note.textContent = "";
    draw();
  }

  function train(steps, until = Infinity) {
    for (let i = 0; i < steps && performance.now() < until; i += 1) trainer.step();
    point = trainer.measure();
    draw();
    if (Number.isFinite(point.train.loss)) return;
    setPlaying(false);
    note.textContent = "The loss is no longer a number: the steps were too large. "
      + "Lower the learning rate and restart.";
  }

  function onFrame(now) {
    frame = 0;
    if (!playing || !visible || !el.isConnected) return;
    due = Math.min(due + ((now - last) * STEPS_A_SECOND) / 1000, 30);
    last = now;
    const before = trainer.run.steps;
    train(Math.floor(due), performance.now() + SLICE);
    due -= trainer.run.steps - before;
    if (now - said > SAY_EVERY) {
      said = now;
      say(0);
    }
    run();
  }

  function run() {
    if (playing && visible && !frame) frame = requestAnimationFrame(onFrame);
  }

  function setPlaying(next) {
    playing = next;
    play.textContent = playing ? "Pause" : "Play";
    last = performance.now();
    said = last;
    if (playing) run();
    else say();
  }

  new IntersectionObserver(([entry]) => {
    visible = entry.isIntersecting;
    last = performance.now();
    run();
  }).observe(el);

  // ---- the setting

  function show() {
    controls.forEach(({ knob, set }) => set(knob.values.indexOf(setting[knob.name])));
    const rest = knobs.filter(({ name }) => !model.get("show").includes(name));
    const values = rest.map(({ name, title }) => `${title} ${setting[name]}`);
    fixed.textContent = values.length ? `Fixed: ${values.join(", ")}.` : "";
    const names = Object.keys(setting).filter((name) => setting[name] !== home[name]);
    const changed = Object.fromEntries(names.map((name) => [name, setting[name]]));
    toAddress(changed);
  }

  function change(next) {
    const isLive = knobs.every(({ name }) => next[name] === setting[name] || LIVE.includes(name));
    setting = next;
    if (isLive) trainer.change(setting);
    else begin();
    show();
    say();
  }

  // A reader who comes by such a link is brought here.
  function takeAddress() {
    const asked = site ? readAddress(window.location.hash, address, knobs) : null;
    if (asked === null) return;
    const next = { ...home, ...asked.setting };
    if (knobs.some(({ name }) => next[name] !== setting[name])) {
      setting = next;
      begin();
      show();
      setPlaying(false); // and say the losses of this run, not of the one before
    }
    if (asked.ignored.length) {
      note.textContent = `The page's address was not followed in all: ${asked.ignored.join(" ")}`;
    }
    el.scrollIntoView({ block: "start" });
  }

  const controls = knobs.filter(({ name }) => model.get("show").includes(name)).map((knob) => {
    const axis = { name: knob.title, labels: knob.values.map(String), slider: knob.slider };
    const { root, set } = axisControl(axis, knob.values.indexOf(setting[knob.name]), (i) => (
      change({ ...setting, [knob.name]: knob.values[i] })));
    return { root, set, knob };
  });
  const play = button("Play", () => setPlaying(!playing), { class: "d2l-button d2l-play" });
  const walk = (steps) => () => {
    setPlaying(false);
    train(steps);
    say();
  };
  const restart = () => {
    begin();
    say();
  };
  const reset = button("Reset", () => {
    setPlaying(false);
    setting = { ...home };
    begin();
    show();
    stops.set(null);
    say();
  });
  const stops = createTour(tour, model.get("invite"), (stop) => {
    setting = { ...home, ...stop.setting };
    begin();
    show();
    setPlaying(!calm.matches);
  });

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Playground: a small network to train");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    ...(tour.length ? [stops.root] : []),
    h("div", { class: "d2l-controls" }, ...controls.map(({ root }) => root)),
    fixed,
    h("div", { class: "d2l-actions" }, play, button("Step", walk(1)),
      button("100 steps", walk(100)), button("Restart", restart), count),
    note,
    h("div", { class: "d2l-lab" }, network.root,
      h("div", { class: "d2l-views" }, plane.root,
        h("div", { class: "d2l-scale", "aria-hidden": "true" }, low, h("span"), high), shown,
        h("div", { class: "d2l-row" }, legendItem("dot", "training"),
          legendItem("ring", "validation")),
        losses.root,
        h("div", { class: "d2l-row" }, legendItem("full", "training", trainLoss)),
        h("div", { class: "d2l-row" }, legendItem("dashed", "validation", validLoss), accuracy))),
    h("p", { class: "d2l-source" }, model.get("guide")),
    status.root,
    h("div", { class: "d2l-foot" }, ...(site ? [link] : []), reset),
  );
  onThemeChange(() => {
    colors = readColors(el);
    draw();
  });
  window.addEventListener("hashchange", takeAddress);
  begin();
  show();
  say();
  takeAddress();
}

export default { render };

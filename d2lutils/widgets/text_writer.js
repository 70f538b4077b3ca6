// TextWriter: a language model writes on from the reader's words, character by character.
import { axisControl, button, h, OWN_KEYS, statusLine, uniqueId } from "./kit.js";
import { loadPayload } from "./payload.js";
import { randomNumbers } from "./random.js";
import {
  createTextModel, drawingFrom, drawToken, probabilitiesOf, readAll, tokensOf, visible,
} from "./text_models.js";

const FRAME = 2; // characters a frame: slow enough to read along
const ROWS = 8;
// How likely a character was to its model, at least: the five shades of the legend.
const SHADES = [
  [0.5, "above ½"], [0.2, "0.2 to ½"], [0.05, "0.05 to 0.2"], [0.01, "0.01 to 0.05"], [0, "below"],
];
const shadeOf = (p) => SHADES.findIndex(([least]) => p >= least);
const shown = (p) => (p > 0 && p < 0.001 ? "<0.001" : p.toFixed(3));

function shadeLegend() {
  const items = SHADES.map(([, words], i) => (
    h("span", {}, h("i", { class: `d2l-shade${i}` }), words)));
  return h("p", { class: "d2l-shades" }, "Probability:", ...items);
}

/** The likeliest next characters: how likely each is, and how likely it is to be drawn. */
function createBars() {
  const rows = Array.from({ length: ROWS }, () => {
    const cells = [h("td", { class: "d2l-value" }), h("td", { class: "d2l-value" })];
    const bars = [h("i"), h("i")];
    const name = h("th", { scope: "row" });
    const root = h("tr", {}, name, h("td", { "aria-hidden": "true" }, ...bars), ...cells);
    return { root, name, cells, bars };
  });
  const head = ["next", "", "model", "drawn"].map((text) => (
    text ? h("th", { scope: "col" }, text) : h("td")));
  const root = h("table", { class: "d2l-next" }, h("thead", {}, h("tr", {}, ...head)),
    h("tbody", {}, ...rows.map((row) => row.root)));
  const draw = (own, drawn, vocab, chosen) => {
    const best = Array.from(own.keys()).slice(1).sort((a, b) => own[b] - own[a]).slice(0, ROWS);
    rows.forEach(({ root: row, name, cells, bars }, i) => {
      const token = best[i];
      const values = token === undefined ? [0, 0] : [own[token], drawn[token]];
      name.textContent = token === undefined ? "" : visible(vocab[token]);
      row.classList.toggle("d2l-chosen", token !== undefined && token === chosen);
      values.forEach((value, k) => {
        cells[k].textContent = token === undefined ? "" : shown(value);
        bars[k].style.width = `${100 * value}%`;
      });
    });
  };
  return { root, draw };
}

function field(name, input) {
  const id = uniqueId();
  input.id = id;
  return h("div", { class: "d2l-field" }, h("label", { class: "d2l-name", for: id }, name), input);
}

function render({ model, el }) {
  const [models, vocab, home] = ["models", "vocab", "start"].map((name) => model.get(name));
  const [temperatures, tops] = [model.get("temperatures"), model.get("tops")];
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const loaded = new Map();
  let chosen = 0;
  let knobs = { temperature: home.temperature, top: home.top };
  let running = 0;
  // What was written: the model and its state, and for each character the scores it came from.
  let run = null;

  const prompt = h("input", {
    type: "text", class: "d2l-prompt", maxlength: 200, spellcheck: "false", autocomplete: "off",
    ...OWN_KEYS,
  });
  const seed = h("input", { type: "number", min: 0, max: 999, step: 1, ...OWN_KEYS });
  const message = h("p", { class: "d2l-note", role: "status" });
  const status = statusLine({ class: "d2l-status d2l-hidden" });
  const paper = h("div", {
    class: "d2l-paper", role: "region", "aria-label": "What the model writes", tabindex: 0,
    ...OWN_KEYS,
  });
  const where = h("p", { class: "d2l-where" });
  const bars = createBars();
  const at = h("input", {
    type: "range", min: 0, max: 0, step: 1, "aria-label": "Look at a character", ...OWN_KEYS,
  });
  const look = h("div", { class: "d2l-look d2l-reserved" }, where, at, bars.root);

  const temperature = () => temperatures[knobs.temperature];
  const topK = () => tops[knobs.top];

  // ---- what is seen

  function showPlace(i) {
    if (!run?.written.length) return;
    const place = Math.max(0, Math.min(run.written.length - 1, i));
    const { token, scores, node } = run.written[place];
    at.max = run.written.length - 1;
    at.value = place;
    paper.querySelector(".d2l-here")?.classList.remove("d2l-here");
    node.classList.add("d2l-here");
    const own = probabilitiesOf(scores);
    bars.draw(own, drawingFrom(scores, temperature(), topK()), vocab, token);
    const said = `Character ${place + 1} of ${run.written.length}: “${visible(vocab[token])}”, `
      + `probability ${shown(own[token])}`;
    where.textContent = said;
    at.setAttribute("aria-valuetext", said);
  }

  function put(token, scores) {
    const node = h("span", {}, vocab[token]);
    node.className = `d2l-shade${shadeOf(probabilitiesOf(scores)[token])}`;
    run.written.push({ token, scores, node });
    paper.append(node);
    if (vocab[token] === "\n") paper.scrollTop = paper.scrollHeight;
  }

  function label() {
    write.textContent = running ? "Stop" : "Write";
    more.disabled = Boolean(running) || !run?.written.length;
    picks.forEach((pick, i) => pick.setAttribute("aria-pressed", i === chosen));
  }

  function clear() {
    stop();
    run = null;
    look.classList.add("d2l-reserved");
    paper.replaceChildren(h("span", { class: "d2l-muted" }, model.get("hint")));
    label();
  }

  // ---- writing

  function stop() {
    window.cancelAnimationFrame(running);
    running = 0;
  }

  function oneMore() {
    const scores = run.model.scores(run.state);
    const token = drawToken(drawingFrom(scores, temperature(), topK()), run.random);
    put(token, scores);
    run.state = run.model.read(run.state, token);
    run.left -= 1;
  }

  function end() {
    stop();
    label();
    const text = run.written.map(({ token }) => vocab[token]).join("");
    status.say(`${run.written.length} characters written: ${text}`);
  }

  function step() {
    for (let i = 0; i < FRAME && run.left; i += 1) oneMore();
    paper.scrollTop = paper.scrollHeight;
    showPlace(run.written.length - 1);
    if (run.left) running = window.requestAnimationFrame(step);
    else end();
  }

  function go() {
    run.left = model.get("length");
    look.classList.remove("d2l-reserved");
    if (calm.matches) {
      while (run.left) oneMore();
      showPlace(run.written.length - 1);
      end();
    } else {
      running = window.requestAnimationFrame(step);
      label();
    }
  }

  // The reader's words as numbers, or null, and the reason stands below the field.
  function readPrompt() {
    const { tokens, unknown } = tokensOf(prompt.value, vocab);
    const letters = unknown.map((letter) => `“${visible(letter)}”`).join(", ");
    message.textContent = !tokens.length ? "Write at least one character to begin with."
      : unknown.length ? `These models have never seen ${letters}: please use other characters.`
        : "";
    prompt.setAttribute("aria-invalid", Boolean(message.textContent));
    return message.textContent ? null : tokens;
  }

  async function begin() {
    const tokens = readPrompt();
    if (!tokens) return;
    const { name, payload } = models[chosen];
    try {
      if (!loaded.has(name)) {
        message.textContent = `Loading ${name} …`;
        loaded.set(name, createTextModel(models[chosen], await loadPayload(payload), vocab));
        message.textContent = "";
      }
    } catch (error) {
      message.textContent = `${name} could not be loaded: ${error.message}`;
      return;
    }
    stop();
    const net = loaded.get(name);
    const random = randomNumbers(Math.max(0, Math.round(Number(seed.value)) || 0));
    run = { model: net, state: readAll(net, tokens), random, written: [] };
    paper.replaceChildren(h("b", {}, prompt.value));
    go();
  }

  // ---- controls

  const knob = (name, words, values) => {
    const control = axisControl({ name: words, labels: values, slider: true }, home[name], (i) => {
      knobs = { ...knobs, [name]: i };
      control.set(i);
      showPlace(Number(at.value));
    });
    return control;
  };
  const sliders = [
    knob("temperature", "temperature", temperatures.map((value) => value.toFixed(1))),
    knob("top", "top-k", tops.map((value) => (value === null ? "all" : String(value)))),
  ];
  const picks = models.length < 2 ? [] : models.map(({ name }, i) => button(name, () => {
    chosen = i;
    clear();
  }));
  const write = button("Write", () => {
    if (running) end();
    else begin();
  }, { class: "d2l-button d2l-play" });
  const more = button("Go on", go);
  const reset = button("Reset", () => {
    [prompt.value, seed.value, chosen] = [home.prompt, home.seed, 0];
    knobs = { temperature: home.temperature, top: home.top };
    sliders.forEach((slider, i) => slider.set([knobs.temperature, knobs.top][i]));
    readPrompt();
    clear();
  });
  prompt.addEventListener("input", readPrompt);
  prompt.addEventListener("keydown", (event) => { if (event.key === "Enter") begin(); });
  at.addEventListener("input", () => showPlace(Number(at.value)));
  paper.addEventListener("click", (event) => {
    const i = run ? run.written.findIndex(({ node }) => node === event.target) : -1;
    if (i >= 0 && !running) showPlace(i);
  });

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "A model that writes");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    ...(picks.length ? [h("div", { class: "d2l-actions" }, ...picks)] : []),
    h("div", { class: "d2l-fields" }, field("prompt", prompt), field("seed", seed)),
    message,
    h("div", { class: "d2l-controls" }, ...sliders.map((slider) => slider.root)),
    h("div", { class: "d2l-actions" }, write, more, reset),
    h("div", { class: "d2l-writing" }, h("div", {}, paper, shadeLegend()), look),
    status.root,
  );
  [prompt.value, seed.value] = [home.prompt, home.seed];
  clear();
}

export default { render };

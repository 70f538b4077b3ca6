// TheBet: remedies to combine, a bet on what they gain, and one test set to open.
import { axisControl, button, h, OWN_KEYS, statusLine } from "./kit.js";
import { visitMemory } from "./memory.js";
import { createPlot } from "./plot.js";
import { createBook, signed, three } from "./the_bet_book.js";
import { createScatter } from "./the_bet_picture.js";

const GUESSES = Array.from({ length: 161 }, (_, i) => (i - 80) / 1000); // -8.0 to 8.0 points
const NONE = 80;
const METRICS = ["accuracy", "loss"];

function createCurves(model, metric) {
  const scale = model.get("scales")[metric];
  const curves = model.get("curves")[metric].map((bands) => (
    bands.map((values) => values.map((value) => value / scale))));
  const epochs = curves[0][0].map((_, i) => i + 1);
  const plot = createPlot({
    names: [{ label: "plain", style: 0, kind: "" }, { label: "your choice", style: 1, kind: "" }],
    xs: [epochs], xlabel: "epoch", ylabel: `validation ${metric}`, xscale: "linear",
    yscale: "linear", xlim: [1, epochs.length], legend: "d2l-legend d2l-wide", backdrop: [],
    spread: ` · band: ${model.get("test")[0][0].length} seeds`,
  });
  const curve = (name, mask) => {
    const [y, low, high] = curves[mask];
    return { name, x: 0, y, low, high };
  };
  return {
    root: h("div", {}, h("div", { class: "d2l-stage" }, plot.root), plot.legend),
    draw(mask, isSeen) {
      const shown = [curve(0, 0), ...(mask && isSeen ? [curve(1, mask)] : [])];
      plot.draw(shown, model.get("ylim")[metric]);
    },
  };
}

// What was looked at, as rows that can be chosen again; the test's column stays shut until the end.
function createTried(book, choose) {
  const rows = h("tbody");
  const heads = ["looked at", "accuracy", "gain", "loss", "test"];
  const table = h("table", {}, h("caption", {}, "On validation, the last epoch; gain in points"),
    h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)))), rows);
  const root = h("div", { class: "d2l-tried d2l-scroll" }, table);
  return {
    root,
    draw(tried, mask, isOpen) {
      const isFocused = rows.contains(document.activeElement);
      rows.replaceChildren(...tried.map((one) => {
        const again = button(book.name(one), () => choose(one), {
          class: "d2l-again", ...(one === mask ? { "aria-current": "true" } : {}), ...OWN_KEYS });
        const { valid, loss } = book.on(one);
        const cells = [three(valid), one ? signed(valid - book.on(0).valid) : "", three(loss),
          isOpen ? three(book.test(one)) : "·"];
        return h("tr", {}, h("th", { scope: "row" }, again),
          ...cells.map((text) => h("td", {}, text)));
      }));
      const current = rows.querySelector("[aria-current]");
      if (isFocused) current?.focus();
      if (current) root.scrollTop = current.closest("tr").offsetTop - 60;
    },
  };
}

function render({ model, el }) {
  const book = createBook(model);
  const empty = () => ({ mask: 0, tried: [0], guess: NONE, bet: null, hasSeen: false });
  const { state, save } = visitMemory(`d2l-the-bet-${el.dataset.d2l}`, empty);
  const isOpen = () => state.bet !== null;
  const isSeen = () => state.tried.includes(state.mask);

  const boxes = model.get("remedies").map((name, i) => {
    const input = h("input", { type: "checkbox", ...OWN_KEYS });
    input.addEventListener("change", () => choose(state.mask + (input.checked ? 1 : -1) * 2 ** i));
    return { input, root: h("label", { class: "d2l-switch" }, input, h("span", {}, name)) };
  });
  const outcome = h("p", { class: "d2l-outcome" });
  const looker = button("Look at its validation curves", look);
  const charts = METRICS.map((metric) => createCurves(model, metric));
  const tried = createTried(book, choose);
  const bet = h("p", { class: "d2l-question" });
  const labels = GUESSES.map((guess) => `${signed(guess)} points`);
  const axis = { name: "Its gain in test accuracy over plain", labels, slider: true };
  const slider = axisControl(axis, state.guess, (i) => {
    state.guess = i;
    slider.set(i);
    save();
  });
  const opener = button("Place the bet and open the test set", open);
  const note = h("p", { class: "d2l-note" });
  const verdict = h("div", { class: "d2l-verdict-box", tabindex: -1 });
  const scatter = createScatter(book);
  const status = statusLine({ class: "d2l-status d2l-hidden" });

  function choose(mask) {
    state.mask = mask;
    if (isOpen() && !isSeen()) state.tried.push(mask);
    draw();
    status.say(outcome.textContent);
  }

  function look() {
    state.tried.push(state.mask);
    draw();
    boxes[0].input.focus();
    status.say(outcome.textContent, 0);
  }

  function open() {
    Object.assign(state, { bet: state.mask, hasSeen: true });
    if (!isSeen()) state.tried.push(state.mask);
    draw();
    verdict.focus();
  }

  function words() {
    const { mask } = state;
    if (!mask) return model.get("notYet");
    if (!isSeen()) return `${book.name(mask)}: not looked at yet.`;
    const [{ valid, loss }, plain] = [book.on(mask), book.on(0)];
    return `${book.name(mask)}: validation accuracy ${three(valid)}, ${
      signed(valid - plain.valid)} points; loss ${three(loss)}, plain ${three(plain.loss)}.`;
  }

  function draw() {
    const { mask } = state;
    boxes.forEach(({ input }, i) => { input.checked = Math.floor(mask / 2 ** i) % 2 === 1; });
    outcome.textContent = words();
    looker.disabled = isSeen();
    charts.forEach((chart) => chart.draw(mask, isSeen()));
    tried.draw(state.tried, mask, isOpen());
    const mine = isOpen() ? state.bet : mask;
    bet.textContent = mine ? `Your bet: no combination does better on the test set than ${
      book.name(mine)}.` : "Your bet: tick what you would combine.";
    slider.root.querySelector("input").disabled = isOpen();
    opener.disabled = isOpen() || !mine;
    opener.textContent = isOpen() ? "The test set is open" : "Place the bet and open the test set";
    note.textContent = isOpen() ? "The bet is locked. What you tick now shows its test, too."
      : state.hasSeen ? "You have seen this test set: another bet is practice, no fair test."
        : "You may look at as many as you like, or bet blind. The test set opens once.";
    verdict.replaceChildren(...(isOpen()
      ? [...book.verdict(state.bet, GUESSES[state.guess]), scatter.root] : []));
    if (isOpen()) scatter.draw(state.bet, mask);
    save();
  }

  function restart() {
    Object.assign(state, empty(), { hasSeen: state.hasSeen });
    slider.set(state.guess);
    draw();
    status.say(note.textContent, 0);
  }

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "The bet");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    h("div", { class: "d2l-switches", role: "group", "aria-label": "Remedies" },
      ...boxes.map(({ root }) => root)),
    outcome, h("div", { class: "d2l-actions" }, looker),
    h("div", { class: "d2l-charts" }, ...charts.map(({ root }) => root)), tried.root,
    h("div", { class: "d2l-bet" }, bet, slider.root, h("div", { class: "d2l-actions" }, opener),
      note),
    verdict, status.root, h("div", { class: "d2l-foot" }, button("Start over", restart)),
  );
  draw();
}

export default { render };

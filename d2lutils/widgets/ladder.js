// Ladder: switches of a network, a guess before each gain is shown, and what a gain depends on.
import { axisControl, button, h, OWN_KEYS, statusLine } from "./kit.js";
import { createCompany, createRungs, drawNetwork, points } from "./ladder_picture.js";

const HALF = [0.2, 0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 40, 50, 60, 70];
const GUESSES = [...HALF.map((guess) => -guess).reverse(), 0, ...HALF].map((g) => g / 100);
const NONE = GUESSES.indexOf(0);

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "es"}`;
const bit = (i) => 2 ** i;
const has = (mask, i) => Math.floor(mask / bit(i)) % 2 === 1;
const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The recorded networks and what follows from them; a network's number has a bit a switch. */
function createBook(model) {
  const shorts = model.get("switches").map(([short]) => short);
  const nets = model.get("nets").map(([mean, low, high, parameters, adds, at]) => (
    { mean, low, high, parameters, adds, boxes: at.map((i) => model.get("boxes")[i]) }));
  const gain = (mask, i) => nets[mask + bit(i)].mean - nets[mask].mean;
  const companies = (i) => [...nets.keys()].filter((mask) => !has(mask, i));
  const all = shorts.flatMap((_, i) => companies(i).map((mask) => gain(mask, i)));
  const names = (mask) => {
    const on = shorts.filter((_, i) => has(mask, i));
    return on.length ? `with ${on.join(", ")}` : "with all others off";
  };
  // The other switch that says most about the gain: where its two means differ most.
  const telling = (i) => {
    const apart = (j) => {
      const [off, on] = [false, true].map((side) => (
        average(companies(i).filter((m) => has(m, j) === side).map((m) => gain(m, i)))));
      return Math.abs(on - off);
    };
    const others = shorts.map((_, j) => j).filter((j) => j !== i);
    return others.sort((a, b) => apart(b) - apart(a))[0] ?? null;
  };
  return { shorts, nets, gain, companies, names, telling,
    limits: [Math.min(...all), Math.max(...all)] };
}

// What a step gained, how the guess compares, and whether the seeds leave a doubt.
function outcome(name, from, to, gain, guess) {
  const moved = `${name}: ${points(gain)} points, from ${from.mean.toFixed(3)} to ${
    to.mean.toFixed(3)}.`;
  const off = guess === null ? ""
    : ` You guessed ${points(guess)}: ${Math.abs(100 * (gain - guess)).toFixed(1)} off.`;
  const overlap = from.low <= to.high && to.low <= from.high;
  return `${moved}${off}${overlap ? " The ranges of the seeds overlap: it may be luck." : ""}`;
}

function score(steps, full) {
  const guessed = steps.filter(({ guess }) => guess !== null);
  if (!guessed.length) return full;
  const off = average(guessed.map(({ gain, guess }) => Math.abs(gain - guess)));
  const zero = average(guessed.map(({ gain }) => Math.abs(gain)));
  return `${plural(guessed.length, "guess")}: ${(100 * off).toFixed(1)} points off on average; ` +
    `always guessing 0 would be ${(100 * zero).toFixed(1)} off. ${full}`;
}

function render({ model, el }) {
  const book = createBook(model);
  const { shorts, nets } = book;
  const [seeds, metric] = [model.get("seeds"), model.get("metric")];
  const start = () => ({ name: "all off", ...nets[0], gain: null, guess: null });
  let [mask, pending, last, split] = [0, null, null, null];
  let [steps, seen, words] = [[start()], new Set([0]), ""];

  const boxes = model.get("switches").map(([, text], i) => {
    const input = h("input", { type: "checkbox", ...OWN_KEYS });
    input.addEventListener("change", () => toggle(i, input.checked));
    return { input, root: h("label", { class: "d2l-switch" }, input, h("span", {}, text)) };
  });
  const question = h("p", { class: "d2l-outcome" });
  let guess = NONE;
  const labels = GUESSES.map((g) => `${points(g).replace(".0", "")} points`);
  const slider = axisControl({ name: "Your guess", labels, slider: true }, NONE, (i) => {
    guess = i;
    slider.set(i);
  });
  const asking = h("div", { class: "d2l-guess d2l-unseen" }, slider.root,
    h("div", { class: "d2l-actions" },
      button("Show the gain", () => move(pending, GUESSES[guess])),
      button("Skip guess", () => move(pending, null))));
  const network = h("ol", { class: "d2l-column", "aria-label": "The network, input first" });
  const facts = h("p", { class: "d2l-where d2l-facts" });
  const rungs = createRungs(nets, `Your ladder: ${metric}, mean and range of ${
    seeds} seed${seeds === 1 ? "" : "s"}`);
  const tally = h("p", { class: "d2l-tally" });
  const company = createCompany(book.limits);
  const companyName = h("p", { class: "d2l-title" });
  const select = h("select", { "aria-label": "Two rows by", ...OWN_KEYS });
  select.addEventListener("input", () => {
    split = Number(select.value);
    drawCompany();
  });
  const splitter = h("span", {}, "two rows by ", select);
  const empty = h("p", { class: "d2l-muted" },
    "Here the switch that you moved last will show its gain beside every choice of the others.");
  const full = h("div", {}, h("div", { class: "d2l-row" }, companyName, splitter),
    ...company.roots);
  const status = statusLine({ class: "d2l-status d2l-hidden" });

  function toggle(i, isOn) {
    if (pending === i) {
      pending = null;
      draw();
    } else if (isOn && !seen.has(mask + bit(i))) {
      [pending, guess] = [i, NONE];
      slider.set(NONE);
      draw();
      status.say(question.textContent);
    } else move(i, null);
  }

  function move(i, guessed) {
    const wasAsked = pending === i;
    const on = !has(mask, i);
    const next = mask + (on ? bit(i) : -bit(i));
    const gain = nets[next].mean - nets[mask].mean;
    const name = `${on ? "+" : "−"} ${shorts[i]}`;
    steps.push({ name, ...nets[next], gain, guess: guessed });
    words = outcome(name, nets[mask], nets[next], gain, guessed);
    [mask, pending, last, split] = [next, null, i, book.telling(i)];
    seen.add(next);
    draw(steps.at(-2).boxes);
    if (wasAsked) boxes[i].input.focus();
    status.say(`${words} ${tally.textContent}`);
  }

  function draw(before = nets[mask].boxes) {
    const there = pending === null ? mask : mask + bit(pending);
    const net = nets[there];
    boxes.forEach(({ input }, i) => {
      input.checked = has(there, i);
      input.disabled = pending !== null && pending !== i;
    });
    question.textContent = pending === null
      ? words || "Switch one on. Before you see what it gains, you guess."
      : `${model.get("switches")[pending][1]}, ${book.names(mask)}. So far ${metric} is ${
        nets[mask].mean.toFixed(3)}: how much will it gain, in points (0.010 is one)?`;
    asking.classList.toggle("d2l-unseen", pending === null);
    drawNetwork(network, net.boxes, before);
    const range = `${net.low.toFixed(3)} to ${net.high.toFixed(3)}`;
    const shown = pending === null ? `${net.mean.toFixed(3)} (${range})` : "?";
    facts.textContent = `${metric} ${shown} · ${
      net.parameters.toLocaleString("en")} parameters · ${
      net.adds.toLocaleString("en")} multiply-adds`;
    rungs.draw(steps);
    const isTop = mask === nets.length - 1;
    tally.textContent = score(steps, isTop && steps.length > 1
      ? "All are on. Reset, and climb in another order: do the gains stay?" : "");
    empty.hidden = last !== null;
    full.classList.toggle("d2l-unseen", last === null);
    drawCompany();
  }

  function drawCompany() {
    if (last === null) return;
    companyName.textContent = `What ${shorts[last]} gains, by what else is on: all ${
      nets.length / 2} cases`;
    const others = shorts.map((_, j) => j).filter((j) => j !== last);
    splitter.hidden = !others.length;
    select.replaceChildren(...others.map((j) => h("option", { value: j }, shorts[j])));
    if (others.length) select.value = split;
    const here = has(mask, last) ? mask - bit(last) : mask;
    const dots = book.companies(last).map((m) => ({
      gain: book.gain(m, last),
      lane: split !== null && has(m, split) ? 1 : 0,
      here: m === here,
      words: `${points(book.gain(m, last))} points ${book.names(m)}: ${
        nets[m].mean.toFixed(3)} to ${nets[m + bit(last)].mean.toFixed(3)}${
        m === here ? " (where you are)" : ""}`,
    }));
    company.draw(dots, [0, 1].map((lane) => {
      const mine = dots.filter((dot) => dot.lane === lane).map(({ gain }) => gain);
      return !others.length ? "" : `${shorts[split]} ${lane ? "on" : "off"}: mean gain ${
        points(average(mine))} points`;
    }));
  }

  function reset() {
    [mask, pending, last, split] = [0, null, null, null];
    [steps, seen, words] = [[start()], new Set([0]), ""];
    draw();
    status.say("All off again.");
  }

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Ladder");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    h("div", { class: "d2l-switches", role: "group", "aria-label": "Switches" },
      ...boxes.map(({ root }) => root)),
    question, asking,
    h("div", { class: "d2l-steps" }, network, h("div", {}, facts, rungs.root, tally)),
    h("div", { class: "d2l-company" }, empty, full), status.root,
    h("div", { class: "d2l-foot" }, button("Reset", reset)),
  );
  draw();
}

export default { render };

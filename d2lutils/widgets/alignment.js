// Alignment: the attention weights of one output word at a time, and all of them as a map.
import { axisControl, button, h, OWN_KEYS, statusLine } from "./kit.js";

const shareText = (weight) => (weight < 0.005 ? "0" : weight.toFixed(2).replace(/^0/, ""));

/** The input words that got the most, at most three, with their weights. */
export function mostOf(weights, words) {
  return weights.map((weight, i) => ({ weight, word: words[i] }))
    .filter(({ weight }) => weight >= 0.05)
    .sort((a, b) => b.weight - a.weight).slice(0, 3)
    .map(({ weight, word }) => `“${word}” (${shareText(weight)})`);
}

function render({ model, el }) {
  const [examples, strength, rows] = ["examples", "strength", "rows"].map((name) => model.get(name));
  let now = { example: 0, at: 0 };
  let chips = [];

  const shade = (weight) => `background:color-mix(in srgb, var(--d2l-c0) ${
    (strength * weight).toFixed(1)}%, var(--d2l-paper))`;

  function draw() {
    const { source, output, weights } = examples[now.example];
    const chosen = weights[now.at];
    chips = output.map((word, i) => {
      const chip = h("button", {
        type: "button", class: "d2l-chip", tabindex: i === now.at ? 0 : -1,
        "aria-pressed": String(i === now.at), ...OWN_KEYS,
      }, word, h("small", { "aria-hidden": "true" }, String(i + 1)));
      chip.addEventListener("click", () => choose(i));
      chip.addEventListener("keydown", onKey);
      return chip;
    });
    written.replaceChildren(...chips);
    read.replaceChildren(...source.map((word, j) => (
      h("span", { class: "d2l-chip", style: shade(chosen[j]) }, word,
        h("small", {}, shareText(chosen[j]))))));
    const most = mostOf(chosen, source);
    const where = most.length ? most.join(", ") : "all words a little";
    words.textContent = `Writing word ${now.at + 1}, “${output[now.at]}”, it looks at ${where}.`;
    head.replaceChildren(h("td"), ...source.map((word) => (
      h("th", { scope: "col" }, h("span", {}, word)))));
    body.replaceChildren(...output.map((word, i) => {
      const row = h("tr", i === now.at ? { class: "d2l-at" } : {}, h("th", { scope: "row" }, word),
        ...weights[i].map((weight) => h("td", { style: shade(weight) }, shareText(weight))));
      row.addEventListener("click", () => choose(i));
      return row;
    }));
    sentence?.set(now.example);
    status.say(words.textContent);
  }

  function choose(at) {
    now = { ...now, at };
    draw();
    chips[at].focus();
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = chips.length - 1;
    const goal = {
      ArrowLeft: now.at - 1, ArrowUp: now.at - 1, ArrowRight: now.at + 1, ArrowDown: now.at + 1,
      Home: 0, End: last,
    }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    choose(Math.max(0, Math.min(last, goal)));
  }

  const labels = examples.map(({ source }) => source.join(" "));
  const sentence = examples.length > 1
    ? axisControl({ name: "sentence", labels }, 0, (example) => {
      now = { example, at: 0 };
      draw();
    }) : null;
  const written = h("div", { class: "d2l-chips", role: "group", "aria-label": "Words written" });
  const read = h("div", { class: "d2l-chips" });
  const words = h("p", { class: "d2l-where d2l-looks" });
  const [head, body] = [h("tr"), h("tbody")];
  const status = statusLine({ class: "d2l-status d2l-hidden" });

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Where the model looks");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    ...(sentence ? [h("div", { class: "d2l-controls" }, sentence.root)] : []),
    h("p", { class: "d2l-name" }, "written"), written,
    h("p", { class: "d2l-name" }, "read"), read, words,
    h("div", { class: "d2l-map", style: `min-height:${rows}rem` },
      h("p", { class: "d2l-where" }, "A row for each word written, a column for each word read:"),
      h("table", {}, h("thead", {}, head), body)),
    status.root,
    h("div", { class: "d2l-foot" }, button("Reset", () => {
      now = { example: 0, at: 0 };
      draw();
    })),
  );
  draw();
}

export default { render };

// Forms that ask: one of several texts, several of them, or a number.
import { h, OWN_KEYS, uniqueId } from "./kit.js";

/**
 * Radio buttons or, with `several`, check boxes. `chosen` returns positions; `mark` puts a sign
 * and a text below choice i, `unmark` takes all of them away.
 */
export function choiceField(question, texts, several, onChange) {
  const name = uniqueId();
  const rows = texts.map((text) => {
    const input = h("input", { type: several ? "checkbox" : "radio", name, ...OWN_KEYS });
    const verdict = h("p", { class: "d2l-verdict", hidden: true });
    const label = h("label", {}, input, h("span", {}, text));
    const root = h("div", { class: "d2l-choice" }, label, verdict);
    return { input, verdict, root };
  });
  const root = h("fieldset", {}, h("legend", {}, question),
    ...(several ? [h("p", { class: "d2l-muted" }, "Choose all that hold.")] : []),
    ...rows.map((row) => row.root));
  root.addEventListener("change", onChange);
  const unmark = () => rows.forEach((row) => { row.verdict.hidden = true; });
  return {
    root,
    unmark,
    chosen: () => rows.flatMap((row, i) => (row.input.checked ? [i] : [])),
    mark(i, isRight, text) {
      rows[i].verdict.hidden = false;
      rows[i].verdict.className = `d2l-verdict ${isRight ? "d2l-right" : "d2l-wrong"}`;
      rows[i].verdict.textContent = `${isRight ? "✓ Right" : "✗ Wrong"}: ${text}`;
    },
    clear() {
      rows.forEach((row) => { row.input.checked = false; });
      unmark();
    },
  };
}

/** A number with its unit, which Enter hands in; `value` is NaN while there is none. */
export function numberField(question, unit, onChange, onEnter) {
  const id = uniqueId();
  const input = h("input", { id, class: "d2l-number", type: "number", step: "any", ...OWN_KEYS });
  input.addEventListener("input", onChange);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    onEnter();
  });
  return {
    root: h("div", {}, h("label", { class: "d2l-question", for: id }, question),
      h("div", { class: "d2l-entry" }, input, unit)),
    value: () => input.valueAsNumber,
    clear() { input.value = ""; },
  };
}

/** Whether a number is as near to the answer as asked, rounding aside. */
export function isNear(value, answer, tolerance) {
  return Math.abs(value - answer) <= tolerance + 1e-9 * Math.abs(answer);
}

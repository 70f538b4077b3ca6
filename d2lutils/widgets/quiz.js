// Quiz: questions with an explanation for each answer.
import { button, h, statusLine, typedNumber } from "./kit.js";
import { choiceField, isNear, numberField } from "./question.js";

// Each maker returns { field, check }: check looks at what was entered and returns the verdict, and
// after it, where the choices show it, the explanation.
function choiceQuestion({ text, choices, several }, onChange) {
  const field = choiceField(text, choices.map((c) => c.text), several, onChange);
  const right = choices.flatMap((c, i) => (c.right ? [i] : []));
  const explain = (i) => field.mark(i, choices[i].right, choices[i].why);
  function check() {
    const chosen = field.chosen();
    if (!chosen.length) return ["Choose an answer first."];
    field.unmark();
    const good = chosen.filter((i) => choices[i].right).length;
    if (good === right.length && chosen.length === good) {
      choices.forEach((_, i) => explain(i));
      return ["Right.", right.map((i) => choices[i].why).join(" ")];
    }
    chosen.forEach(explain);
    if (!several) return ["Not yet.", choices[chosen[0]].why];
    const [bad, missing] = [chosen.length - good, right.length - good];
    return [`Not yet: ${good} right, ${bad} wrong, ${missing} missing.`];
  }
  return { field, check };
}

function numberQuestion({ text, answer, tolerance, unit, why }, onChange, onEnter) {
  const field = numberField(text, unit, onChange, onEnter);
  let misses = 0;
  function check() {
    const value = field.value();
    if (Number.isNaN(value)) return ["Enter a number first."];
    if (isNear(value, answer, tolerance)) return [`Right. ${why}`];
    misses += 1;
    const gap = `too ${value > answer ? "high" : "low"}.`;
    const inUnit = typedNumber(answer) + (unit ? ` ${unit}` : "");
    return [misses < 2 ? `Not yet: ${gap}` : `Again ${gap} It is ${inUnit}. ${why}`];
  }
  return { field, check };
}

function createQuestion(data) {
  const status = statusLine({ class: "d2l-answer" });
  const make = data.choices ? choiceQuestion : numberQuestion;
  const forget = () => {
    field.unmark?.();
    status.say("", 0);
  };
  const tell = () => {
    const [verdict, why] = check();
    status.say(verdict, 0, why);
  };
  const { field, check } = make(data, forget, tell);
  const actions = h("div", { class: "d2l-actions" }, button("Check", tell));
  return {
    root: h("div", { class: "d2l-part" }, field.root, actions, status.root),
    clear() {
      field.clear();
      status.say("", 0);
    },
  };
}

function render({ model, el }) {
  const parts = model.get("questions").map(createQuestion);
  const reset = button("Reset", () => parts.forEach((part) => part.clear()));
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Quiz");
  el.replaceChildren(h("p", { class: "d2l-title" }, "Quiz"), ...parts.map((part) => part.root),
    h("div", { class: "d2l-foot" }, reset));
}

export default { render };

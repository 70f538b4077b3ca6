// Predict: a guess before an output. On a page of the site the output waits for it.
import { button, h, statusLine, typedNumber } from "./kit.js";
import { choiceField, isNear, numberField } from "./question.js";

// The outputs of the next cells that have any, on a page built by MyST-NB; elsewhere null, since the
// reader runs the next cell after the guess. A cell that asks, too, is passed over.
function nextOutputs(el, count) {
  const page = el.closest(".bd-article, .bd-content");
  const own = el.closest("div.cell");
  if (!page || !own) return null;
  const cells = [...page.querySelectorAll("div.cell")];
  const next = cells.slice(cells.indexOf(own) + 1)
    .filter((cell) => cell.querySelector(".cell_output") && !cell.querySelector(".d2l-predict"));
  return next.slice(0, count).flatMap((cell) => [...cell.querySelectorAll(".cell_output")]);
}

// A cover instead of removal: the output keeps its place, so that nothing moves when it shows.
// Returns a function that puts the cover on or takes it off.
function createCover(output, onSkip) {
  const skip = button("Skip: show the output", () => {
    onSkip();
    output.tabIndex = -1;
    output.focus({ preventScroll: true });
  });
  const text = h("span", {}, "The output waits for your guess.");
  const cover = h("div", { class: "d2l-cover" }, text, skip);
  return (isOn) => {
    output.classList.toggle("d2l-waiting", isOn);
    if (isOn) output.append(cover);
    else cover.remove();
  };
}

function render({ model, el }) {
  const [choices, answer, unit] = ["choices", "answer", "unit"].map((name) => model.get(name));
  const outputs = nextOutputs(el, model.get("outputs"));
  const status = statusLine({ class: "d2l-answer" });
  const forget = () => status.say("", 0);
  const field = choices ? choiceField(model.get("question"), choices, false, forget)
    : numberField(model.get("question"), unit, forget, tell);

  function comparison() {
    if (choices) {
      const [guess] = field.chosen();
      if (guess === undefined) return null;
      if (guess === answer) return `Right: ${choices[answer]}.`;
      return `You guessed: ${choices[guess]}. It is: ${choices[answer]}.`;
    }
    const guess = field.value();
    if (Number.isNaN(guess)) return null;
    const inUnit = (value) => typedNumber(value) + (unit ? ` ${unit}` : "");
    if (inUnit(guess) === inUnit(answer)) return `Right: ${inUnit(answer)}.`;
    const told = `you guessed ${inUnit(guess)}, it is ${inUnit(answer)}`;
    if (isNear(guess, answer, model.get("tolerance"))) return `Close: ${told}.`;
    const gap = inUnit(Math.abs(guess - answer));
    return `Not close: ${told}, so your guess is ${gap} too ${guess > answer ? "high" : "low"}.`;
  }

  const cover = (isOn) => covers.forEach((set) => set(isOn));
  const covers = (outputs ?? []).map((output) => createCover(output, () => {
    cover(false);
    status.say("The output is shown below. You can still guess.", 0);
  }));
  function tell() {
    const compared = comparison();
    if (compared === null) {
      status.say(choices ? "Choose an answer first." : "Enter a number first.", 0);
      return;
    }
    cover(false);
    const next = outputs === null ? "Now run the next cell." : "";
    status.say([compared, model.get("why"), next].filter(Boolean).join(" "), 0);
  }

  const check = button("Check my guess", tell);
  const reset = button("Reset", () => {
    field.clear();
    forget();
    cover(true);
  });

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Predict, then run");
  el.replaceChildren(h("p", { class: "d2l-title" }, "Predict, then run"), field.root,
    h("div", { class: "d2l-actions" }, check, reset), status.root);
  cover(true);
}

export default { render };

// Clinic: the curves of a program that does not learn, a guess, and what was wrong.
import { button, h, statusLine } from "./kit.js";
import { codeView, diffView } from "./diff.js";
import { createPlot } from "./plot.js";
import { choiceField } from "./question.js";

const SIGNS = { right: ["✓", "named at the first guess"], wrong: ["✗", "not at the first guess"] };

// What a reader has done stays for the visit. Where a page may keep nothing, it does not.
function visitMemory(key, empty) {
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(key));
  } catch { /* no storage here */ }
  const state = kept ?? empty();
  return {
    state,
    save() {
      try {
        sessionStorage.setItem(key, JSON.stringify(state));
      } catch { /* no storage here */ }
    },
  };
}

// The charts of one patient, side by side where there is room.
function createCharts(charts) {
  const plots = charts.map((chart) => ({ ...chart, view: createPlot(chart.plot) }));
  const note = h("p", { class: "d2l-note" });
  const boxes = plots.map(({ view }) => h("div", {},
    h("div", { class: "d2l-stage", style: "aspect-ratio:1.45" }, view.root), view.legend));
  return {
    roots: [h("div", { class: "d2l-charts" }, ...boxes), note],
    draw(isHealthyShown, guess) {
      for (const { view, run, healthy, guesses, ylim } of plots) {
        view.draw([...run, ...(guesses[guess] ?? []), ...(isHealthyShown ? healthy : [])], ylim);
      }
      note.textContent = [...new Set(plots.map(({ view }) => view.note()))].join(" ").trim();
    },
    reading: () => plots.map(({ view }) => view.reading()).join("; "),
  };
}

// One patient. `memo` is what was guessed first and whether the diagnosis is open.
function createPatient(data, memo, onChange) {
  const charts = createCharts(data.charts);
  const status = statusLine({ class: "d2l-answer" });
  const field = choiceField("What is wrong?", data.choices, false, () => {
    field.unmark();
    if (!memo.isOpen) charts.draw(false, null);
    status.say("", 0);
  });
  const diagnosis = h("div", { class: "d2l-diagnosis", tabindex: -1 },
    h("p", {}, h("strong", {}, `${data.choices[data.right]}. `), data.why),
    h("p", {}, h("strong", {}, "Quickest test: "), data.test),
    diffView(data.difference));
  const code = h("details", {}, h("summary", {}, "Read its code"), codeView(data.code));

  function open(guess = null) {
    memo.isOpen = true;
    diagnosis.hidden = false;
    field.mark(data.right, true, "this is it.");
    charts.draw(true, guess);
  }

  function judge() {
    const [guess] = field.chosen();
    if (guess === undefined) {
      status.say("Choose an answer first.", 0);
      return;
    }
    const isFirst = memo.first === null && !memo.isOpen;
    if (isFirst) memo.first = guess;
    field.unmark();
    if (guess === data.right) {
      open();
      status.say(isFirst ? "Right, at the first guess. Below: what happened, and the cure."
        : "Right. Below: what happened, and the cure.", 0);
    } else {
      const hasCurves = data.charts.some((chart) => chart.guesses[guess]);
      field.mark(guess, false, data.would[guess]);
      charts.draw(memo.isOpen, guess);
      status.say(`Not this. ${hasCurves ? "The charts now show your guess, too: compare." : ""}`, 0,
        data.would[guess]);
    }
    onChange();
  }

  function giveUp() {
    memo.first ??= -1;
    open();
    status.say(`It is: ${data.choices[data.right]}. Below: what happened, and the cure.`, 0);
    onChange();
  }

  diagnosis.hidden = true;
  charts.draw(false, null);
  if (memo.isOpen) open();
  return [...charts.roots, code, field.root,
    h("div", { class: "d2l-actions" }, button("Name the fault", judge),
      button("Show the diagnosis", giveUp)),
    status.root, diagnosis];
}

function render({ model, el }) {
  const cases = model.get("cases");
  const empty = () => ({ at: 0, memos: cases.map(() => ({ first: null, isOpen: false })) });
  const { state, save } = visitMemory(`d2l-clinic-${el.dataset.d2l}`, empty);
  const heading = h("p", { class: "d2l-patient", tabindex: -1 });
  const ward = h("div", {});
  const score = h("p", { class: "d2l-score", role: "status" });
  const rounds = cases.map((_, i) => button("", () => visit(i)));

  const outcome = (i) => {
    const { first, isOpen } = state.memos[i];
    if (first === null) return null;
    if (first === cases[i].right) return "right";
    return isOpen || first !== null ? "wrong" : null;
  };

  function count() {
    cases.forEach((_, i) => {
      const [sign, words] = SIGNS[outcome(i)] ?? ["", ""];
      rounds[i].replaceChildren(h("span", { class: "d2l-hidden" }, "Patient "), String(i + 1),
        ...(sign ? [h("span", {}, ` ${sign}`),
          h("span", { class: "d2l-hidden" }, ` ${words}`)] : []));
      if (i === state.at) rounds[i].setAttribute("aria-current", "true");
      else rounds[i].removeAttribute("aria-current");
    });
    const done = cases.filter((_, i) => outcome(i)).length;
    const right = cases.filter((_, i) => outcome(i) === "right").length;
    const all = done === cases.length ? ` ${praise(right / done)}` : "";
    score.textContent = done ? `${right} of ${done} named at the first guess.${all}` : "";
    save();
  }

  function show() {
    const { complaint } = cases[state.at];
    heading.replaceChildren(
      h("strong", {}, `Patient ${state.at + 1} of ${cases.length}`), ` ${complaint}`);
    ward.replaceChildren(...createPatient(cases[state.at], state.memos[state.at], count));
    previous.disabled = state.at === 0;
    next.disabled = state.at === cases.length - 1;
    count();
  }

  function visit(i) {
    state.at = i;
    show();
    heading.focus({ preventScroll: true });
    if (heading.getBoundingClientRect().top < 0) el.scrollIntoView({ block: "start" });
  }

  const previous = button("Previous", () => visit(state.at - 1));
  const next = button("Next patient", () => visit(state.at + 1));
  const reset = button("Start over", () => {
    Object.assign(state, empty());
    visit(0);
  });
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "The clinic");
  el.replaceChildren(h("p", { class: "d2l-title" }, "The clinic"),
    h("div", { class: "d2l-rounds", role: "group", "aria-label": "Patients" }, ...rounds), heading,
    ward, h("div", { class: "d2l-walk" }, previous, next, score, reset),
    h("p", { class: "d2l-source" }, model.get("source")));
  show();
}

function praise(share) {
  if (share === 1) return "Not one escaped you, Doctor.";
  if (share >= 0.7) return "A good eye. Those with a ✗ are worth a second visit.";
  return "Now start over: the second round is where it sticks.";
}

export default { render };

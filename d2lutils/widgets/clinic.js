// Clinic: the curves of a program that does not learn, a guess, and what was wrong.
import { button, h, statusLine } from "./kit.js";
import { codeView, diffView } from "./diff.js";
import { visitMemory } from "./memory.js";
import { createPlot } from "./plot.js";
import { choiceField } from "./question.js";

const SIGNS = { right: ["✓", "named at the first guess"], wrong: ["✗", "not at the first guess"] };

const FRAME = 70; // milliseconds an epoch, while the mended program runs again

// The first `n` points of a curve.
function firstPoints(curve, n) {
  const cut = { ...curve, y: curve.y.slice(0, n) };
  if (curve.low) [cut.low, cut.high] = [curve.low.slice(0, n), curve.high.slice(0, n)];
  return cut;
}

// The charts of one patient, side by side where there is room.
function createCharts(charts) {
  const plots = charts.map((chart) => ({ ...chart, view: createPlot(chart.plot) }));
  const note = h("p", { class: "d2l-note" });
  const boxes = plots.map(({ view }) => h("div", {},
    h("div", { class: "d2l-stage", style: "aspect-ratio:1.45" }, view.root), view.legend));
  return {
    roots: [h("div", { class: "d2l-charts" }, ...boxes), note],
    /** Beside the symptoms: so many epochs of the mended program, and the curves of a guess. */
    draw(epochs, guess = null) {
      for (const { view, run, healthy, guesses, ylim } of plots) {
        const mended = epochs ? healthy.map((curve) => firstPoints(curve, epochs)) : [];
        view.draw([...run, ...(guesses[guess] ?? []), ...mended], ylim);
      }
      note.textContent = [...new Set(plots.map(({ view }) => view.note()))].join(" ").trim();
    },
    /** Draw the mended program as it runs, epoch by epoch. */
    rerun() {
      const last = Math.max(...plots.flatMap(({ healthy }) => healthy.map((c) => c.y.length)));
      const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const from = (epoch) => {
        this.draw(epoch);
        if (epoch < last && note.isConnected) setTimeout(() => from(epoch + 1), FRAME);
      };
      from(isCalm ? last : 1);
    },
  };
}

// One patient. `memo` is what was guessed first, whether the diagnosis is open, and whether the
// program was mended.
function createPatient(data, memo, onChange) {
  const charts = createCharts(data.charts);
  const status = statusLine({ class: "d2l-answer" });
  const drawAll = (guess) => charts.draw(memo.isMended ? Infinity : 0, guess);
  const field = choiceField("What is wrong?", data.choices, false, () => {
    field.unmark();
    drawAll();
    status.say("", 0);
  });
  const diagnosis = h("div", { class: "d2l-diagnosis" },
    h("p", {}, h("strong", {}, `${data.choices[data.right]}. `), data.why),
    h("p", {}, h("strong", {}, "Quickest test: "), data.test),
    diffView(data.difference),
    h("div", { class: "d2l-actions" }, button("Mend it, run again", mend)));
  const code = h("details", {}, h("summary", {}, "Read its code"), codeView(data.code));

  function open() {
    memo.isOpen = true;
    diagnosis.hidden = false;
    field.mark(data.right, true, "this is it.");
    drawAll();
  }

  function mend() {
    memo.isMended = true;
    charts.rerun();
    charts.roots[0].scrollIntoView({ block: "nearest" });
    status.say("The charts now show the mended script, too.", 0);
    onChange();
  }

  function judge() {
    const [guess] = field.chosen();
    if (guess === undefined) {
      status.say("Choose an answer first.", 0);
      return;
    }
    const isFirst = memo.first === null;
    if (isFirst) memo.first = guess;
    field.unmark();
    if (guess === data.right) {
      open();
      status.say(isFirst ? "Right, at the first guess. What happened, and the cure:"
        : "Right. What happened, and the cure:", 0);
    } else {
      const hasCurves = data.charts.some((chart) => chart.guesses[guess]);
      field.mark(guess, false, data.would[guess]);
      drawAll(guess);
      status.say(`Not this. ${hasCurves ? "The charts now show your guess, too: compare." : ""}`, 0,
        data.would[guess]);
    }
    onChange();
  }

  function giveUp() {
    memo.first ??= -1;
    open();
    status.say(`It is: ${data.choices[data.right]}. What happened, and the cure:`, 0);
    onChange();
  }

  diagnosis.hidden = true;
  drawAll();
  if (memo.isOpen) open();
  return [...charts.roots, code, field.root,
    h("div", { class: "d2l-actions" }, button("Name the fault", judge),
      button("Show the diagnosis", giveUp)),
    status.root, diagnosis];
}

function render({ model, el }) {
  const cases = model.get("cases");
  const unseen = () => ({ first: null, isOpen: false, isMended: false });
  const empty = () => ({ at: 0, memos: cases.map(unseen) });
  const { state, save } = visitMemory(`d2l-clinic-${el.dataset.d2l}`, empty);
  const heading = h("p", { class: "d2l-patient", tabindex: -1 });
  const ward = h("div", {});
  const score = h("p", { class: "d2l-score", role: "status" });
  const rounds = cases.map((_, i) => button("", () => visit(i)));

  const outcome = (i) => {
    const { first } = state.memos[i];
    if (first === null) return null;
    return first === cases[i].right ? "right" : "wrong";
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

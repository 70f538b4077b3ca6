// TwelveRuns: settings to buy from a hidden grid, a race against other searches, one test set.
import { button, h, statusLine } from "./kit.js";
import { visitMemory } from "./memory.js";
import { createPlot } from "./plot.js";
import { createMarket } from "./twelve_runs_market.js";

const three = (share) => share.toFixed(3);
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/** Of all ways to draw `draws` of the values, the share whose best is below `mine`. */
function shareBelow(values, mine, draws) {
  const below = values.filter((value) => value < mine).length;
  let share = 1;
  for (let i = 0; i < draws; i += 1) share *= Math.max(0, below - i) / (values.length - i);
  return share;
}

// Where a plot stands: its picture and, below it, its legend.
const framed = (plot) => h("div", {}, h("div", { class: "d2l-stage" }, plot.root), plot.legend);

function curvePlot(model) {
  const epochs = model.get("curves")[0].map((_, i) => i + 1);
  const budget = model.get("budget");
  const plot = createPlot({
    names: [
      { label: "your best run", style: 1, kind: "" },
      { label: "run shown", style: 0, kind: "d2l-own" },
      ...Array.from({ length: budget }, (_, i) => (
        { label: `_run ${i + 1}`, style: 0, kind: "d2l-back" })),
    ],
    xs: [epochs], xlabel: "epoch", ylabel: model.get("metric"), xscale: "linear",
    yscale: "linear", xlim: [1, Math.max(2, epochs.length)], spread: "",
    legend: "d2l-legend", backdrop: [],
  });
  return {
    root: framed(plot),
    draw(bought, best, shown) {
      const curve = (name, i) => ({ name, x: 0, y: model.get("curves")[i] });
      const runs = bought.map((i, k) => curve(2 + k, i)).filter((_, k) => (
        bought[k] !== best && bought[k] !== shown));
      if (best !== null) runs.push(curve(0, best));
      if (shown !== null && shown !== best) runs.push(curve(1, shown));
      plot.draw(runs, [0, 1]);
    },
  };
}

function racePlot(model) {
  const budget = model.get("budget");
  const spent = Array.from({ length: budget }, (_, i) => i + 1);
  const [mean, low, high] = [0, 1, 2].map((k) => model.get("random").map((one) => one[k]));
  const { random, spread } = model.get("words");
  const plot = createPlot({
    names: [
      { label: "you", style: 1, kind: "d2l-own" }, { label: random, style: 0, kind: "" },
      ...model.get("rivals").map(([name], i) => ({ label: name, style: i + 2, kind: "" })),
    ],
    xs: [spent], xlabel: "runs spent", ylabel: `best ${model.get("metric")} so far`,
    xscale: "linear", yscale: "linear", xlim: [1, Math.max(2, budget)], spread,
    legend: "d2l-legend d2l-wide", backdrop: [],
  });
  const rivals = [{ name: 1, x: 0, y: mean, low, high },
    ...model.get("rivals").map(([, y], i) => ({ name: i + 2, x: 0, y }))];
  return {
    root: framed(plot),
    draw(best) {
      const y = spent.map((_, i) => best[i] ?? null);
      plot.draw([...rivals, ...(best.length ? [{ name: 0, x: 0, y }] : [])], model.get("ylim"));
      if (best.length) plot.moveCursor(best.length);
    },
  };
}

function render({ model, el }) {
  const [budget, metric, test] = ["budget", "metric", "test"].map(model.get);
  const valid = model.get("curves").map((curve) => curve.at(-1));
  const empty = () => ({ bought: [], isOpen: false, hasSeen: false });
  const { state, save } = visitMemory(`d2l-twelve-runs-${el.dataset.d2l}`, empty);
  let shown = state.bought.at(-1) ?? null;
  const market = createMarket(model.get("axes"), choose);
  const outcome = h("p", { class: "d2l-outcome" });
  const curves = curvePlot(model);
  const race = racePlot(model);
  const opener = button("", open);
  const verdict = h("div", { class: "d2l-verdict-box" });
  const status = statusLine({ class: "d2l-status d2l-hidden" });

  const better = (a, b) => (valid[b] > valid[a] ? b : a);
  const best = () => (state.bought.length ? state.bought.reduce(better) : null);
  const left = () => budget - state.bought.length;

  function choose(i) {
    const isNew = !state.bought.includes(i);
    if (isNew && (state.isOpen || !left())) {
      status.say(state.isOpen ? `${described(i)}, not bought.` : "The budget is spent.", 0);
      return;
    }
    if (isNew) state.bought.push(i);
    shown = i;
    draw();
    status.say(outcome.textContent, 0);
  }

  const described = (i) => `${market.name(i)}: ${metric} ${three(valid[i])}`;

  function words() {
    if (shown === null) return model.get("words").ask;
    const run = `Run ${state.bought.indexOf(shown) + 1}, ${described(shown)}`;
    const isBest = shown === best() ? ", your best" : `; your best ${three(valid[best()])}`;
    const next = left() || state.isOpen ? "" : ": open the test set";
    return `${run}${isBest}. ${plural(left(), "run")} left${next}.`;
  }

  function open() {
    Object.assign(state, { isOpen: true, hasSeen: true });
    shown = best();
    draw();
    verdict.focus();
  }

  function judgment() {
    const [i, runs] = [best(), state.bought.length];
    const error = Math.sqrt(test[i] * (1 - test[i]) / model.get("numTest"));
    const rank = 1 + test.filter((other) => other > test[i]).length;
    const beaten = Math.round(100 * shareBelow(valid, valid[i], runs));
    const other = model.get("others")[i];
    const gap = three(Math.abs(valid[i] - test[i]));
    const compared = Number(gap) ? `${gap} ${valid[i] < test[i] ? "below" : "above"}` : "equal to";
    const seeds = model.get("seeds") - 1;
    return [
      `${market.name(i)}: test accuracy ${three(test[i])} ± ${
        three(error)} (standard error, ${model.get("numTest").toLocaleString("en")} examples). ${
        rank === 1 ? "No setting" : `${plural(rank - 1, "setting")}`} of ${
        test.length} did better on the test set.`,
      `You chose it for its ${metric}: ${three(valid[i])}, ${compared} the test accuracy.${
        seeds && other !== null ? ` The same setting with ${
          plural(seeds, "other seed")}: ${three(other)}${seeds > 1 ? " on average" : ""}.` : ""
      }${runs > 1 ? ` The best of ${runs} runs is picked for its luck, too.` : ""}`,
      `Your best beats that of ${beaten} in 100 random searches with ${
        plural(runs, "run")}. The grid now shows the ${metric} of every setting; yours are framed.`,
    ];
  }

  function draw() {
    market.draw({ ...state, best: best(), shown, valid, isSpent: !left() });
    outcome.textContent = words();
    curves.draw(state.bought, best(), shown);
    let top = -Infinity;
    race.draw(state.bought.map((i) => (top = Math.max(top, valid[i]))));
    opener.textContent = state.isOpen ? "The test set is open"
      : left() && state.bought.length ? "Stop here and open the test set" : "Open the test set";
    opener.disabled = state.isOpen || !state.bought.length;
    const texts = state.isOpen ? judgment() : [state.hasSeen
      ? "You have seen this test set: this game is practice, and its test tells you nothing new."
      : "Once it is open, nothing more can be bought."];
    verdict.replaceChildren(...texts.map((text) => h("p", {}, text)));
    save();
  }

  function restart() {
    Object.assign(state, { bought: [], isOpen: false });
    shown = null;
    draw();
    status.say(`Everything is hidden again. ${verdict.textContent}`, 0);
  }

  verdict.tabIndex = -1;
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", `${budget} runs to spend`);
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    outcome,
    h("div", { class: "d2l-market" }, market.root,
      h("div", { class: "d2l-found" }, curves.root, race.root)),
    h("div", { class: "d2l-actions" }, opener), verdict, status.root,
    h("div", { class: "d2l-foot" }, button("Start over", restart)),
  );
  draw();
}

export default { render };

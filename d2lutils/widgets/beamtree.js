// BeamTree: a beam search over a table of chances, step by step, and what it finds.
import { axisControl, button, h, OWN_KEYS, statusLine, svg } from "./kit.js";

/**
 * The tree of a beam search. `chances` gives for each beginning, its tokens with blanks between
 * them, the probability of each next token. A level holds the candidates of one step; the ones
 * that are kept and end are complete.
 */
export function searchBeam(chances, end, depth, width) {
  const levels = [];
  const complete = [];
  let beam = [{ tokens: [], p: 1, logP: 0, index: 0 }];
  while (beam.length) {
    const level = beam.flatMap((parent) => chances[parent.tokens.join(" ")].map((given, token) => ({
      tokens: [...parent.tokens, token], token, given, p: parent.p * given,
      logP: parent.logP + Math.log(given), parent: parent.index,
    })));
    const ranked = [...level].sort((a, b) => b.logP - a.logP);
    level.forEach((node, index) => {
      const rank = ranked.indexOf(node);
      const ends = node.token === end || node.tokens.length === depth;
      Object.assign(node, { index, rank, kept: rank < width && node.p > 0 });
      node.done = node.kept && ends;
    });
    complete.push(...level.filter((node) => node.done));
    beam = level.filter((node) => node.kept && !node.done);
    levels.push(level);
  }
  return { levels, complete };
}

/** Its log-probability over its length to the power alpha. */
export const normalizedScore = ({ logP, tokens }, alpha) => logP / tokens.length ** alpha;

const fixed = (value, digits = 2) => value.toFixed(digits).replace("-", "−");
const chanceText = (p) => (p >= 0.0995 ? p.toFixed(2) : p >= 0.00095 ? p.toFixed(3) : "<.001")
  .replace(/^0/, "");

function render({ model, el }) {
  const [words, end, depth, chances, widths, alphas, rows] =
    ["words", "end", "depth", "chances", "widths", "alphas", "rows"].map((name) => model.get(name));
  const home = { width: model.get("width"), alpha: model.get("alpha"), step: 1, at: [0, 0] };
  const spell = (tokens) => tokens.map((token) => words[token]).join(" ");
  const whole = searchBeam(chances, end, depth, Infinity).complete;
  let now = { ...home };
  let tree = [];
  let boxes = [];

  function bestOf(all) {
    return all.reduce((a, b) => (
      normalizedScore(b, now.alpha) > normalizedScore(a, now.alpha) + 1e-12 ? b : a));
  }

  // The candidates of each shown step, from top to bottom; x and y in hundredths of the picture.
  function drawTree(levels) {
    const place = ({ index }, column) => (
      [100 * (column + 0.5) / depth, 100 * (index + 0.5) / levels[column].length]);
    const edges = levels.flatMap((level, column) => level.map((node) => {
      const [x, y] = place(node, column);
      const half = 44 / depth; // of a box's width
      const [px, py] = column ? place(levels[column - 1][node.parent], column - 1) : [-half, 50];
      const name = `d2l-edge${node.kept ? " d2l-kept" : ""}`;
      return svg("path", { class: name, d: `M${px + half} ${py}L${x - half} ${y}` });
    }));
    const picture = svg("svg", {
      viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true",
    }, ...edges);
    boxes = levels.map((level, column) => level.map((node) => {
      const [x, y] = place(node, column);
      const fate = node.done ? "complete" : node.kept ? "kept" : "pruned";
      const box = h("button", {
        type: "button", class: `d2l-box-node d2l-${fate}`, ...OWN_KEYS,
        style: `left:${x}%;top:${y}%;width:${88 / depth}%`, tabindex: -1,
        "aria-label": `${spell(node.tokens)}, ${chanceText(node.p)}, ${fate}`,
      }, h("span", {}, words[node.token]), " ", h("span", {}, chanceText(node.p)));
      box.addEventListener("click", () => change({ at: [column, node.index] }));
      box.addEventListener("keydown", onKey);
      return box;
    }));
    field.replaceChildren(picture, ...boxes.flat());
  }

  function describe(node) {
    const [column] = now.at;
    const parent = column ? tree[column - 1][node.parent].p : null;
    const product = parent === null ? "" : `${chanceText(parent)} × ${chanceText(node.given)} = `;
    const fate = node.done ? `complete, score ${fixed(normalizedScore(node, now.alpha))}`
      : node.kept ? "kept" : "pruned";
    return `“${spell(node.tokens)}”: ${product}${chanceText(node.p)}, log ${fixed(node.logP)}; ` +
      `place ${node.rank + 1} of ${tree[column].length}: ${fate}.`;
  }

  function summary(levels) {
    if (now.step === 0) return "Nothing is written yet. Press Next.";
    if (now.step > levels.length) return "No branch is left to extend: the search is over.";
    const level = levels[now.step - 1];
    const kept = level.filter((node) => node.kept).sort((a, b) => a.rank - b.rank);
    return `Step ${now.step}: ${level.length} candidates. Kept: ` +
      `${kept.map((node) => `“${spell(node.tokens)}”`).join(", ")}.`;
  }

  function row(node, best) {
    const cells = node ? [String(node.tokens.length), fixed(node.logP),
      fixed(normalizedScore(node, now.alpha))] : ["", "", ""];
    const cut = node && node.token !== end ? " …" : "";
    const name = node ? spell(node.tokens) + cut : "\u00a0";
    return h("tr", node && node === best ? { class: "d2l-best" } : {},
      h(node ? "th" : "td", node ? { scope: "row" } : {}, name),
      ...cells.map((text) => h("td", {}, text)));
  }

  function draw() {
    const { levels, complete } = searchBeam(chances, end, depth, now.width);
    tree = levels.slice(0, now.step);
    const found = complete.filter((node) => node.tokens.length <= now.step)
      .sort((a, b) => normalizedScore(b, now.alpha) - normalizedScore(a, now.alpha));
    drawTree(tree);
    const [column, index] = [Math.min(now.at[0], tree.length - 1), now.at[1]];
    now.at = tree.length ? [column, Math.min(index, tree[column].length - 1)] : [0, 0];
    const chosen = tree.length ? tree[now.at[0]][now.at[1]] : null;
    if (chosen) {
      const box = boxes[now.at[0]][now.at[1]];
      box.tabIndex = 0;
      box.setAttribute("aria-pressed", "true");
    }
    wordsLine.textContent = summary(levels);
    nodeLine.textContent = chosen ? describe(chosen) : "";
    table.replaceChildren(...Array.from({ length: rows }, (_, i) => row(found[i], found[0])));
    verdict.textContent = judge(found, levels.length);
    width.set(widths.indexOf(now.width));
    alpha.set(alphas.indexOf(now.alpha));
    step.set(now.step);
    back.disabled = now.step === 0;
    next.disabled = now.step === depth;
    status.say(`${wordsLine.textContent} ${verdict.textContent}`);
  }

  function judge(found, steps) {
    if (now.step < steps) return "The search is not over: step on to compare it with all sequences.";
    const best = bestOf(whole);
    const text = `Of all ${whole.length} sequences “${spell(best.tokens)}” has the best score, ` +
      `${fixed(normalizedScore(best, now.alpha))} at α = ${now.alpha}.`;
    const same = normalizedScore(found[0], now.alpha) >= normalizedScore(best, now.alpha) - 1e-9;
    return `${text} This search ${same ? "found it" : "missed it"}.`;
  }

  const change = (what) => {
    const focused = boxes.flat().includes(document.activeElement);
    now = { ...now, ...what };
    draw();
    if (focused && tree.length) boxes[now.at[0]][now.at[1]].focus();
  };
  // A new step shows its best candidate.
  const go = (to) => {
    const at = Math.max(0, Math.min(depth, to));
    const { levels } = searchBeam(chances, end, depth, now.width);
    const column = Math.min(at, levels.length) - 1;
    const best = column >= 0 ? levels[column].findIndex((node) => node.rank === 0) : 0;
    change({ step: at, at: [Math.max(0, column), best] });
  };

  // Up and down go through a step's candidates, left to the parent, right to the likeliest child.
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [column, index] = now.at;
    const children = (tree[column + 1] ?? []).filter((node) => node.parent === index);
    const likely = children.sort((a, b) => a.rank - b.rank)[0];
    const goal = {
      ArrowUp: [column, Math.max(0, index - 1)], ArrowDown: [column, index + 1],
      ArrowLeft: column ? [column - 1, tree[column][index].parent] : now.at,
      ArrowRight: likely ? [column + 1, likely.index] : now.at,
    }[event.key];
    if (!goal) return;
    event.preventDefault();
    change({ at: goal });
  }

  const width = axisControl({ name: "width", labels: widths.map(String), slider: true }, 0,
    (i) => change({ width: widths[i] }));
  const alpha = axisControl({ name: "normalization α", labels: alphas.map(String), slider: true },
    0, (i) => change({ alpha: alphas[i] }));
  const labels = Array.from({ length: depth + 1 }, (_, i) => `${i} of ${depth}`);
  const step = axisControl({ name: "step", labels, slider: true }, 0, go);
  const back = button("Back", () => go(now.step - 1));
  const next = button("Next", () => go(now.step + 1));
  const wordsLine = h("p", { class: "d2l-where d2l-beam-words" });
  const field = h("div", {
    class: "d2l-tree", role: "group", "aria-label": "The tree: candidates step by step",
    style: `height:${1.75 * Math.max(...widths) * words.length}rem`,
  });
  const nodeLine = h("p", { class: "d2l-where d2l-beam-node" });
  const table = h("tbody");
  const heads = ["sequence", "length", "log p", "score"].map((text) => (
    h("th", { scope: "col" }, text)));
  const verdict = h("p", { class: "d2l-where d2l-verdict-line" });
  const status = statusLine({ class: "d2l-status d2l-hidden" });

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "A beam search, step by step");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    h("div", { class: "d2l-controls d2l-beam-inputs" }, width.root, alpha.root, step.root),
    h("div", { class: "d2l-actions" }, back, next),
    wordsLine, field, nodeLine,
    h("table", { class: "d2l-found" }, h("caption", {}, "Complete sequences, the best score first"),
      h("thead", {}, h("tr", {}, ...heads)), table),
    verdict, status.root,
    h("div", { class: "d2l-foot" }, button("Reset", () => {
      now = { ...home };
      go(home.step);
    })),
  );
  go(home.step);
}

export default { render };

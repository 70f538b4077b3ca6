// NormAxes: a tensor of examples, channels and pixels, and the cells that share a mean.
import { axisControl, button, h, OWN_KEYS, statusLine } from "./kit.js";

const EPS = 1e-5;

/**
 * The normalized numbers, and the mean and variance used for each. `owner` says for each number
 * which mean it takes part in; `running`, where given, replaces all of them, channel by channel.
 */
export function normalizeNumbers(values, owner, running, channelOf) {
  const moments = (numbers) => {
    const mean = numbers.reduce((a, b) => a + b) / numbers.length;
    return { mean, variance: numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length };
  };
  const used = values.map((_, at) => {
    if (running) {
      return { mean: running.mean[channelOf(at)], variance: running.var[channelOf(at)] };
    }
    return moments(values.filter((_, other) => owner[other] === owner[at]));
  });
  const output = values.map((x, at) => (x - used[at].mean) / Math.sqrt(used[at].variance + EPS));
  return { used, output };
}

const short = (value, digits = 1) => value.toFixed(digits).replace("-", "−");
const ONE_FOR = {
  batch: "one for each channel", layer: "one for each example",
  instance: "one for each channel of each example", group: "one for each group of each example",
};

function render({ model, el }) {
  const [shape, values, owners, running, kinds, groups] =
    ["shape", "values", "owners", "running", "kinds", "groups"].map((name) => model.get(name));
  const [examples, channels, pixels] = shape;
  const placeOf = (at) => (
    [Math.floor(at / (channels * pixels)), Math.floor(at / pixels) % channels, at % pixels]);
  const indexOf = ([i, j, k]) => (i * channels + j) * pixels + k;
  const modes = ["train()", "eval()"];
  const home = { kind: model.get("kind"), groups: 2, mode: "train()", at: indexOf([0, 1, 1]), values };
  let now = { ...home };

  // Which cells, in words, and what else is worth saying of the choice.
  function sharingOf({ kind, groups, at }) {
    const [i, j] = placeOf(at);
    const size = channels / groups;
    const first = Math.floor(j / size) * size;
    const some = size === 1 ? `channel ${j + 1}`
      : `channels ${first + 1} ${size === 2 ? "and" : "to"} ${first + size}`;
    return {
      batch: `channel ${j + 1} of every example`,
      layer: `all of example ${i + 1}`,
      instance: `channel ${j + 1} of example ${i + 1}`,
      group: groups === 1 ? `all of example ${i + 1}` : `${some} of example ${i + 1}`,
    }[kind];
  }

  function words(count, size) {
    const { kind, groups, mode, at } = now;
    const name = `${kind[0].toUpperCase()}${kind.slice(1)} norm, ${mode}`;
    if (kind === "batch" && mode === "eval()") {
      return `${name}: no mean of this batch. Channel ${placeOf(at)[1] + 1} takes its running ` +
        "mean and variance, so no other cell matters.";
    }
    const same = { 1: " Layer norm shares alike.", [channels]: " Instance norm shares alike." };
    const alike = kind === "group" ? same[groups] ?? "" : "";
    const still = mode === "eval()" ? " as in train()" : "";
    return `${name}${still}: ${count} means, ${ONE_FOR[kind]}. The framed cell is averaged with ` +
      `${size - 1} others: ${sharingOf(now)}.${alike}`;
  }

  function draw() {
    const owner = owners[now.kind === "group" ? `group ${now.groups}` : now.kind];
    const usesRunning = now.kind === "batch" && now.mode === "eval()";
    const { used, output } = normalizeNumbers(
      now.values, owner, usesRunning ? running : null, (at) => placeOf(at)[1]);
    const isLit = (at) => (usesRunning ? at === now.at : owner[at] === owner[now.at]);
    inputs.forEach((cell, at) => {
      const [i, j, k] = placeOf(at);
      cell.textContent = String(now.values[at]);
      cell.tabIndex = at === now.at ? 0 : -1;
      cell.setAttribute("aria-pressed", String(at === now.at));
      cell.setAttribute("aria-label", `example ${i + 1}, channel ${j + 1}, pixel ${k + 1}: ` +
        `${now.values[at]}${isLit(at) ? ", averaged" : ""}`);
      cell.classList.toggle("d2l-lit", isLit(at));
      outputs[at].textContent = short(output[at]);
      outputs[at].classList.toggle("d2l-lit", isLit(at));
      outputs[at].classList.toggle("d2l-chosen", at === now.at);
    });
    kind.set(kinds.indexOf(now.kind));
    group.set(groups.indexOf(now.groups));
    group.root.querySelector("select").disabled = now.kind !== "group";
    mode.set(modes.indexOf(now.mode));
    number.set(now.values[now.at]);
    sharing.textContent = words(new Set(owner).size, owner.filter((o) => o === owner[now.at]).length);
    const { mean, variance } = used[now.at];
    formula.textContent = `${usesRunning ? "Running mean" : "Mean"} ${short(mean, 2)}, variance ` +
      `${short(variance, 2)}. The framed cell: (${now.values[now.at]} − ${short(mean, 2)}) / ` +
      `√(${short(variance, 2)} + ε) = ${short(output[now.at], 2)}.`;
    status.say(`${sharing.textContent} ${formula.textContent}`);
  }

  const change = (what) => {
    now = { ...now, ...what };
    draw();
  };
  const choose = (at) => {
    change({ at });
    inputs[at].focus();
  };
  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  // Left and right go on from one example to the next.
  function onKey(event) {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [i, j, k] = placeOf(now.at);
    const row = Math.max(0, Math.min(channels - 1, j + step[0]));
    const column = Math.max(0, Math.min(examples * pixels - 1, i * pixels + k + step[1]));
    choose(indexOf([Math.floor(column / pixels), row, column % pixels]));
  }

  const inputs = values.map((_, at) => {
    const cell = h("button", { type: "button", ...OWN_KEYS });
    cell.addEventListener("click", () => choose(at));
    cell.addEventListener("keydown", onKey);
    return cell;
  });
  const outputs = values.map(() => h("span"));
  const size = channels * pixels;
  const labels = Array.from({ length: channels }, (_, j) => h("span", {}, `c${j + 1}`));
  const tensor = (name, cells, attributes) => h("div", { class: "d2l-tensor", ...attributes },
    h("div", { class: "d2l-rows", "aria-hidden": "true" }, h("div", {}, name),
      ...labels.map((label) => label.cloneNode(true))),
    ...Array.from({ length: examples }, (_, i) => h("div", {}, h("div", {}, `example ${i + 1}`),
      h("div", { class: "d2l-cells" }, ...cells.slice(i * size, (i + 1) * size)))));

  const kind = axisControl({ name: "normalization", labels: kinds }, 0, (i) => (
    change({ kind: kinds[i] })));
  const group = axisControl({ name: "groups", labels: groups.map(String) }, 0, (i) => (
    change({ groups: groups[i] })));
  const mode = axisControl({ name: "mode", labels: modes }, 0, (i) => change({ mode: modes[i] }));
  const digits = Array.from({ length: 10 }, (_, i) => String(i));
  const number = axisControl({ name: "framed cell", labels: digits, slider: true }, 0, (value) => (
    change({ values: now.values.map((old, at) => (at === now.at ? value : old)) })));
  const sharing = h("p", { class: "d2l-where d2l-sharing" });
  const formula = h("p", { class: "d2l-where d2l-formula" });
  const status = statusLine({ class: "d2l-status d2l-hidden" });

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Which numbers share a mean");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    h("div", { class: "d2l-controls d2l-norm-inputs" }, kind.root, group.root, mode.root, number.root),
    sharing,
    tensor("X", inputs, { role: "group", "aria-label": "The input, cell by cell" }),
    formula,
    tensor("Y", outputs, { role: "img", "aria-label": "The normalized tensor" }),
    status.root,
    h("div", { class: "d2l-foot" }, button("Reset", () => change(home))),
  );
  draw();
}

export default { render };

// Graph: a computational graph; values are filled in on the way forward, gradients on the way back.
import { axisControl, button, formatNumber, h, OWN_KEYS, statusLine, svg, uniqueId } from "./kit.js";

// For each operation its value, and the derivative by each argument.
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const OPERATIONS = {
  add: [(a, b) => a + b, () => [1, 1]],
  sub: [(a, b) => a - b, () => [1, -1]],
  mul: [(a, b) => a * b, (a, b) => [b, a]],
  div: [(a, b) => a / b, (a, b) => [1 / b, -a / (b * b)]],
  relu: [(x) => Math.max(x, 0), (x) => [x > 0 ? 1 : 0]],
  sigmoid: [sigmoid, (x) => [sigmoid(x) * (1 - sigmoid(x))]],
  tanh: [Math.tanh, (x) => [1 - Math.tanh(x) ** 2]],
  exp: [Math.exp, (x) => [Math.exp(x)]],
  log: [Math.log, (x) => [1 / x]],
};
const NUMBERED = {
  pow: (power) => [(x) => x ** power, (x) => [power * x ** (power - 1)]],
  affine: (factor, summand) => [(x) => factor * x + summand, () => [factor]],
};
const operation = (node) => OPERATIONS[node.op] ?? NUMBERED[node.op](...node.numbers);

/** Values and gradients of a graph after `step` steps; what is not reached yet is null. */
export function evaluateGraph(nodes, inputs, step) {
  const values = nodes.map((node) => (node.op === "input" ? inputs[node.text] : null));
  const gradients = nodes.map(() => null);
  const order = nodes.flatMap((node, i) => (node.op === "input" ? [] : [i]));
  for (const i of order.slice(0, step)) {
    values[i] = operation(nodes[i])[0](...nodes[i].args.map((j) => values[j]));
  }
  const backward = step - order.length;
  if (backward > 0) gradients[order.at(-1)] = 1;
  for (const i of [...order].reverse().slice(0, Math.max(0, backward - 1))) {
    const slopes = operation(nodes[i])[1](...nodes[i].args.map((j) => values[j]));
    nodes[i].args.forEach((j, k) => {
      gradients[j] = (gradients[j] ?? 0) + gradients[i] * slopes[k];
    });
  }
  return { values, gradients, order };
}

const WIDTH = 150, HEIGHT = 46, ROW = 66;
const signed = (value) => (value < 0 ? `(${formatNumber(value)})` : formatNumber(value))
  .replace("-", "−");
const shown = (value) => formatNumber(value).replace("-", "−");

// What a step does, in words and numbers: what it fills in, and the nodes it looks at.
function describeStep(nodes, inputs, result, step) {
  const { values, gradients, order } = evaluateGraph(nodes, inputs, step);
  if (step === 0) return { text: "Only the inputs have values. Step forward.", at: [] };
  if (step <= order.length) {
    const i = order[step - 1];
    return { text: `Forward: ${nodes[i].text} = ${shown(values[i])}.`, at: [i] };
  }
  const slope = (j) => `∂${result}/∂${nodes[j].text.length > 2 ? `(${nodes[j].text})` : nodes[j].text}`;
  if (step === order.length + 1) {
    return { text: `Backward starts with ${slope(order.at(-1))} = 1.`, at: [order.at(-1)] };
  }
  const i = order[2 * order.length + 1 - step];
  const local = operation(nodes[i])[1](...nodes[i].args.map((j) => values[j]));
  const parts = nodes[i].args.map((j, k) => {
    const product = `${shown(gradients[i])} · ${signed(local[k])}`;
    const gain = gradients[i] * local[k];
    const earlier = gradients[j] - gain;
    const already = nodes.some((node, n) => n > i && node.args.includes(j)) || nodes[i].args.indexOf(j) < k;
    return `${slope(j)} = ${already ? `${shown(earlier)} + ` : ""}${product} = ${shown(gradients[j])}`;
  });
  return { text: `Backward through ${nodes[i].text}: ${parts.join("; ")}.`, at: [i, ...nodes[i].args] };
}

function numberInput(name, value, onChange) {
  const id = uniqueId();
  const input = h("input", { id, class: "d2l-number", type: "number", step: 0.1, value, ...OWN_KEYS });
  input.addEventListener("input", () => onChange(input.valueAsNumber));
  const root = h("div", { class: "d2l-control" },
    h("label", { class: "d2l-name", for: id }, name), input);
  return { root, reset: () => { input.value = value; } };
}

function drawNode(node, x, y) {
  const title = svg("text", { class: "d2l-node-name", x: WIDTH / 2, y: 18 }, node.title);
  const value = svg("text", { class: "d2l-node-value", x: 10, y: 37 });
  const gradient = svg("text", { class: "d2l-node-gradient", x: WIDTH - 10, y: 37 });
  const box = svg("rect", { width: WIDTH, height: HEIGHT, rx: node.op === "input" ? 23 : 4 });
  const root = svg("g", { transform: `translate(${x} ${y})` }, box, title, value, gradient);
  return { root, value, gradient };
}

function render({ model, el }) {
  const [nodes, result, start] = ["nodes", "result", "inputs"].map((name) => model.get(name));
  const inputs = { ...start };
  const count = nodes.filter((node) => node.op !== "input").length;
  const last = 2 * count + 1;
  const columns = Math.max(...nodes.map((a) => nodes.filter((b) => b.level === a.level).length));
  const width = columns * (WIDTH + 16);
  const height = (1 + Math.max(...nodes.map((node) => node.level))) * ROW;
  const left = (node) => node.place * (WIDTH + 16) + 8;
  const top = (node) => node.level * ROW + 4;
  const drawn = nodes.map((node) => drawNode(node, left(node), top(node)));
  const edges = nodes.flatMap((node) => node.args.map((j) => {
    const [x1, y1] = [left(nodes[j]) + WIDTH / 2, top(nodes[j]) + HEIGHT];
    const [x2, y2] = [left(node) + WIDTH / 2, top(node)];
    const middle = (y1 + y2) / 2;
    return svg("path", { d: `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}` });
  }));
  const picture = svg("svg", {
    class: "d2l-graph-picture", viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": "The computational graph, inputs above and the result below",
    style: `max-width:${width}px`,
  }, ...edges, ...drawn.map((node) => node.root));
  const words = statusLine({ class: "d2l-status d2l-graph-words" });
  let step = 0;

  function draw() {
    const { values, gradients } = evaluateGraph(nodes, inputs, step);
    const { text, at } = describeStep(nodes, inputs, result, step);
    drawn.forEach((node, i) => {
      node.value.textContent = values[i] === null ? "" : shown(values[i]);
      node.gradient.textContent = gradients[i] === null ? "" : `∂ ${shown(gradients[i])}`;
      node.root.classList.toggle("d2l-at", at.includes(i));
      node.root.dataset.value = values[i] ?? "";
      node.root.dataset.gradient = gradients[i] ?? "";
    });
    slider.set(step);
    back.disabled = step === 0;
    next.disabled = step === last;
    words.say(text, 0);
  }
  const go = (to) => {
    step = Math.max(0, Math.min(last, to));
    draw();
  };

  const labels = Array.from({ length: last + 1 }, (_, i) => `${i} of ${last}`);
  const slider = axisControl({ name: "step", labels, slider: true }, 0, go);
  const back = button("Back", () => go(step - 1));
  const next = button("Next", () => go(step + 1));
  const fields = Object.entries(start).map(([name, value]) => numberInput(name, value, (now) => {
    if (!Number.isFinite(now)) return words.say(`${name} has to be a number.`, 0);
    inputs[name] = now;
    draw();
  }));
  const reset = button("Reset", () => {
    Object.assign(inputs, start);
    for (const field of fields) field.reset();
    go(0);
  });

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Step through a computational graph");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    h("div", { class: "d2l-controls d2l-graph-inputs" }, ...fields.map((field) => field.root)),
    h("div", { class: "d2l-controls" }, slider.root),
    h("div", { class: "d2l-actions" }, back, next, reset),
    words.root, picture,
  );
  go(0);
}

export default { render };

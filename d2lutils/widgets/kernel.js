// KernelEditor: the numbers of a kernel, a picture and what the kernel makes of it, one window close.
import { button, formatNumber, h, OWN_KEYS, statusLine, typedNumber, uniqueId } from "./kit.js";
import { correlate, createLegend, createView, isBalanced } from "./kernel_picture.js";
import { levelOf, readPicture, shadesOf, sumOf } from "./kernel_picture.js";
import { addressOf, addressWriter } from "./address.js";

const SIDES = [3, 5];
const MODES = { auto: "by the sum", gray: "0 to 255", zero: "gray is 0" };
const PAGE = 10; // pixels that PageUp and PageDown move

const shown = (value) => formatNumber(Math.abs(value) < 1e-9 ? 0 : value).replace("-", "−");
const sideOf = (kernel) => Math.sqrt(kernel.length);
const isSame = (a, b) => a.length === b.length && a.every((v, i) => Math.abs(v - b[i]) < 1e-6);

/** The kernel on a grid of another side: zeros around it, or its outer ring left away. */
export function resized(kernel, to) {
  const [side, shift] = [sideOf(kernel), (to - sideOf(kernel)) / 2];
  return Array.from({ length: to * to }, (_, k) => {
    const [i, j] = [Math.floor(k / to) - shift, (k % to) - shift];
    return i >= 0 && i < side && j >= 0 && j < side ? kernel[i * side + j] : 0;
  });
}

/** What an address asks of the editor: { kernel, mode }, null for what it says nothing usable of. */
export function readKernel(asked, limit) {
  const numbers = (asked?.get("k") ?? "").split("_").map((text) => (text.trim() ? Number(text) : NaN));
  const isUsable = SIDES.includes(Math.sqrt(numbers.length))
    && numbers.every((number) => Math.abs(number) <= limit);
  const mode = asked?.get("draw") ?? "";
  return { kernel: isUsable ? numbers : null, mode: Object.hasOwn(MODES, mode) ? mode : null };
}

function select(name, options, onInput) {
  const id = uniqueId();
  const node = h("select", { id, ...OWN_KEYS },
    ...options.map(([value, text]) => h("option", { value }, text)));
  node.addEventListener("input", () => onInput(node.value));
  const root = h("div", { class: "d2l-control" }, h("label", { class: "d2l-name", for: id }, name), node);
  return { root, node };
}

function render({ model, el }) {
  const [presets, limit, first] = ["presets", "limit", "kernel"].map((name) => model.get(name));
  const picture = readPicture(model.get("image"));
  const site = el.closest(".bd-article, .bd-content") !== null;
  const place = [...document.querySelectorAll(".d2l-kernel")].indexOf(el);
  const address = place > 0 ? `kernel-${place + 1}` : "kernel";
  const status = statusLine({ class: "d2l-status d2l-hidden" });
  const note = h("p", { class: "d2l-note", role: "status" });
  const total = h("p", { class: "d2l-where" });
  const windowName = h("p", { class: "d2l-desk-name" });
  const products = h("table", { class: "d2l-products" });
  const outcome = h("p", { class: "d2l-where" });
  const legend = createLegend();
  const link = h("a", { class: "d2l-link" }, "Link to this kernel");
  const toAddress = addressWriter(link, address, site);
  const fields = h("div", { class: "d2l-fields", role: "group", "aria-label": "Kernel K" });
  let [kernel, mode, inputs] = [[...first], "auto", []];
  let [result, shades, drawnAs] = [null, null, ""];
  let at = { row: 0, column: 0 };

  // ---- one window

  function showWindow() {
    const side = sideOf(kernel);
    const { row, column } = at;
    const cells = kernel.map((weight, k) => {
      const value = picture.values[(row + Math.floor(k / side)) * picture.width + column + (k % side)];
      return h("td", {},
        h("span", {}, h("i", { style: `background:rgb(${value},${value},${value})` }), String(value)),
        h("span", {}, `· ${shown(weight)}`), h("b", {}, shown(value * weight)));
    });
    const rows = Array.from({ length: side }, (_, i) => cells.slice(i * side, (i + 1) * side));
    products.replaceChildren(h("tbody", {}, ...rows.map((tds) => h("tr", {}, ...tds))));
    const value = result.values[row * result.width + column];
    const level = levelOf(value, shades);
    windowName.textContent = `X[${row}:${row + side}, ${column}:${column + side}] · K`;
    outcome.replaceChildren(`Y[${row}, ${column}] = sum of products = `, h("b", {}, shown(value)), " ",
      h("i", { style: `background:rgb(${level},${level},${level})` }));
    views[0].mark(row, column, side);
    views[1].mark(row + (side - 1) / 2, column + (side - 1) / 2, 1);
    views[1].root.setAttribute("aria-valuemax", result.values.length - 1);
    views[1].root.setAttribute("aria-valuenow", row * result.width + column);
    views[1].root.setAttribute("aria-valuetext", `row ${row}, column ${column}: ${shown(value)}`);
  }

  const within = (number, end) => Math.max(0, Math.min(end - 1, number));
  function go(row, column) {
    at = { row: within(row, result.height), column: within(column, result.width) };
    showWindow();
  }
  function goToTheLargest() {
    const sizes = result.values.map(Math.abs);
    const index = sizes.indexOf(sizes.reduce((a, b) => Math.max(a, b)));
    go(Math.floor(index / result.width), index % result.width);
  }
  function pointAt(row, column) {
    const margin = (sideOf(kernel) - 1) / 2;
    go(row - margin, column - margin);
  }
  function onKey(event) {
    const { row, column } = at;
    const to = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      PageUp: [row - PAGE, column], PageDown: [row + PAGE, column],
      Home: [row, 0], End: [row, result.width],
    }[event.key];
    if (!to || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(...to);
  }
  const views = [
    createView(picture, {}, pointAt),
    createView(picture, {
      tabindex: 0, role: "slider", "aria-valuemin": 0, ...OWN_KEYS,
      "aria-label": "Place in the result; all four arrow keys move it",
    }, pointAt),
  ];
  views[1].root.addEventListener("keydown", onKey);

  // ---- the kernel

  function buildFields() {
    const side = sideOf(kernel);
    const nameOf = (k) => `K[${Math.floor(k / side)}, ${k % side}]`;
    inputs = kernel.map((_, k) => {
      const input = h("input", {
        class: "d2l-number", type: "number", step: "any", min: -limit, max: limit,
        "aria-label": nameOf(k), ...OWN_KEYS,
      });
      input.addEventListener("input", () => {
        const isNumber = Math.abs(input.valueAsNumber) <= limit;
        if (isNumber) input.removeAttribute("aria-invalid");
        else input.setAttribute("aria-invalid", "true");
        note.textContent = isNumber ? ""
          : `${nameOf(k)} has to be a number from −${limit} to ${limit}; it is left at ${shown(kernel[k])}.`;
        if (isNumber) change(kernel.map((old, i) => (i === k ? input.valueAsNumber : old)), input);
      });
      return input;
    });
    fields.replaceChildren(...inputs);
    desk.style.setProperty("--d2l-side", side);
  }

  // The field that is typed in is left as it is.
  function draw(typing) {
    if (inputs.length !== kernel.length) buildFields();
    inputs.forEach((input, k) => {
      if (input === typing) return;
      input.value = Number(kernel[k].toPrecision(4));
      input.removeAttribute("aria-invalid");
    });
    const sum = shown(Number(typedNumber(sumOf(kernel))));
    const balanced = isBalanced(kernel);
    drawnAs = mode !== "auto" ? mode : balanced ? "zero" : "gray";
    result = correlate(picture, kernel);
    shades = shadesOf(result.values, drawnAs);
    views[1].draw(result, shades);
    legend.show(shades, drawnAs, result.values.length);
    total.textContent = `Sum of the ${kernel.length} numbers: ${balanced ? "0" : sum}`;
    divide.disabled = balanced;
    const preset = presets.findIndex((one) => isSame(one.kernel, kernel));
    choice.node.value = preset;
    size.node.value = sideOf(kernel);
    drawing.node.value = mode;
    go(at.row, at.column);
    status.say(`${preset < 0 ? "Own kernel" : presets[preset].name}. ${total.textContent}. `
      + legend.words.textContent);
    writeKernel();
  }

  function writeKernel() {
    const changed = {
      ...(isSame(kernel, first) ? {} : { k: kernel.map((v) => Number(v.toPrecision(7))).join("_") }),
      ...(mode === "auto" ? {} : { draw: mode }),
    };
    toAddress(changed);
  }

  function change(numbers, typing = null) {
    kernel = numbers;
    if (!typing) note.textContent = "";
    draw(typing);
  }

  // A reader who comes by such a link is brought here.
  function takeAddress() {
    const asked = site ? addressOf(window.location.hash, address) : null;
    if (asked === null) return;
    const found = readKernel(asked, limit);
    mode = found.mode ?? "auto";
    change(found.kernel ?? [...first]);
    if ((asked.has("k") && !found.kernel) || (asked.has("draw") && !found.mode)) {
      note.textContent = "The page's address was not followed in all: "
        + `k takes 9 or 25 numbers from −${limit} to ${limit}, draw one of ${Object.keys(MODES).join(", ")}.`;
    }
    el.scrollIntoView({ block: "start" });
  }

  const choice = select("kernel", [...presets.map(({ name }, i) => [i, name]), [-1, "own numbers"]],
    (i) => change([...presets[i].kernel]));
  choice.node.lastChild.disabled = true; // it is what the others are not
  const size = select("size", SIDES.map((side) => [side, `${side} × ${side}`]),
    (side) => change(resized(kernel, Number(side))));
  const drawing = select("draw", Object.entries(MODES), (value) => {
    mode = value;
    draw();
  });
  const turn = button("Turn by 180°", () => change([...kernel].reverse()));
  const divide = button("Divide by the sum", () => {
    const sum = sumOf(kernel);
    const divided = kernel.map((number) => number / sum);
    if (divided.every((number) => Math.abs(number) <= limit)) change(divided);
    else note.textContent = `Divided, a number would lie outside −${limit} to ${limit}.`;
  });
  const random = button("Random numbers", () => (
    change(kernel.map(() => Math.floor(7 * Math.random()) - 3))));
  const reset = button("Reset", () => {
    mode = "auto";
    change([...first]);
    goToTheLargest();
  });

  const named = (name, view) => h("div", {}, h("p", { class: "d2l-view-name" }, name), view.root);
  const desk = h("div", { class: "d2l-desk" },
    h("div", {}, h("p", { class: "d2l-desk-name" }, "K, the kernel"), fields, total,
      h("div", { class: "d2l-actions" }, turn, divide, random)),
    h("div", {}, windowName, products, outcome));
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Edit a kernel");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    h("div", { class: "d2l-controls" }, choice.root, size.root, drawing.root),
    h("div", { class: "d2l-views" }, named("X, the picture", views[0]), named("Y, the result", views[1])),
    legend.root, legend.words, desk, note, h("p", { class: "d2l-source" }, model.get("guide")),
    status.root, h("div", { class: "d2l-foot" }, ...(site ? [link] : []), reset),
  );
  views[0].draw(picture, { low: 0, high: 255 });
  draw();
  goToTheLargest();
  takeAddress();
  window.addEventListener("hashchange", takeAddress);
}

export default { render };

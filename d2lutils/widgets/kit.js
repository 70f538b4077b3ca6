// What all components share: elements, controls, numbers, the live region, the model of a page.
// Text from a notebook only ever becomes text nodes and attribute values, never markup.

/** An HTML element; strings among the children become text nodes. */
export function h(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// JupyterLab takes arrow keys for itself unless the focused element says that it needs them.
export const OWN_KEYS = { "data-lm-suppress-shortcuts": true };

/** An id that no other component of the page has, also where a script runs twice. */
export function uniqueId() {
  return "d2l-" + Math.random().toString(36).slice(2, 10);
}

/** A number for reading: three significant digits, no zeros that say nothing. */
export function formatNumber(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  if (Number.isInteger(value) || size >= 1000) return String(Math.round(value));
  return value.toPrecision(3);
}

/** A number as one would type it: six digits at most, and no rounding noise. */
export function typedNumber(value) {
  return String(Number(value.toPrecision(6)));
}

/**
 * A control over listed values: a slider, or a select where the values are not numbers.
 * `axis` is { name, labels, slider }; `set` moves it without calling `onInput`.
 */
export function axisControl(axis, index, onInput) {
  const id = uniqueId();
  const value = h("span", { class: "d2l-value", "aria-hidden": "true" });
  const options = axis.labels.map((text, i) => h("option", { value: i }, text));
  const input = axis.slider
    ? h("input", { id, type: "range", min: 0, max: axis.labels.length - 1, step: 1, ...OWN_KEYS })
    : h("select", { id, ...OWN_KEYS }, ...options);
  const set = (i) => {
    input.value = i;
    if (!axis.slider) return;
    value.textContent = axis.labels[i];
    input.setAttribute("aria-valuetext", axis.labels[i]);
  };
  input.addEventListener("input", () => onInput(Number(input.value)));
  set(index);
  const name = h("label", { class: "d2l-name", for: id }, axis.name);
  return { root: h("div", { class: "d2l-control" }, name, value, input), set };
}

export function button(text, onClick, attributes = {}) {
  const node = h("button", { type: "button", class: "d2l-button", ...attributes }, text);
  node.addEventListener("click", onClick);
  return node;
}

/**
 * A polite live region. `say` waits until the reader pauses, so that dragging a slider
 * does not read out every value on the way. An `aside` is read out but not seen, since it stands
 * somewhere else on the page, too.
 */
export function statusLine(attributes = {}) {
  const root = h("p", { class: "d2l-status", role: "status", ...attributes });
  let timer;
  const say = (text, delay = 300, aside = "") => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const unseen = h("span", { class: "d2l-hidden" }, ` ${aside}`);
      root.replaceChildren(text, ...(aside ? [unseen] : []));
    }, delay);
  };
  return { root, say };
}

/** The part of an anywidget model that the components use, over plain data. */
export function pageModel(state) {
  const listeners = new Map();
  return {
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      for (const listener of listeners.get("change:" + name) ?? []) listener();
    },
    save_changes() {},
    on(event, listener) {
      listeners.set(event, [...(listeners.get(event) ?? []), listener]);
    },
    off(event, listener) {
      listeners.set(event, (listeners.get(event) ?? []).filter((l) => l !== listener));
    },
  };
}

/** Bring to life every container with this key that no script has taken yet. */
export function mount(key, component, state) {
  keepOneOfEachStyle();
  for (const el of document.querySelectorAll(`[data-d2l="${key}"]:not([data-on])`)) {
    el.dataset.on = "";
    component.render({ model: pageModel({ ...state }), el });
  }
}

// Each output brings the style sheets, so that its still picture is laid out before any script
// runs; the document keeps one copy of each, in its head, where clearing a cell does not remove
// it. The kit's comes first, so that a component's own rules win.
function keepOneOfEachStyle() {
  for (const copy of document.querySelectorAll("style.d2l-style")) {
    const id = `d2l-style-${copy.dataset.name}`;
    const kept = document.getElementById(id) ?? document.createElement("style");
    if (!kept.id) document.head.append(kept);
    kept.id = id;
    if (kept.textContent !== copy.textContent) kept.textContent = copy.textContent;
    copy.remove();
  }
}

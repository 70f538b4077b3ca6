// The picture of OptimizerRace: a surface from above with its contours, the ways of the methods
// over it, and a handle on the point where they start.
import { onThemeChange, readColors } from "./colors.js";
import { h, OWN_KEYS, svg, uniqueId } from "./kit.js";
import { colorOf, linePath, lineStyle } from "./plot.js";
import { onResize } from "./resize.js";
import { scaleFor, ticks } from "./scales.js";
import { SURFACES } from "./surfaces.js";

const CELLS = 150; // of the grid on which contours are traced, across the picture
const TINT = 0.32; // of the highest ground; the lowest has none
const FAR = 9999; // pixels: what a browser still draws without complaint

/** Steps of the handle, by key: a fortieth of the picture's width, a fifth of that with Shift. */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

const signed = (value) => value.toFixed(2).replace("-", "−");
export const pointText = ([x, y]) => `x ${signed(x)}, y ${signed(y)}`;

// Shade the ground by the contours below it, then draw them. `place` are the scales.
function paintGround(canvas, { f }, { xlim, ylim, levels }, { toX, toY }, colors) {
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let row = 0, k = 3; row < height; row += 1) {
    const y = ylim[1] - ((row + 0.5) / height) * (ylim[1] - ylim[0]);
    for (let column = 0; column < width; column += 1, k += 4) {
      const value = f(xlim[0] + ((column + 0.5) / width) * (xlim[1] - xlim[0]), y);
      let below = 0;
      while (below < levels.length && levels[below] < value) below += 1;
      image.data[k] = (255 * TINT * below) / levels.length;
    }
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.putImageData(image, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = colors.accent;
  context.fillRect(0, 0, width, height);
  context.globalCompositeOperation = "source-over";
  context.strokeStyle = colors.accent;
  context.globalAlpha = 0.45;
  context.lineWidth = width / canvas.clientWidth;
  context.beginPath();
  for (const [[x0, y0], [x1, y1]] of contourPieces(f, xlim, ylim, levels)) {
    context.moveTo(toX(x0), toY(y0));
    context.lineTo(toX(x1), toY(y1));
  }
  context.stroke();
  context.globalAlpha = 1;
}

/** Straight pieces of all contours, each from one side of a cell of a grid to another. */
export function contourPieces(f, xlim, ylim, levels) {
  const side = (xlim[1] - xlim[0]) / CELLS;
  const rows = Math.round((ylim[1] - ylim[0]) / side);
  const xs = Array.from({ length: CELLS + 1 }, (_, i) => xlim[0] + i * side);
  const ys = Array.from({ length: rows + 1 }, (_, j) => ylim[0] + j * side);
  const heights = ys.map((y) => xs.map((x) => f(x, y)));
  const pieces = [];
  for (let j = 0; j < rows; j += 1) {
    for (let i = 0; i < CELLS; i += 1) {
      const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
      const values = corners.map(([a, b]) => heights[b][a]);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      for (const level of levels) {
        if (level <= low || level > high) continue;
        const crossed = corners.flatMap(([a, b], c) => {
          const [u, v] = [values[c], values[(c + 1) % 4]];
          if (u < level === v < level) return [];
          const [a2, b2] = corners[(c + 1) % 4];
          const t = (level - u) / (v - u);
          return [[xs[a] + t * (xs[a2] - xs[a]), ys[b] + t * (ys[b2] - ys[b])]];
        });
        for (let k = 0; k + 1 < crossed.length; k += 2) pieces.push([crossed[k], crossed[k + 1]]);
      }
    }
  }
  return pieces;
}

const STAR = Array.from({ length: 10 }, (_, k) => {
  const [radius, turn] = [k % 2 ? 3 : 7.5, (k * Math.PI) / 5];
  return `${(radius * Math.sin(turn)).toFixed(2)} ${(-radius * Math.cos(turn)).toFixed(2)}`;
}).join("L");
// What marks a point of zero gradient, as path data around it.
export const MARKS = {
  minima: `M${STAR}Z`,
  local_minima: "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z",
  saddles: "M-5 -5L5 5M-5 5L5 -5",
};

/**
 * The picture; `move` is told of a point [x, y] to which the reader brings the start. `draw` takes
 * the name of a surface with what Python says of it, the start, and of each run its look and its
 * points so far.
 */
export function createPicture(move) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const clip = uniqueId();
  const area = svg("rect", { x: 0, y: 0 });
  const [axes, marks, ways] = ["d2l-grid", "d2l-marks", "d2l-ways"].map((name) => (
    svg("g", { class: name })));
  ways.setAttribute("clip-path", `url(#${clip})`);
  const slope = svg("path", { class: "d2l-slope" });
  const drawing = svg("svg", { "aria-hidden": "true" },
    svg("clipPath", { id: clip }, area), axes, slope, marks, ways);
  const handle = h("div", {
    class: "d2l-handle", role: "slider", tabindex: 0, ...OWN_KEYS,
    "aria-label": "Start: drag it, or move it with the arrow keys",
  });
  const root = h("div", { class: "d2l-map" }, canvas, drawing, handle);
  let [width, height] = [0, 0];
  let shown = null;
  let [toX, toY] = [];

  function paint() {
    if (!width || !shown) return;
    const { surface } = shown;
    const density = window.devicePixelRatio || 1;
    [canvas.width, canvas.height] = [width, height].map((size) => Math.round(size * density));
    const place = {
      toX: scaleFor("linear", surface.xlim, [0, canvas.width]),
      toY: scaleFor("linear", surface.ylim, [canvas.height, 0]),
    };
    paintGround(canvas, SURFACES[surface.name], surface, place, readColors(root));
  }

  function frame() {
    const { surface } = shown;
    toX = scaleFor("linear", surface.xlim, [0, width]);
    toY = scaleFor("linear", surface.ylim, [height, 0]);
    for (const [name, size] of [["width", width], ["height", height]]) {
      area.setAttribute(name, size);
      drawing.setAttribute(name, size);
    }
    const count = Math.max(4, Math.round(width / 80));
    axes.replaceChildren(
      svg("rect", { class: "d2l-axis", x: 0.5, y: 0.5, width: width - 1, height: height - 1 }),
      ...ticks("linear", surface.xlim, count).map(([value, label]) => svg("text", {
        x: toX(value), y: height + 15, "text-anchor": "middle" }, label.replace("-", "−"))),
      ...ticks("linear", surface.ylim, count).map(([value, label]) => svg("text", {
        x: -6, y: toY(value) + 4, "text-anchor": "end" }, label.replace("-", "−"))),
    );
    marks.replaceChildren(...Object.entries(MARKS).flatMap(([kind, d]) => (
      surface[kind].map(([x, y]) => svg("path", {
        class: `d2l-${kind}`, d, transform: `translate(${toX(x)} ${toY(y)})` })))));
    paint();
  }

  const pixel = (value) => Math.round(Math.max(-FAR, Math.min(FAR, value)) * 10) / 10;

  function wayOf({ look, points, place }) {
    const xs = points.map(([x]) => pixel(toX(x)));
    const ys = points.map(([, y]) => pixel(toY(y)));
    const at = { cx: pixel(toX(place[0])), cy: pixel(toY(place[1])), r: 5.5 };
    return svg("g", { style: colorOf(look) },
      svg("path", { class: "d2l-line", style: lineStyle(look), d: linePath(xs, ys) }),
      svg("path", { class: "d2l-dots", d: xs.map((x, i) => `M${x} ${ys[i]}h0`).join("") }),
      svg("circle", at));
  }

  // The start, and an arrow from it straight downhill: as long at every slope.
  function drawStart([x, y]) {
    const { xlim, ylim, name } = shown.surface;
    handle.style.left = `${toX(x)}px`;
    handle.style.top = `${toY(y)}px`;
    const [low, high, now] = [xlim[0], xlim[1], x].map((value) => Number(value.toFixed(4)));
    for (const [key, value] of [["min", low], ["max", high], ["now", now]]) {
      handle.setAttribute(`aria-value${key}`, value);
    }
    handle.setAttribute("aria-valuetext", `${pointText([x, y])}, height ${
      signed(SURFACES[name].f(x, y))}`);
    const [gx, gy] = SURFACES[name].gradient(x, y);
    const size = Math.hypot(gx, gy);
    if (size < 1e-12) return slope.setAttribute("d", "");
    const turn = (Math.atan2(gy, -gx) * 180) / Math.PI;
    slope.setAttribute("d", "M11 0H36M29 -5L36 0L29 5");
    slope.setAttribute("transform", `translate(${toX(x)} ${toY(y)}) rotate(${turn})`);
  }

  function draw(next) {
    const isNew = shown?.surface !== next.surface;
    shown = next;
    if (!width) return;
    if (isNew) frame();
    ways.replaceChildren(...next.runs.map(wayOf));
    drawStart(next.start);
  }

  // ---- moving the start

  const limited = (value, [low, high]) => Math.max(low, Math.min(high, value));
  function bring([x, y]) {
    const { xlim, ylim } = shown.surface;
    move([limited(x, xlim), limited(y, ylim)]);
  }

  function pointAt(event) {
    const box = root.getBoundingClientRect();
    const { xlim, ylim } = shown.surface;
    return [xlim[0] + ((event.clientX - box.left) / box.width) * (xlim[1] - xlim[0]),
      ylim[1] - ((event.clientY - box.top) / box.height) * (ylim[1] - ylim[0])];
  }

  // A mouse takes hold of the start wherever it is pressed; a finger must press on the handle, or
  // the page could not be scrolled over the picture, but a tap brings the start there.
  let [held, pressed] = [null, ""];
  root.addEventListener("pointerdown", (event) => {
    pressed = event.pointerType;
    if (event.target !== handle && event.pointerType !== "mouse") return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    root.setPointerCapture(event.pointerId);
    const [x, y] = pointAt(event);
    held = event.target === handle ? [shown.start[0] - x, shown.start[1] - y] : [0, 0];
    bring([x + held[0], y + held[1]]);
  });
  root.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [x, y] = pointAt(event);
    bring([x + held[0], y + held[1]]);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    root.addEventListener(end, () => { held = null; });
  }
  root.addEventListener("click", (event) => {
    if (event.target !== handle && pressed !== "mouse") bring(pointAt(event));
  });
  handle.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const arrow = ARROWS[event.key];
    const { xlim, start } = shown.surface;
    const step = (xlim[1] - xlim[0]) / (event.shiftKey ? 200 : 40);
    if (event.key === "Home") move(start);
    else if (!arrow) return;
    else bring([shown.start[0] + arrow[0] * step, shown.start[1] + arrow[1] * step]);
    event.preventDefault();
  });

  onThemeChange(paint);
  onResize(root, (...size) => {
    [width, height] = size;
    if (!shown) return;
    frame();
    draw(shown);
  });

  return { root, draw };
}

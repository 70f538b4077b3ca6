// What Playground paints on canvases: a function over the plane as a picture, the line where it is
// zero, the data, the losses.
import { LEVELS } from "./colors.js";
import { REACH } from "./playground_data.js";
import { scaleFor, ticks } from "./scales.js";

export const GRID = 48; // a function is looked at in GRID x GRID places

/** The places, from the top left in rows: (GRID * GRID, 2). */
export function gridPoints() {
  const at = (i) => -REACH + ((i + 0.5) * 2 * REACH) / GRID;
  const points = new Float64Array(2 * GRID * GRID);
  for (let n = 0; n < GRID * GRID; n += 1) {
    points[2 * n] = at(n % GRID);
    points[2 * n + 1] = -at(Math.floor(n / GRID));
  }
  return points;
}

/** Give a canvas as many pixels as the screen has there; return its context, in CSS pixels. */
export function fitCanvas(canvas, width, height) {
  const density = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  const context = canvas.getContext("2d");
  context.setTransform(density, 0, 0, density, 0, 0);
  return context;
}

/** A function that paints values over the grid into a square; `every` thins the grid out. */
export function createPainter(every) {
  const side = GRID / every;
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  return (target, { ramp }, { values, offset, stride, scale }, x, y, size) => {
    for (let row = 0, k = 0; row < side; row += 1) {
      for (let column = 0; column < side; column += 1, k += 1) {
        const n = every * (row * GRID + column);
        const level = Math.round(((values[n * stride + offset] / scale + 1) * LEVELS) / 2);
        pixels[k] = ramp[level < 0 ? 0 : level > LEVELS ? LEVELS : level || 0];
      }
    }
    context.putImageData(image, 0, 0);
    target.drawImage(canvas, x, y, size, size);
  };
}

/** The largest size that a unit's values have on the grid. */
export function largest({ values, offset, stride }) {
  let found = 0;
  for (let k = offset; k < GRID * GRID * stride; k += stride) {
    const size = Math.abs(values[k]);
    if (size > found) found = size;
  }
  return found;
}

/** Trace where values over the grid are zero: in each cell a straight line, by interpolation. */
export function traceZero(context, { values, offset, stride }, size) {
  const at = (row, column) => values[(row * GRID + column) * stride + offset];
  const cell = size / GRID;
  context.beginPath();
  for (let row = 0; row + 1 < GRID; row += 1) {
    for (let column = 0; column + 1 < GRID; column += 1) {
      const corners = [[0, 0], [0, 1], [1, 1], [1, 0]].map(([down, right]) => (
        [row + down, column + right, at(row + down, column + right)]));
      const crossed = corners.flatMap(([r, c, v], i) => {
        const [r2, c2, v2] = corners[(i + 1) % 4];
        if (v > 0 === v2 > 0) return [];
        const t = v / (v - v2);
        return [[(c + t * (c2 - c) + 0.5) * cell, (r + t * (r2 - r) + 0.5) * cell]];
      });
      for (let i = 0; i + 1 < crossed.length; i += 2) {
        context.moveTo(...crossed[i]);
        context.lineTo(...crossed[i + 1]);
      }
    }
  }
  context.stroke();
}

/** Write on a picture, with a rim that keeps the letters legible. */
export function writeOver(context, colors, text, x, y, align = "left") {
  context.font = "13px system-ui, sans-serif";
  context.textAlign = align;
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = colors.paper;
  context.fillStyle = colors.text;
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

/** The examples over the plane: those to train on full, those to validate on as rings. */
export function drawExamples(context, colors, { train, valid, kind }, size) {
  const place = scaleFor("linear", [-REACH, REACH], [0, size]);
  const levels = (y) => (kind === "entropy" ? Math.round(y) : y > 0 ? 1 : 0);
  for (const [part, isTrain] of [[valid, false], [train, true]]) {
    for (let n = 0; n < part.count; n += 1) {
      const color = levels(part.y[n]) ? colors.high : colors.low;
      context.beginPath();
      context.arc(place(part.X[2 * n]), size - place(part.X[2 * n + 1]), 3, 0, 2 * Math.PI);
      context.fillStyle = isTrain ? color : colors.paper;
      context.strokeStyle = isTrain ? colors.paper : color;
      context.lineWidth = isTrain ? 1 : 1.5;
      context.fill();
      context.stroke();
    }
  }
  writeOver(context, colors, "x₁ →", size - 6, size - 8, "right");
  writeOver(context, colors, "↑ x₂", 6, 16);
}

/** Both losses over the steps; the axis of losses starts at zero and leaves off what explodes. */
export function drawLosses(context, colors, history, width, height) {
  const [left, right, top, bottom] = [34, 8, 20, 18];
  const first = Math.max(history[0].train.loss, history[0].valid.loss);
  const all = history.flatMap((point) => [point.train.loss, point.valid.loss]);
  const most = Math.min(Math.max(...all.filter(Number.isFinite), 1e-3), 2 * first) * 1.05;
  const steps = Math.max(50, history.at(-1).step);
  const toX = scaleFor("linear", [0, steps], [left, width - right]);
  const toY = scaleFor("linear", [0, most], [height - bottom, top]);
  context.clearRect(0, 0, width, height);
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = colors.muted;
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  context.textAlign = "left";
  context.fillText("loss by step", 0, 11);
  context.textAlign = "right";
  for (const [value, label] of ticks("linear", [0, most], 3)) {
    const y = Math.round(toY(value)) + 0.5;
    context.beginPath();
    context.moveTo(left, y);
    context.lineTo(width - right, y);
    context.stroke();
    context.fillText(label, left - 5, y + 3.5);
  }
  context.textAlign = "center";
  for (const [value, label] of ticks("linear", [0, steps], 4, true)) {
    const half = context.measureText(label).width / 2;
    context.fillText(label, Math.min(toX(value), width - half), height - 4);
  }
  context.lineWidth = 2;
  for (const part of ["valid", "train"]) {
    context.strokeStyle = part === "train" ? colors.text : colors.valid;
    context.setLineDash(part === "train" ? [] : [5, 3]);
    context.beginPath();
    for (const point of history) {
      const loss = point[part].loss;
      if (Number.isFinite(loss)) context.lineTo(toX(point.step), toY(Math.min(loss, most)));
    }
    context.stroke();
  }
  context.setLineDash([]);
}

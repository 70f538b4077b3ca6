// What a kernel makes of a picture, and how its values are drawn in gray.
import { formatNumber, h } from "./kit.js";

/** The gray values, row by row, of { height, width, pixels: bytes in base64 }. */
export function readPicture({ height, width, pixels }) {
  const bytes = Uint8Array.from(atob(pixels), (letter) => letter.charCodeAt(0));
  return { height, width, values: bytes };
}

/**
 * The cross-correlation of a picture with a square kernel, as torch.nn.functional.conv2d: at each
 * place the sum of the products of the kernel with the window that begins there.
 */
export function correlate(picture, kernel) {
  const side = Math.sqrt(kernel.length);
  const [height, width] = [picture.height - side + 1, picture.width - side + 1];
  const values = new Float64Array(height * width);
  kernel.forEach((weight, k) => {
    const start = Math.floor(k / side) * picture.width + (k % side);
    for (let i = 0; i < height; i += 1) {
      for (let j = 0; j < width; j += 1) {
        values[i * width + j] += weight * picture.values[start + i * picture.width + j];
      }
    }
  });
  return { height, width, values };
}

export const sumOf = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** Whether a kernel's numbers sum to 0, but for the rounding of what was typed. */
export function isBalanced(kernel) {
  return Math.abs(sumOf(kernel)) <= 1e-5 * sumOf(kernel.map(Math.abs));
}

/**
 * Which value is drawn black and which white, and how many lie outside. `mode` is "gray" for the
 * picture's own scale, or "zero" for a scale with 0 in the middle; it ends where all but one value
 * in a hundred are inside.
 */
export function shadesOf(values, mode) {
  if (mode === "gray") return counted(values, 0, 255);
  const sizes = Float64Array.from(values, Math.abs).sort();
  const end = sizes[Math.floor(0.99 * (sizes.length - 1))] || sizes.at(-1) || 1;
  return counted(values, -end, end);
}

function counted(values, low, high) {
  const noise = 1e-9 * (high - low);
  return { low, high, cut: values.filter((v) => v < low - noise || v > high + noise).length };
}

/** The level from 0, black, to 255, white, at which a value is drawn. */
export function levelOf(value, { low, high }) {
  return Math.round(Math.min(255, Math.max(0, (255 * (value - low)) / (high - low))));
}

/**
 * A picture on the page with a frame to move over it. Each pixel of `size` is one of the canvas;
 * what is drawn may be smaller, and is put in the middle. `onPoint` gets the row and the column that
 * the pointer is at.
 */
export function createView({ height, width }, attributes, onPoint) {
  const canvas = h("canvas", { width, height, "aria-hidden": "true" });
  const frame = h("div", { class: "d2l-frame" });
  const root = h("div", {
    class: "d2l-view", style: `aspect-ratio:${width}/${height}`, ...attributes,
  }, canvas, frame);
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    const along = (at, length, count) => Math.floor((at / length) * count);
    onPoint(along(event.clientY - box.top, box.height, height),
      along(event.clientX - box.left, box.width, width));
  };
  root.addEventListener("pointermove", point);
  root.addEventListener("pointerdown", point);

  function draw(drawn, shades) {
    const context = canvas.getContext("2d");
    const pixels = context.createImageData(drawn.width, drawn.height);
    drawn.values.forEach((value, i) => {
      pixels.data.fill(levelOf(value, shades), 4 * i, 4 * i + 3);
      pixels.data[4 * i + 3] = 255;
    });
    context.clearRect(0, 0, width, height);
    context.putImageData(pixels, (width - drawn.width) / 2, (height - drawn.height) / 2);
  }

  function mark(row, column, side) {
    const part = (number, of) => `${(100 * number) / of}%`;
    Object.assign(frame.style, {
      top: part(row, height), left: part(column, width),
      height: part(side, height), width: part(side, width),
    });
  }
  return { root, draw, mark };
}

/** The legend of the result: the ends of the scale, and in words what its grays stand for. */
export function createLegend() {
  const [low, high] = [h("span"), h("span")];
  const words = h("p", { class: "d2l-shades" });
  const root = h("div", { class: "d2l-scale d2l-grays" }, low, h("span"), high);
  function show(shades, mode, count) {
    low.textContent = formatNumber(shades.low).replace("-", "−");
    high.textContent = formatNumber(shades.high);
    const meaning = mode === "zero" ? "Gray is 0, darker is negative, lighter positive."
      : "Drawn as the picture is: 0 black, 255 white.";
    const cut = shades.cut ? ` ${shades.cut} of ${count} values lie outside and are cut off.` : "";
    words.textContent = meaning + cut;
  }
  return { root, words, show };
}

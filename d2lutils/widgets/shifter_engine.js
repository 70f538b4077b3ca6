// A feed-forward network in the page: weights of eight bits, one image at a time.
import { bytesOf, floatsOf } from "./bytes.js";

/** A network as packed.py writes it, with its weights as numbers again. */
export function decodeNet(layers) {
  return layers.map((layer) => {
    if (!layer.weight) return layer;
    const [whole, step] = [new Int8Array(bytesOf(layer.weight).buffer), floatsOf(layer.step)];
    const each = whole.length / step.length;
    const weight = Float32Array.from(whole, (value, i) => value * step[Math.floor(i / each)]);
    return { ...layer, weight, bias: floatsOf(layer.bias) };
  });
}

/** Images as packed.py writes them: an array of 0 to 1 for each. */
export function decodeImages(text, size) {
  const pixels = bytesOf(text);
  const count = pixels.length / size;
  return Array.from({ length: count }, (_, i) => (
    Float32Array.from(pixels.subarray(i * size, (i + 1) * size), (value) => value / 255)));
}

/** The image moved; what leaves the frame is lost, and black comes in. */
export function movedImage(image, [height, width], right, down) {
  const moved = new Float32Array(image.length);
  for (let i = Math.max(0, down); i < height + Math.min(0, down); i += 1) {
    for (let j = Math.max(0, right); j < width + Math.min(0, right); j += 1) {
      moved[i * width + j] = image[(i - down) * width + j - right];
    }
  }
  return moved;
}

// Each takes { data, shape } and a layer, and returns the same for its output.
const LAYERS = {
  flatten: ({ data }) => ({ data, shape: [data.length] }),
  relu: ({ data, shape }) => ({ data: data.map((x) => Math.max(0, x)), shape }),
  sigmoid: ({ data, shape }) => ({ data: data.map((x) => 1 / (1 + Math.exp(-x))), shape }),
  linear: denseLayer,
  conv: convLayer,
  maxpool: (x, layer) => poolLayer(x, layer, -Infinity, Math.max, 1),
  avgpool: (x, layer) => poolLayer(x, layer, 0, (a, b) => a + b, layer.window[0] * layer.window[1]),
};

function denseLayer({ data }, { weight, bias }) {
  const scores = bias.map((start, o) => {
    let sum = start;
    for (let k = 0; k < data.length; k += 1) sum += weight[o * data.length + k] * data[k];
    return sum;
  });
  return { data: scores, shape: [bias.length] };
}

const placesOf = (size, window, stride, padding) => (
  Math.floor((size + 2 * padding - window) / stride) + 1);

function convLayer({ data, shape: [channels, height, width] }, layer) {
  const { weight, bias, window: [high, wide], stride, padding } = layer;
  const rows = placesOf(height, high, stride[0], padding[0]);
  const columns = placesOf(width, wide, stride[1], padding[1]);
  const out = new Float32Array(bias.length * rows * columns);
  // The window at one place: its part outside the image meets zeros, and is left out.
  const dot = (o, top, left) => {
    let sum = bias[o];
    for (let c = 0; c < channels; c += 1) {
      for (let a = Math.max(0, -top); a < Math.min(high, height - top); a += 1) {
        const from = (c * height + top + a) * width + left;
        const at = ((o * channels + c) * high + a) * wide;
        for (let b = Math.max(0, -left); b < Math.min(wide, width - left); b += 1) {
          sum += weight[at + b] * data[from + b];
        }
      }
    }
    return sum;
  };
  for (let k = 0; k < out.length; k += 1) {
    const [o, i, j] = [Math.floor(k / rows / columns), Math.floor(k / columns) % rows, k % columns];
    out[k] = dot(o, i * stride[0] - padding[0], j * stride[1] - padding[1]);
  }
  return { data: out, shape: [bias.length, rows, columns] };
}

function poolLayer({ data, shape: [channels, height, width] }, layer, start, join, share) {
  const { window: [high, wide], stride } = layer;
  const rows = placesOf(height, high, stride[0], 0);
  const columns = placesOf(width, wide, stride[1], 0);
  const out = new Float32Array(channels * rows * columns);
  for (let k = 0; k < out.length; k += 1) {
    const [c, i, j] = [Math.floor(k / rows / columns), Math.floor(k / columns) % rows, k % columns];
    let value = start;
    for (let a = 0; a < high; a += 1) {
      const from = (c * height + i * stride[0] + a) * width + j * stride[1];
      for (let b = 0; b < wide; b += 1) value = join(value, data[from + b]);
    }
    out[k] = value / share;
  }
  return { data: out, shape: [channels, rows, columns] };
}

/** The scores that a network gives an image of this size. */
export function scoresOf(layers, image, size) {
  const input = { data: image, shape: [1, ...size] };
  return layers.reduce((x, layer) => LAYERS[layer.kind](x, layer), input).data;
}

export function softmaxOf(scores) {
  const highest = Math.max(...scores);
  const powers = Array.from(scores, (score) => Math.exp(score - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

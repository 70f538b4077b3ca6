// FeatureMaps: what the channels of each layer answer to an image, epoch by epoch.
import { LEVELS, onThemeChange, readColors } from "./colors.js";
import { axisControl, button, h, OWN_KEYS, statusLine, uniqueId } from "./kit.js";

// A number is a character, from "#" on: zero is the first or, where signed, the one in the middle.
const [FIRST_CODE, STEPS] = [35, 90];

/** Packed characters as numbers from 0 to 1, or from -1 to 1, each to be taken times a scale. */
function unpack(data, isSigned) {
  const [zero, most] = isSigned ? [STEPS / 2, STEPS / 2] : [0, STEPS];
  return Float32Array.from(data, (letter) => (letter.charCodeAt(0) - FIRST_CODE - zero) / most);
}

/** A function that gives one map of a layer in an epoch, row by row; it unpacks what it needs. */
function unpackedMaps(layers) {
  const seen = new Map();
  return (layer, epoch, image, channel) => {
    const { channels, height, width, signed, epochs } = layers[layer];
    const { data, scales } = epochs[epoch];
    const key = `${layer} ${epoch}`;
    if (!seen.has(key)) seen.set(key, unpack(data, signed));
    const size = height * width;
    const first = (image * channels + channel) * size;
    return seen.get(key).subarray(first, first + size).map((part) => part * scales[channel]);
  };
}

/** Paint numbers into a canvas, a pixel each: `ramp` goes from -scale through 0 to scale. */
function paintPixels(canvas, values, { height, width }, scale, ramp) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  values.forEach((value, i) => {
    pixels[i] = ramp[Math.round(((value / (scale || 1) + 1) * LEVELS) / 2)];
  });
  context.putImageData(image, 0, 0);
}

// The images are gray as they are shown elsewhere: 0 black, 1 white, in any theme.
function grayRamp() {
  const ramp = new Uint8ClampedArray(4 * (LEVELS + 1)).fill(255);
  for (let i = 0; i <= LEVELS; i += 1) {
    ramp.fill(Math.max(0, 2 * i - LEVELS), 4 * i, 4 * i + 3);
  }
  return new Uint32Array(ramp.buffer);
}

// A true minus sign, and as many digits as a packed number has.
const shownNumber = (value) => String(Number(value.toPrecision(2))).replace("-", "−");

/** A scale from low to high, in the colors of the ramp. */
function colorScale(isSigned, most) {
  const low = isSigned ? shownNumber(-most) : "0";
  return [h("span", {}, low), h("span", { class: isSigned ? "" : "d2l-upward" }),
    h("span", {}, shownNumber(most))];
}

/** The channels of a layer as radio buttons: arrow keys go from one to the next. */
function channelPicker(onInput) {
  const name = uniqueId();
  const legend = h("legend");
  const grid = h("div", { class: "d2l-channels" });
  const root = h("fieldset", {}, legend, grid);
  let canvases = [];
  const offer = (layer, chosen) => {
    const { channels, height, width } = layer;
    legend.textContent = `shape ${channels} × ${height} × ${width}`;
    grid.style.setProperty("--d2l-columns", Math.ceil(Math.sqrt(channels)));
    canvases = Array.from({ length: channels }, () => h("canvas"));
    grid.replaceChildren(...canvases.map((canvas, i) => {
      const input = h("input", {
        type: "radio", name, "aria-label": `channel ${i}`, ...OWN_KEYS,
      });
      input.checked = i === chosen;
      input.addEventListener("input", () => onInput(i));
      return h("label", { title: `channel ${i}` }, input, canvas);
    }));
  };
  return { root, offer, canvases: () => canvases };
}

function kernelWords(layer, epoch, channel) {
  if (!layer.kernels) return "This layer has no kernels.";
  const { inputs, height, width, epochs } = layer.kernels;
  const most = shownNumber(epochs[epoch].scales[channel]);
  const what = inputs === 1 ? `The kernel of channel ${channel}`
    : `The kernels of channel ${channel}, one for each of the ${inputs} channels that come in`;
  return `${what}: ${height} × ${width}, colors from −${most} to ${most}.`;
}

function render({ model, el }) {
  const [images, epochs, layers] = ["images", "epochs", "layers"].map((name) => model.get(name));
  const home = model.get("at");
  const mapOf = unpackedMaps(layers);
  const pixels = unpack(images.data, false);
  const gray = grayRamp();
  let at = { ...home };
  let { ramp } = readColors(el);

  const axes = {
    image: { name: "image", labels: images.names },
    layer: { name: "layer", labels: layers.map((layer) => layer.name) },
    epoch: { name: "epoch", labels: epochs.map(String), slider: true },
  };
  const controls = Object.entries(axes).map(([name, axis]) => (
    [name, axisControl(axis, at[name], (i) => go({ [name]: i }))]));
  const same = h("input", { type: "checkbox", ...OWN_KEYS });
  same.addEventListener("input", () => draw());
  const picker = channelPicker((channel) => go({ channel }));
  const large = h("canvas", { class: "d2l-large", role: "img" });
  const largeName = h("p");
  const legend = h("div", { class: "d2l-scale", "aria-hidden": "true" });
  const where = h("p", { class: "d2l-where" });
  const input = h("canvas", { role: "img" });
  const most = Math.max(0, ...layers.map((layer) => layer.kernels?.inputs ?? 0));
  const kernels = Array.from({ length: most }, () => h("canvas"));
  const kernelNote = h("p", { class: "d2l-source" });
  const status = statusLine({ class: "d2l-status d2l-hidden" });

  function go(change) {
    const before = at.layer;
    at = { ...at, ...change };
    const layer = layers[at.layer];
    if (at.layer !== before) {
      at.channel = Math.min(at.channel, layer.channels - 1);
      picker.offer(layer, at.channel);
    }
    draw();
    status.say(where.textContent);
  }

  function drawKernels(layer) {
    const own = layer.kernels;
    const size = own ? own.height * own.width : 0;
    const weights = own ? unpack(own.epochs[at.epoch].data, true) : [];
    kernels.forEach((canvas, i) => {
      const isUsed = i < (own?.inputs ?? 0);
      canvas.classList.toggle("d2l-unseen", !isUsed);
      if (!isUsed) return;
      const first = (at.channel * own.inputs + i) * size;
      paintPixels(canvas, weights.subarray(first, first + size), own, 1, ramp);
    });
    kernelNote.textContent = kernelWords(layer, at.epoch, at.channel);
  }

  function draw() {
    const layer = layers[at.layer];
    const { scales } = layer.epochs[at.epoch];
    const scaleOf = (channel) => (same.checked ? Math.max(...scales) : scales[channel]);
    const paint = (canvas, channel) => {
      const values = mapOf(at.layer, at.epoch, at.image, channel);
      paintPixels(canvas, values, layer, scaleOf(channel), ramp);
      return values;
    };
    picker.canvases().forEach(paint);
    const values = paint(large, at.channel);
    for (const [name, control] of controls) control.set(at[name]);
    const name = images.names[at.image];
    const [low, high] = [Math.min(...values), Math.max(...values)].map(shownNumber);
    where.textContent = `${layer.name}, channel ${at.channel}, epoch ${epochs[at.epoch]}, ` +
      `${name}: from ${low} to ${high}.`;
    large.setAttribute("aria-label", where.textContent);
    largeName.textContent = `channel ${at.channel}`;
    legend.replaceChildren(...colorScale(layer.signed, scaleOf(at.channel)));
    const area = images.height * images.width;
    const first = at.image * area;
    paintPixels(input, pixels.subarray(first, first + area), images, 1, gray);
    input.setAttribute("aria-label", `The image: ${name}`);
    drawKernels(layer);
  }

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Feature maps by layer, channel and epoch");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    h("div", { class: "d2l-controls" }, ...controls.map(([, control]) => control.root)),
    h("div", { class: "d2l-maps" }, picker.root, h("div", {}, largeName, large)),
    legend,
    h("label", { class: "d2l-same" }, same, "the same colors for all channels of the layer"), where,
    h("div", { class: "d2l-below" }, h("div", { class: "d2l-input" }, h("p", {}, "image"), input),
      h("div", {}, kernelNote, h("div", { class: "d2l-kernels" }, ...kernels))),
    status.root,
    h("div", { class: "d2l-foot" }, button("Reset", () => {
      same.checked = false;
      go(home);
      picker.offer(layers[at.layer], at.channel);
      draw();
    })),
  );
  onThemeChange(() => {
    ({ ramp } = readColors(el));
    draw();
  });
  picker.offer(layers[at.layer], at.channel);
  draw();
}

export default { render };

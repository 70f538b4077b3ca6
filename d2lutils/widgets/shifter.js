// Shifter: drag a picture across its frame; networks look at it live, and below stands how often
// they are right at each shift.
import { axisControl, button, h, OWN_KEYS, statusLine } from "./kit.js";
import { decodeImages, decodeNet, movedImage, scoresOf, softmaxOf } from "./shifter_engine.js";

const signed = (value) => String(value).replace("-", "−");

// A picture of one square for each pixel, to be enlarged by the style sheet.
function createCanvas([height, width]) {
  const root = h("canvas", { height, width, "aria-hidden": "true" });
  const context = root.getContext("2d");
  const picture = context.createImageData(width, height);
  const paint = (image) => {
    image.forEach((value, i) => {
      picture.data.set([255 * value, 255 * value, 255 * value, 255], 4 * i);
    });
    context.putImageData(picture, 0, 0);
  };
  return { root, paint };
}

// The frame to drag in: by mouse, finger or arrow keys. `place` is where the picture is now.
function createFrame(size, place, move) {
  const canvas = createCanvas(size);
  const root = h("div", {
    class: "d2l-frame", role: "application", tabindex: 0, ...OWN_KEYS,
    "aria-label": "The picture in its frame: drag it, or move it with the arrow keys",
  }, canvas.root);
  let grip = null;
  root.addEventListener("pointerdown", (event) => {
    root.setPointerCapture(event.pointerId);
    grip = { x: event.clientX, y: event.clientY, ...place() };
  });
  root.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const pixel = root.getBoundingClientRect().width / size[1];
    move(grip.right + Math.round((event.clientX - grip.x) / pixel),
      grip.down + Math.round((event.clientY - grip.y) / pixel));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    root.addEventListener(end, () => { grip = null; });
  }
  root.addEventListener("keydown", (event) => {
    const step = {
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    }[event.key];
    const { right, down } = place();
    if (event.key === "Home") move(0, 0);
    else if (!step) return;
    else move(right + step[0], down + step[1]);
    event.preventDefault();
  });
  return { root, paint: canvas.paint };
}

// One row a class, one column a network: numbers and bars.
function createTable(nets, classes) {
  const guesses = nets.map(() => h("span"));
  const rows = classes.map((name) => {
    const cells = nets.map((_, n) => {
      const [value, bar] = [h("span", { class: "d2l-value" }), h("i")];
      const root = h("div", { class: "d2l-share", style: `--d2l-color: var(--d2l-c${n})` }, value,
        h("div", {}, bar));
      return { root: h("td", {}, root), value, bar };
    });
    const head = h("th", { scope: "row" }, name);
    return { root: h("tr", {}, head, ...cells.map((cell) => cell.root)), cells };
  });
  const heads = nets.map((net, n) => h("th", { scope: "col" }, net.name, h("br"), guesses[n]));
  const root = h("table", { class: "d2l-shares" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "class"), ...heads)),
    h("tbody", {}, ...rows.map((row) => row.root)));
  const draw = (all, label) => {
    all.forEach((probabilities, n) => {
      const best = bestOf(probabilities);
      guesses[n].textContent = `${classes[best]} ${best === label ? "✓" : "✗"}`;
      guesses[n].className = best === label ? "d2l-right" : "d2l-wrong";
      probabilities.forEach((probability, i) => {
        rows[i].cells[n].value.textContent = probability.toFixed(2);
        rows[i].cells[n].bar.style.width = `${100 * probability}%`;
      });
    });
    rows.forEach((row, i) => row.root.classList.toggle("d2l-true", i === label));
  };
  return { root, draw };
}

const bestOf = (values) => values.indexOf(Math.max(...values));

// The accuracy of a network over all shifts, with a mark where the picture is; a press moves it.
function createHeat(net, reach, move) {
  const side = 2 * reach + 1;
  const mark = h("div", { class: "d2l-here" });
  const here = h("span", { class: "d2l-value" });
  const picture = h("img", { src: net.heat, alt: "" });
  const stage = h("div", { class: "d2l-heat", role: "img" }, picture, mark);
  const go = (event) => {
    const box = stage.getBoundingClientRect();
    const at = (share) => Math.floor(side * share) - reach;
    move(at((event.clientX - box.left) / box.width), at((event.clientY - box.top) / box.height));
  };
  stage.addEventListener("pointerdown", go);
  stage.addEventListener("pointermove", (event) => { if (event.buttons) go(event); });
  const ends = (kind, ...texts) => h("p", { class: `d2l-ends ${kind}`, "aria-hidden": "true" },
    ...texts.map((text) => h("span", {}, text)));
  const root = h("div", {}, h("p", { class: "d2l-heat-name" }, `${net.name}: `, here),
    ends("d2l-upward", `${reach} down`, "0", `${reach} up`), stage,
    ends("", `${reach} left`, "0", `${reach} right`));
  const draw = ({ right, down }) => {
    const value = net.accuracy[(down + reach) * side + right + reach].toFixed(2);
    here.textContent = value;
    const words = `Accuracy of ${net.name} at every shift; ${value} at this one`;
    stage.setAttribute("aria-label", words);
    mark.style.left = `${(100 * (right + reach)) / side}%`;
    mark.style.top = `${(100 * (down + reach)) / side}%`;
    mark.style.width = mark.style.height = `${100 / side}%`;
  };
  return { root, draw };
}

function createScale(uri) {
  return h("p", { class: "d2l-scale" }, h("span", {}, "accuracy 0"),
    h("span", { style: `background: url(${uri}) 0 0 / 100% 100%` }), h("span", {}, "1"));
}

function render({ model, el }) {
  const [nets, classes, labels] = ["nets", "classes", "labels"].map((name) => model.get(name));
  const [size, reach] = [model.get("size"), model.get("reach")];
  const images = decodeImages(model.get("images"), size[0] * size[1]);
  const engines = nets.map((net) => decodeNet(net.layers));
  const status = statusLine({ class: "d2l-status d2l-hidden" });
  const home = { image: 0, right: 0, down: 0 };
  model.set("at", home);

  const limit = (value) => Math.max(-reach, Math.min(reach, value));
  const set = (change) => {
    model.set("at", { ...model.get("at"), ...change });
    model.save_changes();
  };
  const move = (right, down) => set({ right: limit(right), down: limit(down) });
  const frame = createFrame(size, () => model.get("at"), move);
  const table = createTable(nets, classes);
  const heats = nets.filter((net) => net.heat).map((net) => createHeat(net, reach, move));
  const steps = Array.from({ length: 2 * reach + 1 }, (_, i) => signed(i - reach));
  const sliders = ["right", "down"].map((way) => axisControl(
    { name: way, labels: steps, slider: true }, reach, (i) => set({ [way]: i - reach })));
  const thumbs = images.map((image, i) => {
    const canvas = createCanvas(size);
    canvas.paint(image);
    const node = button("", () => set({ image: i }), {
      class: "d2l-button d2l-thumb", "aria-label": `${classes[labels[i]]}, picture ${i + 1}`,
    });
    node.append(canvas.root);
    return node;
  });

  function draw() {
    const at = model.get("at");
    const image = movedImage(images[at.image], size, at.right, at.down);
    const all = engines.map((layers) => softmaxOf(scoresOf(layers, image, size)));
    const label = labels[at.image];
    frame.paint(image);
    table.draw(all, label);
    for (const heat of heats) heat.draw(at);
    sliders[0].set(at.right + reach);
    sliders[1].set(at.down + reach);
    thumbs.forEach((thumb, i) => thumb.setAttribute("aria-pressed", i === at.image));
    const said = all.map((probabilities, n) => {
      const best = bestOf(probabilities);
      const verdict = best === label ? "right" : "wrong";
      return `${nets[n].name}: ${classes[best]} ${probabilities[best].toFixed(2)}, ${verdict}.`;
    });
    status.say(`${classes[label]}, moved ${signed(at.right)} right, ${signed(at.down)} down. ${
      said.join(" ")}`);
  }

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Drag a picture across its frame");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    h("div", { class: "d2l-actions" }, ...thumbs),
    h("div", { class: "d2l-shift" },
      h("div", {}, frame.root, h("div", { class: "d2l-controls" }, ...sliders.map((s) => s.root))),
      table.root),
    ...(heats.length ? [h("p", { class: "d2l-heats-title" }, model.get("heatsTitle")),
      h("div", { class: "d2l-heats" }, ...heats.map((heat) => heat.root)),
      createScale(model.get("scale"))] : []),
    status.root,
    h("div", { class: "d2l-foot" }, button("Reset", () => move(0, 0))),
  );
  model.on("change:at", draw);
  draw();
}

export default { render };

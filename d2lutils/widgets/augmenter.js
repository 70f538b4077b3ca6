// Augmenter: a photograph and random transforms of it; sliders set how strong they are.
import { axisControl, button, h, statusLine } from "./kit.js";
import { randomNumbers } from "./random.js";
import { applied, choices, codeOf, wordsOf } from "./augmenter_transforms.js";

function render({ model, el }) {
  const [axes, side, count] = ["axes", "side", "pictures"].map((name) => model.get(name));
  const home = [...model.get("at")];
  const photo = new Image();
  const canvases = Array.from({ length: count }, () => (
    h("canvas", { width: side, height: side, role: "img" })));
  const where = h("p", { class: "d2l-where" });
  const code = h("pre", { class: "d2l-text" });
  const status = statusLine({ class: "d2l-status d2l-hidden" });
  let [at, seed] = [[...home], 0];

  function draw() {
    const strengths = axes.map((axis, i) => axis.values[at[i]]);
    controls.forEach((control, i) => control.set(at[i]));
    const said = canvases.map((canvas, i) => {
      // Draws have random numbers of their own, the same at every strength.
      const random = randomNumbers(1000 * seed + i);
      const chosen = choices(i ? strengths : axes.map((axis) => axis.values[0]), random, side);
      applied(canvas, photo, chosen, random);
      const words = i ? wordsOf(chosen) : "the photograph";
      canvas.setAttribute("aria-label", words);
      return words;
    });
    where.textContent = `Outlined: the photograph. Beside it: ${said[1]}.`;
    code.textContent = codeOf(strengths, side);
    status.say(where.textContent);
  }

  const controls = axes.map((axis, i) => (
    axisControl({ name: axis.name, labels: axis.labels, slider: true }, home[i], (value) => {
      at[i] = value;
      draw();
    })));
  const again = button("Draw again", () => {
    seed += 1;
    draw();
  });
  const reset = button("Reset", () => {
    [at, seed] = [[...home], 0];
    draw();
  });

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Random transforms of a photograph");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    h("div", { class: "d2l-controls" }, ...controls.map((control) => control.root)),
    h("div", { class: "d2l-pictures" }, ...canvases), where,
    h("div", { class: "d2l-foot" }, h("div", {}, again), reset), code, status.root,
  );
  photo.addEventListener("load", draw);
  photo.src = model.get("image");
}

export default { render };

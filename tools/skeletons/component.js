// AThing: TODO, what the reader moves and what it shows. Python computes, this shows.
import { axisControl, button, h, statusLine } from "./kit.js";

function render({ model, el }) {
  const stops = model.get("stops");
  const home = model.get("at");
  const labels = stops.map((stop) => stop.label);
  const throws = axisControl({ name: "throws", labels, slider: true }, home, move);
  const words = h("p", { class: "d2l-where" });
  const bar = h("div", { class: "d2l-bar", "aria-hidden": "true" });
  const status = statusLine({ class: "d2l-status d2l-hidden" });

  function move(at) {
    model.set("at", at);
    model.save_changes();
  }

  function draw() {
    const stop = stops[model.get("at")];
    throws.set(model.get("at"));
    words.textContent = stop.words;
    bar.style.width = `${100 * stop.share}%`;
    status.say(stop.words);
  }

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "TODO: what a screen reader calls it");
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    h("div", { class: "d2l-controls" }, throws.root),
    words, bar, status.root,
    h("div", { class: "d2l-foot" }, button("Reset", () => move(home))),
  );
  model.on("change:at", draw);
  draw();
}

export default { render };

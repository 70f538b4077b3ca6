// Explorer: controls over a grid of settings, and what was recorded for the chosen one.
import { axisControl, button, h, statusLine } from "./kit.js";
import { createPlot } from "./plot.js";
import { curveTable } from "./table.js";

function render({ model, el }) {
  const axes = model.get("axes");
  const home = [...model.get("at")];
  const status = statusLine({ class: "d2l-status d2l-hidden" });
  const note = h("p", { class: "d2l-note" });
  const text = h("pre", { class: "d2l-text", hidden: true });
  const image = h("img", { class: "d2l-image", alt: "", hidden: true });
  const plot = model.get("plot") ? createPlot(model.get("plot")) : null;
  const table = plot ? curveTable(model.get("plot")) : null;

  const at = () => model.get("at");
  const entry = () => model.get("settings")[at().join()];
  const setting = () => axes.map((axis, i) => `${axis.name} ${axis.labels[at()[i]]}`).join(", ");

  function draw() {
    controls.forEach((control, i) => control.set(at()[i]));
    const now = entry() ?? { text: "Not recorded for this setting." };
    const view = now.curves ? "curves" : now.image ? "image" : "text";
    if (plot) plot.root.classList.toggle("d2l-covered", view !== "curves");
    image.hidden = view !== "image";
    text.hidden = view !== "text";
    text.classList.toggle("d2l-missing", !entry());
    if (view === "image") {
      image.src = now.image;
      image.alt = now.alt;
    }
    text.textContent = now.text ?? "";
    plot?.draw(now.curves ?? [], now.ylim);
    note.textContent = plot ? plot.note() : "";
    table?.show(now.curves ?? [], setting());
    const found = now.curves ? `${plot.reading()}. ${note.textContent}` : now.alt ?? now.text;
    status.say(`${setting()}: ${found}`);
  }

  function move(indices) {
    model.set("at", indices);
    model.save_changes();
  }

  const controls = axes.map((axis, i) => axisControl(axis, home[i], (value) => {
    move(at().map((old, j) => (j === i ? value : old)));
  }));
  const reset = button("Reset", () => {
    plot?.clearCursor();
    move([...home]);
  });

  const stage = h("div", { class: "d2l-stage", style: model.get("stage") }, image, text);
  if (plot) stage.prepend(plot.root);
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", `Explore ${axes.map((axis) => axis.name).join(", ")}`);
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    h("div", { class: "d2l-controls" }, ...controls.map((control) => control.root)),
    stage,
    ...(plot ? [plot.legend, note] : []),
    status.root,
    ...(model.get("source") ? [h("p", { class: "d2l-source" }, model.get("source"))] : []),
    h("div", { class: "d2l-foot" }, ...(table ? [table.root] : []), reset),
  );
  model.on("change:at", draw);
  draw();
}

export default { render };

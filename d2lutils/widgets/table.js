// The curves of one setting as a table, filled only while it is open.
import { curveReader } from "./curves.js";
import { h } from "./kit.js";

const ROWS = 50;

/** `options` as for createPlot. */
export function curveTable(options) {
  const reader = curveReader(options);
  const table = h("table");
  const scroller = h("div", {
    class: "d2l-scroll", tabindex: 0, role: "group", "aria-label": "Values of the curves",
  }, table);
  const root = h("details", {}, h("summary", {}, "Show as table"), scroller);
  let shown = { curves: [], setting: "" };

  function fill() {
    if (!root.open) return;
    const stops = reader.stops(shown.curves);
    const kept = thin(stops);
    const some = kept.length < stops.length ? `; ${kept.length} of ${stops.length} points` : "";
    const head = [reader.what, ...shown.curves.map(reader.label)];
    table.replaceChildren(
      h("caption", {}, shown.setting + some),
      h("thead", {}, h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, ...kept.map((stop) => h("tr", {},
        h("th", { scope: "row" }, reader.place(stop)),
        ...shown.curves.map((curve) => h("td", {}, reader.value(curve, stop)))))),
    );
  }

  root.addEventListener("toggle", fill);
  return {
    root,
    show(curves, setting) {
      shown = { curves, setting };
      fill();
    },
  };
}

// At most ROWS of them, evenly spread, the first and the last included.
function thin(stops) {
  if (stops.length <= ROWS) return stops;
  const step = (stops.length - 1) / (ROWS - 1);
  return Array.from({ length: ROWS }, (_, i) => stops[Math.round(i * step)]);
}

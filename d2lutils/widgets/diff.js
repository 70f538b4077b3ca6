// Code, and the difference between two versions of it.
import { h } from "./kit.js";

const WORDS = { "-": "faulty", "+": "mended" };

function scroller(label, ...children) {
  return h("div", { class: "d2l-scroll d2l-code", tabindex: 0, role: "group", "aria-label": label },
    h("pre", {}, ...children));
}

export const codeView = (code) => scroller("Code of the patient", code);

/** `rows` are [sign, line]. The sign is text, so that the color says nothing new. */
export function diffView(rows) {
  const lines = rows.map(([sign, line]) => {
    const text = `${sign.padEnd(2)}${line}\n`;
    if (!WORDS[sign]) return text;
    return h(sign === "-" ? "del" : "ins", {},
      h("span", { class: "d2l-hidden" }, `${WORDS[sign]}: `), text);
  });
  return scroller("The difference: a minus for faulty lines, a plus for mended ones", ...lines);
}

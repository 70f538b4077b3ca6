// The two sides of a card. A card of the state and its texts are lists; here they get names.
import { h } from "./kit.js";

// What can be asked: its name, its question, and what the front shows.
export const ASKS = {
  term: { label: "English → meaning", hint: "What does it mean, and what is it in Chinese?" },
  zh: { label: "Chinese → meaning", hint: "What does it mean, and what is it in English?" },
  meaning: { label: "meaning → term", hint: "Which term is meant? Say it in both languages." },
  question: { label: "interview question → answer", hint: "Answer aloud, then turn." },
};

export function cardOf([id, en, zh, also, level, category, part, asked]) {
  const names = [en, zh, ...also].join("\n").toLowerCase();
  return { id, en, zh, also, level, category, part, asked: Boolean(asked), names };
}

export function textsOf([where, means, meansZh, ask, askZh, answer, answerZh]) {
  return { where, means, meansZh, ask, askZh, answer, answerZh };
}

/** A text in the language that it is in. */
function spoken(text, tag = "span", attributes = {}) {
  const zh = /[\u4e00-\u9fff]/.test(text) ? { lang: "zh" } : {};
  return h(tag, { ...zh, ...attributes }, text);
}

const both = (texts, name) => texts.filter(Boolean).map((text) => (
  spoken(text, "p", { class: `d2l-${name}` })));

/** Where links lead: to pages on the site, to notebooks in Jupyter; null where neither is. */
export function endingOfLinks(el) {
  if (el.closest(".bd-article, .bd-content")) return ".html";
  return el.closest(".jp-OutputArea") ? ".ipynb" : null;
}

function placeOf(where, base, ending) {
  const [page, anchor] = where.split("#");
  const [part, name] = page.split("/");
  const words = [`${part} ${name}`, ...(anchor ? [anchor] : [])].map((w) => w.replace(/-/g, " "));
  const text = words.join(" › ");
  if (!ending) return text;
  const onSite = ending === ".html";
  const href = `${base}${page}${ending}${onSite && anchor ? `#${anchor}` : ""}`;
  return h("a", { href, ...(onSite ? {} : { target: "_blank", rel: "noopener" }) }, text);
}

/** The front, as a list of elements. `texts` may be missing where the front is a term. */
export function frontOf(card, texts, ask) {
  const hint = h("p", { class: "d2l-hint" }, ASKS[ask].hint);
  if (ask === "term") return [spoken(card.en, "p", { class: "d2l-term" }), hint];
  if (ask === "zh") return [spoken(card.zh, "p", { class: "d2l-term" }), hint];
  const shown = ask === "meaning" ? [texts.means, texts.meansZh] : [texts.ask, texts.askZh];
  return [...both(shown, "asked"), hint];
}

/** The back: the answer to what was asked, then all that is known of the term. */
export function backOf(card, texts, ask, levels, link) {
  const term = h("p", { class: "d2l-term" }, spoken(card.en), " ", spoken(card.zh));
  const also = card.also.flatMap((name, i) => [i ? ", " : "Also: ", spoken(name)]);
  const [level, levelZh] = levels[card.level];
  const facts = h("p", { class: "d2l-facts" }, `L${card.level} ${level} `, spoken(levelZh),
    ` · ${card.category}`);
  if (texts.where) facts.append(" · ", placeOf(texts.where, link.base, link.ending));
  const meaning = [
    term, ...(also.length ? [h("p", { class: "d2l-facts" }, ...also)] : []),
    ...both([texts.means, texts.meansZh], "means"), facts,
  ];
  if (!texts.ask) return meaning;
  if (ask === "question") {
    return [
      ...both([texts.ask, texts.askZh], "asked"), ...both([texts.answer, texts.answerZh], "means"),
      h("details", {}, h("summary", {}, `The term: ${card.en}`), ...meaning),
    ];
  }
  const question = h("summary", {}, `Asked: ${texts.ask}`);
  const answers = both([texts.askZh, texts.answer, texts.answerZh], "means");
  return [...meaning, h("details", {}, question, ...answers)];
}

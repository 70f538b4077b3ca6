// ConceptCards: cards to turn, to judge, and to come back to when they are due.
import { axisControl, button, h, OWN_KEYS, statusLine, uniqueId } from "./kit.js";
import { loadPayload } from "./payload.js";
import {
  addDays, dayOf, deckOf, isDue, isNew, judged, standingOf,
} from "./concept_cards_schedule.js";
import {
  createProgress, PROGRESS_KEY, readProgress, toForget, toTakeOver, writeProgress,
} from "./concept_cards_progress.js";
import { ASKS, backOf, cardOf, endingOfLinks, frontOf, textsOf } from "./concept_cards_face.js";
import { boxRow, countOf, keeper } from "./concept_cards_parts.js";

const WHENS = { today: "due today, then new", due: "due today", all: "all" };
const AGAIN_AFTER = 4; // other cards, before one that was not known comes again

function render({ model, el }) {
  const cards = model.get("cards").map(cardOf);
  const byId = new Map(cards.map((card) => [card.id, card]));
  const texts = new Map([[cards[0].id, textsOf(model.get("first"))]]);
  const link = { base: model.get("base"), ending: endingOfLinks(el) };
  const progress = createProgress();
  const chosen = { ask: "term", when: "today", part: null, level: null, category: null };
  let deck = [];
  let at = 0;
  let isTurned = false;
  let loading = null;

  const today = () => dayOf(new Date());
  const keyOf = (id) => `${chosen.ask}/${id}`;
  const entryOf = (id) => progress.entryOf(keyOf(id));
  const hasAsked = cards.some((card) => card.asked);
  const isMixed = hasAsked && !cards.every((card) => card.asked);

  const standing = h("p", { class: "d2l-standing d2l-value" });
  const boxes = boxRow();
  const place = h("p", { class: "d2l-where" });
  const face = h("div", { class: "d2l-face", role: "group", tabindex: 0, ...OWN_KEYS });
  const note = h("p", { class: "d2l-note", role: "status" });
  const status = statusLine({ class: "d2l-status d2l-hidden" });
  const only = h("input", { id: uniqueId(), type: "checkbox", ...OWN_KEYS });
  const search = h("input", {
    id: uniqueId(), type: "search", placeholder: "name or 名称", autocomplete: "off",
    spellcheck: "false", ...OWN_KEYS,
  });

  // ---- which cards

  function fits(card) {
    const words = search.value.trim().toLowerCase();
    return ["part", "level", "category"].every((name) => (
      chosen[name] === null || card[name] === chosen[name]))
      && (card.asked || !(only.checked || chosen.ask === "question"))
      && card.names.includes(words);
  }
  const chosenIds = () => cards.filter(fits).map((card) => card.id);

  /** Lay the cards out anew; the one in hand stays there if it still belongs to them. */
  function deal(keep = false) {
    const inHand = deck[at];
    deck = deckOf(chosenIds(), entryOf, chosen.when, today());
    const found = keep ? deck.indexOf(inHand) : -1;
    at = Math.max(0, found);
    if (found < 0) isTurned = false;
    draw();
  }

  // ---- the texts

  function load() {
    loading ??= loadPayload(model.get("payload")).then((rows) => {
      rows.forEach((row, i) => texts.set(cards[i].id, textsOf(row)));
    }).catch((error) => {
      loading = null; // the next turn tries again
      throw error;
    });
    return loading;
  }

  /** Have the texts of the card in hand; false if there are none, or another card came. */
  async function ready() {
    const id = deck[at];
    const wasThere = texts.has(id);
    const loaded = load().then(() => true, (error) => {
      if (!wasThere) note.textContent = `The texts could not be loaded: ${error.message}`;
      return false;
    });
    return (wasThere || await loaded) && id === deck[at];
  }

  // ---- what is seen

  function lineOf(id) {
    const entry = entryOf(id);
    const known = () => (
      entry[0] ? `due, known ${countOf(entry[0], "time")} in a row` : "not known yet");
    const state = isNew(entry) ? "new"
      : isDue(entry, today()) ? known() : `comes back on ${entry[1]}`;
    return `Card ${at + 1} of ${deck.length} · ${state}`;
  }

  function drawStanding() {
    const now = standingOf(chosenIds(), entryOf, today());
    standing.textContent = `${now.due} due today · ${now.fresh} new · ${now.learned} known`;
    boxes.draw(now.boxes);
    return now;
  }

  function drawNothing({ next, nextCount }) {
    const isEmpty = chosenIds().length === 0;
    const tomorrow = next === addDays(today(), 1) ? " (tomorrow)" : "";
    const back = `${countOf(nextCount, "card")} will come back on ${next}${tomorrow}.`;
    const words = isEmpty ? "No card fits what you have chosen."
      : next ? `That is all for today. ${back}` : "Nothing is due today.";
    place.textContent = "No card";
    face.setAttribute("aria-label", "No card");
    face.replaceChildren(h("p", { class: "d2l-asked" }, words));
    status.say(words);
  }

  function draw() {
    const now = drawStanding();
    const id = deck[at];
    const card = byId.get(id);
    flip.disabled = !card;
    for (const node of judges) node.disabled = !card || !isTurned;
    for (const node of moves) node.disabled = deck.length < 2;
    if (!card) return drawNothing(now);
    place.textContent = lineOf(id);
    const side = isTurned ? "back" : "front";
    face.setAttribute("aria-label", `Card ${at + 1} of ${deck.length}, ${side}`);
    const needsTexts = isTurned || ["meaning", "question"].includes(chosen.ask);
    if (needsTexts && !texts.has(id)) {
      face.replaceChildren(h("p", { class: "d2l-hint" }, "Loading the cards …"));
      ready().then((is) => is && draw());
      return undefined;
    }
    face.classList.toggle("d2l-long", chosen.ask === "question");
    const own = texts.get(id);
    face.replaceChildren(...(isTurned ? backOf(card, own, chosen.ask, model.get("levels"), link)
      : frontOf(card, own, chosen.ask)));
    return undefined;
  }

  function sayFace() {
    const said = [...face.querySelectorAll(":scope > p")].map((p) => p.textContent);
    status.say([isTurned ? "Turned." : `${place.textContent}.`, ...said].join(" "), 100);
  }

  // ---- what the reader does

  async function turn() {
    if (!deck.length || !(await ready())) return;
    isTurned = !isTurned;
    draw();
    sayFace();
  }

  function move(step) {
    if (deck.length === 0) return;
    at = (at + step + deck.length) % deck.length;
    isTurned = false;
    draw();
    sayFace();
  }

  function judge(knew) {
    const id = deck[at];
    if (!id) return;
    if (!isTurned) {
      status.say("Turn the card first.", 0);
      return;
    }
    const entry = judged(entryOf(id), knew, today(), Date.now());
    note.textContent = progress.sync({ [keyOf(id)]: entry });
    deck.splice(at, 1);
    if (!knew) deck.splice(Math.min(at + AGAIN_AFTER, deck.length), 0, id);
    if (at >= deck.length) at = 0;
    isTurned = false;
    draw();
    face.focus({ preventScroll: true });
    if (deck.length) sayFace();
  }

  function takeOver(text) {
    const read = readProgress(text);
    if (read.trouble && !Object.keys(read.cards).length) {
      note.textContent = "This file holds no progress of cards that could be read.";
      return;
    }
    const changes = toTakeOver(read.cards, progress.entryOf, Date.now());
    const trouble = progress.sync(changes);
    deal();
    const count = countOf(Object.keys(changes).length, "card");
    note.textContent = `Taken over from the file: ${count}. ${trouble}`;
  }

  function forget() {
    const isOwn = (key) => byId.has(key.slice(key.indexOf("/") + 1));
    const trouble = progress.sync(toForget(progress.all(), isOwn, Date.now()));
    deal();
    note.textContent = `All cards are new again. ${trouble}`;
  }

  // ---- controls

  const choice = (name, label, values, labels) => axisControl(
    { name: label, labels, slider: false }, 0, (i) => {
      chosen[name] = values[i];
      deal();
      sayFace();
    }).root;
  const distinct = (name) => [...new Set(cards.map((card) => card[name]))];
  const filter = (name, values, labels = values) => (
    values.length < 2 ? [] : [choice(name, name, [null, ...values], ["all", ...labels])]);
  const levels = distinct("level").sort();
  const levelNames = levels.map((level) => `L${level} ${model.get("levels")[level][0]}`);
  const asks = Object.keys(ASKS).filter((ask) => ask !== "question" || hasAsked);
  const controls = [
    choice("ask", "ask me", asks, asks.map((ask) => ASKS[ask].label)),
    choice("when", "cards", Object.keys(WHENS), Object.values(WHENS)),
    ...filter("part", distinct("part")),
    ...filter("level", levels, levelNames),
    ...filter("category", distinct("category").sort()),
    h("div", { class: "d2l-control" },
      h("label", { class: "d2l-name", for: search.id }, "search"), search),
  ];
  search.addEventListener("input", () => {
    deal();
    if (deck.length) status.say(countOf(deck.length, "card"));
  });
  only.addEventListener("change", () => deal());

  const flip = button("Turn", turn, { class: "d2l-button d2l-play" });
  const judges = [button("Not yet", () => judge(false)), button("Knew it", () => judge(true))];
  const moves = [button("Previous", () => move(-1)), button("Next", () => move(1))];
  face.addEventListener("keydown", (event) => {
    if (event.target !== face || (event.key !== " " && event.key !== "Enter")) return;
    event.preventDefault();
    turn();
  });
  face.addEventListener("click", () => { if (!isTurned) turn(); });
  el.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("select, input:not([type=checkbox])")) return;
    if (event.key === "1" || event.key === "2") judge(event.key === "2");
  });

  // Another tab has judged a card, or the night has passed while this one was out of sight.
  let dealt = today();
  const catchUp = (event) => {
    if (!el.isConnected) {
      window.removeEventListener("storage", catchUp);
      document.removeEventListener("visibilitychange", catchUp);
      return;
    }
    const isNews = event.type === "storage"
      ? [PROGRESS_KEY, null].includes(event.key) : dealt !== today();
    if (isNews) {
      dealt = today();
      note.textContent = progress.sync();
      deal(true);
    }
  };
  window.addEventListener("storage", catchUp);
  document.addEventListener("visibilitychange", catchUp);

  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Concept cards");
  for (const [name, value] of Object.entries(OWN_KEYS)) el.setAttribute(name, value);
  el.replaceChildren(
    ...(model.get("caption") ? [h("p", { class: "d2l-caption" }, model.get("caption"))] : []),
    h("div", { class: "d2l-controls" }, ...controls),
    ...(isMixed ? [h("div", { class: "d2l-only" }, only,
      h("label", { for: only.id }, " only with an interview question"))] : []),
    standing, boxes.root, place, face,
    h("div", { class: "d2l-actions" }, flip, ...judges, ...moves),
    h("p", { class: "d2l-source" }, "On the card: Space turns, 1 not yet, 2 knew it."),
    note,
    h("div", { class: "d2l-foot" }, keeper(cards.length, {
      file: () => writeProgress(progress.all()), load: takeOver, forget,
    })),
    status.root,
  );
  note.textContent = progress.sync();
  deal();
}

export default { render };

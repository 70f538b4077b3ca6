// What the browser keeps of the cards: under one key, { version, cards }, where `cards` has an
// entry of concept_cards_schedule.js for each thing asked, such as "term/weight-decay".

export const PROGRESS_KEY = "d2l-cards";
const VERSION = 1;
const NOT_KEPT = "This browser keeps nothing for this page (its storage is full, or forbidden):"
  + " your progress lasts until you leave.";
const NEWER = "Your progress was kept by a newer version of these cards, and stays as it is:"
  + " what you do here lasts until you leave.";

function isEntry(entry) {
  return Array.isArray(entry) && entry.length === 3 && Number.isInteger(entry[0])
    && entry[0] >= -1 && entry[0] <= 4 && typeof entry[1] === "string"
    && /^\d{4}-\d\d-\d\d$/.test(entry[1]) && Number.isFinite(entry[2]);
}

/** What a text holds: { cards, trouble }, where trouble is "", "damaged" or "newer". */
export function readProgress(text) {
  if (text === null) return { cards: {}, trouble: "" };
  let held;
  try { held = JSON.parse(text); } catch { return { cards: {}, trouble: "damaged" }; }
  if (held?.version > VERSION) return { cards: {}, trouble: "newer" };
  const isWhole = held?.version === VERSION && typeof held.cards === "object" && held.cards;
  if (!isWhole) return { cards: {}, trouble: "damaged" };
  const all = Object.entries(held.cards);
  const good = all.filter(([, entry]) => isEntry(entry));
  return { cards: Object.fromEntries(good), trouble: good.length < all.length ? "damaged" : "" };
}

export function writeProgress(cards) {
  return JSON.stringify({ version: VERSION, cards });
}

/** Of two entries of a card the one that was judged later. */
export function mergeProgress(one, other) {
  const merged = { ...one };
  for (const [key, entry] of Object.entries(other)) {
    if (!merged[key] || merged[key][2] < entry[2]) merged[key] = entry;
  }
  return merged;
}

/**
 * The progress, kept where that is possible. `sync(changes)` takes in what other tabs have kept,
 * keeps the changes and returns a sentence on what went wrong, "" if nothing did. What cannot be
 * read is put aside before anything is written in its place.
 */
export function createProgress() {
  let cards = {};
  let notice = "";
  function sync(changes = {}) {
    cards = mergeProgress(cards, changes);
    try {
      const text = window.localStorage.getItem(PROGRESS_KEY);
      const read = readProgress(text);
      if (read.trouble === "newer") return NEWER;
      cards = mergeProgress(cards, read.cards);
      if (read.trouble) {
        const aside = `${PROGRESS_KEY}-damaged-${Date.now()}`;
        window.localStorage.setItem(aside, text);
        notice = "Some of your progress could not be read. It was put aside,"
          + ` in this browser's storage, as “${aside}”.`;
      }
      if (read.trouble || Object.keys(changes).length) {
        window.localStorage.setItem(PROGRESS_KEY, writeProgress(cards));
      }
      return notice;
    } catch {
      return NOT_KEPT;
    }
  }
  return { sync, entryOf: (key) => cards[key], all: () => cards };
}

/** Of the cards in a file those to take over: where nothing later is known. They count from now. */
export function toTakeOver(fromFile, entryOf, at) {
  const isNewer = ([key, entry]) => {
    const own = entryOf(key);
    return entry[0] >= 0 && (!own || own[0] < 0 || own[2] < entry[2]);
  };
  const later = ([key, entry]) => [
    key, [entry[0], entry[1], Math.max(at, (entryOf(key)?.[2] ?? 0) + 1)],
  ];
  return Object.fromEntries(Object.entries(fromFile).filter(isNewer).map(later));
}

/** The entries that make cards new again; other tabs, too, take them for what is newest. */
export function toForget(all, isOwn, at) {
  const own = Object.entries(all).filter(([key]) => isOwn(key));
  return Object.fromEntries(own.map(([key, entry]) => (
    [key, [-1, entry[1], Math.max(at, entry[2] + 1)]])));
}

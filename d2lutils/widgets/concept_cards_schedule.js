// When a card comes back: pure functions of what is known of it, and of the date. A day is a text
// such as "2026-11-22", so days compare as texts do. What is known of a card is [box, due, at]:
// its box (0 not known yet, 1 to 4 known so often in a row, -1 forgotten on purpose), the day it
// is due, and when this was judged, in milliseconds.

/** Days until a card of box 1, 2, 3, 4 comes back. */
export const INTERVALS = [1, 3, 7, 21];

/** The reader's own date. */
export function dayOf(date) {
  const pad = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** The day so many days later; in UTC, where no day has 23 or 25 hours. */
export function addDays(day, count) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + count);
  return date.toISOString().slice(0, 10);
}

export const isNew = (entry) => entry === undefined || entry[0] < 0;

/** Due: its day has come, or is further off than any can be, since a clock was wrong. */
export function isDue(entry, today) {
  if (isNew(entry)) return false;
  return entry[1] <= today || entry[1] > addDays(today, INTERVALS.at(-1));
}

/** What is known of a card after it was judged. Known before it is due, it stays where it is. */
export function judged(entry, knew, today, at) {
  const time = Math.max(at, isNew(entry) ? 0 : entry[2] + 1);
  if (!knew) return [0, today, time];
  if (!isNew(entry) && !isDue(entry, today)) return [entry[0], entry[1], time];
  const box = Math.min((isNew(entry) ? 0 : entry[0]) + 1, INTERVALS.length);
  return [box, addDays(today, INTERVALS[box - 1]), time];
}

/** The cards of a sitting in their order: due ones, the longest overdue first, then new ones. */
export function deckOf(ids, entryOf, when, today) {
  const byAge = (a, b) => {
    const [[, dueA, atA], [, dueB, atB]] = [entryOf(a), entryOf(b)];
    return dueA === dueB ? atA - atB : dueA < dueB ? -1 : 1;
  };
  const due = ids.filter((id) => isDue(entryOf(id), today)).sort(byAge);
  if (when === "due") return due;
  const fresh = ids.filter((id) => isNew(entryOf(id)));
  if (when === "today") return [...due, ...fresh];
  const later = ids.filter((id) => !isNew(entryOf(id)) && !isDue(entryOf(id), today));
  return [...due, ...fresh, ...later.sort(byAge)];
}

/** How many cards are due, new and learned, how many lie in each box, and which day is next. */
export function standingOf(ids, entryOf, today) {
  const seen = ids.map(entryOf).filter((entry) => !isNew(entry));
  const boxes = [0, ...INTERVALS].map((_, box) => seen.filter((entry) => entry[0] === box).length);
  const ahead = seen.filter((entry) => !isDue(entry, today)).map((entry) => entry[1]).sort();
  return {
    due: seen.filter((entry) => isDue(entry, today)).length,
    fresh: ids.length - seen.length,
    learned: seen.length - boxes[0],
    boxes,
    next: ahead[0] ?? null,
    nextCount: ahead.filter((day) => day === ahead[0]).length,
  };
}

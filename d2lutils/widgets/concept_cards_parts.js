// What stands around the cards: how many lie in each box, and what can be done with the progress.
import { button, h, OWN_KEYS, uniqueId } from "./kit.js";
import { INTERVALS } from "./concept_cards_schedule.js";

const BOXES = ["again", ...INTERVALS.map((days) => (days === 1 ? "1 day" : `${days} days`))];

export function countOf(n, word) {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

/** How many cards lie in each box: a number, and a bar over the widest one's share. */
export function boxRow() {
  const items = BOXES.map((name) => {
    const count = h("span", { class: "d2l-value" });
    const bar = h("i", { "aria-hidden": "true" });
    return { count, bar, root: h("li", {}, h("span", {}, name, " "), count, bar) };
  });
  const root = h("ul", { class: "d2l-boxes", "aria-label": "Cards by when they come back" },
    ...items.map((item) => item.root));
  const draw = (counts) => items.forEach(({ count, bar }, i) => {
    count.textContent = counts[i];
    bar.style.width = `${(100 * counts[i]) / Math.max(1, ...counts)}%`;
  });
  return { root, draw };
}

/** Save the progress as a file, load one, begin anew. `act` is told what was decided. */
export function keeper(count, { file, load, forget }) {
  const id = uniqueId();
  const save = button("Save as a file", () => {
    const href = `data:application/json,${encodeURIComponent(file())}`;
    h("a", { href, download: "concept-cards.json" }).click();
  });
  const pick = h("input", { id, type: "file", accept: ".json,application/json", ...OWN_KEYS });
  pick.addEventListener("change", async () => {
    const [chosen] = pick.files;
    if (chosen) load(await chosen.text());
    pick.value = "";
  });
  const ask = h("div", { class: "d2l-actions", hidden: true });
  const anew = button("Start anew", () => {
    ask.hidden = false;
    ask.querySelector("button").focus();
  });
  const close = () => {
    ask.hidden = true;
    anew.focus();
  };
  const question = `Forget what you knew of ${countOf(count, "card")}?`;
  ask.append(h("span", { class: "d2l-value" }, question), button("Keep it", close),
    button("Forget it", () => {
      forget();
      close();
    }));
  return h("details", {}, h("summary", {}, "Your progress: save, load, start anew"),
    h("div", { class: "d2l-actions" }, save, anew),
    h("label", { class: "d2l-file", for: id }, "Load a file: ", pick), ask);
}

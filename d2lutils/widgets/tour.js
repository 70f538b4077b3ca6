// A tour: settings to try, each with what to look at.
import { button, h } from "./kit.js";

/** Buttons for settings to try, and what to look at there. */
export function createTour(tour, words, onChoose) {
  const texts = tour.map(({ text }) => h("p", { class: "d2l-unseen" }, text));
  const invite = h("p", {}, words);
  const buttons = tour.map((stop, i) => button(`${i + 1} ${stop.title}`, () => {
    set(i);
    onChoose(stop);
  }));
  const set = (chosen) => {
    buttons.forEach((one, i) => one.setAttribute("aria-pressed", i === chosen));
    texts.forEach((text, i) => text.classList.toggle("d2l-unseen", i !== chosen));
    invite.classList.toggle("d2l-unseen", chosen !== null);
  };
  set(null);
  const root = h("div", { class: "d2l-tour" },
    h("div", { class: "d2l-actions", role: "group", "aria-label": "Things to try" }, ...buttons),
    h("div", { class: "d2l-stops", "aria-live": "polite" }, invite, ...texts));
  return { root, set };
}

// The passage of Remember: one place in it is chosen, and what stands there is changed.
import { button, h, OWN_KEYS, uniqueId } from "./kit.js";
import { tokensOf, visible } from "./text_models.js";

const SHORTEST = 2;

function labelled(words, input) {
  const id = uniqueId();
  input.id = id;
  const value = h("span", { class: "d2l-value", "aria-hidden": "true" });
  const root = h("div", { class: "d2l-control" },
    h("label", { class: "d2l-name", for: id }, words), value, input);
  return { root, value };
}

/**
 * `changes` to offer are { label, at, old, fresh }: the place in `text`, what stands there, and what
 * is to stand there. `onChange` is called with { text, at, old, fresh } for every new change.
 */
export function createPassage({ text: home, changes, vocab, onChange }) {
  let text = home;
  let change;
  const place = h("input", { type: "range", min: 0, step: 1, ...OWN_KEYS });
  const fresh = h("input", {
    type: "text", maxlength: 12, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    ...OWN_KEYS,
  });
  const own = h("textarea", {
    rows: 4, maxlength: 600, spellcheck: "false", "aria-label": "Your own text", ...OWN_KEYS,
  });
  const message = h("p", { class: "d2l-note", role: "status" });
  const passage = h("div", { class: "d2l-passage" });
  const [at, to] = [labelled("change the character", place), labelled("to", fresh)];

  // Characters that the vocabulary has, or null, and the reason is said.
  function isKnown(words) {
    const letters = tokensOf(words, vocab).unknown.map((letter) => `“${visible(letter)}”`);
    message.textContent = letters.length
      ? `These models have never seen ${letters.join(", ")}: please use other characters.` : "";
    return !letters.length;
  }

  // The commonest letter that is another one: a change to start with.
  const another = (letter) => vocab.find((token) => /^\p{L}$/u.test(token) && token !== letter);

  function show() {
    const spans = Array.from(text, (letter, i) => h("span", { "data-at": i }, letter));
    const marked = spans.splice(change.at, change.old.length);
    spans.splice(change.at, 0, h("del", {}, ...marked), h("ins", {}, change.fresh));
    passage.replaceChildren(...spans);
    place.max = text.length - SHORTEST;
    place.value = change.at;
    const words = change.old ? visible(change.old) : "nothing";
    at.value.textContent = `${change.at + 1}: ${words}`;
    place.setAttribute("aria-valuetext", at.value.textContent);
    presets.forEach((preset, i) => preset.setAttribute("aria-pressed", isPreset(i)));
  }

  const isPreset = (i) => text === home
    && ["at", "old", "fresh"].every((name) => changes[i][name] === change[name]);

  function set(next) {
    change = next;
    text = next.text;
    show();
    onChange(change);
  }

  function choose(i) {
    const old = text[i];
    fresh.value = another(old);
    message.textContent = "";
    set({ text, at: i, old, fresh: fresh.value });
  }

  function preset(i) {
    message.textContent = "";
    set({ text: home, ...changes[i] });
    fresh.value = change.fresh;
  }

  const presets = changes.map(({ label }, i) => button(label, () => preset(i)));
  place.addEventListener("input", () => choose(Number(place.value)));
  fresh.addEventListener("input", () => {
    if (isKnown(fresh.value)) set({ ...change, fresh: fresh.value });
  });
  passage.addEventListener("click", ({ target }) => {
    const i = Number(target.dataset.at ?? -1);
    if (i >= 0 && i <= text.length - SHORTEST) choose(i);
  });
  const read = button("Use this text", () => {
    if (own.value.length < 20) message.textContent = "Please write at least 20 characters.";
    else if (isKnown(own.value)) {
      text = own.value;
      choose(0);
    }
  });

  return {
    roots: [
      h("div", { class: "d2l-actions" }, ...presets), passage,
      h("div", { class: "d2l-controls" }, at.root, to.root), message,
      h("details", {}, h("summary", {}, "A text of your own"), own,
        h("div", { class: "d2l-actions" }, read)),
    ],
    preset,
    /** Mark the character up to which the models have read. */
    mark(distance) {
      passage.querySelector(".d2l-here")?.classList.remove("d2l-here");
      const i = change.at + change.old.length + distance - 1;
      const last = distance ? passage.querySelector(`[data-at="${i}"]`)
        : passage.querySelector("ins");
      last?.classList.add("d2l-here");
    },
  };
}

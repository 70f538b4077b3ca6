// What a component leaves for later, since it is large: it stands in the page as text, or in a
// file beside the page, which book/_ext/payloads.py made of it.
import { h } from "./kit.js";

/** A promise of the data with this key. */
export function loadPayload(key) {
  const held = document.querySelector(`script.d2l-payload[data-key="${key}"]`);
  if (!held) return Promise.reject(new Error("The data are not in this page."));
  const file = held.dataset.file;
  if (!file) return Promise.resolve(JSON.parse(held.textContent));
  const found = () => window.d2lPayloads?.[key];
  if (found() !== undefined) return Promise.resolve(found());
  return new Promise((resolve, reject) => {
    // A script, not a request: it works on a page that was opened from a disk, too.
    const script = h("script", { src: file });
    script.addEventListener("load", () => resolve(found()));
    script.addEventListener("error", () => {
      script.remove();
      reject(new Error(`${file.split("/").at(-1)} could not be loaded.`));
    });
    document.head.append(script);
  });
}

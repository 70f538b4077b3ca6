// A component's setting in the page's address, as in #playground?data=xor&units=8. Several of them
// share it: #playground?units=8;playground-2?data=xor. Only what differs from the start is there.

const partsOf = (hash) => hash.replace(/^#/, "").split(";");
const belongsTo = (name) => (part) => part.split("?")[0] === name;

function rangeOf({ values, slider }) {
  return slider ? `${values[0]} to ${values.at(-1)}` : values.join(", ");
}

/** What the address says of the component called `name`, as URLSearchParams, or null: nothing. */
export function addressOf(hash, name) {
  const part = partsOf(hash).find(belongsTo(name));
  return part === undefined ? null : new URLSearchParams(part.slice(name.length + 1));
}

/**
 * What the address asks of the playground called `name`: { setting, ignored }, or null where it
 * says nothing of it. `ignored` are sentences on what is no knob or no value of one.
 */
export function readAddress(hash, name, knobs) {
  const asked = addressOf(hash, name);
  if (asked === null) return null;
  const setting = {};
  const ignored = [];
  for (const [key, text] of asked) {
    const knob = knobs.find((one) => one.name === key);
    const value = knob?.values.find((one) => String(one) === text);
    if (knob === undefined) ignored.push(`There is no knob “${key}”.`);
    else if (value !== undefined) setting[key] = value;
    else ignored.push(`“${text}” is not a value of ${key} (${rangeOf(knob)}).`);
  }
  return { setting, ignored };
}

/** The address with what the component has changed in place of what it said of it before. */
export function writeAddress(hash, name, changed) {
  const others = partsOf(hash).filter((part) => part.includes("?") && !belongsTo(name)(part));
  const own = Object.keys(changed).length ? [`${name}?${new URLSearchParams(changed)}`] : [];
  const parts = [...others, ...own];
  if (parts.length === 0) return hash.includes("?") ? "" : hash;
  return `#${parts.join(";")}`;
}

/**
 * A function of what the component called `name` has changed: it gives the link that address, and
 * on the site the page too.
 */
export function addressWriter(link, name, site) {
  let writing = 0;
  return (changed) => {
    link.href = writeAddress("", name, changed) || "#";
    if (!site) return;
    clearTimeout(writing); // browsers refuse many changes of the address in a short time
    writing = setTimeout(() => {
      const hash = writeAddress(window.location.hash, name, changed);
      if (hash === window.location.hash) return;
      const { pathname, search } = window.location;
      window.history.replaceState(window.history.state, "", hash || pathname + search);
    }, 300);
  };
}

// What a reader has done stays for the visit.

/** Kept state, or else what `empty` gives. Where a page may keep nothing, it does not. */
export function visitMemory(key, empty) {
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(key));
  } catch { /* no storage here */ }
  const state = kept ?? empty();
  return {
    state,
    save() {
      try {
        sessionStorage.setItem(key, JSON.stringify(state));
      } catch { /* no storage here */ }
    },
  };
}

// Colors of the page's theme for what is painted on a canvas, and when they change.

export const LEVELS = 255;
const STRENGTH = 0.8; // of a color at its end: points of the same color still stand out

/** The theme's colors at an element, and the ramp from low (-1) through paper (0) to high (1). */
export function readColors(el) {
  const style = getComputedStyle(el);
  const of = (name) => style.getPropertyValue(`--d2l-${name}`).trim();
  const dot = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (color) => {
    dot.fillStyle = color;
    dot.fillRect(0, 0, 1, 1);
    return dot.getImageData(0, 0, 1, 1).data;
  };
  const [paper, low, high] = [of("paper"), of("c0"), of("c1")].map(rgb);
  const ramp = new Uint8ClampedArray(4 * (LEVELS + 1));
  for (let i = 0; i <= LEVELS; i += 1) {
    const t = (2 * i) / LEVELS - 1;
    const end = t < 0 ? low : high;
    for (let c = 0; c < 3; c += 1) {
      ramp[4 * i + c] = paper[c] + STRENGTH * Math.abs(t) * (end[c] - paper[c]);
    }
    ramp[4 * i + 3] = 255;
  }
  return {
    text: of("text"), paper: of("paper"), muted: of("muted"), line: of("line"),
    accent: of("accent"), low: of("c0"), high: of("c1"), valid: of("c3"),
    ramp: new Uint32Array(ramp.buffer),
  };
}

/** Call `repaint` whenever the theme changes: the site's, Colab's, Jupyter's or the reader's own. */
export function onThemeChange(repaint) {
  for (const root of [document.documentElement, document.body]) {
    new MutationObserver(repaint).observe(root, {
      attributeFilter: ["data-theme", "theme", "data-jp-theme-light", "class"],
    });
  }
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
}

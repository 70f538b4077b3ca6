// Pictures that are drawn anew when their place on the page becomes wider or narrower.

/** Call `change` with width and height when an element that shows has got another size. */
export function onResize(element, change) {
  let [width, height] = [0, 0];
  new ResizeObserver(([{ contentRect: box }]) => {
    if (!box.width || (box.width === width && box.height === height)) return;
    [width, height] = [box.width, box.height];
    change(width, height);
  }).observe(element);
}

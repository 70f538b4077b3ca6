// Names beside dots, placed so that they meet neither dots nor each other, where that can be.

const overlaps = (a, b) => (
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height);

/** A place for each name beside its dot, where it meets no other, nor `others`, if there is one. */
export function placeNames(dots, names, width, others = []) {
  const taken = dots.map(({ x, y }) => ({ x: x - 6, y: y - 6, width: 12, height: 12 }));
  taken.push(...others);
  return dots.map(({ x, y }, i) => {
    const [long, tall] = [7 * names[i].length + 2, 15];
    const places = [
      [x + 9, y - 8], [x - 9 - long, y - 8], [x - long / 2, y - 24], [x - long / 2, y + 9],
      [x + 6, y - 22], [x - 6 - long, y - 22], [x + 6, y + 7], [x - 6 - long, y + 7],
    ].map(([left, top]) => ({ x: left, y: top, width: long, height: tall }));
    const free = (box) => box.x >= 0 && box.x + box.width <= width
      && !taken.some((other) => overlaps(box, other));
    const found = places.find(free) ?? places[x + long + 9 > width ? 1 : 0];
    taken.push(found);
    return found;
  });
}

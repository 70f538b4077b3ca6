// What one unit of a stack of layers sees, along one axis. Rows and columns go the same way.
// A layer is { size, stride, dilation, padding }; level 0 is the input, level l follows layer l.

/** How many units each level has, over an input of `side` pixels; 0 or less where none fits. */
export function mapSizes(layers, side) {
  const sizes = [side];
  for (const { size, stride, dilation, padding } of layers) {
    const room = sizes.at(-1) + 2 * padding - dilation * (size - 1) - 1;
    sizes.push(room < 0 ? 0 : Math.floor(room / stride) + 1);
  }
  return sizes;
}

/**
 * For each level the size of its window on the input, padding included, the step from one unit
 * to the next, and the center of the first unit, all in pixels.
 */
export function windows(layers) {
  const found = [{ field: 1, jump: 1, center: 0 }];
  for (const { size, stride, dilation, padding } of layers) {
    const { field, jump, center } = found.at(-1);
    const reach = (size - 1) * dilation;
    found.push({
      field: field + reach * jump,
      jump: jump * stride,
      center: center + (reach / 2 - padding) * jump,
    });
  }
  return found;
}

/** The units of every level from 0 to `level` that unit `unit` of that level depends on. */
export function seenUnits(layers, sizes, level, unit) {
  const seen = [[unit]];
  for (let l = level; l > 0; l -= 1) {
    const { size, stride, dilation, padding } = layers[l - 1];
    const below = new Set();
    for (const i of seen[0]) {
      for (let k = 0; k < size; k += 1) {
        const j = i * stride - padding + k * dilation;
        if (j >= 0 && j < sizes[l - 1]) below.add(j);
      }
    }
    seen.unshift([...below].sort((a, b) => a - b));
  }
  return seen;
}

/** Sorted numbers as runs [first, last] without a gap. */
export function runs(numbers) {
  const found = [];
  for (const n of numbers) {
    if (found.length && found.at(-1)[1] === n - 1) found.at(-1)[1] = n;
    else found.push([n, n]);
  }
  return found;
}

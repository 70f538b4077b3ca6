// What Playground trains on: six data sets in the plane, drawn by a seeded generator, so that a
// setting sent to a friend is the same there.
import { randomNumbers } from "./random.js";

export const REACH = 2; // both inputs go from -2 to 2: spread about 1, as after standardizing
const EXAMPLES = 200;

/** A standard normal number, after Box and Muller. */
export function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Put a list in random order, in place. */
export function shuffle(list, random) {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}

const within = (random, low, high) => low + (high - low) * random();
const anywhere = (random) => [within(random, -REACH, REACH), within(random, -REACH, REACH)];
const polar = (radius, angle) => [radius * Math.cos(angle), radius * Math.sin(angle)];

const HILLS = [[-1.1, 1.2, 1], [1.3, -1, 1], [1.1, 1.2, -1], [-1.2, -1.1, -1], [0, 0, 0.9]];
const bumps = (x1, x2) => HILLS.reduce((sum, [a, b, height]) => (
  sum + height * Math.exp(-((x1 - a) ** 2 + (x2 - b) ** 2) / 0.5)), 0);

// Of each: the point of an example whose class is `y` (classes take turns), or the point and then
// the number that belongs to it.
const CLASSES = {
  circle(random, y) {
    const radius = y ? within(random, 0, 0.9) : within(random, 1.2, 1.9);
    return polar(radius, 2 * Math.PI * random());
  },
  xor(random, y) {
    const [x1, x2] = [within(random, 0.1, 1.9), within(random, 0.1, 1.9)];
    const flip = random() < 0.5 ? -1 : 1;
    return [flip * x1, flip * (y ? x2 : -x2)];
  },
  groups(random, y) {
    const middle = y ? 0.9 : -0.9;
    return [middle + 0.35 * normal(random), middle + 0.35 * normal(random)];
  },
  spiral(random, y) {
    const along = Math.sqrt(random());
    return polar(0.1 + 1.8 * along, 2.6 * Math.PI * along + (y ? Math.PI : 0));
  },
};
const NUMBERS = { plane: (x1, x2) => (x1 + x2) / 4, bumps };

/** The loss that belongs to a data set: cross-entropy of two classes, or squared error. */
export function lossOf(name) {
  return name in CLASSES ? "entropy" : "squares";
}

/**
 * Draw a data set: { train, valid }, each { X (count, 2), y (count), count }. Noise is the standard
 * deviation of what is added to the inputs where y is a class, to y where it is a number. Both
 * parts hold as many of each class, or nearly so.
 */
export function drawData({ data, noise, share, seed }) {
  const random = randomNumbers(3 * seed);
  const examples = Array.from({ length: EXAMPLES }, (_, i) => {
    const jitter = () => noise * normal(random);
    if (data in NUMBERS) {
      const [x1, x2] = anywhere(random);
      return [x1, x2, NUMBERS[data](x1, x2) + jitter()];
    }
    const [x1, x2] = CLASSES[data](random, i % 2);
    return [x1 + jitter(), x2 + jitter(), i % 2];
  });
  const cut = Math.round(share * EXAMPLES);
  return { train: part(examples.slice(0, cut)), valid: part(examples.slice(cut)) };
}

function part(examples) {
  return {
    X: Float64Array.from(examples.flatMap(([x1, x2]) => [x1, x2])),
    y: Float64Array.from(examples, (example) => example[2]),
    count: examples.length,
  };
}

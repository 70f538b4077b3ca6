// The functions of d2lutils/surfaces.py and their gradients. Tests compare them with autograd.

export const SURFACES = {
  bowl: { f: (x, y) => (x * x + y * y) / 2, gradient: (x, y) => [x, y] },
  ravine: { f: (x, y) => (x * x) / 20 + y * y, gradient: (x, y) => [x / 10, 2 * y] },
  saddle: {
    f: (x, y) => (x * x) / 2 + (1 - y * y) ** 2 / 4,
    gradient: (x, y) => [x, -y * (1 - y * y)],
  },
  Rosenbrock: {
    f: (x, y) => (1 - x) ** 2 + 10 * (y - x * x) ** 2,
    gradient: (x, y) => [-2 * (1 - x) - 40 * x * (y - x * x), 20 * (y - x * x)],
  },
  "many minima": {
    f: (x, y) => (x * x + y * y) / 10 + (2 - Math.cos(2 * x) - Math.cos(2 * y)) / 2,
    gradient: (x, y) => [x / 5 + Math.sin(2 * x), y / 5 + Math.sin(2 * y)],
  },
};

// The methods of OptimizerRace. Each is torch.optim's, with its defaults where there is no knob;
// tests compare the two in double precision. A method is a function of the knobs that returns a
// function of step t (from 1), parameters w and gradient g, both arrays: it changes w in place
// and keeps what it has to remember to itself.

const each = (change) => (t, w, g) => {
  for (let i = 0; i < w.length; i += 1) w[i] -= change(g[i], i, t);
};
const memory = () => [0, 0];

function heavyBall({ rate, momentum }, ahead) {
  const velocity = memory();
  return each((g, i) => {
    velocity[i] = momentum * velocity[i] + g;
    return rate * (ahead ? g + momentum * velocity[i] : velocity[i]);
  });
}

function adam({ rate, beta1, beta2 }) {
  const [mean, square] = [memory(), memory()];
  return each((g, i, t) => {
    mean[i] = beta1 * mean[i] + (1 - beta1) * g;
    square[i] = beta2 * square[i] + (1 - beta2) * g * g;
    const size = Math.sqrt(square[i]) / Math.sqrt(1 - beta2 ** t) + 1e-8;
    return ((rate / (1 - beta1 ** t)) * mean[i]) / size;
  });
}

export const METHODS = {
  "gradient descent": ({ rate }) => each((g) => rate * g),
  momentum: (knobs) => heavyBall(knobs, false),
  Nesterov: (knobs) => heavyBall(knobs, true),
  AdaGrad({ rate }) {
    const sum = memory();
    return each((g, i) => {
      sum[i] += g * g;
      return (rate * g) / (Math.sqrt(sum[i]) + 1e-10);
    });
  },
  RMSProp({ rate }) {
    const square = memory();
    return each((g, i) => {
      square[i] = 0.99 * square[i] + (1 - 0.99) * g * g;
      return (rate * g) / (Math.sqrt(square[i]) + 1e-8);
    });
  },
  Adadelta({ rate }) {
    const [square, moved] = [memory(), memory()];
    return each((g, i) => {
      square[i] = 0.9 * square[i] + (1 - 0.9) * g * g;
      const delta = (Math.sqrt(moved[i] + 1e-6) / Math.sqrt(square[i] + 1e-6)) * g;
      moved[i] = 0.9 * moved[i] + (1 - 0.9) * delta * delta;
      return rate * delta;
    });
  },
  Adam: adam,
  AdamW(knobs) {
    const step = adam(knobs);
    return (t, w, g) => {
      for (let i = 0; i < w.length; i += 1) w[i] *= 1 - knobs.rate * 0.01;
      step(t, w, g);
    };
  },
};

/**
 * The way of a method over a surface: `points` and `losses` from the start through `steps` steps,
 * shorter where a number grew too large to go on.
 */
export function descend({ f, gradient }, method, knobs, start, steps) {
  const step = METHODS[method](knobs);
  const w = [...start];
  const [points, losses] = [[[...w]], [f(...w)]];
  for (let t = 1; t <= steps; t += 1) {
    step(t, w, gradient(...w));
    const loss = f(...w);
    if (!Number.isFinite(loss) || !w.every(Number.isFinite)) break;
    points.push([...w]);
    losses.push(loss);
  }
  return { points, losses };
}

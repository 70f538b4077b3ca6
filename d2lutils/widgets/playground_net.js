// The engine of Playground: a multilayer perceptron, its gradients and four optimizers, over plain
// arrays of doubles. Nothing here knows of a page. Every definition is PyTorch's, and the tests
// compare the two: a weight matrix is (outputs, inputs), as in nn.Linear; losses are means over the
// batch; dropout is inverted (what is kept is divided by 1 - p); L2 is the weight_decay of
// torch.optim (lambda * w joins the gradient), L1 adds lambda * sign(w), both for weights alone.

// Slopes are written with the activation's own value, which the forward pass has kept.
const ACTIVATIONS = {
  ReLU: [(z) => (z > 0 ? z : 0), (a) => (a > 0 ? 1 : 0)],
  tanh: [Math.tanh, (a) => 1 - a * a],
  sigmoid: [sigmoid, (a) => a * (1 - a)],
  none: [(z) => z, () => 1],
};

export function sigmoid(z) {
  return 1 / (1 + Math.exp(-z));
}

// The value of a loss at one output, and its slope. nn.BCEWithLogitsLoss and nn.MSELoss.
const LOSSES = {
  entropy: [
    (z, y) => Math.max(z, 0) - z * y + Math.log1p(Math.exp(-Math.abs(z))),
    (z, y) => sigmoid(z) - y,
  ],
  squares: [(z, y) => (z - y) ** 2, (z, y) => 2 * (z - y)],
};

/**
 * A network with `sizes` units from the inputs to the outputs; the last layer has no activation.
 * All its parameters stand in one array: for each layer its weights, row by row, then its biases.
 */
export function createNet(sizes, activation) {
  let size = 0;
  const layers = sizes.slice(1).map((outputs, i) => {
    const layer = { inputs: sizes[i], outputs, weight: size, bias: size + outputs * sizes[i] };
    size = layer.bias + outputs;
    return layer;
  });
  return { layers, activation, size };
}

/** Draw the parameters as nn.Linear does: uniform in plus or minus 1/sqrt(inputs). */
export function initialize(net, random) {
  const theta = new Float64Array(net.size);
  for (const { inputs, outputs, weight } of net.layers) {
    const bound = 1 / Math.sqrt(inputs);
    const end = weight + outputs * (inputs + 1);
    for (let i = weight; i < end; i += 1) theta[i] = bound * (2 * random() - 1);
  }
  return theta;
}

/** Room for the passes over up to `count` examples, so that a step allocates nothing. */
export function workspace(net, count) {
  const room = () => net.layers.map(({ outputs }) => new Float64Array(count * outputs));
  return { units: room(), sent: room(), deltas: room() };
}

// out (count, outputs) = activation(X (count, inputs) W^T + b)
function dense(theta, layer, f, X, count, out) {
  const { inputs, outputs, weight, bias } = layer;
  for (let n = 0; n < count; n += 1) {
    for (let j = 0; j < outputs; j += 1) {
      const row = weight + j * inputs;
      let z = theta[bias + j];
      for (let i = 0; i < inputs; i += 1) z += theta[row + i] * X[n * inputs + i];
      out[n * outputs + j] = f === null ? z : f(z);
    }
  }
}

/**
 * Run `count` examples X (count, inputs) through the network; the values of all units stay in
 * `space.units`, those of the last layer are returned. `dropout` is null or { p, masks }, with one
 * mask of zeros and ones, (count, units), for each hidden layer.
 */
export function forward(net, theta, X, count, space, dropout = null) {
  const last = net.layers.length - 1;
  const [f] = ACTIVATIONS[net.activation];
  let input = X;
  net.layers.forEach((layer, l) => {
    const values = space.units[l];
    dense(theta, layer, l === last || net.activation === "none" ? null : f, input, count, values);
    input = values;
    if (dropout === null || l === last) return;
    input = space.sent[l];
    const kept = 1 / (1 - dropout.p);
    for (let k = 0; k < count * layer.outputs; k += 1) {
      input[k] = values[k] * dropout.masks[l][k] * kept;
    }
  });
  return input;
}

/** The mean loss of outputs z against targets y. */
export function meanLoss(kind, z, y, count) {
  const [value] = LOSSES[kind];
  let sum = 0;
  for (let n = 0; n < count; n += 1) sum += value(z[n], y[n]);
  return sum / count;
}

/**
 * The gradient of the mean loss with respect to all parameters, written into `grad`. The forward
 * pass over the same X, `space` and `dropout` has to come first. The network has one output.
 */
export function backward(net, theta, X, y, count, space, kind, dropout, grad) {
  const [, slopeOfLoss] = LOSSES[kind];
  const [, slope] = ACTIVATIONS[net.activation];
  const last = net.layers.length - 1;
  for (let n = 0; n < count; n += 1) {
    space.deltas[last][n] = slopeOfLoss(space.units[last][n], y[n]) / count;
  }
  grad.fill(0);
  for (let l = last; l >= 0; l -= 1) {
    const below = dropout === null ? space.units[l - 1] : space.sent[l - 1];
    addOuter(net.layers[l], space.deltas[l], l === 0 ? X : below, count, grad);
    if (l === 0) break;
    const delta = space.deltas[l - 1];
    pullBack(theta, net.layers[l], space.deltas[l], count, delta);
    for (let k = 0; k < count * net.layers[l].inputs; k += 1) {
      delta[k] *= slope(space.units[l - 1][k]);
      if (dropout !== null) delta[k] *= dropout.masks[l - 1][k] / (1 - dropout.p);
    }
  }
}

// Gradients of one layer's parameters: delta^T input, and the sums of delta.
function addOuter({ inputs, outputs, weight, bias }, delta, input, count, grad) {
  for (let n = 0; n < count; n += 1) {
    for (let j = 0; j < outputs; j += 1) {
      const d = delta[n * outputs + j];
      const row = weight + j * inputs;
      grad[bias + j] += d;
      for (let i = 0; i < inputs; i += 1) grad[row + i] += d * input[n * inputs + i];
    }
  }
}

// What reaches the layer below: delta W.
function pullBack(theta, { inputs, outputs, weight }, delta, count, out) {
  out.fill(0, 0, count * inputs);
  for (let n = 0; n < count; n += 1) {
    for (let j = 0; j < outputs; j += 1) {
      const d = delta[n * outputs + j];
      const row = weight + j * inputs;
      for (let i = 0; i < inputs; i += 1) out[n * inputs + i] += d * theta[row + i];
    }
  }
}

/** Add the gradients of l1 * sum |w| and of l2 / 2 * sum w^2; biases are left alone. */
export function addPenalties(net, theta, l1, l2, grad) {
  if (l1 === 0 && l2 === 0) return;
  for (const { weight, bias } of net.layers) {
    for (let i = weight; i < bias; i += 1) {
      grad[i] += l1 * Math.sign(theta[i]) + l2 * theta[i];
    }
  }
}

/** What an optimizer remembers between steps. */
export function memory(net) {
  return { steps: 0, first: new Float64Array(net.size), second: new Float64Array(net.size) };
}

const EPS = 1e-8;

// torch.optim's SGD, SGD with momentum 0.9, RMSprop (alpha 0.99), Adam (betas 0.9 and 0.999).
const OPTIMIZERS = {
  SGD(theta, grad, rate) {
    for (let i = 0; i < theta.length; i += 1) theta[i] -= rate * grad[i];
  },
  momentum(theta, grad, rate, { first }) {
    for (let i = 0; i < theta.length; i += 1) {
      first[i] = 0.9 * first[i] + grad[i];
      theta[i] -= rate * first[i];
    }
  },
  RMSProp(theta, grad, rate, { second }) {
    for (let i = 0; i < theta.length; i += 1) {
      second[i] = 0.99 * second[i] + 0.01 * grad[i] * grad[i];
      theta[i] -= (rate * grad[i]) / (Math.sqrt(second[i]) + EPS);
    }
  },
  Adam(theta, grad, rate, { steps, first, second }) {
    const size = rate / (1 - 0.9 ** steps);
    const root = Math.sqrt(1 - 0.999 ** steps);
    for (let i = 0; i < theta.length; i += 1) {
      first[i] = 0.9 * first[i] + 0.1 * grad[i];
      second[i] = 0.999 * second[i] + 0.001 * grad[i] * grad[i];
      theta[i] -= (size * first[i]) / (Math.sqrt(second[i]) / root + EPS);
    }
  },
};

/** Move the parameters, and the optimizer's memory `state`, by one step. */
export function update(optimizer, theta, grad, rate, state) {
  state.steps += 1;
  OPTIMIZERS[optimizer](theta, grad, rate, state);
}

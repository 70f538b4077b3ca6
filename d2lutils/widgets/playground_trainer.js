// One training run of Playground, made from its setting alone: data, network, batches, losses.
import { drawData, lossOf, shuffle } from "./playground_data.js";
import { randomNumbers } from "./random.js";
import { addPenalties, backward, createNet, forward, initialize } from "./playground_net.js";
import { meanLoss, memory, update, workspace } from "./playground_net.js";

const MOST_POINTS = 400;

/**
 * `setting` has a value for each knob. Those that shape the run are read once; the rate, the
 * optimizer, the batch size, l1, l2 and dropout may change while it trains (`change`).
 */
export function createTrainer(setting) {
  let now = setting;
  const { train, valid } = drawData(now);
  const kind = lossOf(now.data);
  const net = createNet([2, ...Array(now.layers).fill(now.units), 1], now.activation);
  const theta = initialize(net, randomNumbers(3 * now.seed + 1));
  const random = randomNumbers(3 * now.seed + 2);
  const grad = new Float64Array(net.size);
  const space = workspace(net, Math.max(train.count, valid.count));
  const masks = net.layers.slice(0, -1).map(({ outputs }) => new Uint8Array(train.count * outputs));
  const batch = { X: new Float64Array(train.X.length), y: new Float64Array(train.count) };
  const order = [...Array(train.count).keys()];
  const run = { steps: 0, epochs: 0, history: [] };
  let state = memory(net);
  let position = order.length; // a new epoch begins, with a new order
  let every = 1;

  // The next batch of the epoch; the last one of an epoch may be smaller.
  function nextBatch() {
    if (position >= order.length) {
      shuffle(order, random);
      position = 0;
    }
    const rows = order.slice(position, position + now.batch);
    position += rows.length;
    if (position >= order.length) run.epochs += 1;
    rows.forEach((row, n) => {
      batch.X[2 * n] = train.X[2 * row];
      batch.X[2 * n + 1] = train.X[2 * row + 1];
      batch.y[n] = train.y[row];
    });
    return rows.length;
  }

  function drawMasks(count) {
    if (now.dropout === 0) return null;
    masks.forEach((mask, l) => {
      const end = count * net.layers[l].outputs;
      for (let i = 0; i < end; i += 1) mask[i] = random() < now.dropout ? 0 : 1;
    });
    return { p: now.dropout, masks };
  }

  function step() {
    const count = nextBatch();
    const dropout = drawMasks(count);
    forward(net, theta, batch.X, count, space, dropout);
    backward(net, theta, batch.X, batch.y, count, space, kind, dropout, grad);
    addPenalties(net, theta, now.l1, now.l2, grad);
    update(now.optimizer, theta, grad, now.rate, state);
    run.steps += 1;
  }

  function evaluate({ X, y, count }) {
    const z = forward(net, theta, X, count, space);
    const right = y.reduce((sum, label, n) => sum + (z[n] > 0 === label > 0), 0);
    return { loss: meanLoss(kind, z, y, count), accuracy: right / count };
  }

  // Both losses now, without dropout and penalties. The history keeps a point every so many
  // steps; once it is long, every second point goes.
  function measure() {
    const point = { step: run.steps, train: evaluate(train), valid: evaluate(valid) };
    const { history } = run;
    if (history.length === 0 || run.steps >= history.at(-1).step + every) history.push(point);
    if (history.length > MOST_POINTS) {
      run.history = history.filter((_, i) => i % 2 === 0);
      every *= 2;
    }
    return point;
  }

  return {
    net, theta, train, valid, kind, run, step, measure,
    change(next) {
      if (next.optimizer !== now.optimizer) state = memory(net);
      now = next;
    },
  };
}

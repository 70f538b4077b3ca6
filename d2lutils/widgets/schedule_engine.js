// Schedules of the learning rate: their rates and the lines of PyTorch that make them.

/** The functions that the lambda schedule offers, under the Python that says the same. */
const LAMBDAS = {
  "0.5 ** (t // 20)": (t) => 0.5 ** Math.floor(t / 20),
  "(1 + t) ** -0.5": (t) => (1 + t) ** -0.5,
  "min(1, (100 - t) / 30)": (t) => Math.min(1, (100 - t) / 30),
  "0.1 + 0.9 * abs(t % 40 - 20) / 20": (t) => 0.1 + 0.9 * Math.abs((t % 40) - 20) / 20,
};

// What a rate of 1 becomes at step t. The plateau's depends on the losses, so it is not here.
const SHARES = {
  "constant": () => 1,
  "piecewise constant": (t, { first, middle, second, last }) => {
    const [low, high] = sorted(first, second);
    return t < low ? 1 : t < high ? middle : last;
  },
  "exponential": (t, { gamma }) => gamma ** t,
  "natural exponential": (t, { decay }) => Math.exp(-decay * t),
  "polynomial": (t, { total, power }) => (1 - Math.min(t / total, 1)) ** power,
  "step": (t, { every, gamma }) => gamma ** Math.floor(t / every),
  "multi-step": (t, { first, second, gamma }) => gamma ** ((t >= first) + (t >= second)),
  "inverse time": (t, { decay }) => 1 / (1 + decay * t),
  "lambda": (t, { lambda }) => LAMBDAS[lambda](t),
  "cosine": (t, { total, low, rate }) => (
    low / rate + (1 - low / rate) * (1 + Math.cos(Math.PI * t / total)) / 2),
  "Noam": (t, { warmup }) => Math.min((t + 1) / warmup, Math.sqrt(warmup / (t + 1))),
  "linear warm-up": (t, { warmup, start }) => start + (1 - start) * Math.min(t / warmup, 1),
};
const WARMUP_START = 0.1;

function sorted(a, b) {
  return a < b ? [a, b] : [b, a];
}

// PyTorch's rule for a value that should fall: more than `patience` in a row were not better.
function createPlateau({ rate, factor, patience, threshold }) {
  let [now, best, bad] = [rate, Infinity, 0];
  return {
    rate: () => now,
    step(loss) {
      if (loss < best * (1 - threshold)) [best, bad] = [loss, 0];
      else bad += 1;
      if (bad <= patience) return;
      bad = 0;
      if (now - now * factor > 1e-8) now *= factor;
    },
  };
}

/**
 * The rate at each step and the loss after it. `setting` is { schedule, rate, before } and the
 * schedule's own knobs; `before` steps of linear warm-up come first. `bowl` is { steps, curvatures,
 * squares, noise }: SGD on a bowl with these curvatures, noise of this variance in each gradient;
 * the mean of the square of each coordinate follows w <- w - rate (curvature w + noise) exactly.
 */
export function followSchedule(setting, bowl) {
  const { schedule, rate, before } = setting;
  const plateau = schedule === "plateau" ? createPlateau(setting) : null;
  let squares = [...bowl.squares];
  const rates = [];
  const losses = [];
  for (let t = 0; t < bowl.steps; t += 1) {
    const warm = WARMUP_START + (1 - WARMUP_START) * t / before;
    const then = () => plateau?.rate() ?? rate * SHARES[schedule](t - before, setting);
    const now = t < before ? rate * warm : then();
    squares = squares.map((square, i) => (
      (1 - now * bowl.curvatures[i]) ** 2 * square + now ** 2 * bowl.noise));
    rates.push(now);
    losses.push(squares.reduce((sum, square, i) => sum + bowl.curvatures[i] * square / 2, 0));
    if (t >= before) plateau?.step(losses[t]);
  }
  return { rates, losses };
}

// What stands behind the optimizer among the arguments of each class.
const CALLS = {
  "constant": () => ["ConstantLR", "factor=1"],
  "piecewise constant": ({ first, middle, second, last }) => {
    const [low, high] = sorted(first, second);
    return ["LambdaLR", `lambda t: 1 if t < ${low} else ${middle} if t < ${high} else ${last}`];
  },
  "exponential": ({ gamma }) => ["ExponentialLR", `gamma=${gamma}`],
  "natural exponential": ({ decay }) => ["ExponentialLR", `gamma=torch.e ** -${decay}`],
  "polynomial": ({ total, power }) => ["PolynomialLR", `total_iters=${total}, power=${power}`],
  "step": ({ every, gamma }) => ["StepLR", `step_size=${every}, gamma=${gamma}`],
  "multi-step": ({ first, second, gamma }) => (
    ["MultiStepLR", `milestones=[${sorted(first, second).join(", ")}], gamma=${gamma}`]),
  "inverse time": ({ decay }) => ["LambdaLR", `lambda t: 1 / (1 + ${decay} * t)`],
  "lambda": ({ lambda }) => ["LambdaLR", `lambda t: ${lambda}`],
  "cosine": ({ total, low }) => ["CosineAnnealingLR", `T_max=${total}, eta_min=${low}`],
  "Noam": ({ warmup }) => (
    ["LambdaLR", `lambda t: min((t + 1) / ${warmup}, (${warmup} / (t + 1)) ** 0.5)`]),
  "plateau": ({ factor, patience, threshold }) => (
    ["ReduceLROnPlateau", `factor=${factor}, patience=${patience}, threshold=${threshold}`]),
  "linear warm-up": ({ warmup, start }) => (
    ["LinearLR", `start_factor=${start}, total_iters=${warmup}`]),
};

/** The lines of PyTorch that make a schedule, and below the comment what moves it on. */
export function torchLines(setting) {
  const { schedule, rate, before } = setting;
  const make = (name, [kind, given]) => (
    [`${name} = torch.optim.lr_scheduler.${kind}(`, `    optimizer, ${given})`]);
  const call = CALLS[schedule](setting);
  const warm = CALLS["linear warm-up"]({ warmup: before, start: WARMUP_START });
  const moved = schedule === "plateau" ? "schedule.step(loss)" : "schedule.step()";
  return [
    `optimizer = torch.optim.SGD(net.parameters(), lr=${rate})`,
    ...(before === 0 ? make("schedule", call)
      : [...make("warmup", warm), ...make(schedule === "plateau" ? "schedule" : "main", call)]),
    ...(before && schedule !== "plateau" ? make(
      "schedule", ["SequentialLR", `[warmup, main], milestones=[${before}]`]) : []),
    ...(before && schedule === "plateau" ? [
      "# after step t = 0, 1, ...:", `if t < ${before}:`, "    warmup.step()", "else:",
      `    ${moved}`] : ["# after every optimizer.step():", moved]),
  ].join("\n");
}

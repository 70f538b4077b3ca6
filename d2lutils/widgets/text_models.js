// Language models over characters that run in the page. A model has three functions: `start`
// returns a state, `read` the state after one more character, and `scores` the logarithms, up to
// a constant, of the probabilities of the next one. States are never changed, so that a text can
// be gone on with from any place. Characters are numbers; 0 stands for all that are unknown.
import { bytesOf } from "./bytes.js";

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const GATES = { RNN: 1, GRU: 3, LSTM: 4 };

/** A model as text_models.py describes it, from the data that belong to it. */
export function createTextModel(about, data, vocab) {
  return about.kind in GATES ? recurrentModel(about, data) : countingModel(about, data, vocab);
}

// ---- recurrent networks

/** The weights as numbers again. Those of the inputs lie by character: a one-hot input picks. */
function decodeWeights({ kind, hidden, size }, text) {
  const { buffer } = bytesOf(text);
  const rows = GATES[kind] * hidden;
  let at = 0;
  const take = (Kind, count) => {
    const found = new Kind(buffer, at, count);
    at += found.byteLength;
    return found;
  };
  const floats = (count) => take(Float32Array, count);
  const [inputStep, stateStep, outputStep] = [floats(rows), floats(rows), floats(size)];
  const [inputBias, stateBias, outputBias] = [floats(rows), floats(rows), floats(size)];
  const matrix = (step, columns) => Float32Array.from(
    take(Int8Array, step.length * columns), (whole, i) => whole * step[Math.floor(i / columns)]);
  const input = matrix(inputStep, size);
  const [state, output] = [matrix(stateStep, hidden), matrix(outputStep, hidden)];
  const byCharacter = Array.from({ length: size }, (_, token) => (
    Float32Array.from(inputBias, (bias, row) => bias + input[row * size + token])));
  return { byCharacter, state, stateBias, output, outputBias };
}

/** weight @ x + bias. */
function affine(weight, x, bias) {
  return Float32Array.from(bias, (start, row) => {
    const first = row * x.length;
    let sum = start;
    for (let k = 0; k < x.length; k += 1) sum += weight[first + k] * x[k];
    return sum;
  });
}

// One step of each kind, as PyTorch defines it: from what the input and the state contribute to
// the gates, which lie one after the other in the order of their names, to the new state.
const STEPS = {
  RNN: ({ h }, x, s) => ({ h: h.map((_, i) => Math.tanh(x[i] + s[i])) }),
  GRU: ({ h }, x, s) => {
    const n = h.length;
    return { h: h.map((old, i) => {
      const reset = sigmoid(x[i] + s[i]);
      const keep = sigmoid(x[n + i] + s[n + i]);
      return keep * old + (1 - keep) * Math.tanh(x[2 * n + i] + reset * s[2 * n + i]);
    }) };
  },
  LSTM: ({ h, c }, x, s) => {
    const n = h.length;
    const gate = (g, i) => x[g * n + i] + s[g * n + i];
    const cell = c.map((old, i) => (
      sigmoid(gate(1, i)) * old + sigmoid(gate(0, i)) * Math.tanh(gate(2, i))));
    return { c: cell, h: h.map((_, i) => sigmoid(gate(3, i)) * Math.tanh(cell[i])) };
  },
};

function recurrentModel(about, text) {
  const weights = decodeWeights(about, text);
  const zeros = new Float32Array(about.hidden);
  return {
    start: () => ({ h: zeros, c: zeros }),
    read: (state, token) => STEPS[about.kind](
      state, weights.byCharacter[token], affine(weights.state, state.h, weights.stateBias)),
    scores: ({ h }) => affine(weights.output, h, weights.outputBias),
  };
}

// ---- counts

/**
 * An n-gram model that counts in its text when it is asked: interpolated Kneser-Ney, as
 * models/ngrams.py has it. Of the longest context every occurrence counts; of a shorter one, before
 * a character, in how many different contexts they occur together.
 */
function countingModel({ order, discount }, text, vocab) {
  const corpus = Uint8Array.from(text, (letter) => Math.max(0, vocab.indexOf(letter)));
  const everywhere = Array.from(corpus, (_, i) => i);
  const after = vocab.map(() => []); // the places behind each character
  for (let i = 1; i < corpus.length; i += 1) after[corpus[i - 1]].push(i);
  const known = new Map();

  // Mix what stands at these places, behind k characters, with the probabilities for fewer.
  function mix(places, k, shorter) {
    const counts = new Float64Array(vocab.length);
    const met = new Set();
    for (const i of places) {
      const pair = k === order - 1 ? i : corpus[i - k - 1] * vocab.length + corpus[i];
      if (k < order - 1 && i === k) continue; // nothing stands before it
      if (!met.has(pair)) counts[corpus[i]] += 1;
      met.add(pair);
    }
    if (!met.size) return shorter;
    const spread = discount * counts.reduce((sum, count) => sum + (count > 0), 0);
    return shorter.map((p, token) => (
      (Math.max(0, counts[token] - discount) + spread * p) / met.size));
  }

  const none = mix(everywhere, 0, new Float64Array(vocab.length).fill(1 / vocab.length));
  function probabilities(context) {
    let [found, places] = [none, everywhere];
    for (let k = 1; k <= context.length; k += 1) {
      const wanted = context.at(-k);
      places = k === 1 ? after[wanted] : places.filter((i) => corpus[i - k] === wanted);
      if (!places.length) break; // a longer context never occurs either
      found = mix(places, k, found);
    }
    return found;
  }
  return {
    start: () => [],
    read: (state, token) => [...state, token].slice(Math.max(0, state.length + 2 - order)),
    scores(state) {
      const key = state.join();
      if (!known.has(key)) known.set(key, probabilities(state).map(Math.log));
      return known.get(key);
    },
  };
}

// ---- what can be done with either

/** The probabilities of the next character: softmax of the scores. */
export function probabilitiesOf(scores) {
  const most = Math.max(...scores);
  const parts = Float64Array.from(scores, (score) => Math.exp(score - most));
  const sum = parts.reduce((a, b) => a + b);
  return parts.map((part) => part / sum);
}

/**
 * The probabilities to draw from: of the `topK` likeliest characters (null: of all), the scores
 * divided by the temperature; 0 takes the likeliest. The unknown character is never drawn.
 */
export function drawingFrom(scores, temperature, topK) {
  const order = Array.from(scores.keys()).slice(1).sort((a, b) => scores[b] - scores[a]);
  const kept = new Set(order.slice(0, temperature === 0 ? 1 : topK ?? undefined));
  return probabilitiesOf(Array.from(scores, (score, token) => (
    kept.has(token) ? score / (temperature || 1) : -Infinity)));
}

/** Draw a character; `random` gives a uniform number in [0, 1). */
export function drawToken(probabilities, random) {
  let rest = random();
  let last = 0;
  for (let token = 0; token < probabilities.length; token += 1) {
    if (!probabilities[token]) continue;
    last = token;
    rest -= probabilities[token];
    if (rest < 0) break;
  }
  return last;
}

/** Read characters one by one; return the state after the last. */
export function readAll(model, tokens, state = model.start()) {
  return tokens.reduce((now, token) => model.read(now, token), state);
}

/** What the next character may be, after `before` and after each further character. */
export function foreseen(model, before, tokens) {
  let state = readAll(model, before);
  return [null, ...tokens].map((token) => {
    if (token !== null) state = model.read(state, token);
    return probabilitiesOf(model.scores(state));
  });
}

/** The total variation distance of two distributions: half the sum of their differences, 0 to 1. */
export function variation(p, q) {
  return p.reduce((sum, value, i) => sum + Math.abs(value - q[i]), 0) / 2;
}

/** The characters of a text as numbers, and those that the vocabulary lacks, each once. */
export function tokensOf(text, vocab) {
  const letters = Array.from(text);
  const unknown = [...new Set(letters.filter((letter) => vocab.indexOf(letter) < 1))];
  return { tokens: letters.map((letter) => Math.max(0, vocab.indexOf(letter))), unknown };
}

/** A character as it can be seen. */
export const visible = (letter) => ({ " ": "␣", "\n": "⏎" }[letter] ?? letter);

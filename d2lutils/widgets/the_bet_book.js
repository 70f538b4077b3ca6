// What TheBet knows of all combinations, and what it says of a bet when the test set is open.
import { h } from "./kit.js";

export const three = (value) => value.toFixed(3);

/** A gain in points of a hundred, with its sign. */
export function signed(gain) {
  const text = Math.abs(100 * gain).toFixed(1);
  if (text === "0.0") return text;
  return `${gain < 0 ? "−" : "+"}${text}`;
}

const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean of values, one a seed, and its standard error. */
function meanAndError(values) {
  const mean = average(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** The combinations; the number of one has a bit a remedy. */
export function createBook(model) {
  const [remedies, valid, seeds] = ["remedies", "valid", "test"].map(model.get);
  const masks = seeds.map((_, mask) => mask);
  const [tests, losses] = [0, 1].map((k) => seeds.map((one) => average(one[k])));
  const bestOf = (values) => masks.reduce((a, b) => (values[b] > values[a] ? b : a));
  const winner = bestOf(valid.map(([accuracy]) => accuracy));
  const [best, least] = [bestOf(tests), bestOf(losses.map((loss) => -loss))];
  const rank = (values, mask) => 1 + values.filter((value) => value > values[mask]).length;
  const ahead = (a, b) => meanAndError(seeds[a][0].map((value, s) => value - seeds[b][0][s]));
  const withError = (text, error) => `${text} ± ${(100 * error).toFixed(1)}`;
  const plusMinus = ({ mean, error }) => withError(signed(mean), error);
  const size = ({ mean, error }) => withError(Math.abs(100 * mean).toFixed(1), error);
  const name = (mask) => (mask === 0 ? "plain"
    : remedies.filter((_, i) => Math.floor(mask / 2 ** i) % 2).join(" + "));

  function row(who, mask) {
    const cells = [three(valid[mask][0]), three(tests[mask]), rank(tests, mask),
      three(losses[mask])];
    return h("tr", {}, h("th", { scope: "row" }, `${who}: ${name(mask)}`),
      ...cells.map((text) => h("td", {}, text)));
  }

  function sentences(mine, guess) {
    const gain = ahead(mine, 0);
    const off = Math.abs(100 * (gain.mean - guess)).toFixed(1);
    const image = Math.sqrt(tests[mine] * (1 - tests[mine]) / model.get("numTest"));
    return [
      `Your bet is number ${rank(tests, mine)} of ${masks.length} on the test set. It ${
        gain.mean < 0 ? "loses" : "gains"} ${size(gain)} points against plain; you guessed ${
        signed(guess)}: ${off} points off. ${mine === best ? "No combination does better."
        : `The best one is ${size(ahead(best, mine))} points ahead of it.`}`,
      `The winner on validation gained ${signed(valid[winner][0] - valid[0][0])} points there, and ${
        plusMinus(ahead(winner, 0))} on the test set${winner === best ? ", where it wins, too."
        : `; the best one there, ${plusMinus(ahead(best, 0))}.`}`,
      `By test loss your bet is number ${rank(losses.map((loss) => -loss), mine)}; the lowest is ${
        three(losses[least])}, of ${name(least)}; plain has ${three(losses[0])}.`,
      `± is the standard error over ${seeds[0][0].length} seeds, of differences seed by seed. ${
        model.get("numTest").toLocaleString("en")} test images leave each accuracy another ± ${
        three(image)}, much of it shared by all.`,
    ];
  }

  return {
    masks,
    name,
    on: (mask) => ({ valid: valid[mask][0], loss: valid[mask][1] }),
    test: (mask) => tests[mask],
    winner,
    best,
    gains: (mask) => [valid[mask][0] - valid[0][0], tests[mask] - tests[0]],
    /** What the test set says of a bet, as elements. */
    verdict(mine, guess) {
      const heads = ["", "valid.", "test", "rank", "test loss"];
      const head = h("tr", {}, ...heads.map((text) => (
        text ? h("th", { scope: "col" }, text) : h("td", {}))));
      const rows = [row("your bet", mine), row("nothing", 0), row("best on validation", winner),
        row("best on the test set", best)];
      const [first, ...rest] = sentences(mine, guess).map((text) => h("p", {}, text));
      return [first, h("table", {}, h("caption", {}, "Accuracies, ranks among all, losses"),
        h("thead", {}, head), h("tbody", {}, ...rows)), ...rest];
    },
  };
}

// The network of Playground as a picture: a tile for each unit that shows what it computes over the
// plane, and a line for each weight. Over every tile lies a button, so that keys reach it, too.
import { formatNumber, h, OWN_KEYS } from "./kit.js";
import { createPainter, fitCanvas, largest, writeOver } from "./playground_picture.js";

const HEAD = 18; // room for the names of the layers
const PITCH = 25; // pixels that the button of a unit needs at least
const TILE = 60;

/** A number with a proper minus. */
export const signed = (value) => formatNumber(value).replace("-", "−");

/** What a unit is called; column 0 holds the inputs, the last one the output. */
export function unitName(net, column, row) {
  if (column === 0) return `Input x${row + 1}`;
  return column === net.layers.length ? "Output" : `Layer ${column}, unit ${row + 1}`;
}

/** A unit's name and parameters. */
export function unitInWords(net, theta, column, row) {
  const name = unitName(net, column, row);
  if (column === 0) return `${name}.`;
  const { inputs, weight, bias } = net.layers[column - 1];
  const start = weight + row * inputs;
  const weights = [...theta.subarray(start, start + inputs)].map(signed).join(" ");
  return `${name}: bias ${signed(theta[bias + row])}, weights ${weights}.`;
}

/** The columns of a net: [{ title, x, tiles: [{ name, x, y, size, pitch }] }], in pixels. */
function layOut(net, width, height) {
  const counts = [2, ...net.layers.map(({ outputs }) => outputs)];
  const last = counts.length - 1;
  const pitches = counts.map((count) => Math.min(1.7 * TILE, (height - HEAD) / count));
  const size = Math.floor(Math.min(TILE, Math.min(...pitches) - 3, (0.5 * width) / last));
  const middle = HEAD + (height - HEAD) / 2;
  return counts.map((count, c) => {
    const x = (size + 8) / 2 + ((width - size - 8) * c) / last;
    const tiles = Array.from({ length: count }, (_, r) => ({
      name: unitName(net, c, r), x, y: middle + (r - (count - 1) / 2) * pitches[c],
      size, pitch: pitches[c],
    }));
    return { title: c === 0 ? "inputs" : c === last ? "output" : `layer ${c}`, x, tiles };
  });
}

/** Width of the line of a weight: it grows with its size, and less and less so. */
const lineWidth = (weight) => 0.4 + 5 * Math.tanh(Math.abs(weight) / 3);

/**
 * `choose(column, row, isChosen)` is called with the unit to show large: while one is pointed at,
 * and when one is chosen, by a click or by keys.
 */
export function createNetwork(choose) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const root = h("div", {
    class: "d2l-network", role: "group",
    "aria-label": "Units of the network: arrow keys go from one to the next", ...OWN_KEYS,
  }, canvas);
  const paint = createPainter(2);
  let columns = [];
  let buttons = [];
  let net = null;
  let context = null;
  let [width, height] = [0, 0];
  let chosen = [0, 0];

  function arrange() {
    if (!net || !width) return;
    context = fitCanvas(canvas, width, height);
    columns = layOut(net, width, height);
    for (const button of buttons.flat()) button.remove();
    buttons = columns.map(({ tiles }, c) => tiles.map((tile, r) => unitButton(tile, c, r)));
    root.append(...buttons.flat());
    mark();
  }

  function unitButton({ name, x, y, size, pitch }, c, r) {
    const side = Math.max(24, Math.min(size + 4, pitch));
    const style = `left: ${x - side / 2}px; top: ${y - side / 2}px; `
      + `width: ${side}px; height: ${side}px`;
    const button = h("button", {
      type: "button", class: "d2l-unit", style, "aria-label": name, title: name, ...OWN_KEYS,
    });
    button.addEventListener("click", () => select(c, r));
    button.addEventListener("pointerenter", () => choose(c, r));
    button.addEventListener("pointerleave", () => choose(...chosen));
    return button;
  }

  // One of the buttons is a tab stop; which one is pressed is what the large picture shows.
  function mark() {
    buttons.forEach((column, c) => column.forEach((button, r) => {
      const isChosen = c === chosen[0] && r === chosen[1];
      button.tabIndex = isChosen ? 0 : -1;
      button.setAttribute("aria-pressed", isChosen);
    }));
  }

  function select(c, r) {
    chosen = [c, r];
    mark();
    choose(c, r, true);
  }

  root.addEventListener("keydown", (event) => {
    const [c, r] = chosen;
    const go = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (!go[event.key]) return;
    event.preventDefault();
    const column = Math.max(0, Math.min(columns.length - 1, c + go[event.key][0]));
    const [here, there] = [columns[c].tiles.length, columns[column].tiles.length];
    const level = Math.round(((r + 0.5) * there) / here - 0.5); // at the same height
    select(column, Math.max(0, Math.min(there - 1, level + go[event.key][1])));
    buttons[chosen[0]][chosen[1]].focus();
  });

  function drawLines(theta, colors) {
    context.lineCap = "round";
    net.layers.forEach(({ inputs, weight }, l) => columns[l + 1].tiles.forEach((to, j) => {
      for (let i = 0; i < inputs; i += 1) {
        const w = theta[weight + j * inputs + i];
        const from = columns[l].tiles[i];
        const [x0, x1] = [from.x + from.size / 2, to.x - to.size / 2];
        context.strokeStyle = w < 0 ? colors.low : colors.high;
        context.globalAlpha = 0.25 + 0.65 * Math.tanh(Math.abs(w));
        context.lineWidth = lineWidth(w);
        context.beginPath();
        context.moveTo(x0, from.y);
        context.bezierCurveTo((x0 + x1) / 2, from.y, (x0 + x1) / 2, to.y, x1, to.y);
        context.stroke();
      }
    }));
    context.globalAlpha = 1;
  }

  return {
    root,
    resize(newWidth, newHeight) {
      [width, height] = [newWidth, newHeight];
      arrange();
    },
    /** Show another network; where its shape is new, the output is chosen. */
    setNet(next) {
      const shape = (one) => one?.layers.map(({ outputs }) => outputs).join();
      const isSame = shape(net) === shape(next);
      net = next;
      if (isSame) return;
      const most = Math.max(2, ...net.layers.map(({ outputs }) => outputs));
      root.style.setProperty("--d2l-tall", `${HEAD + PITCH * most}px`);
      chosen = [net.layers.length, 0];
      arrange();
      choose(...chosen);
    },
    /** `fieldOf(column, row)` are the values of a unit over the grid. */
    draw(theta, colors, fieldOf) {
      if (!context) return;
      context.clearRect(0, 0, width, height);
      drawLines(theta, colors);
      columns.forEach(({ title, x, tiles }, c) => {
        context.font = "11px system-ui, sans-serif";
        context.fillStyle = colors.muted;
        context.textAlign = c === 0 ? "left" : c === columns.length - 1 ? "right" : "center";
        context.fillText(title, c === 0 ? 0 : c === columns.length - 1 ? width : x, 11);
        tiles.forEach(({ x: center, y, size }, r) => {
          const field = fieldOf(c, r);
          const scale = field.scale ?? Math.max(largest(field), 1e-3);
          const isChosen = c === chosen[0] && r === chosen[1];
          const [cornerX, cornerY] = [center - size / 2, y - size / 2];
          paint(context, colors, { ...field, scale }, cornerX, cornerY, size);
          context.strokeStyle = isChosen ? colors.text : colors.muted;
          context.lineWidth = isChosen ? 2.5 : 1;
          context.strokeRect(cornerX, cornerY, size, size);
          if (c === 0) writeOver(context, colors, `x${"₁₂"[r]}`, cornerX + 4, cornerY + 14);
        });
      });
    },
  };
}

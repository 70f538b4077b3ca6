// What every unit of Playground computes, over a grid in the plane of the inputs.
import { REACH } from "./playground_data.js";
import { forward, sigmoid, workspace } from "./playground_net.js";
import { GRID, gridPoints } from "./playground_picture.js";

/**
 * The surfaces of all units: `of(column, row)` is { values, offset, stride, scale }. The values of
 * the unit stand at offset, offset + stride ...; without a scale they are seen by their largest.
 */
export function createSurfaces(net) {
  const points = gridPoints();
  const space = workspace(net, GRID * GRID);
  const squashed = new Float64Array(GRID * GRID);
  return {
    update(theta, kind) {
      const z = forward(net, theta, points, GRID * GRID, space);
      for (let n = 0; n < z.length; n += 1) {
        squashed[n] = kind === "entropy" ? 2 * sigmoid(z[n]) - 1 : z[n];
      }
    },
    of(column, row) {
      if (column === 0) return { values: points, offset: row, stride: 2, scale: REACH };
      const { outputs } = net.layers[column - 1];
      if (column < net.layers.length) {
        return { values: space.units[column - 1], offset: row, stride: outputs };
      }
      return { values: squashed, offset: 0, stride: 1, scale: 1 };
    },
  };
}

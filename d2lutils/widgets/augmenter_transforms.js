// The transforms of torchvision.transforms.v2 on a canvas: what is drawn, and what it does.

/** What one draw does at these strengths: the same uniform numbers, whatever the strengths. */
export function choices([left, down, degrees, scale, crop, brightness, noise], random, side) {
  const u = Array.from({ length: 8 }, random);
  const between = (low, high, share) => low + (high - low) * share;
  const kept = Math.round(side * Math.sqrt(between(crop, 1, u[4])));
  return {
    mirrored: u[0] < left,
    inverted: u[1] < down,
    angle: between(-degrees, degrees, u[2]),
    zoom: between(1 - scale, 1 + scale, u[3]),
    kept,
    top: Math.floor(u[5] * (side - kept + 1)),
    start: Math.floor(u[6] * (side - kept + 1)),
    light: between(Math.max(0, 1 - brightness), 1 + brightness, u[7]),
    noise,
    side,
  };
}

/** A copy of a picture: `change` sets the context's coordinates before it is drawn. */
function redrawn(picture, side, change) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillRect(0, 0, side, side); // black comes in
  change(context);
  context.drawImage(picture, 0, 0, side, side);
  return canvas;
}

/** Coordinates turned and enlarged about the middle of the frame. */
const aboutTheMiddle = (side, angle, across, down) => (context) => {
  context.translate(side / 2, side / 2);
  context.rotate((-angle * Math.PI) / 180); // counterclockwise, as in torchvision
  context.scale(across, down);
  context.translate(-side / 2, -side / 2);
};

/** One after the other, as Compose does: what a step cuts off is lost for the next. */
export function applied(canvas, photo, chosen, random) {
  const { side, kept } = chosen;
  const step = (picture, ...how) => redrawn(picture, side, aboutTheMiddle(side, ...how));
  let picture = step(photo, 0, chosen.mirrored ? -1 : 1, chosen.inverted ? -1 : 1);
  if (chosen.angle) picture = step(picture, chosen.angle, 1, 1);
  if (chosen.zoom !== 1) picture = step(picture, 0, chosen.zoom, chosen.zoom);
  if (kept < side) {
    picture = redrawn(picture, side, (context) => {
      context.scale(side / kept, side / kept);
      context.translate(-chosen.start, -chosen.top);
    });
  }
  const pixels = picture.getContext("2d").getImageData(0, 0, side, side);
  if (chosen.light !== 1 || chosen.noise) recolor(pixels.data, chosen, random);
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

/** Brightness and noise: each is cut off at black and white, as in torchvision. */
function recolor(data, { light, noise }, random) {
  for (let i = 0; i < data.length; i += 1) {
    if (i % 4 === 3) continue;
    const value = Math.min(255, light * data[i]);
    data[i] = Math.round(value + (noise ? 255 * noise * normal(random) : 0)); // clamps
  }
}

/** A standard normal number: Box and Muller (1958). */
function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** What a draw did, in words. */
export function wordsOf({ mirrored, inverted, angle, zoom, kept, side, light, noise }) {
  const flips = [mirrored && "left–right", inverted && "up–down"].filter(Boolean);
  const way = angle > 0 ? "counterclockwise" : "clockwise";
  const words = [
    flips.length && `flipped ${flips[1] ? "both ways" : flips[0]}`,
    angle && `turned ${Math.abs(angle).toFixed(1)}° ${way}`,
    zoom !== 1 && `${zoom.toFixed(2)} times as large`,
    kept < side && `cut to ${kept} × ${kept} pixels`,
    light !== 1 && `${light.toFixed(2)} times as bright`,
    noise && `noise ${noise}`,
  ].filter(Boolean);
  return words.join(", ") || "as it is";
}

/** The same as Python code: only what does something. */
export function codeOf([left, down, degrees, scale, crop, brightness, noise], side) {
  const range = (by) => `${Number((1 - by).toFixed(2))}, ${Number((1 + by).toFixed(2))}`;
  const lines = [
    left && `v2.RandomHorizontalFlip(${left})`,
    down && `v2.RandomVerticalFlip(${down})`,
    degrees && `v2.RandomRotation(${degrees}, BILINEAR)`,
    scale && `v2.RandomAffine(0, scale=(${range(scale)}), interpolation=BILINEAR)`,
    crop < 1 && `v2.RandomResizedCrop(${side}, scale=(${crop}, 1), ratio=(1, 1))`,
    brightness && `v2.ColorJitter(brightness=${brightness})`,
    noise && `v2.GaussianNoise(sigma=${noise})`,
  ].filter(Boolean);
  if (!lines.length) return "v2.Identity()";
  return `v2.Compose([\n${lines.map((line) => `    ${line},\n`).join("")}])`;
}

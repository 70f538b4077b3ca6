"""ReceptiveField: a stack of layers, and the part of an image that one unit of it sees."""

from __future__ import annotations

import io
from html import escape

import numpy as np
from matplotlib.patches import Rectangle
from PIL import Image

from ..checks import as_array, one_of
from .base import Component, paragraph
from .still import COLORS, new_figure, png, png_uri

__all__ = ["ReceptiveField"]


def _layer(name: str, size: int, stride: int = 1, dilation: int = 1, padding: int = 0) -> dict:
    return {"name": name, "size": size, "stride": stride, "dilation": dilation, "padding": padding}


# Convolutions are padded so that, with stride 1, the map keeps its size; one is not.
KINDS = {
    "conv3": _layer("3 × 3 conv", 3, padding=1),
    "conv5": _layer("5 × 5 conv", 5, padding=2),
    "conv7": _layer("7 × 7 conv", 7, padding=3),
    "pool2": _layer("2 × 2 pooling, stride 2", 2, stride=2),
    "stride2": _layer("3 × 3 conv, stride 2", 3, stride=2, padding=1),
    "dilated2": _layer("3 × 3 conv, dilation 2", 3, dilation=2, padding=2),
    "dilated4": _layer("3 × 3 conv, dilation 4", 3, dilation=4, padding=4),
    "valid5": _layer("5 × 5 conv, no padding", 5),
    "conv1": _layer("1 × 1 conv", 1),
}
STACKS = {
    "one 7 × 7": ["conv7"],
    "three 3 × 3": ["conv3"] * 3,
    "LeNet": ["conv5", "pool2", "valid5", "pool2"],
    "VGG-like": ["conv3", "conv3", "pool2"] * 2 + ["conv3", "conv3"],
    "strided": ["stride2"] * 3,
    "dilated": ["conv3", "dilated2", "dilated4"],
}
SIDES = range(16, 33)
BUTTONS = ("Add the layer", "Remove the last", "Reset")
HEADS = ("depth", "layer", "map", "jump", "sees")


class ReceptiveField(Component):
    """A stack of layers to build, and what one unit of it sees of an image.

    The reader adds and removes layers, moves down the stack, and picks a unit; tinted are the
    pixels that the unit depends on. The window grows from layer to layer by (size - 1) times
    dilation times the product of all strides below (Dumoulin and Visin (2016), "A guide to
    convolution arithmetic for deep learning").

    Parameters
    ----------
    image
        A gray image, (side, side) or (1, side, side), with a side of 16 to 32 pixels: integers
        from 0 to 255 or floats from 0 to 1.
    stack
        The layers at the start: "one 7 × 7", "three 3 × 3", "LeNet", "VGG-like", "strided" or
        "dilated".
    caption
        Plain text above the controls: what to try.

    Raises
    ------
    ValueError
        If the image has another shape or values outside the range, or no stack has the name.

    Examples
    --------
    >>> ReceptiveField(torch.rand(1, 28, 28), "LeNet")
    ReceptiveField('LeNet': a unit sees 16 x 16 of 28 x 28 pixels)
    """

    script = "receptive.js"

    def __init__(self, image, stack: str = "three 3 × 3", *, caption: str = "") -> None:
        self.image = _checked_image(image)
        self.stack = one_of("stack", stack, STACKS)
        self.caption = str(caption)

    def state(self) -> dict:
        buffer = io.BytesIO()
        Image.fromarray(self.image).save(buffer, format="png", optimize=True)
        return {
            "kinds": KINDS, "presets": STACKS, "stack": self.stack, "side": len(self.image),
            "image": png_uri(buffer.getvalue()), "caption": self.caption,
        }  # fmt: skip

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Return the table of the start: depth, layer, size of its map, jump, and field."""
        layers = [KINDS[name] for name in STACKS[self.stack]]
        found = [("0", "input", _square(len(self.image)), "1", _square(1))]
        side, field, jump = len(self.image), 1, 1
        for depth, layer in enumerate(layers, 1):
            reach = (layer["size"] - 1) * layer["dilation"]
            side = (side + 2 * layer["padding"] - reach - 1) // layer["stride"] + 1
            field, jump = field + reach * jump, jump * layer["stride"]
            found.append((str(depth), layer["name"], _square(side), str(jump), _square(field)))
        return found

    def still_html(self) -> str:
        def controls(*names: str) -> str:
            control = '<div class="d2l-control"><span class="d2l-name">{}</span></div>'
            return "".join(control.format(name) for name in names)

        here, last = ' aria-current="true"', len(STACKS[self.stack])
        rows = "".join(
            f'<tr{here if int(depth) == last else ""}><th scope="row">{depth}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
            for depth, *cells in self.rows()
        )
        # They keep the place of the live ones.
        buttons = "".join(f'<span class="d2l-button d2l-unseen">{n}</span>' for n in BUTTONS)
        heads = "".join(f'<th scope="col">{text}</th>' for text in HEADS)
        photo = f'<img class="d2l-view" alt="The image" src="{self.state()["image"]}">'
        return (
            paragraph(self.caption, "caption")
            + f'<div class="d2l-controls">{controls("stack", "layer to add")}</div>'
            + f'<div class="d2l-actions">{buttons}</div>'
            + '<div class="d2l-levels-room"><table class="d2l-levels"><thead><tr>'
            + f"{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
            + '<div class="d2l-controls d2l-three">'
            + f'{controls("depth", "row", "column")}</div>'
            + '<p class="d2l-where"><noscript>Building needs JavaScript.</noscript></p>'
            + f'<div class="d2l-views">{photo}<div class="d2l-view"></div></div>'
        )

    def still_png(self) -> bytes:
        figure = new_figure(6.4, 3.2)
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.3])
        side = len(self.image)
        left.imshow(self.image, cmap="gray", extent=(0, side, side, 0), vmin=0, vmax=255)
        field = int(self._field().split()[0])
        corner = ((side - field) / 2,) * 2
        left.add_patch(Rectangle(corner, field, field, fill=False, color=COLORS[1], linewidth=2))
        left.set_axis_off()
        right.set_axis_off()
        shown = right.table(self.rows(), colLabels=HEADS, loc="center", edges="horizontal",
                            colWidths=[0.13, 0.48, 0.18, 0.12, 0.18])
        shown.auto_set_font_size(False)
        shown.set_fontsize(8)
        return png(figure)

    def __repr__(self) -> str:
        sides = f"{self._field()} of {_square(len(self.image))} pixels".replace("×", "x")
        return f"ReceptiveField({self.stack!r}: a unit sees {sides})"

    def _field(self) -> str:
        """Return how much of the image a unit of the last layer sees."""
        return self.rows()[-1][-1]


def _square(side: int) -> str:
    return f"{side} × {side}"


def _checked_image(image) -> np.ndarray:
    """Return a gray image as bytes, (side, side)."""
    array = as_array(image)
    if array.ndim == 3 and len(array) == 1:
        array = array[0]
    if array.ndim != 2 or array.shape[0] != array.shape[1] or len(array) not in SIDES:
        raise ValueError(
            f"image must be gray and square, with a side of {SIDES[0]} to {SIDES[-1]} pixels, "
            f"got the shape {array.shape}"
        )
    most = 255 if array.dtype.kind in "ui" else 1
    if not (array.min() >= 0 and array.max() <= most):
        raise ValueError(
            f"image must have values from 0 to {most}, got {array.min():g} to {array.max():g}"
        )
    return np.round(array * (255 / most)).astype(np.uint8)

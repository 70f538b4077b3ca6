"""Playground: a small network that trains in the page while its reader turns the knobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import matplotlib.style
import numpy as np

from ..checks import one_of, some_of
from .base import Component, paragraph
from .grid import describe, is_number, label, plain
from .still import COLORS, new_figure, png, png_uri
from .tour import checked_tour, still_tour

__all__ = ["Playground"]


@dataclass(frozen=True)
class Knob:
    """A knob: what stands beside it, its values, and the one it has where none is given."""

    title: str
    values: Sequence
    start: object


LAMBDAS = (0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1)
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
TENTHS = tuple(tenth / 10 for tenth in range(10))

INVITE = "Each button sets the knobs and starts the training."
GUIDE = (
    "A tile shows what a unit computes over the plane, a line stands for a weight: orange is "
    "positive, blue negative, wider is larger. Point at a tile, or go there with the arrow keys, "
    "to see it large."
)

# The names are also those in the page's address.
KNOBS = {
    "data": Knob("data", ("circle", "xor", "groups", "spiral", "plane", "bumps"), "circle"),
    "noise": Knob("noise", TENTHS[:6], 0.1),
    "share": Knob("training share", TENTHS[1:], 0.5),
    "layers": Knob("hidden layers", range(5), 1),
    "units": Knob("units per layer", range(1, 17), 4),
    "activation": Knob("activation", ("ReLU", "tanh", "sigmoid", "none"), "ReLU"),
    "optimizer": Knob("optimizer", ("SGD", "momentum", "RMSProp", "Adam"), "SGD"),
    "rate": Knob("learning rate", RATES, 0.1),
    "batch": Knob("batch size", (1, 2, 5, 10, 20, 50, 100), 10),
    "l1": Knob("L1", LAMBDAS, 0),
    "l2": Knob("L2", LAMBDAS, 0),
    "dropout": Knob("dropout", TENTHS, 0),
    "seed": Knob("seed", range(20), 0),
}


class Playground(Component):
    """A multilayer perceptron with two inputs that trains in the page, in front of the reader.

    It shows what every unit computes over the plane, the weights as lines (wider is larger,
    orange is positive), and the loss on the data to train on and on the rest. The setting stands in
    the page's address, so that it can be sent to a friend.

    The definitions are PyTorch's. Layers are ``nn.Linear`` with its initialization. The loss is
    ``nn.BCEWithLogitsLoss`` on the four data sets with two classes, ``nn.MSELoss`` on "plane" and
    "bumps". The optimizers are ``torch.optim``'s SGD, SGD with momentum 0.9, RMSprop and Adam.
    L2 is their ``weight_decay``, which adds l2 times a weight to its gradient; L1 adds l1 times
    its sign; both leave biases alone. Dropout follows each hidden layer and divides what it
    keeps by 1 - p. The losses shown hold no penalty, and nothing is dropped for them.

    Parameters
    ----------
    show
        The knobs that the reader can turn, in this order; the others stay as they start. Any
        of "data", "noise", "share" (of the 200 examples, to train on), "layers", "units" (in
        each layer), "activation", "optimizer", "rate", "batch", "l1", "l2", "dropout", "seed".
    start
        Values at the start, by the knob's name.
    tour
        Settings to try, each (title, values, text): the title stands on a button, the values
        replace those of the start, the text says what to look at.
    caption
        Plain text above the knobs.

    Raises
    ------
    TypeError, ValueError
        If a knob or one of its values does not exist, or a text is empty.

    Examples
    --------
    >>> Playground(show=["data", "l2"], start={"data": "xor", "units": 8})
    Playground(data xor, l2 0; 1 hidden layer of 8 units, ReLU)
    >>> Playground(start={"activation": "relu"})
    Traceback (most recent call last):
    ...
    ValueError: start['activation'] must be one of 'ReLU', 'tanh', 'sigmoid', 'none', got 'relu'
    """

    script = "playground.js"

    def __init__(
        self,
        show: Sequence[str] = ("data", "units", "activation", "rate"),
        start: Mapping | None = None,
        *,
        tour: Sequence[tuple[str, Mapping, str]] = (),
        caption: str = "",
    ) -> None:
        self.show = some_of("show", show, KNOBS)
        defaults = {name: knob.start for name, knob in KNOBS.items()}
        self.start = defaults | _checked_setting("start", start or {})
        self.tour = checked_tour(tour, _checked_setting)
        self.caption = str(caption)

    def state(self) -> dict:
        return {
            "knobs": [
                {
                    "name": name,
                    "title": knob.title,
                    "values": list(knob.values),
                    "slider": all(map(is_number, knob.values)),
                }
                for name, knob in KNOBS.items()
            ],
            "show": self.show,
            "start": self.start,
            "tour": self.tour,
            "caption": self.caption,
            "invite": INVITE,
            "guide": GUIDE,
        }

    def still_html(self) -> str:
        knobs = "".join(
            f'<div class="d2l-control"><span class="d2l-name">{escape(KNOBS[name].title)}</span>'
            f'<span class="d2l-value">{escape(label(self.start[name]))}</span></div>'
            for name in self.show
        )
        source = png_uri(self.still_png())
        return (
            paragraph(self.caption, "caption")
            + still_tour(self.tour, INVITE)
            + f'<div class="d2l-controls">{knobs}</div>'
            + paragraph(self._fixed(), "source")
            + _reserved("actions", _RESERVED_BUTTONS)
            + '<p class="d2l-note"></p><div class="d2l-lab">'
            + f'<div class="d2l-network" style="--d2l-tall:{self._height()}px">'
            f'<img class="d2l-image" alt="{escape(self._architecture())}" src="{source}"></div>'
            + _RESERVED_VIEWS
            + "</div>"
            + paragraph(GUIDE, "source")
            + '<div class="d2l-foot"><noscript>A still picture: '
            "training needs JavaScript.</noscript></div>"
        )

    def still_png(self) -> bytes:
        return _drawing(self.start["layers"], self.start["units"], self._architecture())

    def __repr__(self) -> str:
        point = tuple(self.start[name] for name in self.show)
        return f"Playground({describe(self.show, point)}; {self._architecture()})"

    def _architecture(self) -> str:
        """Return the network in words."""
        layers, units = self.start["layers"], self.start["units"]
        if not layers:
            return "no hidden layer"
        plural = "s" * (layers > 1), "s" * (units > 1)
        return (
            f"{layers} hidden layer{plural[0]} of {units} unit{plural[1]}, "
            f"{self.start['activation']}"
        )

    def _fixed(self) -> str:
        """Return the sentence on the knobs that are not shown, as the script writes it."""
        rest = [f"{k.title} {label(self.start[n])}" for n, k in KNOBS.items() if n not in self.show]
        return f"Fixed: {', '.join(rest)}." if rest else ""

    def _height(self) -> int:
        """Return the height of the network in pixels that the script asks for."""
        return 18 + 25 * max(2, self.start["units"] if self.start["layers"] else 1)


_RESERVED_BUTTONS = (
    '<span class="d2l-button d2l-play">Play</span><span class="d2l-button">Step</span>'
    '<span class="d2l-button">100 steps</span><span class="d2l-button">Restart</span>'
    '<span class="d2l-value">step 0 · epoch 0</span>'
)
_RESERVED_VIEWS = (
    '<div class="d2l-views d2l-reserved" aria-hidden="true"><div class="d2l-plane"></div>'
    '<div class="d2l-scale">0</div><p class="d2l-shown">Output</p>'
    '<div class="d2l-row">training</div><div class="d2l-losses"></div>'
    '<div class="d2l-row">training</div><div class="d2l-row">validation</div></div>'
)


def _reserved(name: str, html: str) -> str:
    """Return markup that takes its room unseen until the script runs."""
    return f'<div class="d2l-{name} d2l-reserved" aria-hidden="true">{html}</div>'


def _drawing(layers: int, units: int, words: str) -> bytes:
    """Return a picture of the network: a circle for each unit, a line for each weight."""
    counts = [2, *[units] * layers, 1]
    columns = [(np.arange(n) - (n - 1) / 2) / max(counts) for n in counts]
    with matplotlib.style.context("default"):
        figure = new_figure(6.4, 4.0)
        ax = figure.subplots()
        for x, (left, right) in enumerate(zip(columns, columns[1:])):
            for y in left:
                ax.plot([[x] * len(right), [x + 1] * len(right)], [[y] * len(right), right],
                        color="#b4b4b4", linewidth=0.7, zorder=1)
        for x, ys in enumerate(columns):
            ax.scatter([x] * len(ys), ys, s=150, color=COLORS[0], edgecolors="white", zorder=2)
        ax.set_title(f"2 inputs, {words}, 1 output", fontsize=10, parse_math=False)
        ax.axis("off")
        return png(figure)


def _checked_setting(name: str, given) -> dict:
    if not isinstance(given, Mapping):
        raise TypeError(f"{name} must be a dict from knobs to values, got {given!r}")
    for knob in given:
        one_of(f"a knob in {name}", knob, KNOBS)
    return {knob: _own_value(f"{name}[{knob!r}]", knob, given[knob]) for knob in given}


def _own_value(name: str, knob: str, value):
    """Return the knob's own value: 1.0 is a number of layers, but the script looks for 1."""
    values = list(KNOBS[knob].values)
    return values[values.index(one_of(name, plain(value), values))]

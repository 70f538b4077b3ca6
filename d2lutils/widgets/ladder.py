"""Ladder: switches that turn one network into another, and what each of them gained."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from html import escape

import matplotlib.style
from torch import nn

from ..checks import one_of, positive_int
from ..models.size import layer_table
from .base import Component, paragraph
from .outline import outline
from .questions import checked_text
from .still import COLORS, new_figure, png, png_uri

__all__ = ["Ladder"]

MAX_SWITCHES = 6
ASK = "Switch one on. Before you see what it gains, you guess."


class Ladder(Component):
    """Switches of a network to turn on one by one, each gain guessed before it is shown.

    The reader sees the network that the switches make, its size and its recorded accuracy, the
    steps taken so far, and for the switch moved last its gain in the company of every
    combination of the others: that these differ is an interaction.

    Parameters
    ----------
    record
        An `Experiment` that is recorded, or a record: its axes are the switches, each with the
        values False and True, and all combinations are there.
    build
        A function that returns the network, an ``nn.Sequential``, for keywords named like the
        axes. The networks are drawn and counted, never trained.
    switches
        For each axis a pair of texts: a short name, and what the switch does.
    shape
        Of one example.
    metric
        Which of the record's metrics, a share from 0 to 1 as an accuracy is.
    caption
        Plain text above the switches: what to try.

    Raises
    ------
    TypeError, ValueError
        If a switch is missing or unknown, an axis is not one of False and True, there are more
        than six, a combination was not recorded, or `build` returns something else.

    Examples
    --------
    >>> from d2lutils.records import Record, Run
    >>> runs = [Run({"relu": on}, 0, {"valid accuracy": [0.8 + on / 10]}, 1.0)
    ...         for on in (False, True)]
    >>> record = Record.now("cnn/00-steps", "", {"relu": [False, True]}, 1, runs, "")
    >>> def build(relu):
    ...     return nn.Sequential(nn.Flatten(), nn.ReLU() if relu else nn.Sigmoid())
    >>> d2l.Ladder(record, build, {"relu": ("ReLU", "ReLU instead of sigmoid")}, (1, 2, 2))
    Ladder(relu: 2 networks, valid accuracy 0.800 to 0.900)
    """

    script = "ladder.js"

    def __init__(
        self,
        record,
        build: Callable[..., nn.Sequential],
        switches: Mapping[str, tuple[str, str]],
        shape: Sequence[int],
        *,
        metric: str = "valid accuracy",
        caption: str = "",
    ) -> None:
        self.axes = _checked_axes(record.axes)
        for axis in switches:
            one_of("a switch", axis, self.axes)
        for axis in self.axes:
            one_of("an axis of the record", axis, switches)
        self.switches = [
            tuple(checked_text(f"a text of switches[{axis!r}]", text) for text in switches[axis])
            for axis in self.axes
        ]
        shape = tuple(positive_int("a size of shape", size) for size in shape)
        self.metric, self.caption = checked_text("metric", metric), str(caption)
        rows = {tuple(row[axis] for axis in self.axes): row for row in record.table(metric)}
        self.boxes: list[str] = []
        self.nets = []
        for setting in self.settings():
            if setting not in rows:
                off_on = ", ".join(f"{a}={v}" for a, v in zip(self.axes, setting))
                raise ValueError(f"record must hold every combination, got none of {off_on}")
            net = build(**dict(zip(self.axes, setting)))
            self.nets.append(self._packed(rows[setting], net, shape))
        self.seeds = max(row["n"] for row in rows.values())

    def settings(self) -> list[tuple[bool, ...]]:
        """Return the combinations in the script's order: switch i is bit i of the position."""
        return [tuple(reversed(bits)) for bits in
                itertools.product((False, True), repeat=len(self.axes))]

    def _packed(self, row: dict, net: nn.Sequential, shape: tuple[int, ...]) -> list:
        """Return mean, low, high, parameters, multiply-adds, and where its boxes stand."""
        at = []
        for box in outline(net, shape):
            if box not in self.boxes:
                self.boxes.append(box)
            at.append(self.boxes.index(box))
        table = layer_table(net, shape)
        values = [round(row[key], 5) for key in ("mean", "low", "high")]
        return [*values, table.parameters, table.multiply_adds, at]

    def state(self) -> dict:
        return {
            "switches": self.switches,
            "nets": self.nets,
            "boxes": self.boxes,
            "metric": self._words(),
            "seeds": self.seeds,
            "caption": self.caption,
        }

    def still_html(self) -> str:
        switches = "".join(
            f'<span class="d2l-switch"><span class="d2l-box">□</span>{escape(text)}</span>'
            for _, text in self.switches
        )
        return (
            paragraph(self.caption, "caption")
            + f'<div class="d2l-switches">{switches}</div>'
            + f'<p class="d2l-outcome">{ASK}</p><div class="d2l-guess"></div>'
            # Without a script all results at once; with one, none before its guess.
            + '<div class="d2l-steps"><noscript>'
            + f'<img class="d2l-image" alt="{escape(self._alt())}" '
            + f'src="{png_uri(self.still_png())}"></noscript></div>'
            + '<div class="d2l-company"></div>'
            + '<div class="d2l-foot"><noscript>The switches need JavaScript.</noscript></div>'
        )

    def still_png(self) -> bytes:
        """Return all networks from the worst to the best, their switches below them."""
        order = sorted(range(len(self.nets)), key=lambda i: self.nets[i][0])
        with matplotlib.style.context("default"):
            figure = new_figure(6.4, 4.4)
            above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
            mean, low, high = ([self.nets[i][k] for i in order] for k in range(3))
            above.vlines(range(len(order)), low, high, color=COLORS[0], alpha=0.5, linewidth=3)
            above.plot(mean, "o", color=COLORS[0], markersize=4)
            above.set_title(f"{self._words()}: mean and range of {self.seeds} seeds", loc="left",
                            fontsize=10, parse_math=False)
            above.grid(axis="y", color="#e3e3e3")
            for row in range(len(self.axes)):
                on = [x for x, i in enumerate(order) if i >> row & 1]
                below.plot(range(len(order)), [row] * len(order), "o", color="#e3e3e3")
                below.plot(on, [row] * len(on), "o", color="#3d3d3d")
            below.set_yticks(range(len(self.axes)), [short for short, _ in self.switches],
                             fontsize=9, parse_math=False)
            below.set(xticks=[], ylim=(len(self.axes) - 0.5, -0.5))
            for ax in (above, below):
                ax.spines[["top", "right", "bottom"]].set_visible(False)
            return png(figure)

    def _words(self) -> str:
        """Return the metric as a reader says it."""
        return self.metric.replace("valid ", "validation ")

    def _alt(self) -> str:
        names = ", ".join(short for short, _ in self.switches)
        return f"{self._words()} of {len(self.nets)} networks, by switch: {names}"

    def __repr__(self) -> str:
        means = [net[0] for net in self.nets]
        return (f"Ladder({', '.join(self.axes)}: {len(self.nets)} networks, {self.metric} "
                f"{min(means):.3f} to {max(means):.3f})")


def _checked_axes(axes: Mapping[str, list]) -> list[str]:
    """Return the names of axes that are switches, or say which is none."""
    if not 1 <= len(axes) <= MAX_SWITCHES:
        raise ValueError(f"record must have 1 to {MAX_SWITCHES} axes, got {len(axes)}")
    for axis, values in axes.items():
        if sorted(map(repr, values)) != ["False", "True"]:
            raise ValueError(f"the axis {axis!r} must have the values False and True, "
                             f"got {values!r}")
    return list(axes)

"""ScatterTable: rows to sort, and a chart of them whose axes the reader chooses."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

import matplotlib.style

from ..checks import number_in, one_of
from .base import Component, paragraph
from .grid import is_number, plain
from .still import COLORS, new_figure, png

__all__ = ["ScatterTable"]


class ScatterTable(Component):
    """A table that is sorted by a click on a head, over a chart of any two of its columns.

    Pointing at a row, or giving it the focus, marks its dot, and the other way round.

    Parameters
    ----------
    rows
        Two or more dicts with the same keys, the columns. The first column names the rows.
        Other values are texts, numbers, or pairs of a mean and its spread, drawn as a bar. A
        column of numbers or of pairs can be an axis.
    x, y
        The columns that the chart starts with; the last two that can be axes by default.
    log
        Columns whose axis is logarithmic.
    caption, source
        Plain text above, and below.

    Raises
    ------
    TypeError, ValueError
        If rows differ in their columns, a name stands twice, a column mixes numbers and texts,
        fewer than two can be axes, or a logarithmic one has a value that is not positive.

    Examples
    --------
    >>> ScatterTable([{"network": "LeNet", "accuracy": (0.9, 0.01), "parameters": 61706},
    ...               {"network": "VGG", "accuracy": (0.92, 0.01), "parameters": 500000}])
    ScatterTable(2 rows of network, accuracy, parameters)
    """

    script = "scatter_table.js"

    def __init__(
        self,
        rows: Iterable[Mapping],
        *,
        x: str | None = None,
        y: str | None = None,
        log: Sequence[str] = (),
        caption: str = "",
        source: str = "",
    ) -> None:
        rows = list(rows)
        if len(rows) < 2:
            raise ValueError(f"rows must hold 2 or more, got {len(rows)}")
        self.names = list(rows[0])
        for row in rows:
            if list(row) != self.names:
                raise ValueError(f"rows must have the columns {self.names}, got {list(row)}")
        columns = {name: [row[name] for row in rows] for name in self.names}
        firsts = [str(value) for value in columns[self.names[0]]]
        if len(set(firsts)) < len(firsts):
            raise ValueError(f"the column {self.names[0]!r} must have different names, "
                             f"got {firsts}")
        self.values = {self.names[0]: firsts} | {
            name: _checked_column(name, columns[name]) for name in self.names[1:]
        }
        self.axes = [n for n in self.names[1:] if not isinstance(self.values[n][0], str)]
        if len(self.axes) < 2:
            raise ValueError(f"rows must have 2 or more columns of numbers, got {self.axes}")
        self.x = one_of("x", self.axes[-1] if x is None else x, self.axes)
        self.y = one_of("y", self.axes[-2] if y is None else y, self.axes)
        self.log = [one_of("a column of log", name, self.axes) for name in log]
        for name in self.log:
            for mean, spread in self.values[name]:
                if mean - spread <= 0:
                    raise ValueError(f"the column {name!r} of log must be positive, got {mean!r}")
        self.caption, self.source = str(caption), str(source)

    def state(self) -> dict:
        cells = {name: _texts(self.values[name]) for name in self.names}
        return {
            "columns": [
                {"name": name, "log": name in self.log, "axis": name in self.axes}
                for name in self.names
            ],
            "cells": [list(row) for row in zip(*cells.values())],
            "numbers": [list(row) for row in zip(*(self.values[name] for name in self.axes))],
            "at": [self.axes.index(self.x), self.axes.index(self.y)],
            "caption": self.caption,
            "source": self.source,
        }

    def still_html(self) -> str:
        state = self.state()
        heads = "".join(
            f'<th scope="col"><span class="d2l-sort">{escape(name)}&nbsp;↕</span></th>'
            for name in self.names
        )
        rows = "".join(
            f'<tr><th scope="row">{escape(name)}</th>'
            + "".join(f"<td>{escape(text)}</td>" for text in texts) + "</tr>"
            for name, *texts in state["cells"]
        )
        return (
            paragraph(self.caption, "caption")
            + '<div class="d2l-controls"></div><div class="d2l-stage d2l-scatter"></div>'
            + f'<div class="d2l-scroll d2l-sortable"><table><thead><tr>{heads}</tr></thead>'
            + f"<tbody>{rows}</tbody></table></div>"
            + paragraph(self.source, "source")
            + '<div class="d2l-foot"><noscript>Sorting and the chart need JavaScript.</noscript>'
            + "</div>"
        )

    def still_png(self) -> bytes:
        with matplotlib.style.context("default"):
            figure = new_figure(6.4, 4.0)
            ax = figure.subplots()
            for name, x, y in zip(*(self.values[n] for n in (self.names[0], self.x, self.y))):
                ax.errorbar(x[0], y[0], xerr=x[1] or None, yerr=y[1] or None, fmt="o",
                            color=COLORS[0])
                ax.annotate(name, (x[0], y[0]), (6, 4), textcoords="offset points", fontsize=8,
                            parse_math=False)
            ax.set_xscale("log" if self.x in self.log else "linear")
            ax.set_yscale("log" if self.y in self.log else "linear")
            ax.set_xlabel(self.x, parse_math=False)
            ax.set_ylabel(self.y, parse_math=False)
            ax.grid(color="#e3e3e3")
            ax.spines[["top", "right"]].set_visible(False)
            return png(figure)

    def __repr__(self) -> str:
        return f"ScatterTable({len(self.cells())} rows of {', '.join(self.names)})"

    def cells(self) -> list[list[str]]:
        """Return the table as it is first shown, one list of texts a row."""
        return self.state()["cells"]


def _checked_column(name: str, values: list) -> list:
    """Return a column of texts, or of pairs (mean, spread)."""
    if all(isinstance(value, str) for value in values):
        return values
    pairs = []
    for value in values:
        mean, spread = value if isinstance(value, tuple) and len(value) == 2 else (value, 0)
        mean, spread = plain(mean), plain(spread)
        if not is_number(mean) or not is_number(spread):
            raise TypeError(f"the column {name!r} must hold numbers, pairs of numbers, or texts "
                            f"only, got {value!r}")
        number_in(f"a value of {name!r}", mean)
        pairs.append((mean, number_in(f"a spread of {name!r}", spread, 0)))
    return pairs


def _texts(values: list) -> list[str]:
    """Return a column as texts: three digits, whole numbers in full, the spread behind ±."""
    if isinstance(values[0], str):
        return values
    if all(isinstance(mean, int) for mean, _ in values):
        small = max(abs(mean) for mean, _ in values) < 10_000  # years have no separators
        return [str(mean) if small else f"{mean:,}" for mean, _ in values]
    largest = max(abs(mean) for mean, _ in values) or 1
    digits = max(0, 2 - math.floor(math.log10(largest)))
    return [f"{mean:.{digits}f}" + (f" ± {spread:.{digits}f}" if spread else "")
            for mean, spread in values]

"""TwelveRuns: a recorded grid whose results are hidden until a budget of runs buys them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

import matplotlib.style
import numpy as np

from ..checks import one_of, positive_int
from .base import Component, paragraph
from .curves import compact
from .grid import as_point, label
from .questions import checked_text
from .still import COLORS, DASHES, new_figure, png, png_uri

__all__ = ["TwelveRuns"]

DIGITS = 6  # more than are shown, so that nothing is rounded twice
ASK = "Nothing bought yet. Which setting first?"
RANDOM = "random search"
SPREAD = " · band: 8 in 10 draws"


class BestOf(NamedTuple):
    """What random search finds: the mean of its best, and the ends of its middle 80 percent."""

    mean: float
    low: float
    high: float


def best_of(values: Sequence[float], draws: int) -> BestOf:
    """Return what the best of `draws` different ones of `values`, drawn at random, is.

    It is exact: of all ways to draw k of N, the share whose best is at most the i-th smallest
    value is C(i, k) / C(N, k).

    Examples
    --------
    >>> best_of([0.5, 1, 0.25, 0.75], 3)  # 1 in three of the four ways
    BestOf(mean=0.9375, low=0.75, high=1.0)
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    ways = math.comb(len(ordered), draws)
    share = np.array([math.comb(i, draws) / ways for i in range(1, len(ordered) + 1)])
    low, high = (float(ordered[np.searchsorted(share, q - 1e-12)]) for q in (0.1, 0.9))
    return BestOf(float(ordered @ np.diff(share, prepend=0)), low, high)


class TwelveRuns(Component):
    """A grid of recorded runs to spend a budget on, then a test set to open once.

    Each setting's curve is hidden until it is bought. Beside the reader's best so far stands
    what random search would have found with as many runs, computed exactly over the grid, and
    other ways to spend the budget. When the test set is opened, the game is over and the whole
    grid is uncovered.

    Parameters
    ----------
    record
        An `Experiment` that is recorded, or a record, with three axes (columns, rows and blocks
        of the grid) and every setting run with the same seeds. The first seed's runs are on
        sale; the others tell how much of a result was luck.
    rivals
        By its name, in which order another way of searching buys: a list of settings, as dicts,
        or None for a run that it spends on something else.
    budget
        How many runs there are to spend.
    metric, test
        The record's metrics to choose by and to open at the end, shares from 0 to 1; each
        counts at the last epoch.
    num_test
        Examples in the test set, for the standard error.
    caption
        Plain text above the grid: what to try.

    Raises
    ------
    TypeError, ValueError
        If nothing is recorded, there are not three axes, a setting is missing or not on the
        grid, or a rival buys one twice or spends more than the budget.

    Examples
    --------
    >>> from d2lutils.records import Record, Run, settings
    >>> axes = {"lr": [0.1, 1.0], "batch_size": [16, 64], "momentum": [0.0, 0.9]}
    >>> runs = [Run(s, 0, {"valid accuracy": [s["lr"] / 2], "test accuracy": [0.5]}, 1.0)
    ...         for s in settings(axes)]
    >>> record = Record.now("optimization/00-grid", "", axes, 1, runs, "")
    >>> d2l.TwelveRuns(record, budget=3)
    TwelveRuns(3 runs over 8 settings of lr, batch size, momentum)

    References
    ----------
    Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13, 2012, compare
    ways of searching by their expected best, too.
    """

    script = "twelve_runs.js"

    def __init__(
        self,
        record,
        rivals: Mapping[str, Sequence[Mapping | None]] | None = None,
        *,
        budget: int = 12,
        metric: str = "valid accuracy",
        test: str = "test accuracy",
        num_test: int = 10_000,
        caption: str = "",
    ) -> None:
        record = getattr(record, "recorded", record)
        if record is None:
            raise ValueError("record must hold runs, got an experiment that is not recorded yet")
        if len(record.axes) != 3:
            raise ValueError(f"record must have 3 axes, got {list(record.axes)}")
        self.axes = record.axes
        settings = list(record.settings())
        self.points = [tuple(setting.values()) for setting in settings]
        self.budget = positive_int("budget", budget)
        if self.budget > len(settings):
            raise ValueError(f"budget must be at most {len(settings)}, the settings of the grid, "
                             f"got {budget}")
        self.num_test = positive_int("num_test", num_test)
        self.metric, self.caption = checked_text("metric", metric), str(caption)
        self.curves = []
        for setting in settings:
            curves = record.values(metric, setting)
            if len(curves) != record.seeds:
                raise ValueError(f"record must hold {record.seeds} seeds of every setting, got "
                                 f"{len(curves)} of {setting}")
            self.curves.append(curves)
        self.valid = [float(curves[0, -1]) for curves in self.curves]
        self.test = [float(record.finals(test, setting)[0]) for setting in settings]
        if not np.isfinite([self.valid, self.test]).all():
            raise ValueError(f"record must have finite values of {metric!r} and {test!r}")
        self.rivals = {
            checked_text("a name in rivals", name): self._best_so_far(name, bought)
            for name, bought in (rivals or {}).items()
        }

    def _best_so_far(self, name: str, bought: Sequence[Mapping | None]) -> list[float]:
        """Return a rival's best after each run of the budget, nan before it has any."""
        at = []
        for setting in bought:
            if setting is not None:
                point = as_point(f"a setting of {name!r}", setting, self.axes)
                at.append(self.points.index(one_of(f"a setting of {name!r}", point, self.points)))
        if len(bought) > self.budget or len(set(at)) < len(at):
            raise ValueError(f"{name!r} must buy at most {self.budget} different settings, "
                             f"got {list(bought)!r}")
        found = iter(self.valid[i] for i in at)
        values = [np.nan if setting is None else next(found) for setting in bought]
        values += [np.nan] * (self.budget - len(values))
        return np.fmax.accumulate(values).tolist()

    def _random(self) -> list[BestOf]:
        return [best_of(self.valid, k) for k in range(1, self.budget + 1)]

    def _limits(self) -> tuple[float, float]:
        """Return the heights between which searches that get anywhere differ."""
        top = math.ceil(20 * max(self.valid) + 0.1) / 20
        return max(0.0, top - 0.25), min(1.0, top)

    def state(self) -> dict:
        others = [float(c[1:, -1].mean()) if len(c) > 1 else math.nan for c in self.curves]
        return {
            "axes": [{"name": name.replace("_", " "), "labels": [*map(label, values)]}
                     for name, values in self.axes.items()],
            "budget": self.budget,
            "curves": [compact(c[0], DIGITS) for c in self.curves],
            "others": compact(others, DIGITS),
            "seeds": len(self.curves[0]),
            "test": compact(self.test, DIGITS),
            "numTest": self.num_test,
            "random": [compact(one, DIGITS) for one in self._random()],
            "rivals": [[name, compact(best, DIGITS)] for name, best in self.rivals.items()],
            "ylim": self._limits(),
            "metric": self._words(),
            "words": {"ask": ASK, "random": RANDOM, "spread": SPREAD},
            "caption": self.caption,
        }

    def still_html(self) -> str:
        columns, rows, blocks = ((name.replace("_", " "), [*map(label, values)])
                                 for name, values in self.axes.items())
        head = "".join(f"<th>{escape(text)}</th>" for text in columns[1])
        cells = '<td><span class="d2l-run">·</span></td>' * len(columns[1])
        body = "".join(
            f'<tr class="d2l-block"><th colspan="{len(columns[1]) + 1}">'
            f"{escape(f'{blocks[0]} {block}')}</th></tr>"
            + "".join(f"<tr><th>{escape(row)}</th>{cells}</tr>" for row in rows[1])
            for block in blocks[1]
        )
        return (
            paragraph(self.caption, "caption")
            + f'<p class="d2l-outcome">{ASK}</p>'
            + '<div class="d2l-market"><div class="d2l-grid-side"><p class="d2l-title">'
            + escape(f"{columns[0]} across, {rows[0]} down") + "</p>"
            + f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
            + '<div class="d2l-found"><noscript><img class="d2l-image" '
            + f'alt="{escape(self._alt())}" src="{png_uri(self.still_png())}"></noscript></div>'
            + '</div><div class="d2l-actions"></div><div class="d2l-verdict-box"></div>'
            + '<div class="d2l-foot"><noscript>Buying runs needs JavaScript.</noscript></div>'
        )

    def still_png(self) -> bytes:
        """Return what the searches find, run by run; of the grid's results it shows none."""
        spent = range(1, self.budget + 1)
        with matplotlib.style.context("default"):
            figure = new_figure(6.4, 4.0)
            ax = figure.subplots()
            mean, low, high = zip(*self._random())
            ax.fill_between(spent, low, high, color=COLORS[0], alpha=0.16, lw=0)
            ax.plot(spent, mean, color=COLORS[0], label=RANDOM)
            for i, (name, best) in enumerate(self.rivals.items()):
                look = i + 2
                ax.plot(spent, best, color=COLORS[look % 6], linestyle=DASHES[look % 6], label=name)
            ax.set(ylim=self._limits(), xlim=(1, max(2, self.budget)))
            ax.set_xlabel("runs spent")
            ax.set_title(f"best {self._words()} so far", loc="left", fontsize=10, parse_math=False)
            ax.grid(axis="y", color="#e3e3e3")
            ax.spines[["top", "right"]].set_visible(False)
            legend = ax.legend(loc="lower right", frameon=False, fontsize=9)
            for text in legend.get_texts():
                text.set_parse_math(False)
            return png(figure)

    def _words(self) -> str:
        """Return the metric as a reader says it."""
        return self.metric.replace("valid ", "validation ")

    def _alt(self) -> str:
        return f"Best {self._words()} over runs spent: {', '.join([RANDOM, *self.rivals])}"

    def __repr__(self) -> str:
        axes = ", ".join(name.replace("_", " ") for name in self.axes)
        return f"TwelveRuns({self.budget} runs over {len(self.points)} settings of {axes})"

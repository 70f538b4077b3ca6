"""TheBet: combinations of remedies to look at on validation, a bet, and one test set to open."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from html import escape

import matplotlib.style
import numpy as np

from ..checks import positive_int
from .base import Component, paragraph
from .curves import compact
from .questions import checked_choices
from .still import COLORS, DASHES, new_figure, png, png_uri

__all__ = ["TheBet"]

CURVES = {"accuracy": 10_000, "loss": 1000}  # by metric: one over the step that curves keep
SCORES = [f"{part} {metric}" for part in ("valid", "test") for metric in CURVES]
MOST_REMEDIES = 6
NOT_YET = "No remedy is ticked: this is the plain network."


class TheBet(Component):
    """Remedies to combine, a bet on what the combination gains, then a test set to open once.

    The reader ticks remedies, looks at the validation curves of combinations, or does not, and
    says which combination will be the best on the test set and how much it gains over the plain
    network. When the test set is opened the bet is locked, and stands among all combinations.

    Parameters
    ----------
    remedies
        Their names: from 2 to 6.
    runs
        For each combination, a tuple of booleans in the order of `remedies`, what its runs gave:
        "valid accuracy" and "valid loss", of shape (seeds, epochs), of which the last epoch
        counts, and "test accuracy" and "test loss", of shape (seeds,). All combinations have the
        same seeds in the same order, so that differences can be taken seed by seed.
    num_test
        Examples in the test set, for its standard error.
    caption
        Plain text above the remedies: what to try.

    Raises
    ------
    TypeError, ValueError
        If a combination or one of its four arrays is missing, has another shape than the others,
        or is not finite; if there are fewer than two remedies or seeds, or more than six remedies.

    Examples
    --------
    >>> def gave(accuracy):
    ...     curves = np.full((2, 3), accuracy)
    ...     return {"valid accuracy": curves, "valid loss": 1 - curves,
    ...             "test accuracy": curves[:, -1], "test loss": 1 - curves[:, -1]}
    >>> runs = {(a, b): gave(0.8 + 0.02 * a + 0.01 * b) for a in (False, True)
    ...         for b in (False, True)}
    >>> d2l.TheBet(["dropout", "smoothing"], runs)
    TheBet(dropout, smoothing: 4 combinations, 2 seeds)
    """

    script = "the_bet.js"

    def __init__(
        self,
        remedies: Sequence[str],
        runs: Mapping[tuple[bool, ...], Mapping[str, Sequence]],
        *,
        num_test: int = 10_000,
        caption: str = "",
    ) -> None:
        self.remedies = checked_choices("remedies", remedies)
        if len(self.remedies) > MOST_REMEDIES:
            raise ValueError(f"remedies must be at most {MOST_REMEDIES}, got {len(self.remedies)}")
        self.runs = [_checked(runs, chosen) for chosen in self.combinations()]
        shape = self.runs[0]["valid accuracy"].shape
        for chosen, run in zip(self.combinations(), self.runs):
            for name, values in run.items():
                wanted = shape if name.startswith("valid") else shape[:1]
                if values.shape != wanted or len(shape) != 2 or shape[0] < 2 or shape[1] < 2:
                    raise ValueError(
                        f"{name!r} of {chosen} must have the shape (seeds, epochs) on validation, "
                        f"(seeds,) on test, alike for all and 2 or more of each, got {values.shape}"
                    )
        self.seeds, self.epochs = shape
        self.num_test = positive_int("num_test", num_test)
        self.caption = str(caption)

    def combinations(self) -> list[tuple[bool, ...]]:
        """Return the combinations in the script's order: remedy i is bit i of the position."""
        all_of_them = itertools.product((False, True), repeat=len(self.remedies))
        return [tuple(reversed(bits)) for bits in all_of_them]

    def _limits(self, metric: str) -> tuple[float, float]:
        """Return the heights between which the combinations end, with some room."""
        ends = [run[f"valid {metric}"][:, -1] for run in self.runs]
        low, high, step = np.min(ends), np.max(ends), 0.05
        # Accuracies come up from below, losses come down from above.
        low -= step if metric == "accuracy" else 0
        return max(0.0, step * math.floor(low / step)), step * math.ceil(high / step + 0.1)

    def state(self) -> dict:
        def band(metric: str) -> list:
            scale = CURVES[metric]
            return [[np.rint(scale * part(run[f"valid {metric}"], axis=0)).astype(int).tolist()
                     for part in (np.mean, np.min, np.max)] for run in self.runs]

        return {
            "remedies": self.remedies,
            "curves": {metric: band(metric) for metric in CURVES},
            "scales": CURVES,
            "valid": [compact((run[f"valid {metric}"][:, -1].mean() for metric in CURVES), 6)
                      for run in self.runs],
            "test": [[compact(run[f"test {metric}"], 6) for metric in CURVES] for run in self.runs],
            "ylim": {metric: self._limits(metric) for metric in CURVES},
            "numTest": self.num_test,
            "notYet": NOT_YET,
            "caption": self.caption,
        }

    def still_html(self) -> str:
        boxes = "".join(
            f'<span class="d2l-switch"><span class="d2l-box">□</span>{escape(name)}</span>'
            for name in self.remedies
        )
        return (
            paragraph(self.caption, "caption")
            + f'<div class="d2l-switches">{boxes}</div><p class="d2l-outcome">{NOT_YET}</p>'
            + '<div class="d2l-actions"></div><div class="d2l-charts"><noscript>'
            + f'<img class="d2l-image" alt="{escape(self._alt())}" '
            + f'src="{png_uri(self.still_png())}"></noscript></div>'
            + '<div class="d2l-tried"></div><div class="d2l-bet"></div>'
            + '<div class="d2l-verdict-box"></div>'
            + '<div class="d2l-foot"><noscript>Betting needs JavaScript.</noscript></div>'
        )

    def still_png(self) -> bytes:
        """Return the plain network's curves; of the combinations it gives nothing away."""
        with matplotlib.style.context("default"):
            figure = new_figure(6.4, 2.8)
            epochs = range(1, self.epochs + 1)
            for ax, metric in zip(figure.subplots(1, 2), CURVES):
                curves = self.runs[0][f"valid {metric}"]
                ax.fill_between(epochs, curves.min(0), curves.max(0), color=COLORS[0], alpha=0.16)
                ax.plot(epochs, curves.mean(0), color=COLORS[0], linestyle=DASHES[0])
                ax.set(xlabel="epoch", ylim=self._limits(metric))
                ax.set_title(f"plain: validation {metric}", loc="left", fontsize=10)
                ax.grid(axis="y", color="#e3e3e3")
                ax.spines[["top", "right"]].set_visible(False)
            return png(figure)

    def _alt(self) -> str:
        return f"Validation curves of the plain network, mean and range of {self.seeds} seeds"

    def __repr__(self) -> str:
        return (f"TheBet({', '.join(self.remedies)}: {len(self.runs)} combinations, "
                f"{self.seeds} seeds)")


def _checked(runs: Mapping, chosen: tuple[bool, ...]) -> dict[str, np.ndarray]:
    """Return the four arrays of a combination, or say which is missing or not finite."""
    if chosen not in runs:
        raise ValueError(f"runs must hold every combination, got none of {chosen}")
    arrays = {}
    for name in SCORES:
        if name not in runs[chosen]:
            raise ValueError(f"runs of {chosen} must have {name!r}, got {list(runs[chosen])}")
        arrays[name] = np.asarray(runs[chosen][name], dtype=float)
        if not np.isfinite(arrays[name]).all():
            raise ValueError(f"{name!r} of {chosen} must be finite")
    return arrays

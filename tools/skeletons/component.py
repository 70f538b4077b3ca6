"""AThing: TODO, what the reader moves and what it shows."""

from __future__ import annotations

from ..checks import one_of
from .base import Component, paragraph
from .still import COLORS, new_figure, png

__all__ = ["AThing"]

# Where the slider stops.
THROWS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
ONE = (35 / 12) ** 0.5  # the standard deviation of one throw of a die


class AThing(Component):
    """TODO: a slider over throws of a die, and how far their mean usually is from 3.5.

    Parameters
    ----------
    throws
        Where the slider stands at the start: 1, 2, 5, 10 and so on to 1000.
    caption
        Plain text above the slider: what to try.

    Raises
    ------
    ValueError
        If the slider has no such stop.

    Examples
    --------
    >>> d2l.AThing(100)
    AThing(100 throws: their mean is usually within 0.17 of 3.5)
    """

    script = "a_thing.js"

    def __init__(self, throws: int = 10, *, caption: str = "") -> None:
        self.throws = one_of("throws", throws, THROWS)
        self.caption = str(caption)

    def state(self) -> dict:
        stops = [{"label": str(n), "words": _words(n), "share": n**-0.5} for n in THROWS]
        return {"stops": stops, "at": THROWS.index(self.throws), "caption": self.caption}

    def still_html(self) -> str:
        return (
            paragraph(self.caption, "caption")
            + '<div class="d2l-controls"><div class="d2l-control"><span class="d2l-name">throws'
            + f'</span><span class="d2l-value">{self.throws}</span></div></div>'
            + paragraph(_words(self.throws), "where")
            + f'<div class="d2l-bar" style="width:{100 * self.throws**-0.5:.1f}%"></div>'
            + '<div class="d2l-foot"><noscript>The slider needs JavaScript.</noscript></div>'
        )

    def still_png(self) -> bytes:
        figure = new_figure(6.4, 2.4)
        ax = figure.subplots()
        ax.plot(THROWS, [ONE * n**-0.5 for n in THROWS], ".-", color=COLORS[0])
        ax.plot(self.throws, ONE * self.throws**-0.5, "o", color=COLORS[1])
        ax.set(xscale="log", xlabel="throws", ylabel="usual distance from 3.5")
        return png(figure)

    def __repr__(self) -> str:
        return f"AThing({_words(self.throws)})"


def _words(throws: int) -> str:
    """Return in words what a stop of the slider shows."""
    distance = f"{ONE * throws**-0.5:.2f} of 3.5"
    return f"{throws} throw{'s' * (throws > 1)}: their mean is usually within {distance}"

"""Broadcasting: two shapes side by side, stretched to one, or the reason why they can't be."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import torch

from ..checks import one_of, positive_int
from .base import Component, paragraph
from .still import text_png

__all__ = ["Broadcasting"]

PLACES = (-3, -2, -1)
MAX_SIZE = 3


class Broadcasting(Component):
    """Two shapes to choose, size by size; the blocks are drawn, stretched and added.

    The reader sees which dimensions are read again to fit, the sum cell by cell, or PyTorch's
    error in plain words. The rule is NumPy's (Harris et al. (2020), "Array programming with
    NumPy"), which PyTorch follows.

    Parameters
    ----------
    first, second
        The shapes shown at the start: at most three sizes, each from 1 to 3.
    caption
        Plain text above the controls: what to try.

    Raises
    ------
    TypeError, ValueError
        If a shape is no sequence of integers, too long, or has a size outside 1 to 3.

    Examples
    --------
    >>> Broadcasting((3, 1), (1, 2))
    Broadcasting((3, 1) + (1, 2) gives (3, 2))
    >>> Broadcasting((3,), (2,))
    Broadcasting((3,) + (2,) fails)
    """

    script = "broadcasting.js"

    def __init__(
        self, first: Sequence[int] = (3, 1), second: Sequence[int] = (3,), *, caption: str = ""
    ) -> None:
        self.first = _checked_shape("first", first)
        self.second = _checked_shape("second", second)
        self.caption = str(caption)

    def state(self) -> dict:
        shapes = {"a": _padded(self.first), "b": _padded(self.second)}
        return {"shapes": shapes, "caption": self.caption}

    def still_html(self) -> str:
        heads = "".join(f'<th scope="col">{text}</th>' for text in ("dim", *PLACES))
        empty = "<td></td>" * len(PLACES)
        rows = ""
        for name, shape in (("a", self.first), ("b", self.second)):
            cells = "".join(f"<td>{size or 'none'}</td>" for size in _padded(shape))
            rows += f'<tr><th scope="row">{name}</th>{cells}</tr>'
        return (
            paragraph(self.caption, "caption")
            + f'<table class="d2l-shapes"><thead><tr>{heads}</tr></thead><tbody>{rows}'
            + "".join(f'<tr><th scope="row">{name}</th>{empty}</tr>' for name in ("a + b", "how"))
            + "</tbody></table>"
            + f'<p class="d2l-where">{escape(self._outcome())}</p><p class="d2l-source"></p>'
            + '<div class="d2l-blocks"></div><div class="d2l-foot"><noscript>The blocks need '
            "JavaScript.</noscript></div>"
        )

    def still_png(self) -> bytes:
        columns = "".join(f"{place:>6}" for place in PLACES)
        rows = [
            f"{name:<10}" + "".join(f"{size or '':>6}" for size in _padded(shape))
            for name, shape in (("a", self.first), ("b", self.second))
        ]
        return text_png([f"{'dim':<10}{columns}", *rows, "", self._outcome()])

    def __repr__(self) -> str:
        return f"Broadcasting({self._outcome()})"

    def _outcome(self) -> str:
        """Return in words what comes out."""
        asked = f"{self.first} + {self.second}"
        try:
            return f"{asked} gives {tuple(torch.broadcast_shapes(self.first, self.second))}"
        except RuntimeError:
            return f"{asked} fails"


def _checked_shape(name: str, shape: Sequence[int]) -> tuple[int, ...]:
    if isinstance(shape, str) or not isinstance(shape, Sequence):
        raise TypeError(f"{name} must be a shape such as (3, 1), got {shape!r}")
    if len(shape) > len(PLACES):
        raise ValueError(f"{name} must have at most {len(PLACES)} sizes, got {shape!r}")
    sizes = (positive_int(f"a size of {name}", size) for size in shape)
    return tuple(one_of(f"a size of {name}", size, range(1, MAX_SIZE + 1)) for size in sizes)


def _padded(shape: tuple[int, ...]) -> list[int]:
    """Return three sizes, 0 where a dimension is absent."""
    return [0] * (len(PLACES) - len(shape)) + list(shape)

"""Functions of two parameters on which methods of optimization are watched and compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from .checks import one_of

__all__ = ["Surface", "surface"]


@dataclass(frozen=True)
class Surface:
    """A function of two parameters, and what is known of it.

    Attributes
    ----------
    name
        What it is called.
    f
        The function of x and y: of two numbers, arrays or tensors, element by element.
    formula
        The function as a line of text.
    xlim, ylim
        The part of the plane that is shown, in the proportion 3 to 2.
    start
        A point (x, y) from which a descent is worth watching.
    minima, local_minima, saddles
        Points (x, y) where the gradient is zero: those of the lowest value, which is 0, other
        minima, and points that are no minimum though they lie lowest along some line.
    levels
        Heights at which to draw contours.

    Examples
    --------
    >>> f = d2l.surface("saddle")
    >>> f.minima, f.saddles
    (((0.0, -1.0), (0.0, 1.0)), ((0.0, 0.0),))
    """

    name: str
    f: Callable
    formula: str
    xlim: tuple[float, float]
    ylim: tuple[float, float]
    start: tuple[float, float]
    levels: tuple[float, ...]
    minima: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    local_minima: tuple[tuple[float, float], ...] = ()
    saddles: tuple[tuple[float, float], ...] = ()

    def __call__(self, x, y):
        """Return the value at x, y."""
        return self.f(x, y)


def surface(name: str) -> Surface:
    """Return one of the surfaces that the book descends, by name.

    All are 0 at their lowest, so that losses can stand on a log axis.

    Parameters
    ----------
    name
        "bowl", as steep in every direction; "ravine", 20 times as curved along y as along x;
        "saddle", with a point of zero gradient between two minima; "Rosenbrock", a bent valley
        after Rosenbrock (1960), with 10 in the place of his 100; "many minima", waves on a bowl.

    Returns
    -------
    Surface
        To be called with x and y: numbers, arrays or tensors. Its attributes hold the formula,
        the part of the plane to show, a start, the minima and heights for contours.

    Raises
    ------
    ValueError
        If there is no surface of that name.

    Examples
    --------
    >>> f = d2l.surface("ravine")
    >>> f.formula, f(2.0, 1.0)
    ('x²/20 + y²', 1.2)
    >>> w = torch.tensor([2.0, 1.0], requires_grad=True)
    >>> f(*w).backward()
    >>> w.grad
    tensor([0.2000, 2.0000])
    """
    return SURFACES[one_of("name", name, SURFACES)]


def _cos(x):
    return x.cos() if isinstance(x, torch.Tensor) else np.cos(x)


def _squares(*roots: float) -> tuple[float, ...]:
    return tuple(root**2 for root in roots)


# Where x/5 + sin 2x is zero beside 0: minima lie at 0 and HOLLOW, a ridge runs in between.
HOLLOW = 2.839603898157202
_HOLLOWS = [(x, y) for x in (-HOLLOW, 0, HOLLOW) for y in (-HOLLOW, 0, HOLLOW)]

SURFACES = {
    one.name: one
    for one in [
        Surface(
            "bowl", lambda x, y: (x**2 + y**2) / 2, "(x² + y²)/2",
            (-6, 6), (-4, 4), (-4.5, 2.5), _squares(*(k / 2 for k in range(1, 11))),
        ),
        Surface(
            "ravine", lambda x, y: x**2 / 20 + y**2, "x²/20 + y²",
            (-6, 6), (-4, 4), (-5, 1.5), _squares(*(k * 0.4 for k in range(1, 11))),
        ),
        Surface(
            "saddle", lambda x, y: x**2 / 2 + (1 - y**2) ** 2 / 4, "x²/2 + (1 − y²)²/4",
            (-2.4, 2.4), (-1.6, 1.6), (-1.8, 0.02),
            (0.01, 0.04, 0.1, 0.17, 0.25, 0.35, 0.5, 0.75, 1.1, 1.5, 2.0, 2.5, 3.0),
            minima=((0.0, -1.0), (0.0, 1.0)), saddles=((0.0, 0.0),),
        ),
        Surface(
            "Rosenbrock", lambda x, y: (1 - x) ** 2 + 10 * (y - x**2) ** 2,
            "(1 − x)² + 10(y − x²)²",
            (-2.25, 2.25), (-1, 2), (-1.5, 1.2),
            (0.02, 0.1, 0.3, 0.8, 2, 4, 8, 15, 30, 60, 120, 200), minima=((1.0, 1.0),),
        ),
        Surface(
            "many minima",
            lambda x, y: (x**2 + y**2) / 10 + (2 - _cos(2 * x) - _cos(2 * y)) / 2,
            "(x² + y²)/10 + (2 − cos 2x − cos 2y)/2",
            (-6, 6), (-4, 4), (-5, 3.4), tuple(0.35 * k for k in range(1, 17)),
            local_minima=tuple(point for point in _HOLLOWS if point != (0, 0)),
        ),
    ]
}  # fmt: skip

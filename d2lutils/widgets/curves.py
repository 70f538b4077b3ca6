"""Curves: named lines over x, with the spread over seeds where there are several."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from ..checks import as_array

__all__ = ["Curves"]


class Curves:
    """Named curves over a common x, or each over its own.

    Parameters
    ----------
    x
        Shape (points,), or a dict from each name to its own. Finite numbers. An x that runs
        back and forth makes a path in the plane: the steps of an optimizer, say.
    **named
        For each curve y, shape (points,), or (seeds, points): then the line is the mean over
        the seeds and a band goes from the lowest to the highest. A value that is not a finite
        number leaves a gap. Names that are no identifiers come as ``**{"train loss": y}``.

    Raises
    ------
    ValueError
        If there is no curve, a shape does not fit, or x is not finite.

    Examples
    --------
    >>> curves = d2l.Curves([0, 1, 2], **{"train loss": [[2.0, 1.0, 0.5], [2.2, 1.4, 0.7]]})
    >>> curves
    Curves('train loss': 3 points, 2 seeds)
    >>> curves.mean("train loss")
    array([2.1, 1.2, 0.6])
    """

    def __init__(self, x, /, **named) -> None:
        if not named:
            raise ValueError("named must hold at least one curve, got none")
        if isinstance(x, Mapping) and set(x) != set(named):
            raise ValueError(f"x must have the names of the curves {list(named)}, got {list(x)}")
        self.x: dict[str, np.ndarray] = {}
        self.y: dict[str, np.ndarray] = {}
        for name, y in named.items():
            self.x[name] = _abscissa(name, x[name] if isinstance(x, Mapping) else x)
            self.y[name] = _ordinates(name, y, len(self.x[name]))

    @property
    def names(self) -> list[str]:
        """The names of the curves, in the order given."""
        return list(self.y)

    def mean(self, name: str) -> np.ndarray:
        """Return the mean over the seeds, shape (points,)."""
        with np.errstate(invalid="ignore", over="ignore"):
            return self.y[name].mean(axis=0)

    def band(self, name: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Return lowest and highest over the seeds, each (points,); None for a single seed."""
        y = self.y[name]
        return None if len(y) == 1 else (y.min(axis=0), y.max(axis=0))

    def __repr__(self) -> str:
        parts = (
            f"{name!r}: {y.shape[1]} points" + (f", {len(y)} seeds" if len(y) > 1 else "")
            for name, y in self.y.items()
        )
        return f"Curves({'; '.join(parts)})"


def _array(name: str, values) -> np.ndarray:
    try:
        return as_array(values, float)
    except (TypeError, ValueError):
        wanted = "numbers, in rows of equal length"
        raise ValueError(f"{name} must be {wanted}, got {values!r}") from None


def _abscissa(name: str, x) -> np.ndarray:
    x = _array(f"x of {name!r}", x)
    if x.ndim != 1 or not len(x):
        raise ValueError(f"x of {name!r} must have the shape (points,), got {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"x of {name!r} must be finite, got {x[~np.isfinite(x)][0]}")
    return x


def _ordinates(name: str, y, points: int) -> np.ndarray:
    y = _array(f"curve {name!r}", y)
    if y.ndim not in (1, 2) or not y.size or y.shape[-1] != points:
        raise ValueError(
            f"curve {name!r} must have the shape ({points},) or (seeds, {points}), got {y.shape}"
        )
    return np.atleast_2d(y)


def compact(values: Iterable[float], digits: int = 4) -> list[float | int | None]:
    """Return `values` rounded to significant digits; None for what is not a finite number.

    Examples
    --------
    >>> compact([3.14159, 2.0, math.nan, 123456.0])
    [3.142, 2, None, 123500]
    """
    rounded = (float(f"{v:.{digits}g}") if math.isfinite(v) else None for v in values)
    return [int(v) if v is not None and v == int(v) else v for v in rounded]


def limits(many: Iterable[Curves], scale: str) -> tuple[float, float]:
    """Return the range of y that shows all curves, less what would flatten the others.

    A run that diverges may reach 1e30. Values further from the middle half of all than six
    times its width are left off the chart; on a log scale that is said of their logarithms.
    """
    values = np.concatenate([y.ravel() for curves in many for y in curves.y.values()])
    return _range(values, scale, margin=0.04, fence=6)


def is_path(curves: Curves) -> bool:
    """Say whether an x runs back and forth, so that the curve is a path in the plane."""
    return any((np.diff(x) < 0).any() for x in curves.x.values())


def span(many: Iterable[Curves], scale: str) -> tuple[float, float]:
    """Return the range of x over all curves, with a margin where they are paths in the plane."""
    many = list(many)
    xs = np.concatenate([x for curves in many for x in curves.x.values()])
    return _range(xs, scale, margin=0.04 if any(map(is_path, many)) else 0, fence=math.inf)


def _range(values: np.ndarray, scale: str, margin: float, fence: float) -> tuple[float, float]:
    values = values[np.isfinite(values) & ((values > 0) | (scale != "log"))]
    if not len(values):
        return (0.1, 1.0) if scale == "log" else (0.0, 1.0)
    to = np.log10 if scale == "log" else np.positive
    v = to(values)
    q1, q3 = np.quantile(v, [0.25, 0.75])
    reach = fence * (q3 - q1) if q3 > q1 else math.inf
    v = v[(v >= q1 - reach) & (v <= q3 + reach)]
    low, high = v.min(), v.max()
    pad = margin * (high - low) or (0 if margin == 0 and high > low else 0.5 * abs(high) or 0.5)
    # An axis that nearly reaches zero starts there, so that heights can be compared.
    zero = scale == "linear" and margin > 0 and 0 <= low < 0.15 * high
    low, high = 0.0 if zero else low - pad, high + pad
    return (10.0**low, 10.0**high) if scale == "log" else (float(low), float(high))

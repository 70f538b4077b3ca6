"""Checks of arguments, and the check of an exercise.

Every function of the package that refuses an argument does it through the
helpers below, so that the message always names the argument, the value and
what is allowed.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import torch

__all__ = ["check"]


def positive_int(name: str, value, *, least: int = 1) -> int:
    """Return `value` as an int, or say that it must be a whole number of at least `least`.

    Raises
    ------
    TypeError
        If `value` is not an integer (a bool is not one here).
    ValueError
        If it is smaller than `least`.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer of at least {least}, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be an integer of at least {least}, got {value!r}")
    return int(value)


def number_in(name: str, value, low: float = -math.inf, high: float = math.inf) -> float:
    """Return `value` as a float, or say that it must be a finite number from `low` to `high`.

    Raises
    ------
    TypeError
        If `value` is not a real number.
    ValueError
        If it is not finite, or outside the range.
    """
    # float is first: an abstract class takes six times as long to ask, and every step asks.
    if isinstance(value, bool) or not isinstance(value, (float, numbers.Real)):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not math.isfinite(value) or not low <= value <= high:
        raise ValueError(f"{name} must be a finite number from {low:g} to {high:g}, got {value!r}")
    return float(value)


def as_array(values, dtype=None) -> np.ndarray:
    """Return numbers as an array; a tensor may be on a GPU or part of a graph, which NumPy refuses.

    Raises
    ------
    TypeError, ValueError
        As `numpy.asarray` does.
    """
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
    return np.asarray(values, dtype=dtype)


def one_of(name: str, value, allowed: Iterable):
    """Return `value`, or say which values are allowed.

    Raises
    ------
    ValueError
        If `value` is not among `allowed`.
    """
    allowed = list(allowed)
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
    return value


def some_of(name: str, value, allowed: Iterable) -> list:
    """Return `value` as a list of one or more different allowed values, or say what is wrong.

    Raises
    ------
    TypeError
        If `value` is not a list, or an empty one.
    ValueError
        If an entry is not among `allowed`, or occurs twice.
    """
    if isinstance(value, str) or not isinstance(value, Sequence) or not value:
        raise TypeError(f"{name} must be a list of one or more names, got {value!r}")
    allowed = list(allowed)
    for entry in value:
        one_of(f"an entry of {name}", entry, allowed)
    if len(set(value)) < len(value):
        raise ValueError(f"{name} must name each once, got {list(value)!r}")
    return list(value)


def check(answer: Callable[[], object], expected, tol: float = 1e-4) -> None:
    """Say whether an exercise's answer is right yet; never raise.

    Parameters
    ----------
    answer
        A function of no arguments, so that an unfinished answer may fail inside it.
    expected
        What it should return: a number, a tensor, a string, or a list or tuple of these.
    tol
        The largest absolute difference between numbers that counts as equal.

    Examples
    --------
    >>> d2l.check(lambda: torch.tensor([1., 2.]).sum(), 3.0)
    Right.
    >>> d2l.check(lambda: ..., 3.0)
    Not yet: a line is still missing (the answer is ...).
    >>> d2l.check(lambda: ... + 1, 3.0)  # doctest: +ELLIPSIS
    Not yet: a line is still missing (TypeError: unsupported operand type(s) for +: ...)
    >>> d2l.check(lambda: 1 / 0, 3.0)
    Not yet: ZeroDivisionError: division by zero
    """
    try:
        got = answer()
        verdict = _difference(got, expected, tol)
    except Exception as error:  # an exercise in progress may fail in any way
        verdict = f"{type(error).__name__}: {error}"
        if "ellipsis" in verdict:  # something was computed with the ... of a line to fill in
            verdict = f"a line is still missing ({verdict})"
    print("Right." if verdict is None else f"Not yet: {verdict}")


def _difference(got, expected, tol: float) -> str | None:
    if got is ... or got is None:
        return f"a line is still missing (the answer is {'...' if got is ... else got})."
    if isinstance(expected, str):
        return None if got == expected else f"expected {expected!r}, got {got!r}."
    if isinstance(expected, (list, tuple)):
        if len(got) != len(expected):
            return f"expected {len(expected)} values, got {len(got)}."
        found = (_difference(g, e, tol) for g, e in zip(got, expected))
        return next((d for d in found if d is not None), None)
    got, expected = torch.as_tensor(got).detach().cpu(), torch.as_tensor(expected).cpu()
    if got.shape != expected.shape:
        return f"expected the shape {tuple(expected.shape)}, got {tuple(got.shape)}."
    gap = (got.double() - expected.double()).abs().max().item() if got.numel() else 0.0
    return None if gap <= tol else f"the largest difference from what is expected is {gap:.3g}."

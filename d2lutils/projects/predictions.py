"""Predictions: refused where they do not fit the data, and scored example by example."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import torch

from ..data import FASHION_MNIST_CLASSES

__all__: list[str] = []

CLASSES = len(FASHION_MNIST_CLASSES)


def right_labels(predictions, y: torch.Tensor, X=None) -> np.ndarray:
    """Return 1 for each right label and 0 for each wrong one, (examples,).

    Parameters
    ----------
    predictions
        Labels, whole numbers of shape (examples,), or scores of shape (examples, 10), of which
        the largest counts.
    y
        The true labels, (examples,).

    Raises
    ------
    ValueError, TypeError
        If shape, kind or values are others.

    Examples
    --------
    >>> right_labels([3, 1], torch.tensor([3, 2]))
    array([1., 0.])
    """
    given, n = _array(predictions), len(y)
    wanted = f"{n} labels, whole numbers of shape ({n},), or scores of shape ({n}, {CLASSES})"
    if given.shape == (n, CLASSES):
        given = _finite(given).argmax(1)
    elif given.shape != (n,):
        raise ValueError(f"predictions must be {wanted}, got the shape {given.shape}")
    if given.dtype.kind not in "iu":
        raise TypeError(f"predictions must be {wanted}, got numbers of type {given.dtype}")
    if n and not 0 <= given.min() <= given.max() < CLASSES:
        wrong = given[(given < 0) | (given >= CLASSES)][0]
        raise ValueError(f"predictions must be labels from 0 to {CLASSES - 1}, got {wrong}")
    return (given == y.numpy()).astype(float)


def absolute_errors(predictions, y: np.ndarray, X=None) -> np.ndarray:
    """Return how far each prediction is from the truth, (examples,).

    Parameters
    ----------
    predictions
        Numbers, (examples,) or (examples, 1). A Series of pandas has to have the index of `X`.
    y
        The truth, (examples,).
    X
        The table that was predicted for.

    Raises
    ------
    ValueError, TypeError
        If shape, kind or values are others, or the order of the rows was changed.

    Examples
    --------
    >>> absolute_errors([1990, 2001.5], np.array([1992.0, 2000.0]))
    array([2. , 1.5])
    """
    index = getattr(predictions, "index", None)
    if hasattr(index, "equals") and X is not None and not index.equals(X.index):
        raise ValueError("predictions must have the index of the table, in its order: "
                         "the order of the rows was changed, or rows are missing")
    given, n = _array(predictions), len(y)
    if given.shape not in ((n,), (n, 1)):
        raise ValueError(f"predictions must be {n} numbers of shape ({n},), "
                         f"got the shape {given.shape}")
    return np.abs(_finite(given).reshape(n) - y)


def words_found(predictions, y: Sequence[str], X: Sequence[str] | None = None) -> np.ndarray:
    """Return for each line the share of its words that the predicted spaces bring out.

    A word is found if it begins and ends where it does in the truth, and no space divides it.

    Parameters
    ----------
    predictions
        The lines with spaces, in the order of `y`; without spaces each is the line given.
    y
        The true lines.

    Raises
    ------
    ValueError, TypeError
        If they are no strings, their number is another, or more than the spaces differs.

    Examples
    --------
    >>> words_found(["the l ark sang"], ["the lark sang"]).round(2)
    array([0.67])
    """
    if isinstance(predictions, str) or not isinstance(predictions, Sequence):
        raise TypeError(f"predictions must be a list of {len(y)} strings, "
                        f"got {type(predictions).__name__}")
    if len(predictions) != len(y):
        raise ValueError(f"predictions must be a list of {len(y)} strings, "
                         f"got {len(predictions)}")
    for i, (given, line) in enumerate(zip(predictions, y)):
        if not isinstance(given, str):
            raise TypeError(f"predictions[{i}] must be a string, got {type(given).__name__}")
        if given.replace(" ", "") != line.replace(" ", ""):
            raise ValueError(f"predictions[{i}] must be line {i} with spaces put in and nothing "
                             f"else changed, got {given[:40]!r}")
    found = (_spans(line) & _spans(given) for given, line in zip(predictions, y))
    return np.array([len(spans) / len(_spans(line)) for spans, line in zip(found, y)])


def _spans(line: str) -> set[tuple[int, int]]:
    """Return where each word begins and ends, counted in letters."""
    ends = list(itertools.accumulate(map(len, line.split()), initial=0))
    return set(zip(ends, ends[1:]))


def _array(predictions) -> np.ndarray:
    """Return predictions as an array of numbers."""
    if isinstance(predictions, torch.Tensor):
        predictions = predictions.detach().cpu()
        if predictions.dtype == torch.bfloat16:  # unknown to numpy
            predictions = predictions.float()
    try:
        given = np.asarray(predictions)
    except (ValueError, TypeError) as error:
        raise TypeError(f"predictions must be a tensor or an array, got "
                        f"{type(predictions).__name__} ({error})") from None
    if given.dtype.kind not in "iuf":
        raise TypeError("predictions must be a tensor or an array of numbers, got "
                        f"{type(predictions).__name__} with values of type {given.dtype}")
    return given


def _finite(given: np.ndarray) -> np.ndarray:
    if not np.isfinite(given).all():
        bad = int((~np.isfinite(given)).sum())
        raise ValueError(f"predictions must be finite numbers, got {bad} that are nan or infinite")
    return given

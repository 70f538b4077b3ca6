"""The settings of an Explorer: checked axes, and points of the grid that they span."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

from ..checks import number_in

__all__: list[str] = []

MAX_AXES = 4
MAX_SETTINGS = 2000


def plain(value):
    """Return a number of numpy or torch as Python's, which compare, hash and print alike."""
    return value.item() if hasattr(value, "item") else value


def is_number(value) -> bool:
    """Say whether a value belongs on a slider; True and False do not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def label(value) -> str:
    """Return a value as a reader writes it.

    Examples
    --------
    >>> label(1e-4), label(0.30000000000000004), label(12345678), label("Adam")
    ('0.0001', '0.30000000000000004', '12345678', 'Adam')
    """
    return f"{value:g}" if is_number(value) and float(f"{value:g}") == value else str(value)


def describe(names, point: tuple) -> str:
    """Return a setting in words.

    Examples
    --------
    >>> describe(["learning rate", "dropout"], (0.1, 0.5))
    'learning rate 0.1, dropout 0.5'
    """
    return ", ".join(f"{name} {label(value)}" for name, value in zip(names, point))


def checked_axes(axes: Mapping[str, Sequence]) -> dict[str, list]:
    """Return the axes with plain values, or say what is wrong with them."""
    if not isinstance(axes, Mapping) or not 1 <= len(axes) <= MAX_AXES:
        raise ValueError(f"axes must be a dict of 1 to {MAX_AXES} axes, got {axes!r}")
    checked = {str(name): _checked_values(f"axes[{name!r}]", axes[name]) for name in axes}
    settings = math.prod(map(len, checked.values()))
    if settings > MAX_SETTINGS:
        raise ValueError(f"axes must span at most {MAX_SETTINGS} settings, got {settings}")
    return checked


def _checked_values(name: str, values) -> list:
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise TypeError(f"{name} must be a list of values, got {values!r}")
    values = [plain(value) for value in values]
    for value in values:
        if not isinstance(value, (str, bool, int, float)):
            raise TypeError(f"{name} must hold numbers or strings, got {value!r}")
        if isinstance(value, float):
            number_in(f"a value of {name}", value)
    if len(values) < 2 or len(set(values)) < len(values):
        raise ValueError(f"{name} must hold 2 or more different values, got {values!r}")
    return values


def as_point(name: str, key, axes: Mapping[str, list]) -> tuple:
    """Return a setting as a tuple with one plain value for each axis.

    `key` is such a tuple, a dict with the axis names as keys, or a lone value where there is
    one axis. The values need not be on the axes.
    """
    if isinstance(key, Mapping):
        if set(key) != set(axes):
            raise ValueError(f"{name} must have the keys {list(axes)}, got {key!r}")
        key = tuple(key[axis] for axis in axes)
    point = key if isinstance(key, tuple) else (key,)
    if len(point) != len(axes):
        raise ValueError(f"{name} must have one value for each of {list(axes)}, got {key!r}")
    return tuple(map(plain, point))


def with_point(axes: Mapping[str, list], point: tuple) -> dict[str, list]:
    """Return the axes with the values of `point` among them: in order, or else at the end.

    Examples
    --------
    >>> with_point({"rate": [0.1, 1], "optimizer": ["SGD", "Adam"]}, (0.5, "Lion"))
    {'rate': [0.1, 0.5, 1], 'optimizer': ['SGD', 'Adam', 'Lion']}
    """
    return checked_axes({
        name: values if value in values else _inserted(values, value)
        for (name, values), value in zip(axes.items(), point)
    })


def _inserted(values: list, value) -> list:
    if all(map(is_number, [*values, value])):
        for descending in (False, True):
            if values == sorted(values, reverse=descending):
                return sorted([*values, value], reverse=descending)
    return [*values, value]


def keyed(axes: Mapping[str, list]) -> Iterator[tuple[str, tuple]]:
    """Yield each point of the grid after its key in the script: positions, as in "0,2"."""
    positions = itertools.product(*(range(len(values)) for values in axes.values()))
    for index, point in zip(positions, itertools.product(*axes.values())):
        yield ",".join(map(str, index)), point

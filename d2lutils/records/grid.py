"""What an experiment accepts: its grid, its train function, and the ranges of its axes."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence

from ..checks import number_in, one_of
from ..widgets.grid import MAX_SETTINGS, is_number, plain

__all__: list[str] = []


def checked_grid(grid: Mapping[str, Sequence]) -> dict[str, list]:
    if not grid:
        raise ValueError("grid must have at least one axis, such as lr=[0.01, 0.1], got none")
    checked = {}
    for axis, values in grid.items():
        if isinstance(values, str) or not hasattr(values, "__iter__"):
            raise TypeError(f"{axis} must be a list of values, got {values!r}")
        values = [plain(value) for value in values]
        kinds = {"number" if is_number(v) else type(v).__name__ for v in values}
        if not values or len(kinds) > 1 or not kinds <= {"number", "str", "bool"}:
            raise ValueError(f"{axis} must be a list of numbers, of strings or of booleans, "
                             f"got {values!r}")
        if kinds == {"number"}:
            for value in values:
                number_in(f"a value of {axis}", value)
        if len(set(values)) < len(values):
            raise ValueError(f"{axis} must have different values, got {values!r}")
        checked[axis] = values
    if (count := math.prod(map(len, checked.values()))) > MAX_SETTINGS:
        raise ValueError(f"grid must have at most {MAX_SETTINGS:,} settings, got {count:,}")
    return checked


def checked_parameters(train, grid: Mapping) -> dict[str, inspect.Parameter]:
    if not inspect.isgeneratorfunction(train):
        raise TypeError("train must be a generator function, one that yields a dict once an "
                        f"epoch, got {train!r}")
    parameters = dict(inspect.signature(train).parameters)
    wanted = [name for name in parameters if name != "seed"]
    for axis in grid:
        one_of("an axis of the grid (each is a parameter of train)", axis, wanted)
    for name, parameter in parameters.items():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise ValueError(f"train must have plain parameters only, got {parameter}")
        if name in wanted and name not in grid and parameter.default is parameter.empty:
            raise ValueError(f"{name}, a parameter of train, must be in the grid, as in "
                             f"{name}=[...], or have a default")
    return parameters


def checked_range(axis: str, given) -> tuple[float, float]:
    if not isinstance(given, Sequence) or len(given) != 2:
        raise TypeError(f"ranges[{axis!r}] must be a pair (low, high), got {given!r}")
    low, high = (number_in(f"ranges[{axis!r}]", value) for value in given)
    if low > high:
        raise ValueError(f"ranges[{axis!r}] must have low <= high, got {given!r}")
    return low, high

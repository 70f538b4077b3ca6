"""The control that fits an axis of a grid, and the point of the grid nearest to its value."""

from __future__ import annotations

import itertools
import math

import ipywidgets

from .grid import is_number

__all__: list[str] = []


def control(axis: str, values: list, limits: tuple | None, start=None) -> ipywidgets.Widget:
    """Return the widget for an axis: a slider for numbers, a list to choose from otherwise.

    Numbers in about even steps get a slider over `limits`, those in about even ratios one on a
    log scale. Others, such as 0, 0.001, 0.01, get a slider that stops at each of them.
    """
    start = values[len(values) // 2] if start is None else start
    options = {"value": start, "description": axis}
    if not is_number(values[0]):
        return ipywidgets.Dropdown(options=values, **options)
    whole = all(isinstance(value, int) for value in values)
    spacing, (low, high) = scale(values), limits
    if low == high or spacing == "uneven" or (whole and spacing == "log"):
        return ipywidgets.SelectionSlider(options=sorted(values), **options)
    options |= {"continuous_update": False}
    if whole:
        return ipywidgets.IntSlider(min=math.ceil(low), max=math.floor(high), **options)
    if spacing == "log" and low > 0:
        ends = {"min": math.log10(low), "max": math.log10(high)}
        return ipywidgets.FloatLogSlider(step=0.05, readout_format=".3g", **ends, **options)
    step = 10.0 ** math.floor(math.log10((high - low) / 20))
    return ipywidgets.FloatSlider(min=low, max=high, step=step, readout_format=".3g", **options)


def scale(values: list[float]) -> str:
    """Say whether numbers go in about even steps ("linear") or ratios ("log"), or "uneven".

    Examples
    --------
    >>> scale([0, 0.1, 0.3, 0.5]), scale([0.01, 0.03, 0.1, 0.3]), scale([0, 0.001, 0.01, 0.1])
    ('linear', 'log', 'uneven')
    """
    def unevenness(numbers) -> float:
        gaps = [b - a for a, b in itertools.pairwise(numbers)]
        return max(gaps, default=1) / min(gaps, default=1)

    values = sorted(values)
    linear = unevenness(values)
    log = unevenness([math.log(v) for v in values]) if values[0] > 0 else math.inf
    if min(linear, log) > 4:
        return "uneven"
    return "linear" if linear <= log else "log"


def nearest(setting: dict, axes: dict[str, list]) -> dict:
    """Return the point of a grid nearest to a setting, on a log scale where the axis has one.

    Examples
    --------
    >>> nearest({"lr": 0.02, "act": "relu"}, {"lr": [0.01, 0.1], "act": ["relu", "tanh"]})
    {'lr': 0.01, 'act': 'relu'}
    """
    point = {}
    for axis, values in axes.items():
        value = setting.get(axis, values[0])
        if is_number(value) and is_number(values[0]):
            to = math.log if scale(values) == "log" and value > 0 else float
            value = min(values, key=lambda v: abs(to(v) - to(value)))  # noqa: B023
        point[axis] = value
    return point

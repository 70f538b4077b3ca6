"""Records as components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..widgets import Curves, Explorer
from . import Record, load

__all__ = ["explorer_from_record"]

# The name of the axis that chooses among groups of metrics.
SELECT = "show"


def explorer_from_record(
    name: str, *, metrics: Sequence[str] | Mapping[str, Sequence[str]] | None = None, **options
) -> Explorer:
    """Return an Explorer over a record, without the train function that it comes from.

    Parameters
    ----------
    name
        Of the experiment.
    metrics
        Which curves to draw; all of them by default. A dict from a word to names gives a
        select of these words, each with its own range:
        ``{"loss": ["train loss", "valid loss"]}``.
    **options
        Keywords of `Explorer`; and "x", the metric that stands along the x axis in the place of
        the epoch, see `aligned`.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such record, or it cannot be read; if there is no such metric.
    """
    return record_explorer(load(name), metrics=metrics, **options)


def metric_groups(
    metrics: Sequence[str] | Mapping[str, Sequence[str]] | None, every: Sequence[str]
) -> dict[tuple, list[str]]:
    """Return the curves that stand in one chart, by the choice of the select: () without one."""
    if isinstance(metrics, Mapping):
        return {(word,): list(names) for word, names in metrics.items()}
    return {(): list(metrics or every)}


def aligned(
    record: Record, names: Sequence[str], setting: Mapping, x: str = ""
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the x of a setting's curves, shape (points,), and the curves, (seeds, points) each.

    Without `x` the points are counted from 1. With it the metric of that name says where each
    point lies, the same for every seed; the curves end where the first of the runs did.

    Raises
    ------
    ValueError
        If there is no such metric, or the seeds have different x.
    """
    curves = {name: record.values(name, setting) for name in names}
    points = next(iter(curves.values())).shape[1]
    if not x or not points:
        return np.arange(1, points + 1), curves
    places = record.values(x, setting)
    places = places[:, np.isfinite(places).all(axis=0)]
    if (places != places[0]).any():
        raise ValueError(f"x must be a metric that no seed changes, got {x!r} at {setting}")
    return places[0], {name: y[:, : len(places[0])] for name, y in curves.items()}


def record_explorer(
    record: Record,
    note: str = "",
    *,
    metrics: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    x: str = "",
    xlabel: str = "",
    **options,
) -> Explorer:
    axes = {axis: values for axis, values in record.axes.items() if len(values) > 1}
    content = {}
    for setting in record.settings():
        point = tuple(setting[axis] for axis in axes)
        for word, names in metric_groups(metrics, record.metrics).items():
            places, curves = aligned(record, names, setting, x)
            if len(places):
                content[(*point, *word)] = Curves(places, **curves)
    if isinstance(metrics, Mapping):
        axes[SELECT] = list(metrics)
    source = " ".join(filter(None, [record.source(), note]))
    return Explorer(axes, content, source=source, xlabel=xlabel or x or "epoch", **options)

"""Records as components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
        Keywords of `Explorer`.

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


def record_explorer(
    record: Record,
    note: str = "",
    *,
    metrics: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    xlabel: str = "epoch",
    **options,
) -> Explorer:
    axes = {axis: values for axis, values in record.axes.items() if len(values) > 1}
    content = {}
    for setting in record.settings():
        point = tuple(setting[axis] for axis in axes)
        for word, names in metric_groups(metrics, record.metrics).items():
            curves = {name: record.values(name, setting) for name in names}
            points = next(iter(curves.values())).shape[1]
            if points:
                content[(*point, *word)] = Curves(range(1, points + 1), **curves)
    if isinstance(metrics, Mapping):
        axes[SELECT] = list(metrics)
    source = " ".join(filter(None, [record.source(), note]))
    return Explorer(axes, content, source=source, xlabel=xlabel, **options)

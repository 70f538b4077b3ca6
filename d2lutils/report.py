"""A reader's result beside the recorded ones: a dot on a strip of ticks."""

from __future__ import annotations

import math
from html import escape

from . import records
from .records import Record
from .records.running import one_line

__all__ = ["report"]

WIDTH, HEIGHT, MARGIN = 360, 68, 80  # pixels of the strip


def report(name: str, metric: str, value, /, at: str = "last", **setting) -> None:
    """Show a result as a dot among the recorded runs of the same setting.

    It judges nothing and never raises an error. Where there is nothing to compare with (another
    setting, a sample of the data, smoke mode, no record), it shows the value alone and says why.

    Parameters
    ----------
    name
        The record, like "regularization/03-dropout".
    metric
        Its name in the record, like "valid error".
    value
        A number, or a tensor that holds one.
    at
        "last" compares with the last epoch of the recorded runs, "best" with their best one.
    **setting
        The setting of the result. Axes that have a single value in the record may be left out.

    Examples
    --------
    >>> d2l.report("basics/00-nowhere", "loss", 0.25)
    loss 0.25 (nothing to compare with: basics/00-nowhere is not recorded yet)
    """
    from IPython.display import display

    display(_Strip(name, metric, value, at, setting))


class _Strip:
    """What `report` displays."""

    def __init__(self, name, metric, value, at: str, setting: dict) -> None:
        self.metric, self.recorded, self.note = str(metric), [], ""
        try:
            self.value = float(value)
            self.shown = f"{self.value:.4g}"
        except Exception:  # not a number, of whatever kind
            self.value, self.shown = math.nan, repr(value)
        try:
            self.recorded, self.note = _recorded(name, metric, at, setting)
        except Exception as error:  # a report must not stop a page
            self.note = f"the record cannot be read: {one_line(error)}"

    def __repr__(self) -> str:
        if not self.recorded:
            return f"{self.metric} {self.shown} (nothing to compare with: {self.note})"
        low, high = min(self.recorded), max(self.recorded)
        return (f"{self.metric} {self.shown} (recorded: {low:.4g} to {high:.4g} "
                f"with {len(self.recorded)} seeds)")

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        picture = _svg(self.value, self.recorded, repr(self)) if self.recorded else ""
        return {
            "text/html": f'<div style="color:var(--pst-color-text-base,inherit)">{picture}'
                         f"<p>{escape(repr(self))}</p></div>",
            "text/plain": repr(self),
        }


def _recorded(name: str, metric: str, at: str, setting: dict) -> tuple[list[float], str]:
    """Return the finite recorded values of a setting; or none, and why."""
    state = records.data_state()
    if state != "full":
        return [], {"sample": "this is a sample of the data", "fast": "this is smoke mode"}[state]
    try:
        record = records.load(name)
    except FileNotFoundError:
        return [], f"{name} is not recorded yet"
    values = record.finals(metric, _whole(setting, record), at)
    if not len(values):
        return [], "this setting is not recorded"
    finite = [float(v) for v in values if math.isfinite(v)]
    return finite, "" if finite else "the recorded runs gave no finite number"


def _whole(setting: dict, record: Record) -> dict:
    """Return a setting with the axes that have a single value filled in."""
    single = {axis: values[0] for axis, values in record.axes.items() if len(values) == 1}
    return single | setting


def _svg(value: float, recorded: list[float], label: str) -> str:
    """Draw the strip: a tick for each recorded value, a dot for the reader's."""
    everything = [*recorded, *([value] if math.isfinite(value) else [])]
    low, high = min(everything), max(everything)
    if high == low:
        low, high = low - 1, high + 1

    def x(v: float) -> str:
        return f"{MARGIN + (WIDTH - 2 * MARGIN) * (v - low) / (high - low):.1f}"

    def text(v: float, y: int, words: str) -> str:
        return (f'<text x="{x(v)}" y="{y}" text-anchor="middle" font-size="12" '
                f'fill="currentColor" stroke="none">{words}</text>')

    ticks = "".join(f'<path d="M{x(v)} 22v20" stroke-width="2"/>' for v in recorded)
    dot = ""
    if math.isfinite(value):
        dot = f'<circle cx="{x(value)}" cy="32" r="6" fill="#d55e00" stroke="none"/>'
        dot += text(value, 14, "yours")
    first, last = min(recorded), max(recorded)
    span = text((first + last) / 2, 60, f"recorded: {first:.4g} to {last:.4g}")
    return (
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" style="max-width:100%;height:auto" '
        f'stroke="currentColor" fill="none"><path d="M{MARGIN} 32H{WIDTH - MARGIN}" '
        f'opacity=".35"/>{ticks}{dot}{span}</svg>'
    )

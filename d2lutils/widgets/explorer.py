"""Explorer: move sliders over a grid of settings and see what each one gives."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

from matplotlib.figure import Figure

from ..checks import number_in, one_of
from .base import Component, paragraph
from .content import Picture, encode_curves, looks_of, stage_style, still_curves
from .curves import Curves, is_path, limits, span
from .grid import as_point, checked_axes, describe, is_number, keyed, label, with_point
from .still import png_uri, text_png

__all__ = ["Explorer"]

SCALES = ("linear", "log")


class Explorer(Component):
    """Controls over a grid of settings; below them the curves, image or text of the chosen one.

    Parameters
    ----------
    axes
        One to four axes: a dict from name to a list of two or more values. Numbers give a
        slider that stops at each of them, anything else a select.
    content
        What a setting shows: `Curves`, a matplotlib figure or a text. Either a dict from a
        tuple with one value for each axis (or from the value itself where there is one axis),
        or a function called once for each setting with the axis names as keywords, spaces as
        underscores. A setting without content (None from the function) says "not recorded".
    xlabel, ylabel
        Labels of the axes of the chart.
    xscale, yscale
        ``"linear"`` or ``"log"``.
    xlim, ylim
        Ranges (low, high). The default is one range for all settings that a slider leads to, so
        that curves can be compared; the few values far outside the others are left off, with a
        note. Each choice of a select has a range of its own: it may show another quantity. For
        some of them `ylim` can be given as a dict: ``{"accuracy": (0.5, 1)}``.
    start
        The setting shown first, a dict from axis name to value; axes left out start at the
        first setting that has content.
    caption
        Plain text above the controls: what to try.
    source
        Plain text below: where the results come from.
    backdrop
        Curves drawn faintly behind those of every setting. A name that starts with "_" stays
        out of the legend.

    Raises
    ------
    TypeError, ValueError
        If the axes are too many, too short or repeat a value, the grid has more than 2,000
        settings, or content does not fit the axes.

    Examples
    --------
    >>> grid = {"learning rate": [0.01, 0.1], "optimizer": ["SGD", "Adam"]}
    >>> d2l.Explorer(grid, {(0.1, "SGD"): d2l.Curves([1, 2, 3], loss=[3, 2, 1])}, xlabel="epoch")
    Explorer(learning rate 0.1, optimizer SGD; 1 of 4 settings)
    """

    script = "explorer.js"

    def __init__(
        self,
        axes: Mapping[str, Sequence],
        content: Mapping | Callable[..., Curves | Figure | str | None],
        *,
        xlabel: str = "",
        ylabel: str = "",
        xscale: str = "linear",
        yscale: str = "linear",
        xlim: tuple[float, float] | None = None,
        ylim: tuple[float, float] | Mapping[str, tuple[float, float]] | None = None,
        start: Mapping | None = None,
        caption: str = "",
        source: str = "",
        backdrop: Curves | None = None,
    ) -> None:
        if backdrop is not None and not isinstance(backdrop, Curves):
            raise TypeError(f"backdrop must be Curves, got {backdrop!r}")
        self.xlabel, self.ylabel = str(xlabel), str(ylabel)
        self.caption, self.source = str(caption), str(source)
        self.xscale = one_of("xscale", xscale, SCALES)
        self.yscale = one_of("yscale", yscale, SCALES)
        self.xlim = _checked_limits("xlim", xlim, xscale)
        self.backdrop = backdrop
        self.axes = checked_axes(axes)
        self.ylim = self._checked_ylim(ylim)
        self.content = _checked_content(content, self.axes)
        self.own: dict[tuple, dict[str, Curves]] = {}
        self.start = self._checked_start(start or {})

    def overlay(
        self, setting: Mapping | tuple, curves: Curves, label: str = "yours"
    ) -> Explorer:
        """Return a new Explorer with `curves` laid over those of `setting`, which it shows first.

        A value that an axis does not list yet becomes a stop of its own, where only the new
        curves stand. A curve has the color of the recorded one of the same name. A second
        overlay with the same setting and label replaces the first.

        Examples
        --------
        >>> recorded = d2l.Explorer({"rate": [0.1, 1]}, {0.1: d2l.Curves([1, 2], loss=[2, 1])})
        >>> recorded.overlay({"rate": 0.5}, d2l.Curves([1, 2], loss=[3, 1]))
        Explorer(rate 0.5; 2 of 3 settings)
        """
        if not isinstance(curves, Curves):
            raise TypeError(f"curves must be Curves, got {curves!r}")
        point = as_point("setting", setting, self.axes)
        if not isinstance(self.content.get(point, curves), Curves):
            raise ValueError(f"setting must be one that shows curves, got {point!r}")
        new = copy.copy(self)
        new.axes = with_point(self.axes, point)
        new.own = {**self.own, point: {**self.own.get(point, {}), str(label): curves}}
        new.start = point
        return new

    def state(self) -> dict:
        looks = looks_of(self.content.values(), self.own.values(), self.backdrop)
        xs: list[list[float]] = []
        ranges = self._ranges()
        settings = {key: self._entry(point, looks, xs) for key, point in keyed(self.axes)}
        for key, point in keyed(self.axes):
            if settings[key] and "curves" in settings[key]:
                settings[key]["ylim"] = ranges[self._choices(point)]
        return {
            "axes": [
                {"name": name, "labels": [*map(label, v)], "slider": all(map(is_number, v))}
                for name, v in self.axes.items()
            ],
            "at": [values.index(v) for values, v in zip(self.axes.values(), self.start)],
            "caption": self.caption,
            "source": self.source,
            "stage": stage_style(self.content.values(), bool(self.own)),
            "settings": {key: entry for key, entry in settings.items() if entry},
            "plot": self._plot(looks, xs) if looks else None,
        }

    def still_html(self) -> str:
        state = self.state()
        controls = "".join(
            f'<div class="d2l-control"><span class="d2l-name">{escape(axis["name"])}</span>'
            f'<span class="d2l-value">{escape(axis["labels"][i])}</span></div>'
            for axis, i in zip(state["axes"], state["at"])
        )
        shown = self.content.get(self.start)
        if isinstance(shown, str):
            stage = f'<pre class="d2l-text">{escape(shown)}</pre>'
        else:
            source = png_uri(self.still_png())
            stage = f'<img class="d2l-image" alt="{escape(self._alt())}" src="{source}">'
        return (
            paragraph(self.caption, "caption")
            + f'<div class="d2l-controls">{controls}</div>'
            + f'<div class="d2l-stage" style="{state["stage"]}">{stage}</div>'
            + (_reserved_legend(state) if state["plot"] else "")
            + (paragraph(self.source, "source"))
            + '<div class="d2l-foot"><noscript>A still picture: the controls need JavaScript.'
            "</noscript></div>"
        )

    def still_png(self) -> bytes:
        shown = self.content.get(self.start)
        if isinstance(shown, Picture):
            return shown.png
        title = describe(self.axes, self.start)
        if isinstance(shown, str):
            return text_png([title, "", *shown.splitlines()])
        return still_curves(self.state(), title)

    def __repr__(self) -> str:
        total = math.prod(map(len, self.axes.values()))
        found = len(self.content.keys() | self.own.keys())
        return f"Explorer({describe(self.axes, self.start)}; {found} of {total} settings)"

    def _entry(self, point: tuple, looks: dict, xs: list) -> dict | None:
        """Return what the script shows at a point, or None where nothing was recorded."""
        shown = self.content.get(point)
        if isinstance(shown, Picture):
            return {"image": shown.uri, "alt": shown.alt}
        if isinstance(shown, str):
            return {"text": shown}
        curves = encode_curves(shown, looks, xs, "recorded") if shown else []
        for run, own in self.own.get(point, {}).items():
            curves += encode_curves(own, looks, xs, f"own {run}")
        return {"curves": curves} if curves else None

    def _plot(self, looks: dict, xs: list) -> dict:
        recorded = [c for c in self.content.values() if isinstance(c, Curves)]
        every = recorded + [c for runs in self.own.values() for c in runs.values()]
        backdrop = []
        if self.backdrop:
            every.append(self.backdrop)
            backdrop = encode_curves(self.backdrop, looks, xs, "backdrop")
        counts = sorted({len(y) for c in recorded for y in c.y.values() if len(y) > 1})
        seeds = " to ".join(map(str, dict.fromkeys(counts[:1] + counts[-1:])))
        return {
            "xlabel": self.xlabel,
            "ylabel": self.ylabel,
            "xscale": self.xscale,
            "yscale": self.yscale,
            "xlim": self.xlim or span(every, self.xscale),
            "spread": f" · line: mean of {seeds} seeds, band: lowest to highest" if seeds else "",
            # Beside a range or a point there is no room for a second entry.
            "legend": "d2l-legend" + " d2l-wide" * (bool(seeds) or any(map(is_path, every))),
            "names": list(looks.values()),
            "backdrop": backdrop,
            "xs": xs,
        }

    def _choices(self, point: tuple) -> tuple:
        """Return the values of a point on the axes that are selects."""
        sliders = [all(map(is_number, values)) for values in self.axes.values()]
        return tuple(value for value, slider in zip(point, sliders) if not slider)

    def _ranges(self) -> dict[tuple, tuple[float, float]]:
        """Return the range of y for each combination of choices."""
        groups: dict[tuple, list[Curves]] = {}
        for point, shown in self.content.items():
            if isinstance(shown, Curves):
                groups.setdefault(self._choices(point), []).append(shown)
        for point, runs in self.own.items():
            groups.setdefault(self._choices(point), []).extend(runs.values())
        behind = [self.backdrop] if self.backdrop else []
        return {c: self._given(c) or limits(g + behind, self.yscale) for c, g in groups.items()}

    def _given(self, choices: tuple) -> tuple[float, float] | None:
        """Return the range of y that was asked for at some choices, if any was."""
        if isinstance(self.ylim, Mapping):
            return next((self.ylim[choice] for choice in choices if choice in self.ylim), None)
        return self.ylim

    def _alt(self) -> str:
        shown, setting = self.content.get(self.start), describe(self.axes, self.start)
        if isinstance(shown, Picture):
            return shown.alt
        every = [shown, *self.own.get(self.start, {}).values()]
        names = dict.fromkeys(name for curves in every if curves for name in curves.names)
        return f"Curves for {setting}: {', '.join(names) or 'not recorded'}"

    def _checked_ylim(self, ylim) -> tuple[float, float] | dict | None:
        if not isinstance(ylim, Mapping):
            return _checked_limits("ylim", ylim, self.yscale)
        choices = [v for values in self.axes.values() for v in values if not is_number(v)]
        for choice in ylim:
            one_of("a choice in ylim", choice, choices)
        return {c: _checked_limits(f"ylim[{c!r}]", v, self.yscale) for c, v in ylim.items()}

    def _checked_start(self, start: Mapping) -> tuple:
        for name, value in start.items():
            one_of("an axis in start", name, self.axes)
            one_of(f"start[{name!r}]", value, self.axes[name])
        first = next(point for _, point in keyed(self.axes) if point in self.content)
        return tuple(start.get(name, value) for name, value in zip(self.axes, first))


def _reserved_legend(state: dict) -> str:
    """Return an unseen legend as tall as the one that the script will put in its place."""
    plot = state["plot"]
    entry = state["settings"].get(",".join(map(str, state["at"])), {})
    shown = dict.fromkeys(c["name"] for c in plot["backdrop"] + entry.get("curves", []))
    labels = (plot["names"][name]["label"] for name in shown)
    items = "".join(
        f'<span class="d2l-item"><span class="d2l-swatch"></span>{escape(label)}</span>'
        for label in labels
        if not label.startswith("_")
    )
    return (
        '<div class="d2l-reserved" aria-hidden="true">'
        f'<div class="d2l-where">{escape(plot["xlabel"])} 0{plot["spread"]}</div>'
        f'<div class="{plot["legend"]}">{items}</div><p class="d2l-note"></p></div>'
    )


def _checked_content(content, axes: Mapping[str, list]) -> dict[tuple, Curves | Picture | str]:
    if callable(content):
        keywords = [name.replace(" ", "_") for name in axes]
        given = {point: content(**dict(zip(keywords, point))) for _, point in keyed(axes)}
    elif isinstance(content, Mapping):
        given = {as_point("a key of content", key, axes): v for key, v in content.items()}
    else:
        raise TypeError(f"content must be a dict or a function, got {content!r}")
    checked = {}
    for point, value in given.items():
        for (name, values), v in zip(axes.items(), point):
            one_of(f"{name!r} in a key of content", v, values)
        if isinstance(value, Figure):
            value = Picture.of(value, describe(axes, point))
        if not isinstance(value, (Curves, Picture, str, type(None))):
            raise TypeError(f"content of {point!r} must be Curves, a figure or text, got {value!r}")
        if value is not None:
            checked[point] = value
    if not checked:
        raise ValueError("content must hold at least one setting, got none")
    return checked


def _checked_limits(name: str, given, scale: str) -> tuple[float, float] | None:
    if given is None:
        return None
    if not isinstance(given, Sequence) or len(given) != 2:
        raise TypeError(f"{name} must be a pair (low, high), got {given!r}")
    low, high = (number_in(name, plain) for plain in given)
    if low >= high or (scale == "log" and low <= 0):
        raise ValueError(f"{name} must rise{' from above 0' * (scale == 'log')}, got {given!r}")
    return low, high

"""What an Explorer shows for a setting, made ready for its script and as a still picture."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable
from dataclasses import dataclass

import matplotlib.style
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .curves import Curves, compact
from .still import COLORS, DASHES, figure_uri, new_figure, png

__all__: list[str] = []

CURVES_ASPECT = 1.6


@dataclass(frozen=True)
class Picture:
    """A figure as it travels: an address that carries it, a PNG, words, width over height."""

    uri: str
    png: bytes
    alt: str
    aspect: float

    @classmethod
    def of(cls, figure: Figure, setting: str) -> Picture:
        """Draw the figure; its titles and labels become the words."""
        parts = [figure.get_suptitle()]
        for ax in figure.axes:
            parts += [ax.get_title(), ax.get_xlabel(), ax.get_ylabel()]
        words = "; ".join(dict.fromkeys(part for part in parts if part))
        width, height = figure.get_size_inches()
        picture = cls(
            figure_uri(figure),
            png(figure),
            f"Figure for {setting}" + (f": {words}" if words else ""),
            width / height,
        )
        # A figure made with pyplot would also be shown by the notebook, below the component.
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close(figure)
        return picture


def stage_style(content: Iterable, has_own: bool) -> str:
    """Return the style that reserves the room of the largest thing to be shown."""
    content = list(content)
    aspects = [c.aspect for c in content if isinstance(c, Picture)]
    if has_own or any(isinstance(c, Curves) for c in content):
        aspects.append(CURVES_ASPECT)
    lines = max((c.count("\n") + 1 for c in content if isinstance(c, str)), default=0)
    shape = [f"aspect-ratio:{min(aspects):.4g}"] if aspects else []
    return ";".join(shape + ([f"min-height:{1.5 * lines + 2:g}em"] if lines else []))


def looks_of(
    content: Iterable, own: Iterable[dict[str, Curves]], backdrop: Curves | None
) -> dict[tuple[str, str], dict]:
    """Return the look of each curve, {"label", "style", "kind"}, by (layer, name).

    A style is a number that stands for a color and a dash pattern, a kind a class of the style
    sheet. A curve of the reader's own run has the style of the recorded one of its name.
    """
    looks: dict[tuple[str, str], dict] = {}
    for curves in content:
        names = curves.names if isinstance(curves, Curves) else []
        # Styles tell the curves of one chart apart; charts with other curves start again.
        used = {looks["recorded", name]["style"] for name in names if ("recorded", name) in looks}
        free = (style for style in itertools.count() if style not in used)
        for name in names:
            if ("recorded", name) not in looks:
                looks["recorded", name] = {"label": name, "style": next(free), "kind": ""}
    for runs in own:
        for run, curves in runs.items():
            for name in curves.names:
                style = looks.get(("recorded", name), {}).get("style", len(looks))
                look = {"label": f"{name} ({run})", "style": style, "kind": "d2l-own"}
                looks.setdefault((f"own {run}", name), look)
    for name in backdrop.names if backdrop else []:
        looks["backdrop", name] = {"label": name, "style": 0, "kind": "d2l-back"}
    return looks


def encode_curves(curves: Curves, looks: dict, xs: list, layer: str) -> list[dict]:
    """Return curves as the script reads them; an x that is new joins `xs`, shared by all."""
    order = list(looks)
    encoded = []
    for name in curves.names:
        x = compact(curves.x[name], digits=7)
        if x not in xs:
            xs.append(x)
        curve = {"name": order.index((layer, name)), "x": xs.index(x)}
        curve["y"] = compact(curves.mean(name))
        if band := curves.band(name):
            curve["low"], curve["high"] = map(compact, band)
        encoded.append(curve)
    return encoded


def still_curves(state: dict, setting: str) -> bytes:
    """Return the chart of the starting setting as a PNG, from the state that the script gets."""
    plot = state["plot"]
    with matplotlib.style.context("default"):
        figure = new_figure(6.4, 6.4 / CURVES_ASPECT)
        ax = figure.subplots()
        entry = state["settings"].get(",".join(map(str, state["at"])), {})
        ax.set(xscale=plot["xscale"], yscale=plot["yscale"], xlim=plot["xlim"])
        ax.set_ylim(entry.get("ylim"))
        ax.spines[["top", "right", "left"]].set_visible(False)
        ax.grid(axis="y", color="#e3e3e3", linewidth=0.8)
        ax.tick_params(axis="y", length=0)
        ax.set_axisbelow(True)
        for axis, scale in ((ax.xaxis, plot["xscale"]), (ax.yaxis, plot["yscale"])):
            if scale == "linear":
                axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        handles = {}
        for curve in plot["backdrop"] + entry.get("curves", []):
            look = plot["names"][curve["name"]]
            line = _draw(ax, curve, look, plot["xs"][curve["x"]])
            if not look["label"].startswith("_"):
                handles[look["label"]] = line
        plain = {"parse_math": False, "fontsize": 10}
        ax.set_xlabel(plot["xlabel"], **plain)
        ax.set_title(plot["ylabel"], loc="left", **plain)
        ax.set_title(setting, loc="right", color="#555555", **plain)
        place = {"loc": "outside lower center", "ncols": 3, "frameon": False, "fontsize": 9}
        legend = figure.legend(handles.values(), handles, **place)
        for text in legend.get_texts():
            text.set_parse_math(False)
        return png(figure)


def _draw(ax, curve: dict, look: dict, x: list):
    """Draw one curve, with its band and, for the reader's own, dots; return its line."""
    def real(values):
        # Not the large whole numbers of a run that diverges: numpy takes those for objects.
        return [float("nan") if v is None else float(v) for v in values]

    back, own = look["kind"] == "d2l-back", look["kind"] == "d2l-own"
    color = "#b4b4b4" if back else COLORS[look["style"] % len(COLORS)]
    if "low" in curve:
        ax.fill_between(x, real(curve["low"]), real(curve["high"]), color=color, alpha=0.16, lw=0)
    dash = DASHES[(look["style"] + look["style"] // len(COLORS)) % len(DASHES)]
    style = {"linestyle": "-" if own else dash, "marker": "o" if own else None}
    width = 1.0 if back else 2.6 if own else 1.8
    return ax.plot(x, real(curve["y"]), color=color, linewidth=width, markersize=4, **style)[0]

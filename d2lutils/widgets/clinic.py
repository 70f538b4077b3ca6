"""Clinic: curves of programs that do not learn, a name to guess, and the line to mend."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from html import escape

import matplotlib.style

from ..checks import number_in, one_of
from .base import Component, paragraph
from .content import encode_curves
from .curves import Curves, limits, span
from .questions import checked_choices, checked_text, still_choices, still_question
from .still import COLORS, DASHES, new_figure, png, png_uri

__all__ = ["Case", "Clinic"]

ASPECT = 1.45
ASK = "What is wrong?"


class Case:
    """One patient of a `Clinic`.

    Parameters
    ----------
    complaint
        What its owner says of it.
    fault
        The name of what is wrong, one of `choices`.
    choices
        A dict from each name to choose from to a sentence on how such a program behaves. It is
        said to a reader who chose that one wrongly.
    runs
        For each choice its charts, a dict from the name of a chart to `Curves`. Those of the
        fault are the symptoms; those of another choice show what a wrong guess would look like.
        Only the fault has to be there.
    healthy
        The charts of the mended program.
    code
        A pair: the faulty program and the mended one.
    why, test
        How the symptoms follow from the fault, and the quickest way to find it.
    ylim
        For each chart the range of y; by default that of all curves, diverging ones aside.
    lines
        For some charts a level to compare with, (words, y).

    Raises
    ------
    TypeError, ValueError
        If a text is empty, `fault` is not a choice, charts differ in their names, or the two
        programs are the same.

    Examples
    --------
    >>> flat, falling = Curves([1, 2], loss=[2, 2]), Curves([1, 2], loss=[2, 1])
    >>> Case("It stays.", "no step", {"no step": "It would stay.", "no data": "It would stop."},
    ...      {"no step": {"loss": flat}}, {"loss": falling}, ("pass", "step()"),
    ...      why="Nothing moves the weights.", test="Print a weight twice.")
    Case('It stays.': no step)
    """

    def __init__(
        self,
        complaint: str,
        fault: str,
        choices: Mapping[str, str],
        runs: Mapping[str, Mapping[str, Curves]],
        healthy: Mapping[str, Curves],
        code: tuple[str, str],
        why: str,
        test: str,
        ylim: Mapping[str, tuple[float, float]] | None = None,
        lines: Mapping[str, tuple[str, float]] | None = None,
    ) -> None:
        self.complaint = checked_text("complaint", complaint)
        self.choices = checked_choices("choices", choices)
        self.would = [checked_text(f"the words on {c!r}", choices[c]) for c in self.choices]
        self.fault = one_of("fault", fault, self.choices)
        self.why, self.test = checked_text("why", why), checked_text("test", test)
        self.faulty, self.mended = (checked_text("code", text) for text in code)
        if self.faulty == self.mended:
            raise ValueError("code must be a faulty program and a mended one, got the same twice")
        one_of("fault", fault, runs)
        for name, charts in {**runs, "healthy": healthy}.items():
            if list(charts) != list(healthy) or not charts:
                wanted = f"must have the charts {list(healthy)}"
                raise ValueError(f"{name!r} {wanted}, got {list(charts)}")
        for name in runs:
            one_of("a name in runs", name, self.choices)
        self.runs, self.healthy, self.ylim, self.lines = dict(runs), dict(healthy), {}, {}
        for chart in healthy:
            every = [charts[chart] for charts in self.runs.values()] + [healthy[chart]]
            self.ylim[chart] = (ylim or {}).get(chart) or limits(every, "linear")
        for chart, (words, level) in (lines or {}).items():
            one_of("a chart in lines", chart, self.healthy)
            self.lines[chart] = checked_text("lines", words), number_in("lines", level)

    def state(self) -> dict:
        """Return what the script needs to ask, to answer and to draw."""
        return {
            "complaint": self.complaint,
            "choices": self.choices,
            "would": self.would,
            "right": self.choices.index(self.fault),
            "why": self.why,
            "test": self.test,
            "code": self.faulty,
            "difference": difference(self.faulty, self.mended),
            "charts": [self._chart(name) for name in self.healthy],
        }

    def _chart(self, name: str) -> dict:
        """Return a chart: what createPlot takes, and the curves of each run."""
        healthy, xs = self.healthy[name], []
        every = [charts[name] for charts in self.runs.values()] + [healthy]
        layers = {"run": "", "healthy": "mended, ", "guess": "your guess, "}
        curve_names = list(dict.fromkeys(n for curves in every for n in curves.names))
        looks = {
            (layer, curve): {"label": words + curve, "style": 2 * k + i, "kind": ""}
            for k, (layer, words) in enumerate(layers.items())
            for i, curve in enumerate(curve_names)
        }
        xlim, backdrop = span(every, "linear"), []
        if name in self.lines:
            words, level = self.lines[name]
            looks["line", words] = {"label": words, "style": 0, "kind": "d2l-back"}
            backdrop = encode_curves(Curves(xlim, **{words: [level] * 2}), looks, xs, "line")
        chart = {
            "run": encode_curves(self.runs[self.fault][name], looks, xs, "run"),
            "healthy": encode_curves(healthy, looks, xs, "healthy"),
            "guesses": {
                self.choices.index(choice): encode_curves(charts[name], looks, xs, "guess")
                for choice, charts in self.runs.items() if choice != self.fault
            },
            "ylim": self.ylim[name],
        }
        plot = {"xlabel": "epoch", "ylabel": name, "xscale": "linear", "yscale": "linear",
                "xlim": xlim, "spread": "", "legend": "d2l-legend d2l-wide",
                "names": list(looks.values()), "backdrop": backdrop, "xs": xs}
        return {**chart, "plot": plot}

    def __repr__(self) -> str:
        return f"Case({self.complaint!r}: {self.fault})"


class Clinic(Component):
    """Programs that do not learn, one after the other: see the curves, name the fault, mend it.

    A wrong guess shows its own curves over those of the patient. The right one opens what was
    wrong and the difference of the code; the mended program then runs again, as recorded. The
    score counts first guesses; it stays until the reader closes the page.

    Parameters
    ----------
    cases
        One or more of `Case`.

    Examples
    --------
    >>> from d2lutils.clinic import patient
    >>> Clinic([patient(8).case()])
    Clinic(1 patients)
    """

    script = "clinic.js"

    def __init__(self, cases: Iterable[Case]) -> None:
        self.cases = list(cases)
        if not self.cases:
            raise ValueError("cases must hold one or more, got none")
        for case in self.cases:
            if not isinstance(case, Case):
                raise TypeError(f"cases must hold Case objects, got {case!r}")

    def state(self) -> dict:
        return {"cases": [case.state() for case in self.cases], "source": self._source()}

    def still_html(self) -> str:
        case, total = self.cases[0], len(self.cases)
        state = case.state()
        rounds = "".join(
            f'<span class="d2l-button">{number}</span>' for number in range(1, total + 1)
        )
        charts = "".join(
            f'<div><div class="d2l-stage" style="aspect-ratio:{ASPECT}"><img class="d2l-image" '
            f'alt="{escape(self._alt(chart))}" src="{png_uri(still_charts([chart]))}"></div>'
            f"{_reserved_legend(chart)}</div>"
            for chart in state["charts"]
        )
        answer = f"{case.fault}. {case.why} {case.test}"
        return (
            paragraph("The clinic", "title")
            + f'<div class="d2l-rounds">{rounds}</div>'
            + _heading(1, total, case.complaint)
            + f'<div class="d2l-charts">{charts}</div><p class="d2l-note"></p>'
            + "<details><summary>Read its code</summary>"
            f'<pre class="d2l-code d2l-scroll">{escape(case.faulty)}</pre></details>'
            + still_question(ASK, still_choices(case.choices), answer)
            + '<div class="d2l-walk"><span class="d2l-button">Previous</span>'
            '<span class="d2l-button">Next patient</span><p class="d2l-score"><noscript>'
            "The others need JavaScript.</noscript></p>"
            '<span class="d2l-button">Start over</span></div>'
            + paragraph(self._source(), "source")
        )

    def still_png(self) -> bytes:
        return still_charts(self.cases[0].state()["charts"])

    def _source(self) -> str:
        """Say what one curve is."""
        seeds = {
            len(y) for case in self.cases for c in case.healthy.values() for y in c.y.values()
        }
        if max(seeds) == 1:
            return "Each curve is one run."
        return f"Each curve is one run, a mended one the mean and range of {max(seeds)} seeds."

    def _alt(self, chart: dict) -> str:
        names = ", ".join(chart["plot"]["names"][c["name"]]["label"] for c in chart["run"])
        return f"Curves of patient 1: {names}"

    def __repr__(self) -> str:
        return f"Clinic({len(self.cases)} patients)"


def difference(faulty: str, mended: str) -> list[list[str]]:
    """Return the lines around each change as [sign, line]: "-" faulty, "+" mended, "" in both.

    Between two places that lie apart stands ["…", ""].

    Examples
    --------
    >>> difference("a\\nb", "a\\nc")
    [['', 'a'], ['-', 'b'], ['+', 'c']]
    """
    rows: list[list[str]] = []
    lines = difflib.unified_diff(faulty.splitlines(), mended.splitlines(), lineterm="", n=4)
    for line in list(lines)[2:]:  # the first two name the files
        if line.startswith("@@"):
            rows += [["…", ""]] if rows else []
        else:
            rows.append([line[0].strip(), line[1:]])
    return rows


def still_charts(charts: list[dict]) -> bytes:
    """Return the symptoms as a PNG, the charts side by side."""
    with matplotlib.style.context("default"):
        figure = new_figure(4 * len(charts), 4 / ASPECT)
        for ax, chart in zip(figure.subplots(1, len(charts), squeeze=False)[0], charts):
            plot = chart["plot"]
            ax.set(xlim=plot["xlim"], ylim=chart["ylim"])
            ax.set_xlabel(plot["xlabel"], parse_math=False)
            ax.set_title(plot["ylabel"], loc="left", fontsize=10, parse_math=False)
            ax.spines[["top", "right"]].set_visible(False)
            for curve in plot["backdrop"] + chart["run"]:
                look = plot["names"][curve["name"]]
                color = "#b4b4b4" if look["kind"] else COLORS[look["style"] % len(COLORS)]
                y = [math.nan if v is None else v for v in curve["y"]]
                ax.plot(plot["xs"][curve["x"]], y, color=color,
                        linestyle=DASHES[look["style"] % len(DASHES)])
        return png(figure)


def _heading(number: int, total: int, complaint: str) -> str:
    return (f'<p class="d2l-patient"><strong>Patient {number} of {total}</strong> '
            f"{escape(complaint)}</p>")


def _reserved_legend(chart: dict) -> str:
    """Return an unseen legend as tall as the one that the script will put in its place."""
    plot = chart["plot"]
    items = "".join(
        f'<span class="d2l-item"><span class="d2l-swatch"></span>'
        f"{escape(plot['names'][curve['name']]['label'])}</span>"
        for curve in plot["backdrop"] + chart["run"]
    )
    return (f'<div class="d2l-reserved" aria-hidden="true"><div class="d2l-where">epoch 0</div>'
            f'<div class="{plot["legend"]}">{items}</div></div>')

"""The live side of an Experiment: controls of ipywidgets that train the reader's own setting.

Only what ipywidgets 7.7 and 8 share is used. The run goes on in a thread, so that the kernel
stays free to hear the Stop button.
"""

from __future__ import annotations

import itertools
import math
import os
import threading
import time
from html import escape
from typing import TYPE_CHECKING

import ipywidgets
import numpy as np

from ..records.running import TRAINING, one_line
from ..records.views import metric_groups
from .content import CURVES_ASPECT
from .curves import Curves
from .grid import describe, is_number
from .still import COLORS, new_figure, png, png_uri

if TYPE_CHECKING:
    from ..experiment import Experiment

__all__: list[str] = []

REDRAW = 0.5  # seconds between two pictures of a growing curve
OVERLAID = 5  # how many of the reader's runs stay in the Explorer


def in_live_kernel() -> bool:
    """Say whether a reader sits at this process: a kernel, and not one that builds the book.

    The build sets D2LUTILS_STATIC=1, since its pages have no kernel to answer a button.
    """
    from IPython import get_ipython

    return not os.environ.get("D2LUTILS_STATIC") and hasattr(get_ipython(), "kernel")


class Panel:
    """Controls for a setting, a seed and the epochs, Train and Stop, and the growing curves.

    The finished run is laid over the recorded ones in the Explorer on top.

    Attributes
    ----------
    view
        The widget to display.
    controls
        A widget for each axis of the grid; and `seed`, and `epochs` (None where the train
        function has no parameter num_epochs).
    train_button, stop_button, progress, status, picture, top
        The other parts.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.explorer = experiment.explorer()
        self.record = experiment.recorded
        self._own: list[tuple] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

        start = experiment.show.get("start", {})
        self.controls = {
            axis: control(axis, values, experiment.ranges.get(axis), start.get(axis))
            for axis, values in experiment.axes.items()
        }
        self.seed = ipywidgets.BoundedIntText(value=0, min=0, max=2**31 - 1, description="seed")
        self.epochs = None
        if parameter := experiment.parameters.get("num_epochs"):
            usual = parameter.default
            self.epochs = ipywidgets.IntSlider(
                value=usual, min=1, max=3 * usual, description="epochs", continuous_update=False
            )
        self.train_button = ipywidgets.Button(description="Train", button_style="primary")
        self.stop_button = ipywidgets.Button(description="Stop", disabled=True)
        self.train_button.on_click(self.train)
        self.stop_button.on_click(self.stop)
        self.progress = ipywidgets.IntProgress(min=0, max=1)
        self.status = ipywidgets.HTML()
        self.picture = ipywidgets.HTML()
        self.top = ipywidgets.Output()
        self._say("Train a setting of your own: it is laid over the recorded runs.")
        self._show_explorer()
        fields = [*self.controls.values(), self.seed, *([self.epochs] if self.epochs else [])]
        for field in fields:
            field.style = {"description_width": "8em"}
            field.layout = ipywidgets.Layout(width="min(30em, 100%)")
        buttons = ipywidgets.HBox([self.train_button, self.stop_button, self.progress])
        self.view = ipywidgets.VBox([self.top, *fields, buttons, self.status, self.picture])

    def setting(self) -> dict:
        """Return the setting that the controls show, "num_epochs" included."""
        setting = {axis: widget.value for axis, widget in self.controls.items()}
        # A slider on a log scale computes 10 ** exponent, which may miss its own end a little.
        for axis, (low, high) in self.experiment.ranges.items():
            setting[axis] = min(max(setting[axis], low), high)
            if isinstance(setting[axis], float):
                setting[axis] = float(f"{setting[axis]:.3g}")
        return setting | ({"num_epochs": self.epochs.value} if self.epochs else {})

    def train(self, _button=None) -> None:
        """Start a run of the setting that the controls show; return at once."""
        if TRAINING.locked():
            self._say("Another run is going on: wait for it, or stop it.")
            return
        self._stop.clear()
        self._busy(True)
        arguments = (self.setting(), self.seed.value)
        self._thread = threading.Thread(target=self._follow, args=arguments, daemon=True)
        self._thread.start()

    def stop(self, _button=None) -> None:
        """Ask the run to end after the epoch that it is in."""
        self._stop.set()
        self._say("Stopping at the end of this epoch.")

    def wait(self, timeout: float | None = None) -> None:
        """Wait for the run to end."""
        if self._thread:
            self._thread.join(timeout)

    def _follow(self, setting: dict, seed: int) -> None:
        """Run a setting, show what it yields, and leave the panel ready for the next one."""
        curves: dict[str, list[float]] = {}
        self.progress.value, self.progress.max = 0, self._expected(setting)
        self._say("Training.")
        steps, drawn, end = None, -math.inf, "Done"
        try:
            steps = self.experiment.epochs(seed, **setting)
            for epoch, step in enumerate(steps, start=1):
                for name, value in step.items():
                    curves.setdefault(name, []).append(value)
                self.progress.max = max(self.progress.max, epoch)
                self.progress.value = epoch
                if time.monotonic() - drawn > REDRAW:
                    self._draw(setting, curves)
                    drawn = time.monotonic()
                if self._stop.is_set():
                    end = "Stopped"
                    break
                self._say(f"Epoch {epoch}: {_values(curves)}.")
            self._draw(setting, curves)
            self._overlay(setting, seed, curves)
            count = len(next(iter(curves.values())))
            self._say(f"{end} after {count} epoch{'s' * (count > 1)}: {_values(curves)}.")
        except Exception as error:  # of any kind: train is the reader's own code
            self._say(f"The run failed. {one_line(error)}", "alert")
        finally:
            if steps is not None:
                steps.close()
            self._busy(False)

    def _expected(self, setting: dict) -> int:
        """Return how many epochs a run takes, as far as one can know before it."""
        runs = self.record.runs if self.record else []
        recorded = (len(curve) for run in runs for curve in run.curves.values())
        return setting.get("num_epochs") or max(recorded, default=1)

    def _busy(self, busy: bool) -> None:
        self.train_button.disabled, self.stop_button.disabled = busy, not busy

    def _say(self, text: str, role: str = "status") -> None:
        self.status.value = f'<div role="{role}">{escape(text)}</div>'

    def _show_explorer(self) -> None:
        shown = self.explorer
        text = repr(self.experiment)
        html = shown.html() if shown else f"<p>{escape(text)}</p>"
        data = {"text/plain": text, "text/html": html}
        self.top.outputs = ({"output_type": "display_data", "data": data, "metadata": {}},)

    def _overlay(self, setting: dict, seed: int, curves: dict[str, list[float]]) -> None:
        """Lay the run over the recorded ones; the oldest of the reader's own runs makes room."""
        if not self.explorer:
            return
        self._own = [*self._own, (setting, seed, curves)][-OVERLAID:]
        self.explorer = self.experiment.explorer()
        for setting, seed, curves in self._own:
            points = range(1, len(next(iter(curves.values()))) + 1)
            # The first group last: the Explorer starts where the last overlay is.
            for word, names in reversed(self._groups(curves).items()):
                at = [setting[axis] for axis in self.explorer.axes if axis in setting]
                own = Curves(points, **{name: curves[name] for name in names})
                self.explorer = self.explorer.overlay((*at, *word), own, f"yours, seed {seed}")
        self._show_explorer()

    def _groups(self, curves: dict[str, list[float]]) -> dict[tuple, list[str]]:
        """Return the names of the curves that stand in one chart."""
        return metric_groups(self.experiment.show.get("metrics"), list(curves))

    def _draw(self, setting: dict, curves: dict[str, list[float]]) -> None:
        """Draw the run so far over the recorded runs of the setting nearest to it."""
        figure = new_figure(6.4, 6.4 / CURVES_ASPECT)
        groups = self._groups(curves)
        near = nearest(setting, self.record.axes) if self.record else {}
        for ax, names in zip(figure.subplots(1, len(groups), squeeze=False).flat, groups.values()):
            self._draw_group(ax, names, curves, near)
        if near:
            title = f"Dashed: recorded with {describe(near, tuple(near.values()))}"
            figure.suptitle(title, fontsize=10, parse_math=False)
        count = len(next(iter(curves.values())))
        alt = f"Your curves after {count} epoch{'s' * (count > 1)}: {_values(curves)}"
        height = round(640 / CURVES_ASPECT)
        self.picture.value = (
            f'<img width="640" height="{height}" style="max-width:100%;height:auto" '
            f'alt="{escape(alt)}" src="{png_uri(png(figure, dpi=100))}">'
        )

    def _draw_group(self, ax, names: list[str], curves: dict, near: dict) -> None:
        """Draw some of the curves, each over its recorded runs at the setting `near`."""
        for i, name in enumerate(names):
            color = COLORS[i % len(COLORS)]
            recorded = self.record.values(name, near) if near else np.empty((0, 0))
            if recorded.size:
                x = range(1, recorded.shape[1] + 1)
                ax.fill_between(x, recorded.min(0), recorded.max(0), color=color, alpha=0.16, lw=0)
                ax.plot(x, recorded.mean(0), color=color, linewidth=1.2, linestyle="--")
            x = range(1, len(curves[name]) + 1)
            style = {"linewidth": 2.4, "marker": "o", "markersize": 4, "label": name}
            ax.plot(x, curves[name], color=color, **style)
        show = self.experiment.show
        ax.set(xlabel=show.get("xlabel", "epoch"), yscale=show.get("yscale", "linear"))
        ax.legend(frameon=False)


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


def _values(curves: dict[str, list[float]]) -> str:
    return ", ".join(f"{name} {values[-1]:.3g}" for name, values in curves.items())

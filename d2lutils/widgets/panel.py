"""The live side of an Experiment: controls of ipywidgets that train the reader's own setting.

Only what ipywidgets 7.7 and 8 share is used. The run goes on in a thread, so that the kernel
stays free to hear the Stop button.
"""

from __future__ import annotations

import math
import os
import threading
import time
import traceback
from html import escape
from typing import TYPE_CHECKING

import ipywidgets

from ..records.running import TRAINING, one_line
from ..records.views import aligned, metric_groups
from .content import CURVES_ASPECT
from .controls import control, nearest
from .curves import Curves
from .grid import describe
from .still import COLORS, new_figure, png, png_uri

if TYPE_CHECKING:
    from ..experiment import Experiment

__all__: list[str] = []

REDRAW = 0.5  # seconds between two pictures of a growing curve
OVERLAID = 5  # how many of the reader's runs stay in the Explorer

# Every panel can stop the run that goes on, since there is only one at a time: the panel that
# started it may be gone from the page, when its cell was executed again.
STOP = threading.Event()


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
        self.stop_button = ipywidgets.Button(description="Stop", disabled=not TRAINING.locked())
        self.train_button.on_click(self.train)
        self.stop_button.on_click(self.stop)
        self.progress = ipywidgets.IntProgress(min=0, max=1)
        self.status = ipywidgets.HTML()
        self.picture = ipywidgets.HTML()
        self.top = ipywidgets.Output()
        self.heading = ipywidgets.HTML("<strong>Train a setting of your own</strong>")
        self._say("The run will lie over the recorded ones." if self.explorer else "Ready.")
        self._show_explorer()
        fields = [*self.controls.values(), self.seed, *([self.epochs] if self.epochs else [])]
        for field in fields:
            field.style = {"description_width": "8em"}
            # Else ipywidgets 8 says "null" there; 7 has no such attribute and ignores it.
            field.tooltip = field.description
            field.layout = ipywidgets.Layout(width="min(30em, 100%)")
        buttons = ipywidgets.HBox([self.train_button, self.stop_button, self.progress])
        below = [buttons, self.status, self.picture]
        self.view = ipywidgets.VBox([self.top, self.heading, *fields, *below])

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
        if self._running():
            return  # a double click: the second one came before the button was off
        if TRAINING.locked():
            self.stop_button.disabled = False
            self._say("Another run is going on: wait for it, or stop it here.")
            return
        STOP.clear()
        self._busy(True)
        arguments = (self.setting(), self.seed.value)
        self._thread = threading.Thread(target=self._follow, args=arguments, daemon=True)
        self._thread.start()

    def stop(self, _button=None) -> None:
        """Ask the run that goes on, of this panel or another, to end after its epoch."""
        if self._running():
            self._say("Stopping at the end of this epoch.")
        elif TRAINING.locked():
            self._say("The other run stops at the end of its epoch.")
        else:
            self._busy(False)
            self._say("No run is going on.")
        STOP.set()

    def _running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

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
                    self._draw(setting, seed, curves)
                    drawn = time.monotonic()
                if STOP.is_set():
                    end = "Stopped"
                    break
                unit = self._unit.capitalize()
                self._say(f"{unit} {epoch} of {self.progress.max}: {_values(curves)}.")
            self._draw(setting, seed, curves)
            self._overlay(setting, seed, curves)
            self._say(f"{end} after {self._length(curves)}: {_values(curves)}.")
        except Exception as error:  # of any kind: train is the reader's own code
            if drawn < 0:
                self.picture.value = ""  # the picture there is of the run before
            self._say_failed(error, self._length(curves) if curves else "")
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

    def _say(self, text: str) -> None:
        self.status.value = f'<div role="status">{escape(text)}</div>'

    def _say_failed(self, error: Exception, length: str) -> None:
        """Say what went wrong after so many epochs, and where, for those who look into it."""
        after = f" after {length}" if length else ""
        where = "".join(traceback.format_exception(error))
        self.status.value = (
            '<div style="border-left:4px solid #d55e00;padding-left:8px">'
            f'<div role="alert"><strong>The run failed{after}.</strong> '
            f"{escape(one_line(error))}</div>"
            '<details><summary>Where</summary><pre style="overflow:auto;max-height:20em">'
            f"{escape(where)}</pre></details></div>"
        )

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
            points = self._points(curves)
            # The first group last: the Explorer starts where the last overlay is.
            for word, names in reversed(self._groups(curves).items()):
                at = [setting[axis] for axis in self.explorer.axes if axis in setting]
                own = Curves(points, **{name: curves[name] for name in names})
                self.explorer = self.explorer.overlay((*at, *word), own, f"yours, seed {seed}")
        self._show_explorer()

    @property
    def _unit(self) -> str:
        """What a point of a curve stands for."""
        return "point" if self.experiment.show.get("x") else "epoch"

    def _length(self, curves: dict[str, list[float]]) -> str:
        """Say how long a run is, such as "4 epochs"."""
        count = len(next(iter(curves.values())))
        return f"{count} {self._unit}{'s' * (count > 1)}"

    def _points(self, curves: dict[str, list[float]]) -> list[float]:
        """Return the x of a run's points: the metric that `show` names, or the epochs."""
        x = self.experiment.show.get("x")
        return curves[x] if x else list(range(1, len(next(iter(curves.values()))) + 1))

    def _groups(self, curves: dict[str, list[float]]) -> dict[tuple, list[str]]:
        """Return the names of the curves that stand in one chart."""
        return metric_groups(self.experiment.show.get("metrics"), list(curves))

    def _draw(self, setting: dict, seed: int, curves: dict[str, list[float]]) -> None:
        """Draw the run so far over the recorded runs of the setting nearest to it."""
        figure = new_figure(6.4, 6.4 / CURVES_ASPECT)
        groups = self._groups(curves)
        near = nearest(setting, self.record.axes) if self.record else {}
        for ax, names in zip(figure.subplots(1, len(groups), squeeze=False).flat, groups.values()):
            self._draw_group(ax, names, curves, near)
        own = {axis: setting[axis] for axis in self.experiment.axes} | {"seed": seed}
        title = f"Yours: {describe(own, tuple(own.values()))}"
        if near:
            title += f"\nDashed: recorded with {describe(near, tuple(near.values()))}"
        figure.suptitle(title, fontsize=10, parse_math=False)
        alt = f"Your curves after {self._length(curves)}: {_values(curves)}"
        height = round(640 / CURVES_ASPECT)
        self.picture.value = (
            f'<img width="640" height="{height}" style="max-width:100%;height:auto" '
            f'alt="{escape(alt)}" src="{png_uri(png(figure, dpi=100))}">'
        )

    def _draw_group(self, ax, names: list[str], curves: dict, near: dict) -> None:
        """Draw some of the curves, each over its recorded runs at the setting `near`."""
        show = self.experiment.show
        x = show.get("x", "")
        places, recorded = aligned(self.record, names, near, x) if near else ((), {})
        for i, name in enumerate(names):
            color = COLORS[i % len(COLORS)]
            if len(places):
                y = recorded[name]
                ax.fill_between(places, y.min(0), y.max(0), color=color, alpha=0.16, lw=0)
                ax.plot(places, y.mean(0), color=color, linewidth=1.2, linestyle="--")
            style = {"linewidth": 2.4, "marker": "o", "markersize": 4, "label": name}
            ax.plot(self._points(curves), curves[name], color=color, **style)
        scales = {scale: show.get(scale, "linear") for scale in ("xscale", "yscale")}
        ax.set(xlabel=show.get("xlabel", x or "epoch"), **scales)
        ax.legend(frameon=False)


def _values(curves: dict[str, list[float]]) -> str:
    return ", ".join(f"{name} {values[-1]:.3g}" for name, values in curves.items())

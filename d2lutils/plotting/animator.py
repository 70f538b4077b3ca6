"""Curves that grow while a network trains."""

from __future__ import annotations

import atexit
import functools
import io
import itertools
import time
import uuid
from collections.abc import Sequence

import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..checks import positive_int
from .curves import FORMATS, STABLE, in_kernel, is_single, line_styles, set_axes

__all__ = ["Animator"]

# Seconds between two pictures, and how many times a picture's own time has to pass before
# the next one, so that drawing takes at most a tenth of the training.
LEAST_PAUSE = 0.5
PAUSE_PER_PICTURE = 10


class Animator:
    """Curves in one figure, to which points are added while something runs.

    In a notebook the figure appears with the first points and is then replaced in place,
    at most twice a second. What remains in the cell is the complete figure: the points
    still missing are drawn by `finish`, at the end of a ``with`` block, or at the latest
    when the cell ends. In a script it is a figure of pyplot like any other, always
    complete, to save or to show; where there are windows, it is shown at the end of the
    script if the script did not show it. It draws any number of curves, d2l's as many as
    there are formats.

    Parameters
    ----------
    xlabel, ylabel, xlim, ylim, xscale, yscale
        As for `set_axes`.
    legend
        A name for each curve.
    fmts
        As for `plot`.
    nrows, ncols
        Size of the grid of axes; the curves are drawn in the first of them.
    figsize
        Size of the figure in inches.

    Attributes
    ----------
    fig, axes
        The figure, and the list of its axes.
    X, Y : list of list of float
        The points of each curve so far.

    Examples
    --------
    >>> with d2l.Animator(xlabel="epoch", legend=["loss", "accuracy"]) as animator:
    ...     animator.add(1, (0.7, 0.5))
    ...     animator.add(2, (0.4, None))
    >>> animator.Y
    [[0.7, 0.4], [0.5]]
    >>> d2l.plt.close(animator.fig)
    """

    def __init__(
        self,
        xlabel: str | None = None,
        ylabel: str | None = None,
        legend: Sequence[str] | None = None,
        xlim: Sequence[float] | None = None,
        ylim: Sequence[float] | None = None,
        xscale: str = "linear",
        yscale: str = "linear",
        fmts: Sequence[str] = FORMATS,
        nrows: int = 1,
        ncols: int = 1,
        figsize: tuple[float, float] = (3.5, 2.5),
    ):
        grid = positive_int("nrows", nrows), positive_int("ncols", ncols)
        if in_kernel():
            # Unknown to pyplot, or the notebook would show it again at the end of the cell.
            self.fig = Figure(figsize=figsize, layout="constrained")
        else:
            self.fig = plt.figure(figsize=figsize, layout="constrained")
            _show_windows_at_exit()
        kind = {"axes_class": _Axes}
        self.axes = list(self.fig.subplots(*grid, squeeze=False, subplot_kw=kind).flat)
        set_axes(self.axes[0], xlabel, ylabel, xlim, ylim, xscale, yscale, None)
        self.X: list[list[float]] = []
        self.Y: list[list[float]] = []
        self._lines = self.axes[0].growing = []
        self._names = [legend] if isinstance(legend, str) else list(legend or [])
        self._styles = line_styles(fmts)
        self._display_id: str | None = None
        self._pending = self._shown = False
        self._next_picture = time.monotonic() + LEAST_PAUSE

    def add(self, x, y) -> None:
        """Add a point to each curve.

        Parameters
        ----------
        x
            A number for all curves, or one for each.
        y
            A number for each curve, or a single one. Where it is None, that curve gets
            no point.

        Raises
        ------
        ValueError, TypeError
            If `x` and `y` are not as many, or something else than numbers.
        """
        ys = _numbers("y", y)
        xs = _numbers("x", x)
        if len(xs) == 1:
            xs *= len(ys)
        if len(xs) != len(ys):
            raise ValueError(f"x must be one number or {len(ys)}, as many as y, got {len(xs)}")
        if len(ys) > len(self._lines):
            self._new_lines(len(ys) - len(self._lines))
        for line, X, Y, a, b in zip(self._lines, self.X, self.Y, xs, ys):
            if a is not None and b is not None:
                X.append(a)
                Y.append(b)
                line.set_data(X, Y)
                if len(X) <= 2:
                    line.set_marker("o" if len(X) == 1 else "")  # a line through it would not show
        self.axes[0].autoscale(None)  # when it is drawn next, or asked for
        if in_kernel():
            self._show_in_time()

    def finish(self) -> None:
        """Draw what is not drawn yet. Points added after this begin a new picture.

        Outside a notebook there is nothing to do.
        """
        if not in_kernel():
            return
        if self._pending:
            self._show()
        if self._display_id is not None:
            self._display_id, self._shown = None, False
            _events().unregister("post_run_cell", self._cell_ended)

    def __enter__(self) -> Animator:
        return self

    def __exit__(self, *error) -> None:
        self.finish()

    def _new_lines(self, count: int) -> None:
        """Start curves, and write the names above the axes, where they cover no curve."""
        for fmt, style in itertools.islice(self._styles, count):
            name = self._names[len(self._lines)] if len(self._lines) < len(self._names) else None
            self._lines += self.axes[0].plot([], [], fmt, label=name, **style)
            self.X.append([])
            self.Y.append([])
        if self._names:
            self.axes[0].legend(
                loc="lower left",
                bbox_to_anchor=(0, 1),
                ncols=3,
                fontsize="small",
                frameon=False,
                borderpad=0.2,
                handlelength=1.8,
                handletextpad=0.4,
                columnspacing=1,
            )

    def _show_in_time(self) -> None:
        """Show the figure if the last picture is long enough ago, else leave it for later."""
        self._pending = True
        if self._display_id is None:
            self._display_id = uuid.uuid4().hex
            _events().register("post_run_cell", self._cell_ended)
        if time.monotonic() >= self._next_picture:
            self._show()

    def _show(self) -> None:
        """Put the figure into the cell's output, or in the place of the picture there."""
        from IPython.display import display

        start = time.monotonic()
        svg = io.StringIO()
        with plt.rc_context(STABLE):
            self.fig.savefig(svg, format="svg", metadata={"Date": None})
        picture = {"image/svg+xml": svg.getvalue(), "text/plain": self._in_words()}
        # An update leaves the rest of the cell's output alone and, unlike clearing it, does
        # not flicker.
        display(picture, raw=True, display_id=self._display_id, update=self._shown)
        self._shown, self._pending = True, False
        cost = time.monotonic() - start
        self._next_picture = time.monotonic() + max(LEAST_PAUSE, PAUSE_PER_PICTURE * cost)

    def _in_words(self) -> str:
        """Return the last point of each curve, for those who do not see the picture."""
        names = self._names + [f"curve {i + 1}" for i in range(len(self._names), len(self.Y))]
        parts = [f"{name} {y[-1]:.4g}" for name, y in zip(names, self.Y) if y]
        where = self.axes[0].get_xlabel() or "x"
        return f"Figure: {', '.join(parts)} at {where} {max(x[-1] for x in self.X if x):.4g}"

    def _cell_ended(self, *result) -> None:
        """Finish when the cell does, for code that knows no `finish`."""
        self.finish()


class _Axes(Axes):
    """Axes that look at their growing lines when they are drawn or asked, not at every point."""

    growing: Sequence[Line2D] = ()

    def autoscale_view(self, *args, **kwargs) -> None:
        """Set the limits by the points that there are by now."""
        for line in self.growing:
            self.update_datalim(line.get_xydata())
        super().autoscale_view(*args, **kwargs)


def _numbers(name: str, values) -> list[float | None]:
    """Return one number or several, tensors included, as a list."""
    try:
        several = [values] if is_single(values) else values
        return [None if value is None else _number(value) for value in several]
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"{name} must be a number, or numbers and None, got {values!r}") from None


def _number(value) -> float:
    return float(value.detach() if isinstance(value, torch.Tensor) else value)


def _events():
    """Return where the notebook tells that a cell has ended."""
    from IPython import get_ipython

    return get_ipython().events


@functools.cache
def _show_windows_at_exit() -> None:
    """Have the figures that are still open shown when the script ends, if there are windows."""
    atexit.register(_show_windows)


def _show_windows() -> None:
    figures = [plt.figure(number) for number in plt.get_fignums()]
    # A canvas without such a framework only writes files; to show it would warn.
    if any(getattr(figure.canvas, "required_interactive_framework", None) for figure in figures):
        plt.show()

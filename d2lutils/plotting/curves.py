"""Curves in a pair of axes."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from itertools import cycle

import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from ..checks import as_array, number_in

__all__ = ["plot", "plt", "set_axes", "set_figsize", "use_svg_display"]

# d2l's formats: solid, dashed, dash-dotted, dotted, so that lines differ without color too.
FORMATS = ("-", "m--", "g-.", "r:")

# What the format letters stand for here. Matplotlib's own magenta, green and red are hard
# to tell apart for many readers, or pale on white. After M. Okabe and K. Ito, "Color
# Universal Design" (2008); the purple is darkened.
COLORS = {"b": "#0072B2", "m": "#A43E86", "g": "#009E73", "r": "#D55E00"}

# Names the elements of an SVG file after what they hold; else they get random names.
STABLE = {"svg.hashsalt": "d2l"}


def in_kernel() -> bool:
    """Say whether this runs in a notebook's kernel, rather than in a script or terminal."""
    # Who runs in a kernel has IPython loaded. Nobody else should wait for its import.
    ipython = sys.modules.get("IPython")
    return getattr(ipython and ipython.get_ipython(), "kernel", None) is not None


def use_svg_display() -> None:
    """Show figures as SVG in notebooks, which stay sharp at any size. Elsewhere: do nothing.

    The same figure gives the same file: it has no date, and its elements' names are not random.
    """
    if not in_kernel():
        return
    try:
        from matplotlib_inline import backend_inline
    except ImportError:  # then the kernel shows figures in its own way
        return
    backend_inline.set_matplotlib_formats("svg", metadata={"Date": None})
    plt.rcParams.update(STABLE)


def set_figsize(figsize: tuple[float, float] = (3.5, 2.5)) -> None:
    """Set the size of the figures made from now on, in inches, and show them as SVG.

    Raises
    ------
    ValueError, TypeError
        If `figsize` is not two numbers above 0.

    Examples
    --------
    >>> d2l.set_figsize((4, 3))
    >>> d2l.plt.rcParams["figure.figsize"]
    [4.0, 3.0]
    """
    if np.shape(figsize) != (2,):
        raise ValueError(f"figsize must be a width and a height in inches, got {figsize!r}")
    size = [number_in("figsize", side, 0.1, 100) for side in figsize]
    use_svg_display()
    plt.rcParams["figure.figsize"] = size


def set_axes(
    axes: Axes,
    xlabel: str | None,
    ylabel: str | None,
    xlim: Sequence[float] | None,
    ylim: Sequence[float] | None,
    xscale: str,
    yscale: str,
    legend: Sequence[str] | None,
) -> None:
    """Label and scale `axes`, give them a grid, and a legend where there are names for it.

    An x axis of epochs has ticks at whole numbers alone.

    Parameters
    ----------
    axes
        The axes of a Matplotlib figure.
    xlabel, ylabel
        Labels; None for none.
    xlim, ylim
        Limits (low, high). Where they are None, or equal (the epochs of a run of one
        epoch), they follow the data.
    xscale, yscale
        ``"linear"`` or ``"log"``, or another scale that Matplotlib knows.
    legend
        A name for each curve, or a single one; None for no legend.
    """
    axes.set_xlabel(xlabel or "")
    axes.set_ylabel(ylabel or "")
    axes.set_xscale(xscale)
    axes.set_yscale(yscale)
    if xlim is not None and xlim[0] != xlim[1]:
        axes.set_xlim(xlim)
    if ylim is not None and ylim[0] != ylim[1]:
        axes.set_ylim(ylim)
    if xscale == "linear" and "epoch" in (xlabel or ""):
        axes.xaxis.get_major_locator().set_params(integer=True)
    if legend:
        axes.legend([legend] if isinstance(legend, str) else legend)
    axes.grid(True)


def line_styles(fmts: Sequence[str]) -> Iterator[tuple[str, dict]]:
    """Yield arguments for `Axes.plot`, without end: a format, and a color that all can see."""
    for i, fmt in enumerate(cycle(fmts)):
        letters = re.sub("[^A-Za-z]", "", fmt)  # of a color and a marker, or a color's name
        if len(letters) < 3 and (color := re.search("[bmgr]", fmt)):
            yield fmt.replace(color[0], ""), {"color": COLORS[color[0]]}
        elif re.search("[cykwC]", fmt) or len(letters) > 2:
            yield fmt, {}
        else:
            yield fmt, {"color": list(COLORS.values())[i % len(COLORS)]}


def plot(
    X,
    Y=None,
    xlabel: str | None = None,
    ylabel: str | None = None,
    legend: Sequence[str] | None = None,
    xlim: Sequence[float] | None = None,
    ylim: Sequence[float] | None = None,
    xscale: str = "linear",
    yscale: str = "linear",
    fmts: Sequence[str] = FORMATS,
    figsize: tuple[float, float] = (3.5, 2.5),
    axes: Axes | None = None,
) -> None:
    """Draw one or more curves, in place of what the axes held.

    Parameters
    ----------
    X, Y
        One sequence of numbers (points,), or several (a list of sequences, or curves,
        points). One X serves all Y. With X alone its values are drawn over their positions.
    xlabel, ylabel, xlim, ylim, xscale, yscale
        As for `set_axes`.
    legend
        A name for each curve.
    fmts
        Matplotlib format strings, one for each curve; they repeat where there are more
        curves, which d2l does not draw. The letters b, m, g, r stand for colors that
        color-blind readers can tell apart.
    figsize
        Size in inches of this figure and the ones after it.
    axes
        Where to draw. By default the current axes.

    Raises
    ------
    ValueError
        If there are neither one X nor as many as Y, or lengths differ.

    Examples
    --------
    >>> x = torch.arange(0, 3, 0.1)
    >>> d2l.plot(x, [x**2, 2 * x], "x", "f(x)", legend=["x²", "2x"])
    >>> [line.get_label() for line in d2l.plt.gca().lines]
    ['x²', '2x']
    >>> d2l.plt.close()
    """
    set_figsize(figsize)
    ys = _series(X if Y is None else Y)
    xs = [range(len(y)) for y in ys] if Y is None else _series(X)
    if len(xs) not in (1, len(ys)):
        raise ValueError(f"X must be one sequence or {len(ys)}, as many as Y, got {len(xs)}")
    xs = xs * len(ys) if len(xs) == 1 else xs
    if any(len(x) != len(y) for x, y in zip(xs, ys)):
        lengths = [len(x) for x in xs], [len(y) for y in ys]
        raise ValueError("X and Y must be equally long, got the lengths {} and {}".format(*lengths))
    axes = plt.gca() if axes is None else axes
    axes.cla()
    names = [legend] if isinstance(legend, str) else list(legend or [])
    for i, (x, y, (fmt, style)) in enumerate(zip(xs, ys, line_styles(fmts))):
        axes.plot(x, y, fmt, label=names[i] if i < len(names) else None, **style)
    set_axes(axes, xlabel, ylabel, xlim, ylim, xscale, yscale, names)


def _series(values) -> list[np.ndarray]:
    """Return one or several sequences of numbers, from any device, as a list of arrays."""
    if len(values) and is_single(values[0]):
        values = [values]
    return [_array(series) for series in values]


def is_single(value) -> bool:
    """Say whether `value` is one number rather than a sequence; a tensor of no axes is one."""
    return getattr(value, "ndim", None) == 0 or not hasattr(value, "__len__")


def _array(series) -> np.ndarray:
    """Return numbers as an array, cut off from the graph of a tensor's gradients."""
    if isinstance(series, torch.Tensor):
        return as_array(series)
    return np.array([x.item() if isinstance(x, torch.Tensor) else x for x in series])

"""The methods of OptimizerRace by torch.optim, and the still picture of a race."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import matplotlib.style
import numpy as np
import torch
from torch import optim

from ..surfaces import SURFACES, Surface
from .still import COLORS, DASHES, new_figure, png

__all__: list[str] = []

STEPS = 100

# The methods as torch.optim makes them, by the knobs that they take.
METHODS = {
    "gradient descent": lambda knobs: partial(optim.SGD, lr=knobs["rate"]),
    "momentum": lambda knobs: partial(optim.SGD, lr=knobs["rate"], momentum=knobs["momentum"]),
    "Nesterov": lambda knobs: partial(
        optim.SGD, lr=knobs["rate"], momentum=knobs["momentum"], nesterov=knobs["momentum"] > 0
    ),
    "AdaGrad": lambda knobs: partial(optim.Adagrad, lr=knobs["rate"]),
    "RMSProp": lambda knobs: partial(optim.RMSprop, lr=knobs["rate"]),
    "Adadelta": lambda knobs: partial(optim.Adadelta, lr=knobs["rate"]),
    "Adam": lambda knobs: partial(
        optim.Adam, lr=knobs["rate"], betas=(knobs["beta1"], knobs["beta2"])
    ),
    "AdamW": lambda knobs: partial(
        optim.AdamW, lr=knobs["rate"], betas=(knobs["beta1"], knobs["beta2"])
    ),
}
# Eight methods, six colors: AdaGrad has that of Nesterov, AdamW that of Adam, in other dashes.
STYLES = dict(zip(METHODS, (0, 1, 2, 8, 3, 4, 5, 11)))


def descend(method: str, surface: Surface, setting: Mapping) -> tuple[np.ndarray, list[float]]:
    """Return the way of a method by torch.optim in double precision, from the start on.

    Parameters
    ----------
    method
        One of the names of METHODS.
    setting
        "rate", "momentum", "beta1", "beta2", and the starting point "x", "y".

    Returns
    -------
    points, losses
        (steps + 1, 2), and steps + 1 numbers; shorter where a number grew too large to go on.
    """
    w = torch.tensor([setting["x"], setting["y"]], dtype=torch.float64, requires_grad=True)
    trainer = METHODS[method](setting)([w])
    points, losses = [], []
    for _ in range(STEPS + 1):
        loss = surface(*w)
        if not math.isfinite(loss.item()):
            break
        points.append(w.tolist())
        losses.append(loss.item())
        trainer.zero_grad()
        loss.backward()
        trainer.step()
    return np.array(points), losses


def _draw_ground(ax, surface: Surface) -> None:
    """Draw the contours of a surface into axes, as wide as high, and mark its minima."""
    x, y = np.meshgrid(np.linspace(*surface.xlim, 151), np.linspace(*surface.ylim, 101))
    light = np.linspace(1, 0, len(surface.levels) + 1)
    shades = [(0.68 + 0.32 * s, 0.8 + 0.2 * s, 1) for s in light]
    ax.contourf(x, y, surface(x, y), [0, *surface.levels, np.inf], colors=shades)
    for kind, mark in (("minima", "k*"), ("local_minima", "ko"), ("saddles", "kx")):
        for px, py in getattr(surface, kind):
            ax.plot(px, py, mark, markersize=6, markerfacecolor="k" if mark == "k*" else "w")
    ax.set(xlim=surface.xlim, ylim=surface.ylim, aspect="equal", xlabel="x", ylabel="y")


def race_png(start: Mapping) -> bytes:
    """Return the ways and the losses of the methods that run at the start as a PNG."""
    there = SURFACES[start["surface"]]
    with matplotlib.style.context("default"):
        figure = new_figure(7.2, 3.0)
        plane, loss = figure.subplots(1, 2, width_ratios=(1.45, 1))
        _draw_ground(plane, there)
        for name in start["methods"]:
            i = STYLES[name]
            style = {"color": COLORS[i % 6], "linestyle": DASHES[(i + i // 6) % 6], "lw": 1.5}
            points, losses = descend(name, there, start)
            plane.plot(*points.T, marker=".", markersize=4, label=name, **style)
            loss.plot(losses, label=name, **style)
        plane.plot(start["x"], start["y"], "o", mfc="white", mec="black", ms=8)
        plane.set_title(f"f(x, y) = {there.formula}", fontsize=9, parse_math=False)
        loss.set(xlim=(0, STEPS))
        top = 3 * there.levels[-1]
        loss.set_yscale("log")
        loss.set_ylim(1e-6, top)
        powers = [k for k in range(-6, 4, 2) if 10.0**k < top]
        loss.set_yticks([10.0**k for k in powers], [f"1e{k}" for k in powers])
        loss.set_xlabel("step")
        loss.set_title("loss", fontsize=9)
        loss.legend(fontsize=7)
        return png(figure, dpi=100, colors=64)

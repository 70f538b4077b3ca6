"""ScheduleExplorer: a learning-rate schedule, what SGD does with it, and the PyTorch for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from html import escape
from typing import NamedTuple

from .. import schedules as made
from ..checks import one_of
from .base import Component, paragraph
from .still import COLORS, new_figure, png

__all__ = ["ScheduleExplorer"]

STEPS = 100
# SGD on a noisy bowl: its curvatures, the squares of the coordinates at the start, and the
# variance of the noise in each gradient. Above a rate of 2 / 4 it diverges.
CURVATURES, SQUARES, NOISE = (4.0, 0.4), (1.0, 4.0), 0.1
WARMUP_START = 0.1
# As Python reads them: the script has the same functions under the same words.
LAMBDAS = {
    "0.5 ** (t // 20)": lambda t: 0.5 ** (t // 20),
    "(1 + t) ** -0.5": lambda t: (1 + t) ** -0.5,
    "min(1, (100 - t) / 30)": lambda t: min(1, (100 - t) / 30),
    "0.1 + 0.9 * abs(t % 40 - 20) / 20": lambda t: 0.1 + 0.9 * abs(t % 40 - 20) / 20,
}


class Knob(NamedTuple):
    """What can be set: a key, what it is called, the values it can take, and the usual one."""

    key: str
    label: str
    values: tuple
    start: float | str

    def state(self) -> dict:
        return {**self._asdict(), "slider": not isinstance(self.start, str)}


class Schedule(NamedTuple):
    """A formula, with _ and ^ before what is lowered and raised, and the knobs in it."""

    formula: str
    knobs: tuple[Knob, ...] = ()


_SHARES = (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5)
_GAMMA = Knob("gamma", "factor γ", (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9), 0.3)
_DECAY = Knob("decay", "decay k", (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0), 0.05)
_TOTAL = Knob("total", "steps T", tuple(range(10, 101, 10)), 100)
_WARMUP = Knob("warmup", "warm-up w", tuple(range(5, 51, 5)), 20)
# The two never meet: one ends in 5, the other in 0.
_FIRST = Knob("first", "first at", tuple(range(5, 100, 10)), 45)
_SECOND = Knob("second", "second at", tuple(range(10, 100, 10)), 70)
SHARED = (
    Knob("rate", "rate η₀", (0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6), 0.3),
    Knob("before", "warm up for", tuple(range(0, 31, 5)), 0),
)
SCHEDULES = {
    "constant": Schedule("η_t = η_0"),
    "piecewise constant": Schedule("η_t = η_0, then η_0 a, then η_0 b", (
        _FIRST, Knob("middle", "share a", _SHARES, 0.5),
        _SECOND, Knob("last", "share b", _SHARES, 0.05))),
    "exponential": Schedule("η_t = η_0 γ^t", (
        Knob("gamma", "factor γ", (0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 1.0), 0.96),)),
    "natural exponential": Schedule("η_t = η_0 e^{−kt}", (
        Knob("decay", "decay k", (0.0, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.1), 0.04),)),
    "polynomial": Schedule("η_t = η_0 (1 − t/T)^p", (
        _TOTAL, Knob("power", "power p", (0.5, 1.0, 1.5, 2.0, 3.0, 4.0), 1.0))),
    "step": Schedule("η_t = η_0 γ^{⌊t/n⌋}", (
        Knob("every", "every n", tuple(range(5, 51, 5)), 25), _GAMMA)),
    "multi-step": Schedule("η_t = η_0 γ^{changes up to t}", (_FIRST, _SECOND, _GAMMA)),
    "inverse time": Schedule("η_t = η_0 / (1 + kt)", (_DECAY,)),
    "lambda": Schedule("η_t = η_0 f(t)", (
        Knob("lambda", "f(t), in Python", tuple(LAMBDAS), "min(1, (100 - t) / 30)"),)),
    "cosine": Schedule("η_t = η_l + ½ (η_0 − η_l) (1 + cos(πt/T))", (
        _TOTAL, Knob("low", "lowest ηₗ", (0.0, 0.001, 0.002, 0.005, 0.01), 0.0))),
    "Noam": Schedule("η_t = η_0 min(s/w, √(w/s)), s = t + 1", (_WARMUP,)),
    "plateau": Schedule("η_{t+1} = η_t γ where the loss has not fallen for more than P steps", (
        Knob("factor", "factor γ", (0.1, 0.2, 0.3, 0.5, 0.7), 0.3),
        Knob("patience", "patience P", (0, 1, 2, 3, 5, 8, 10, 15), 5),
        Knob("threshold", "threshold", (0.0001, 0.001, 0.01, 0.05), 0.01))),
    "linear warm-up": Schedule("η_t = η_0 (s + (1 − s) t/w), then η_0", (
        _WARMUP, Knob("start", "start s", (0.01, 0.05, 0.1, 0.2, 0.3, 0.5), 0.1))),
}  # fmt: skip
MOST = max(len(schedule.knobs) for schedule in SCHEDULES.values())
XS = tuple(range(STEPS))
BUTTONS = ("Keep to compare", "Copy the code", "Reset")


class ScheduleExplorer(Component):
    """A schedule's rate over 100 steps, the loss of SGD with it, and the lines of PyTorch for it.

    The reader picks one of the twelve schedules of `d2lutils.schedules` (or a constant rate),
    moves its parameters, and may put a linear warm-up before it. The loss is the mean over all
    noise of SGD on a bowl whose gradients are noisy, computed exactly; it is also what the
    plateau watches.

    Parameters
    ----------
    schedule
        The one shown first: "constant", "piecewise constant", "exponential", "natural
        exponential", "polynomial", "step", "multi-step", "inverse time", "lambda", "cosine",
        "Noam", "plateau" or "linear warm-up".
    start
        Values to begin with: "rate", "before" (the steps of warm-up before the schedule), and
        the schedule's own, such as "gamma". What is left out has its usual value.
    caption
        Plain text above the controls: what to try.

    Raises
    ------
    ValueError
        If there is no such schedule, a name in `start` is none of its parameters, or a value is
        not among those that the slider stops at.

    Examples
    --------
    >>> d2l.ScheduleExplorer("step", start={"gamma": 0.5})
    ScheduleExplorer(step: rate 0.3, before 0, every 25, gamma 0.5; the loss ends at 0.00264)
    """

    script = "schedule_explorer.js"

    def __init__(
        self, schedule: str = "cosine", *, start: Mapping | None = None, caption: str = ""
    ) -> None:
        one_of("schedule", schedule, SCHEDULES)
        knobs = {knob.key: knob for knob in (*SHARED, *SCHEDULES[schedule].knobs)}
        self.setting = {key: knob.start for key, knob in knobs.items()}
        for key, value in (start or {}).items():
            one_of("a name in start", key, knobs)
            self.setting[key] = one_of(f"start[{key!r}]", value, knobs[key].values)
        self.schedule, self.caption = schedule, str(caption)

    def state(self) -> dict:
        names = [{"label": "this one", "style": 0, "kind": ""},
                 {"label": "kept", "style": 1, "kind": ""}]
        axes = {"xlabel": "step", "xlim": (0, STEPS - 1), "names": names}
        return {
            "schedules": {
                name: {"formula": formula, "knobs": [knob.state() for knob in knobs]}
                for name, (formula, knobs) in SCHEDULES.items()
            },
            "shared": [knob.state() for knob in SHARED], "most": MOST,
            "start": {**self.setting, "schedule": self.schedule},
            "bowl": {"steps": STEPS, "curvatures": CURVATURES, "squares": SQUARES,
                     "noise": NOISE, "xs": XS},
            "charts": [
                {**axes, "ylabel": "learning rate", "yscale": "linear"},
                {**axes, "ylabel": "mean loss of SGD on a noisy bowl", "yscale": "log",
                 "ylim": (1e-3, 10)},
            ],
            "caption": self.caption,
        }  # fmt: skip

    def still_html(self) -> str:
        knobs = (*SHARED, *SCHEDULES[self.schedule].knobs)
        shown = {"schedule": self.schedule,
                 **{knob.label: self.setting[knob.key] for knob in knobs}}
        wide = ("schedule", "f(t), in Python")
        controls = "".join(
            f'<div class="d2l-control{" d2l-wide-knob" * (name in wide)}">'
            f'<span class="d2l-name">{escape(name)}</span>'
            f'<span class="d2l-value">{escape(str(value))}</span></div>'
            for name, value in shown.items()
        ) + '<div class="d2l-control d2l-blank-knob"></div>' * (
            MOST + len(SHARED) - sum(1 if knob.state()["slider"] else 2 for knob in knobs))
        chart = ('<div><div class="d2l-stage"></div><div class="d2l-where">step</div>'
                 '<div class="d2l-legend"></div></div>')
        # They keep the place of the live ones.
        buttons = "".join(f'<span class="d2l-button d2l-unseen">{n}</span>' for n in BUTTONS)
        return (
            paragraph(self.caption, "caption")
            + f'<div class="d2l-controls d2l-schedule-knobs">{controls}</div>'
            + '<p class="d2l-formula"></p>'
            + f'<div class="d2l-charts">{chart * 2}</div><p class="d2l-note"></p>'
            + '<pre class="d2l-code"><noscript>The controls need JavaScript.</noscript></pre>'
            + f'<div class="d2l-actions">{buttons}</div>'
        )

    def still_png(self) -> bytes:
        figure = new_figure(6.4, 2.6)
        rates, losses = follow(self.schedule, self.setting)
        left, right = figure.subplots(1, 2)
        left.plot(XS, rates, color=COLORS[0])
        left.set_ylim(0)
        right.plot(XS, losses, color=COLORS[0])
        right.set(yscale="log", ylim=(1e-3, 10))
        for ax, title in ((left, f"rate: {self.schedule}"), (right, "loss on a noisy bowl")):
            ax.set_title(title, fontsize=10, parse_math=False)
            ax.set_xlabel("step")
            ax.grid(color="#e3e3e3", linewidth=0.8)
        return png(figure)

    def __repr__(self) -> str:
        said = ", ".join(f"{key} {value}" for key, value in self.setting.items())
        loss = follow(self.schedule, self.setting)[1][-1]
        return f"ScheduleExplorer({self.schedule}: {said}; the loss ends at {loss:.3g})"


def rate_function(schedule: str, setting: Mapping):
    """Return the function from a step to its rate; None for the plateau, which has none."""
    knobs = {k: v for k, v in setting.items() if k not in ("rate", "before")}
    lr = setting["rate"]
    if schedule in ("piecewise constant", "multi-step"):
        steps = sorted((knobs.pop("first"), knobs.pop("second")))
        if schedule == "multi-step":
            return partial(made.multi_step_rate, lr=lr, milestones=steps, **knobs)
        rates = [lr, lr * knobs["middle"], lr * knobs["last"]]
        return partial(made.piecewise_rate, boundaries=steps, rates=rates)
    if schedule == "lambda":
        return partial(made.lambda_rate, lr=lr, function=LAMBDAS[knobs["lambda"]])
    functions = {
        "exponential": made.exponential_rate, "natural exponential": made.natural_exponential_rate,
        "polynomial": made.polynomial_rate, "step": made.step_rate, "cosine": made.cosine_rate,
        "inverse time": made.inverse_time_rate, "Noam": made.noam_rate,
        "linear warm-up": made.warmup_rate, "constant": lambda step, lr: lr,
    }  # fmt: skip
    return partial(functions[schedule], lr=lr, **knobs) if schedule in functions else None


def follow(schedule: str, setting: Mapping) -> tuple[list[float], list[float]]:
    """Return the rate at each step and the mean loss of SGD on the noisy bowl after it.

    With w <- w - rate (h w + noise) the mean square of a coordinate of curvature h becomes
    (1 - rate h) ** 2 times itself, plus rate ** 2 times the variance of the noise.
    """
    at, lr, before = rate_function(schedule, setting), setting["rate"], setting["before"]
    knobs = {k: v for k, v in setting.items() if k not in ("rate", "before")}
    plateau = made.PlateauRate(lr, **knobs) if at is None else None
    squares, rates, losses = list(SQUARES), [], []
    for t in range(STEPS):
        if t < before:
            rate = made.warmup_rate(t, lr, before, WARMUP_START)
        else:
            rate = at(t - before) if at else plateau.lr
        squares = [(1 - rate * h) ** 2 * s + rate**2 * NOISE for h, s in zip(CURVATURES, squares)]
        rates.append(rate)
        losses.append(math.fsum(h * s / 2 for h, s in zip(CURVATURES, squares)))
        if plateau and t >= before:
            plateau.step(losses[-1])
    return rates, losses

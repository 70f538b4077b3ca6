"""Twelve learning-rate schedules, each a plain function of the step.

Steps count from 0, and `lr` is the rate that the schedule is built on: the first one, except for
Noam's schedule and for a warm-up, which climb to it. Any of them drives an optimizer through
``torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: d2l.cosine_rate(step, 1.0, 100))``,
whose function returns what the optimizer's own rate is multiplied by.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence

from .checks import number_in, positive_int

__all__ = [
    "PlateauRate", "cosine_rate", "exponential_rate", "inverse_time_rate", "lambda_rate",
    "multi_step_rate", "natural_exponential_rate", "noam_rate", "piecewise_rate",
    "polynomial_rate", "step_rate", "warmup_rate",
]


def piecewise_rate(step: int, boundaries: Sequence[int], rates: Sequence[float]) -> float:
    r"""Return the rate of the piece that `step` is in: a constant for each, freely chosen.

    ``rates[k]`` holds from ``boundaries[k - 1]`` on, up to the next boundary. In torch: LambdaLR,
    over an optimizer with the rate 1.

    Raises
    ------
    ValueError
        If the boundaries do not rise, or there is not one rate more than boundaries.

    Examples
    --------
    >>> [d2l.piecewise_rate(step, [2, 3], [0.1, 0.05, 0.01]) for step in range(5)]
    [0.1, 0.1, 0.05, 0.01, 0.01]
    """
    step, boundaries = _step(step), _rising("boundaries", boundaries)
    if len(rates) != len(boundaries) + 1:
        raise ValueError(f"rates must hold {len(boundaries) + 1} rates, one more than there are "
                         f"boundaries, got {rates!r}")
    return number_in("a rate in rates", rates[bisect_right(boundaries, step)], 0)


def exponential_rate(step: int, lr: float, gamma: float) -> float:
    r"""Return :math:`\eta_0 \gamma^t`: each step multiplies by `gamma`. In torch: ExponentialLR.

    Examples
    --------
    >>> d2l.exponential_rate(2, 0.1, gamma=0.5)
    0.025
    """
    return _rate(lr) * number_in("gamma", gamma, 0, 1) ** _step(step)


def natural_exponential_rate(step: int, lr: float, decay: float) -> float:
    r"""Return :math:`\eta_0 e^{-kt}`, with `decay` as :math:`k`.

    It is `exponential_rate` in other words: :math:`\gamma = e^{-k}`, and so is its torch class,
    ExponentialLR.

    Examples
    --------
    >>> round(d2l.natural_exponential_rate(10, 0.1, decay=0.1), 4)
    0.0368
    """
    return _rate(lr) * math.exp(-number_in("decay", decay, 0) * _step(step))


def polynomial_rate(step: int, lr: float, total: int, power: float = 1.0) -> float:
    r"""Return :math:`\eta_0 (1 - t/T)^p`, and 0 from the step `total` on. In torch: PolynomialLR.

    Examples
    --------
    >>> [d2l.polynomial_rate(step, 0.1, total=4) for step in (0, 2, 4, 9)]
    [0.1, 0.05, 0.0, 0.0]
    """
    left = 1 - min(_step(step) / positive_int("total", total), 1)
    return _rate(lr) * left ** number_in("power", power, 0)


def step_rate(step: int, lr: float, every: int, gamma: float = 0.1) -> float:
    r"""Return :math:`\eta_0 \gamma^{\lfloor t/n \rfloor}`: a cut after `every` steps.

    In torch: StepLR. At `every` = 1 it is `exponential_rate`.

    Examples
    --------
    >>> [d2l.step_rate(step, 0.1, every=2, gamma=0.5) for step in range(5)]
    [0.1, 0.1, 0.05, 0.05, 0.025]
    """
    return exponential_rate(_step(step) // positive_int("every", every), lr, gamma)


def multi_step_rate(step: int, lr: float, milestones: Sequence[int], gamma: float = 0.1) -> float:
    r"""Return :math:`\eta_0 \gamma^m`, where :math:`m` milestones have been reached.

    In torch: MultiStepLR.

    Raises
    ------
    ValueError
        If the milestones do not rise.

    Examples
    --------
    >>> [d2l.multi_step_rate(step, 0.1, [1, 4], gamma=0.5) for step in range(5)]
    [0.1, 0.05, 0.05, 0.05, 0.025]
    """
    reached = bisect_right(_rising("milestones", milestones), _step(step))
    return exponential_rate(reached, lr, gamma)


def inverse_time_rate(step: int, lr: float, decay: float) -> float:
    r"""Return :math:`\eta_0 / (1 + kt)`, with `decay` as :math:`k`. In torch: LambdaLR.

    Such rates meet the two conditions of Robbins and Monro (1951), "A stochastic approximation
    method": their sum grows without bound, that of their squares does not.

    Examples
    --------
    >>> d2l.inverse_time_rate(10, 0.1, decay=0.1)
    0.05
    """
    return _rate(lr) / (1 + number_in("decay", decay, 0) * _step(step))


def lambda_rate(step: int, lr: float, function: Callable[[int], float]) -> float:
    r"""Return :math:`\eta_0 f(t)` for any function of the step. In torch: LambdaLR.

    Examples
    --------
    >>> d2l.lambda_rate(3, 0.1, lambda step: (1 + step) ** -0.5)
    0.05
    """
    return _rate(lr) * number_in("function(step)", function(_step(step)), 0)


def cosine_rate(step: int, lr: float, total: int, low: float = 0.0) -> float:
    r"""Return :math:`\eta_l + \frac12 (\eta_0 - \eta_l)(1 + \cos(\pi t/T))`.

    Half a wave, from `lr` down to `low` in `total` steps; after them it climbs again, as that of
    torch's CosineAnnealingLR does. From Loshchilov and Hutter (2017), "SGDR: Stochastic gradient
    descent with warm restarts".

    Examples
    --------
    >>> [round(d2l.cosine_rate(step, 0.1, total=4), 4) for step in range(5)]
    [0.1, 0.0854, 0.05, 0.0146, 0.0]
    """
    wave = 1 + math.cos(math.pi * _step(step) / positive_int("total", total))
    low = number_in("low", low, 0)
    return low + (_rate(lr) - low) * wave / 2


def noam_rate(step: int, lr: float, warmup: int) -> float:
    r"""Return :math:`\eta_0 \min(s/w, \sqrt{w/s})` with :math:`s = t + 1`.

    A climb to `lr` in `warmup` steps, then a fall with the root of the step. Vaswani and others
    (2017), "Attention is all you need", write :math:`d^{-1/2} \min(s^{-1/2}, s w^{-3/2})`, which
    is the same with :math:`\eta_0 = (dw)^{-1/2}`; Noam is the second author's name. In torch:
    LambdaLR.

    Examples
    --------
    >>> [round(d2l.noam_rate(step, 0.1, warmup=4), 4) for step in (0, 3, 15)]
    [0.025, 0.1, 0.05]
    """
    s, w = _step(step) + 1, positive_int("warmup", warmup)
    return _rate(lr) * min(s / w, math.sqrt(w / s))


def warmup_rate(
    step: int, lr: float, warmup: int, start: float = 0.1,
    then: Callable[[int], float] | None = None,
) -> float:
    r"""Return :math:`\eta_0 (s + (1 - s)\, t/w)` for `warmup` steps: from a share of `lr` to `lr`.

    After them `lr`, or what `then` returns for the number of steps since. In torch: LinearLR; and
    SequentialLR puts another schedule after it. From Goyal and others (2017), "Accurate, large
    minibatch SGD".

    Examples
    --------
    >>> [round(d2l.warmup_rate(step, 0.1, warmup=4, start=0.2), 4) for step in range(6)]
    [0.02, 0.04, 0.06, 0.08, 0.1, 0.1]
    >>> d2l.warmup_rate(14, 0.1, warmup=4, then=lambda step: d2l.inverse_time_rate(step, 0.1, 0.1))
    0.05
    """
    step, warmup = _step(step), positive_int("warmup", warmup)
    start = number_in("start", start, 0, 1)
    if step < warmup:
        return _rate(lr) * (start + (1 - start) * step / warmup)
    return _rate(lr) if then is None else then(step - warmup)


class PlateauRate:
    """A rate that falls when a watched value has stopped falling. In torch: ReduceLROnPlateau.

    The value (a loss, as a rule that of validation data) is handed to `step`. It counts as better
    where it lies below the best one so far by the share `threshold`. When more than `patience`
    values in a row were not better, the rate is multiplied by `factor`, and counting starts anew.
    Like torch's, it leaves the rate alone where that would change it by 1e-8 or less.

    Parameters
    ----------
    lr
        The rate to begin with.
    factor
        From 0 to below 1.
    patience
        How many values without progress are put up with, at least 0.
    threshold
        From 0 to 1.
    low
        The rate never falls below it.

    Examples
    --------
    >>> plateau = d2l.PlateauRate(0.1, factor=0.5, patience=1)
    >>> [plateau.step(loss) for loss in (3.0, 2.0, 2.0, 2.0, 1.0)]
    [0.1, 0.1, 0.1, 0.05, 0.05]
    """

    def __init__(
        self, lr: float, factor: float = 0.1, patience: int = 10, threshold: float = 1e-4,
        low: float = 0.0,
    ) -> None:
        self.lr = _rate(lr)
        self.factor = number_in("factor", factor, 0, math.nextafter(1, 0))
        self.patience = positive_int("patience", patience, least=0)
        self.threshold = number_in("threshold", threshold, 0, 1)
        self.low = number_in("low", low, 0)
        self.best, self.bad = math.inf, 0

    def step(self, value: float) -> float:
        """Take the newest value of what is watched; return the rate to go on with."""
        value = float(value)
        if value < self.best * (1 - self.threshold):
            self.best, self.bad = value, 0
        else:
            self.bad += 1
        if self.bad > self.patience:
            lower, self.bad = max(self.lr * self.factor, self.low), 0
            if self.lr - lower > 1e-8:
                self.lr = lower
        return self.lr


def _step(step: int) -> int:
    return positive_int("step", step, least=0)


def _rate(lr: float) -> float:
    return number_in("lr", lr, 0)


def _rising(name: str, steps: Sequence[int]) -> list[int]:
    steps = [positive_int(f"a step in {name}", step) for step in steps]
    if any(a >= b for a, b in zip(steps, steps[1:])):
        raise ValueError(f"{name} must rise, got {steps}")
    return steps

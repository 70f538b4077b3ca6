"""The twelve schedules against torch's, step by step in double precision."""

import math

import pytest
import torch
from torch.optim import lr_scheduler

import d2lutils as d2l

STEPS, LR = 120, 0.3
LOSSES = [1.0, 0.5, 0.5, 0.5, 0.49999, 0.5, 0.4, *[0.4] * 60, 0.3, *[math.nan] * 8, 0.1]
# Our rate at a step, and torch's schedule over an optimizer with the rate LR.
PAIRS = {
    "piecewise": (
        lambda t: d2l.piecewise_rate(t, [20, 70], [0.3, 0.1, 0.2]),
        lambda o: lr_scheduler.LambdaLR(o, lambda t: (1 if t < 20 else 1 / 3 if t < 70 else 2 / 3))),
    "exponential": (
        lambda t: d2l.exponential_rate(t, LR, 0.93), lambda o: lr_scheduler.ExponentialLR(o, 0.93)),
    "natural exponential": (
        lambda t: d2l.natural_exponential_rate(t, LR, 0.05),
        lambda o: lr_scheduler.ExponentialLR(o, math.exp(-0.05))),
    "polynomial": (
        lambda t: d2l.polynomial_rate(t, LR, 100, 2.5),
        lambda o: lr_scheduler.PolynomialLR(o, 100, 2.5)),
    "step": (
        lambda t: d2l.step_rate(t, LR, 7, 0.8), lambda o: lr_scheduler.StepLR(o, 7, 0.8)),
    "multi-step": (
        lambda t: d2l.multi_step_rate(t, LR, [1, 33, 90], 0.2),
        lambda o: lr_scheduler.MultiStepLR(o, [1, 33, 90], 0.2)),
    "inverse time": (
        lambda t: d2l.inverse_time_rate(t, LR, 0.2),
        lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + 0.2 * t))),
    "lambda": (
        lambda t: d2l.lambda_rate(t, LR, lambda t: 1 + math.sin(t)),
        lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 + math.sin(t))),
    "cosine": (
        lambda t: d2l.cosine_rate(t, LR, 50, 0.01),
        lambda o: lr_scheduler.CosineAnnealingLR(o, 50, 0.01)),
    "Noam": (
        lambda t: d2l.noam_rate(t, LR, 30),
        lambda o: lr_scheduler.LambdaLR(
            o, lambda t: 30**0.5 * min((t + 1) ** -0.5, (t + 1) * 30**-1.5))),
    "warm-up": (
        lambda t: d2l.warmup_rate(t, LR, 25, 0.04), lambda o: lr_scheduler.LinearLR(o, 0.04, 1, 25)),
    "warm-up, then cosine": (
        lambda t: d2l.warmup_rate(t, LR, 25, 0.5, lambda t: d2l.cosine_rate(t, LR, 95)),
        lambda o: lr_scheduler.SequentialLR(
            o, [lr_scheduler.LinearLR(o, 0.5, 1, 25), lr_scheduler.CosineAnnealingLR(o, 95)], [25])),
}  # fmt: skip


def optimizer():
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=LR)


@pytest.mark.parametrize("name", PAIRS)
def test_each_equals_torchs_at_every_step(name):
    ours, make = PAIRS[name]
    trainer = optimizer()
    theirs = make(trainer)
    for t in range(STEPS):
        assert ours(t) == pytest.approx(trainer.param_groups[0]["lr"], rel=0, abs=1e-12), t
        trainer.step()
        theirs.step()


@pytest.mark.parametrize("options, theirs", [
    ({}, {}),
    ({"factor": 0.5, "patience": 0}, {"factor": 0.5, "patience": 0}),
    ({"factor": 0.5, "patience": 3, "low": 0.02}, {"factor": 0.5, "patience": 3, "min_lr": 0.02}),
    ({"factor": 0.01, "patience": 1, "threshold": 0.3},
     {"factor": 0.01, "patience": 1, "threshold": 0.3}),
])  # fmt: skip
def test_the_plateau_equals_torchs_on_losses_that_stall_jump_and_end(options, theirs):
    trainer, ours = optimizer(), d2l.PlateauRate(LR, **options)
    plateau = lr_scheduler.ReduceLROnPlateau(trainer, **theirs)
    rates = []
    for loss in LOSSES:
        plateau.step(loss)
        rates.append(ours.step(torch.tensor(loss, dtype=torch.float64)))
        assert rates[-1] == pytest.approx(trainer.param_groups[0]["lr"], rel=0, abs=1e-12)
    assert rates[-1] < rates[0]


def test_noams_rate_is_the_papers_for_the_papers_scale():
    width, warmup = 512, 4000
    lr = (width * warmup) ** -0.5
    for t in (0, 1, 3998, 3999, 4000, 99_999):
        paper = width**-0.5 * min((t + 1) ** -0.5, (t + 1) * warmup**-1.5)
        assert d2l.noam_rate(t, lr, warmup) == pytest.approx(paper, rel=1e-12)


def test_one_rule_has_two_names():
    for t in range(20):
        assert d2l.step_rate(t, LR, 1, 0.9) == d2l.exponential_rate(t, LR, 0.9)
        assert d2l.natural_exponential_rate(t, LR, 0.1) == pytest.approx(
            d2l.exponential_rate(t, LR, math.exp(-0.1)), rel=1e-12)


@pytest.mark.parametrize("call, words", [
    (lambda: d2l.exponential_rate(-1, LR, 0.9), "step must be an integer of at least 0, got -1"),
    (lambda: d2l.exponential_rate(0, -1, 0.9), "lr must be .* got -1"),
    (lambda: d2l.exponential_rate(0, LR, 1.1), "gamma must be .* from 0 to 1, got 1.1"),
    (lambda: d2l.natural_exponential_rate(0, LR, -0.1), "decay must be .* got -0.1"),
    (lambda: d2l.inverse_time_rate(0, LR, math.nan), "decay must be .* got nan"),
    (lambda: d2l.polynomial_rate(0, LR, 0), "total must be .* got 0"),
    (lambda: d2l.polynomial_rate(0, LR, 9, -1), "power must be .* got -1"),
    (lambda: d2l.cosine_rate(0, LR, 9, -1), "low must be .* got -1"),
    (lambda: d2l.step_rate(0, LR, 0), "every must be .* got 0"),
    (lambda: d2l.multi_step_rate(0, LR, [3, 3]), r"milestones must rise, got \[3, 3\]"),
    (lambda: d2l.piecewise_rate(0, [5, 2], [1, 2, 3]), r"boundaries must rise, got \[5, 2\]"),
    (lambda: d2l.piecewise_rate(0, [5], [1.0]), r"rates must hold 2 rates.* got \[1.0\]"),
    (lambda: d2l.piecewise_rate(0, [5], [-1.0, 1.0]), "a rate in rates must be .* got -1.0"),
    (lambda: d2l.lambda_rate(0, LR, lambda t: -1.0), r"function\(step\) must be .* got -1.0"),
    (lambda: d2l.noam_rate(0, LR, 0), "warmup must be .* got 0"),
    (lambda: d2l.warmup_rate(0, LR, 5, start=2), "start must be .* got 2"),
    (lambda: d2l.PlateauRate(LR, factor=1), "factor must be .* got 1"),
    (lambda: d2l.PlateauRate(LR, patience=-1), "patience must be .* got -1"),
    (lambda: d2l.PlateauRate(LR, threshold=2), "threshold must be .* got 2"),
])  # fmt: skip
def test_bad_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_step_is_a_whole_number():
    with pytest.raises(TypeError, match="step must be an integer of at least 0, got 0.5"):
        d2l.cosine_rate(0.5, LR, 10)

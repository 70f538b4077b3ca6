"""Optimization: train_ch11, train_concise_ch11 and train_2d.

A step of the first two takes 0.2 ms: a linear model with six numbers, on ten examples. So what
ours checks in it (shapes, states, hyperparameters) shows here, as does what it draws. The bare
loop has the update as one writes it first, with new tensors; ours takes the same step in place.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from matplotlib import pyplot as plt
from torch import nn

import d2lutils

from .measure import Comparison, bare, d2l, quiet

BATCH, EXAMPLES, EPOCHS, RATE = 10, 1_500, 8, 0.02


def comparisons(old) -> Iterator[Comparison]:
    """Yield the comparisons of this part; `old` is d2l."""
    data_iter, features = d2lutils.ill_conditioned_data(BATCH, EXAMPLES)
    X, y = data_iter.dataset.tensors
    old_iter = old.load_array((X, y), BATCH)

    def train_ch11(package, iterator):
        with quiet():
            package.train_ch11(
                d2lutils.sgd_momentum, d2lutils.init_momentum_states(features),
                {"lr": RATE, "momentum": 0.5}, iterator, features, EPOCHS)

    def bare_ch11():
        w, b = torch.zeros(features, 1, requires_grad=True), torch.zeros(1, requires_grad=True)
        velocities = [torch.zeros_like(p) for p in (w, b)]

        def squares(X, y):
            return (X @ w + b - y.reshape(-1, 1)) ** 2 / 2

        def step(X, y):
            squares(X, y).mean().backward()
            with torch.no_grad():
                for p, v in zip((w, b), velocities):
                    v[:] = 0.5 * v + p.grad
                    p -= RATE * v
                    p.grad.zero_()

        bare_training(step, squares, X, y)

    yield Comparison(
        "train_ch11, momentum by hand", EPOCHS * EXAMPLES, "examples",
        lambda: train_ch11(d2lutils, data_iter), (
            d2l(lambda: train_ch11(old, old_iter)), bare(bare_ch11)))

    def train_concise_ch11(package, iterator):
        with quiet():
            package.train_concise_ch11(torch.optim.SGD, {"lr": RATE}, iterator, EPOCHS)

    def bare_concise():
        net, loss = nn.Sequential(nn.Linear(features, 1)), nn.MSELoss(reduction="none")
        optimizer = torch.optim.SGD(net.parameters(), lr=RATE)

        def squares(X, y):
            return loss(net(X), y.reshape(-1, 1))

        def step(X, y):
            optimizer.zero_grad()
            squares(X, y).mean().backward()
            optimizer.step()

        bare_training(step, squares, X, y)

    yield Comparison(
        "train_concise_ch11, SGD", EPOCHS * EXAMPLES, "examples",
        lambda: train_concise_ch11(d2lutils, data_iter), (
            d2l(lambda: train_concise_ch11(old, old_iter)), bare(bare_concise)))

    steps = 10_000

    def train_2d(package):
        with quiet():
            package.train_2d(descend, steps)

    def bare_descent():
        x1, x2, s1, s2 = -5, -2, 0, 0
        points = [(x1, x2)]
        for _ in range(steps):
            x1, x2, s1, s2 = descend(x1, x2, s1, s2)
            points.append((x1, x2))

    yield Comparison("train_2d", steps, "steps", lambda: train_2d(d2lutils), (
        d2l(lambda: train_2d(old)), bare(bare_descent)))


def descend(x1: float, x2: float, s1: float, s2: float) -> tuple:
    """Take a step of gradient descent on x1² + 2 x2²."""
    return x1 - 0.1 * 2 * x1, x2 - 0.1 * 4 * x2, s1, s2


def bare_training(step, squares, X: torch.Tensor, y: torch.Tensor) -> None:
    """Call `step` on every batch; plot the loss over all data, once every 200 examples."""
    n, losses = 0, []
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(y)).split(BATCH):
            step(X[rows], y[rows])
            n += len(rows)
            if n % 200 == 0:
                with torch.no_grad():
                    losses.append(squares(X, y).mean().item())
    with quiet():
        plt.plot(losses)

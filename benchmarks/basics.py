"""Reading data, and softmax regression: load_data_fashion_mnist, load_array, train_ch3."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch
from torch import nn

import d2lutils

from .images import BATCH, TEST, TRAIN, bare_epoch, fashion
from .measure import Comparison, Rival, bare, d2l, drain, quiet


def comparisons(old) -> Iterator[Comparison]:
    """Yield the comparisons of the first part; `old` is d2l."""
    data = fashion(old)
    images, _ = data.train
    yield Comparison(
        "a pass of load_data_fashion_mnist, shuffled", TRAIN, "images",
        lambda: drain(data.ours[0]), (
            d2l(lambda: drain(data.theirs[0]), 40),
            Rival("copying, dividing by 255", lambda: images.clone().float() / 255, 3)))

    X, y = d2lutils.synthetic_data(torch.tensor([2.0, -3.4]), 4.2, TRAIN)
    arrays = d2lutils.load_array((X, y), BATCH), old.load_array((X, y), BATCH)
    yield Comparison(
        "a pass of load_array, shuffled", TRAIN, "examples",
        lambda: drain(arrays[0]), (d2l(lambda: drain(arrays[1])),))

    def train_ch3(package, iters):
        net = linear()
        # d2l refuses a result below its expectations, and one epoch is below them.
        with contextlib.suppress(AssertionError), quiet():
            package.train_ch3(
                net, *iters, nn.CrossEntropyLoss(reduction="none"), 1, sgd(net))

    yield Comparison(
        "train_ch3, softmax regression", TRAIN + TEST, "images",
        lambda: train_ch3(d2lutils, data.ours), (d2l(lambda: train_ch3(old, data.theirs), 15),))

    def without_drawing():
        net = linear()
        loss = nn.CrossEntropyLoss(reduction="none")
        d2lutils.train_epoch_ch3(net, data.ours[0], loss, sgd(net))
        d2lutils.evaluate_accuracy(net, data.ours[1])

    def bare_loop():
        net = linear()
        bare_epoch(net, sgd(net), data)

    yield Comparison(
        "the same without drawing", TRAIN + TEST, "images", without_drawing, (bare(bare_loop),))


def linear() -> nn.Module:
    """Return softmax regression."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))


def sgd(net: nn.Module) -> torch.optim.Optimizer:
    """Return the optimizer of all rows above."""
    return torch.optim.SGD(net.parameters(), lr=0.1)

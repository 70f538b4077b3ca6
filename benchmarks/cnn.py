"""Convolutional networks: train_ch6 and fit."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn

import d2lutils

from .images import TEST, TRAIN, bare_epoch, fashion
from .measure import Comparison, bare, d2l, quiet


def comparisons(old) -> Iterator[Comparison]:
    """Yield the comparisons of this part; `old` is d2l."""
    data = fashion(old)

    def train_ch6(package, iters):
        with quiet():
            package.train_ch6(sigmoid_lenet(), *iters, 1, 0.9, torch.device("cpu"))

    def bare_training(net, lr):
        # In the order of memory that ours chooses, which makes all sides faster.
        net = net.to(memory_format=torch.channels_last)
        bare_epoch(net, torch.optim.SGD(net.parameters(), lr=lr), data)

    yield Comparison(
        "train_ch6, LeNet", TRAIN + TEST, "images",
        lambda: train_ch6(d2lutils, data.ours), (
            d2l(lambda: train_ch6(old, data.theirs)),
            bare(lambda: bare_training(sigmoid_lenet(), 0.9))))

    def fit():
        net = d2lutils.lenet(batch_norm=True)
        list(d2lutils.fit(net, *data.ours, 1, torch.optim.SGD(net.parameters(), lr=0.2)))

    yield Comparison(
        "fit, LeNet with batch norm", TRAIN + TEST, "images",
        fit, (bare(lambda: bare_training(d2lutils.lenet(batch_norm=True), 0.2)),))


def sigmoid_lenet() -> nn.Module:
    """Return LeNet as d2l has it."""
    return d2lutils.lenet(nn.Sigmoid, nn.AvgPool2d)

"""fit: a training loop for classifiers that hands out what it measured after every epoch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import torch
from torch import nn

from .data import Sealed
from .devices import cut_epochs
from .loops import channels_last, device_of, refuse_empty
from .metrics import evaluate_accuracy_gpu
from .training import _finite, _steps

__all__ = ["fit"]


def fit(
    net: nn.Module,
    train_iter: Iterable,
    valid_iter: Iterable,
    num_epochs: int,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler | None = None,
    test: Sealed | None = None,
) -> Iterator[dict[str, float]]:
    """Train a classifier on the cross-entropy; after every epoch yield what was measured.

    The module is trained where it is, and left in evaluation mode. In fast mode there are at
    most two epochs.

    Parameters
    ----------
    net
        The module; it keeps its weights.
    train_iter, valid_iter
        Give batches (X, y).
    num_epochs
        Passes over `train_iter`, at least 1.
    optimizer
        Over the parameters of `net`.
    schedule
        A schedule of learning rates, moved on after every step.
    test
        Opened after the last epoch, and only then.

    Yields
    ------
    dict
        "train loss" and "train accuracy", taken while the weights change; "valid accuracy";
        with `test` also "test accuracy", not a number before the last epoch.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.
    FloatingPointError
        If the training loss becomes nan or infinite; it names the epoch.

    Examples
    --------
    >>> net = nn.Linear(2, 2)
    >>> data = [(torch.randn(8, 2), torch.randint(2, (8,)))]
    >>> optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    >>> for measured in d2l.fit(net, data, data, 2, optimizer):
    ...     print(*measured)
    train loss train accuracy valid accuracy
    train loss train accuracy valid accuracy
    """
    num_epochs, device = cut_epochs(num_epochs), device_of(net, optimizer)
    refuse_empty("train_iter", train_iter)
    refuse_empty("valid_iter", valid_iter)
    loss = nn.CrossEntropyLoss()
    with channels_last(net):
        for epoch in range(1, num_epochs + 1):
            for metric in _steps(net, train_iter, loss, optimizer, device):
                if schedule is not None:
                    schedule.step()
            measured = {
                "train loss": _finite(metric[0] / metric[2], epoch),
                "train accuracy": metric[1] / metric[2],
                "valid accuracy": evaluate_accuracy_gpu(net, valid_iter, device),
            }
            if test is not None:
                last = epoch == num_epochs
                measured["test accuracy"] = (
                    evaluate_accuracy_gpu(net, test.open(), device) if last else math.nan)
            net.eval()
            yield measured

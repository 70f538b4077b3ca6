"""Training loops under d2l's names: softmax regression, image classifiers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

import torch
from torch import nn

from .checks import number_in, positive_int
from .data import get_fashion_mnist_labels
from .devices import cut_epochs, usable_device
from .loops import (
    batch_total,
    batches,
    channels_last,
    device_of,
    evaluating,
    forward,
    refuse_empty,
)
from .metrics import Accumulator, Timer, check_labels, evaluate_accuracy_gpu, num_correct
from .models import init_xavier
from .plotting import Animator, show_images
from .steps import *
from .steps import __all__ as _steps_names

__all__ = ["predict_ch3", "train_ch3", "train_ch6", "train_epoch_ch3", *_steps_names]


def _steps(
    net: Callable, train_iter: Iterable, loss: Callable, updater, device: torch.device | None
) -> Iterator[Accumulator]:
    """Train on one batch after the other; after each, yield the epoch's sums so far.

    The sums are those of losses, of right predictions and of elements of y.
    """
    if not isinstance(updater, torch.optim.Optimizer) and not callable(updater):
        raise TypeError(
            "updater must be a torch optimizer or a function of the batch size, "
            f"got {type(updater).__name__}"
        )
    if isinstance(net, nn.Module):
        net.train()
    metric = Accumulator(3)
    for i, (X, y) in enumerate(batches("train_iter", train_iter)):
        y_hat = forward(net, X, device)
        if i == 0 or y.is_cpu:  # to look at labels on a GPU means to wait for it
            check_labels(y_hat, y)
        y = y.to(device)
        l = loss(y_hat, y)
        total = batch_total(l, y.numel(), loss)
        if isinstance(updater, torch.optim.Optimizer):
            updater.zero_grad()
            (l.mean() if l.ndim else l).backward()
            updater.step()
        else:
            total.backward()
            updater(len(y))
        metric.add(total, num_correct(y_hat, y), y.numel())
        yield metric


def train_epoch_ch3(
    net: Callable, train_iter: Iterable, loss: Callable, updater
) -> tuple[float, float]:
    """Train for one pass over `train_iter`; return the mean loss and the accuracy in it.

    Both are taken while the parameters change, each batch before its step.

    Parameters
    ----------
    net
        A module, or any function from a batch X to scores of shape (examples, classes).
    train_iter
        Gives batches (X, y). They are moved to the device of a module's parameters, or
        else of the optimizer's; with neither they stay where they are.
    loss
        A function of (y_hat, y), which gives one number per example, or their mean (as
        torch's losses do by default), or their sum where its attribute ``reduction`` says
        so. The loss returned is the mean per example in each case.
    updater
        A torch optimizer: it steps on the gradient of the loss's mean. Or a function of
        the batch size, such as a call of `sgd`: it finds the gradient of the sum over the
        batch, also where `loss` gives a mean, and has to zero it.

    Raises
    ------
    ValueError, TypeError
        If `train_iter` is empty, shapes or labels do not fit, or `updater` is neither.

    Examples
    --------
    >>> net = nn.Linear(2, 2)
    >>> data = [(torch.randn(8, 2), torch.randint(2, (8,)))]
    >>> optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    >>> l, acc = d2l.train_epoch_ch3(net, data, nn.CrossEntropyLoss(reduction="none"), optimizer)
    >>> l > 0, 0 <= acc <= 1
    (True, True)
    """
    for metric in _steps(net, train_iter, loss, updater, device_of(net, updater)):
        pass
    return metric[0] / metric[2], metric[1] / metric[2]


def _finite(value: float, epoch: int) -> float:
    """Return a loss, or stop the training where it is nan or infinite."""
    if not math.isfinite(value):
        raise FloatingPointError(
            f"the training loss is {value} in epoch {epoch}: try a smaller learning rate, "
            "and look for a log or a division of 0 in the loss"
        )
    return value


def _legend(test_iter: Iterable) -> list[str]:
    """Return the names of the curves; a loader over validation data says so."""
    return ["train loss", "train acc", f"{getattr(test_iter, 'part', 'test')} acc"]


def train_ch3(
    net: Callable,
    train_iter: Iterable,
    test_iter: Iterable,
    loss: Callable,
    num_epochs: int,
    updater,
) -> None:
    """Train, and draw loss and accuracy after every epoch.

    A module is left in evaluation mode, ready to predict. Unlike in d2l, no finite result is
    refused, and the axes show every point. In fast mode there are at most two epochs.

    Parameters
    ----------
    net, train_iter, loss, updater
        As for `train_epoch_ch3`.
    test_iter
        Gives the batches that the accuracy is evaluated on after every epoch.
    num_epochs
        Passes over `train_iter`, at least 1.

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
    >>> d2l.train_ch3(net, data, data, nn.CrossEntropyLoss(), 3, optimizer)
    >>> d2l.plt.close()
    """
    num_epochs, device = cut_epochs(num_epochs), device_of(net, updater)
    refuse_empty("train_iter", train_iter)
    refuse_empty("test_iter", test_iter)
    with Animator(xlabel="epoch", xlim=[1, num_epochs], legend=_legend(test_iter)) as animator:
        for epoch in range(1, num_epochs + 1):
            train_loss, train_acc = train_epoch_ch3(net, train_iter, loss, updater)
            _finite(train_loss, epoch)
            test_acc = evaluate_accuracy_gpu(net, test_iter, device)
            animator.add(epoch, (train_loss, train_acc, test_acc))
    if isinstance(net, nn.Module):
        net.eval()


def predict_ch3(net: Callable, test_iter: Iterable, n: int = 6) -> None:
    """Show the first `n` images of `test_iter` with their true and predicted labels.

    d2l's titles are the same two names without the words which is which.

    Parameters
    ----------
    net
        A classifier of Fashion-MNIST: a module or a function.
    test_iter
        Gives batches (X, y) with X of shape (examples, 1, height, width).
    n
        How many images, at least 1. A first batch with fewer is shown whole.
    """
    n = positive_int("n", n)
    X, y = next(batches("test_iter", test_iter))
    X, y = X[:n], y[:n]
    with evaluating(net):
        y_hat = forward(net, X, device_of(net)).argmax(dim=1)
    names = zip(get_fashion_mnist_labels(y), get_fashion_mnist_labels(y_hat))
    titles = [f"true: {true}\npred: {predicted}" for true, predicted in names]
    show_images(X, 1, len(X), titles=titles)


def train_ch6(
    net: nn.Module,
    train_iter: Iterable,
    test_iter: Iterable,
    num_epochs: int,
    lr: float,
    device: torch.device | str,
) -> None:
    """Train an image classifier from new Xavier weights by SGD on the cross-entropy.

    Draws the training loss and accuracy five times an epoch and the test accuracy after
    it, and ends by printing the last of each and the training speed. The axes begin at 0:
    d2l's cut off the first epoch. The module is left on `device`, in evaluation mode. In
    fast mode there are at most two epochs.

    Parameters
    ----------
    net
        The module. Its linear and convolutional weights are replaced.
    train_iter, test_iter
        Give batches (X, y), which are moved to `device`; `train_iter` has a length.
    num_epochs
        Passes over `train_iter`, at least 1.
    lr
        Learning rate of SGD, at least 0.
    device
        Where to train, such as ``try_gpu()``.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.
    FloatingPointError
        If the training loss becomes nan or infinite; it names the epoch.
    """
    num_epochs, lr = cut_epochs(num_epochs), number_in("lr", lr, 0)
    if not isinstance(net, nn.Module):
        raise TypeError(f"net must be a module, got {type(net).__name__}")
    device = usable_device(device)
    refuse_empty("train_iter", train_iter)
    refuse_empty("test_iter", test_iter)
    net.apply(init_xavier)
    net.to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    loss = nn.CrossEntropyLoss()
    timer, num_examples, num_batches = Timer(), 0, len(train_iter)
    drawn = max(1, num_batches // 5)
    figure = Animator(xlabel="epoch", xlim=[0, num_epochs], legend=_legend(test_iter))
    with figure as animator, channels_last(net):
        for epoch in range(num_epochs):
            timer.start()
            for i, metric in enumerate(_steps(net, train_iter, loss, optimizer, device), 1):
                if i % drawn and i != num_batches:
                    continue
                train_loss = _finite(metric[0] / metric[2], epoch + 1)
                train_acc = metric[1] / metric[2]
                timer.stop()  # drawing is no training
                animator.add(epoch + i / num_batches, (train_loss, train_acc, None))
                timer.start()
            num_examples += metric[2]
            test_acc = evaluate_accuracy_gpu(net, test_iter, device)
            animator.add(epoch + 1, (None, None, test_acc))
    net.eval()
    print(f"loss {train_loss:.3f}, train acc {train_acc:.3f}, test acc {test_acc:.3f}")
    print(f"{num_examples / timer.sum():,.0f} examples/sec on {device}")

"""Counting while a network runs: sums, times, accuracy and loss over a data set."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable

import torch

from .checks import positive_int
from .devices import usable_device
from .loops import batch_total, batches, device_of, evaluating, forward

__all__ = [
    "Accumulator",
    "Timer",
    "accuracy",
    "evaluate_accuracy",
    "evaluate_accuracy_gpu",
    "evaluate_loss",
]

# torch's cross-entropy skips examples with this label.
IGNORED_LABEL = -100


class Accumulator:
    """Running sums of `n` quantities.

    Tensors on a GPU are added up there and become Python numbers only when they are read:
    adding in every step does not make the CPU wait for the GPU. Where d2l drops values beyond
    `n` without a word, `add` refuses them.

    Parameters
    ----------
    n
        How many sums to keep.

    Examples
    --------
    >>> metric = d2l.Accumulator(2)
    >>> metric.add(1.5, torch.tensor(3))
    >>> metric.add(1, 4)
    >>> metric[0], metric[1]
    (2.5, 7.0)
    """

    def __init__(self, n: int):
        self.n = positive_int("n", n)
        self.reset()

    def add(self, *args) -> None:
        """Add one number, or one tensor with a single element, to each of the sums.

        Raises
        ------
        ValueError
            If the number of arguments is not `n`, or one of them is not a single number.
        """
        if len(args) != self.n:
            raise ValueError(f"add takes {self.n} values, one for each sum, got {len(args)}")
        self.data = [total + _single(value) for total, value in zip(self.data, args)]

    def reset(self) -> None:
        """Set all sums back to 0."""
        self.data = [0.0] * self.n

    def __getitem__(self, idx: int) -> float:
        """Return the sum number `idx` as a Python number."""
        return float(self.data[idx])


def _single(value) -> float | torch.Tensor:
    """Return a number in double precision, cut off from the graph: a tensor if on a GPU."""
    if not isinstance(value, torch.Tensor):
        return float(value)
    if value.numel() != 1:
        shape = tuple(value.shape)
        raise ValueError(f"add takes single numbers, got a tensor of shape {shape}: sum it first")
    if value.is_cpu:
        return value.item()
    # Apple's GPUs know no double precision.
    wide = torch.float32 if value.device.type == "mps" else torch.float64
    return value.detach().reshape(()).to(wide)


class Timer:
    """A stopwatch that keeps every time it has taken, in seconds. It starts when created.

    Between two calls of `stop` there has to be a `start`: d2l's counts the first stretch twice.

    Examples
    --------
    >>> timer = d2l.Timer()
    >>> seconds = timer.stop()
    >>> timer.start()
    >>> seconds += timer.stop()
    >>> len(timer.times), timer.sum() == seconds
    (2, True)
    """

    def __init__(self):
        self.times: list[float] = []
        self.start()

    def start(self) -> None:
        """Start taking a time."""
        self.tik = time.perf_counter()

    def stop(self) -> float:
        """Stop, keep the time since `start` in `times`, and return it.

        Raises
        ------
        RuntimeError
            If the timer does not run.
        """
        if self.tik is None:
            raise RuntimeError("the timer does not run: call start() before stop()")
        self.times.append(time.perf_counter() - self.tik)
        self.tik = None
        return self.times[-1]

    def avg(self) -> float:
        """Return the mean of the times taken.

        Raises
        ------
        RuntimeError
            If none was taken yet.
        """
        if not self.times:
            raise RuntimeError("no time was taken yet: call stop() before avg()")
        return sum(self.times) / len(self.times)

    def sum(self) -> float:
        """Return the sum of the times taken."""
        return sum(self.times)

    def cumsum(self) -> list[float]:
        """Return the running sums of the times taken."""
        return list(itertools.accumulate(self.times))


def accuracy(y_hat: torch.Tensor, y: torch.Tensor) -> float:
    """Return how many predictions are right (the number, not the share).

    Parameters
    ----------
    y_hat
        Scores or probabilities of shape (examples, classes), of which the largest is the
        prediction, or the predicted labels themselves, of shape (examples,) or
        (examples, 1): d2l compares such a column with every label.
    y
        The true labels, (examples,).

    Raises
    ------
    ValueError
        If the shapes do not fit, or a label is not one of the classes.

    Examples
    --------
    >>> d2l.accuracy(torch.tensor([[0.1, 0.9], [0.8, 0.2]]), torch.tensor([1, 1]))
    1.0
    """
    check_labels(y_hat, y)
    return float(num_correct(y_hat, y))


def num_correct(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return what `accuracy` returns as a tensor, so that no GPU has to be waited for."""
    if y_hat.ndim > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(dim=1)
    if y_hat.shape != y.shape:
        # (examples, 1) against (examples,) would silently compare every pair.
        if y_hat.numel() != y.numel():
            raise ValueError(
                f"y must hold one label for each of the {y_hat.numel()} predictions, "
                f"got the shape {tuple(y.shape)}"
            )
        y_hat = y_hat.reshape(y.shape)
    return (y_hat.to(y.dtype) == y).count_nonzero()


def check_labels(y_hat: torch.Tensor, y: torch.Tensor) -> None:
    """Refuse labels that are not among the classes that the columns of `y_hat` stand for.

    -100 passes: torch's cross-entropy skips it. Without this check a hand-written loss
    takes a negative label for an index from the end, and on a GPU a label that is too
    large ends the whole process.
    """
    classes = y_hat.shape[1] if y_hat.ndim > 1 else 1
    if classes == 1 or y.is_floating_point() or not y.numel():
        return
    if y.min().item() >= 0 and y.max().item() < classes:
        return
    wrong = y[((y < 0) | (y >= classes)) & (y != IGNORED_LABEL)]
    if len(wrong):
        raise ValueError(
            f"y must hold labels from 0 to {classes - 1}, for the {classes} outputs of net, "
            f"got {wrong[0].item()}"
        )


def evaluate_accuracy(net: Callable, data_iter: Iterable) -> float:
    """Return the share of the examples in `data_iter` that `net` classifies correctly.

    A module runs in evaluation mode and is then put back into the mode it was in, part
    by part: who evaluates in the middle of training would otherwise, as in d2l, go on without
    dropout and with frozen batch-norm statistics.

    Parameters
    ----------
    net
        A module, or any function from a batch X to scores of shape (examples, classes).
    data_iter
        Gives batches (X, y). They are moved to the device of a module's parameters.

    Raises
    ------
    ValueError
        If `data_iter` is empty, or shapes or labels do not fit.

    Examples
    --------
    >>> X = torch.eye(4)
    >>> d2l.evaluate_accuracy(torch.nn.Identity(), [(X, torch.tensor([0, 1, 2, 0]))])
    0.75
    """
    return evaluate_accuracy_gpu(net, data_iter)


def evaluate_accuracy_gpu(
    net: Callable, data_iter: Iterable, device: torch.device | str | None = None
) -> float:
    """Return the accuracy of `net` on `data_iter`, with the batches moved to `device`.

    Parameters
    ----------
    net, data_iter
        As for `evaluate_accuracy`. X may be a list of tensors here.
    device
        Where to compute. By default where the parameters of `net` are.

    Raises
    ------
    ValueError
        If `data_iter` is empty, shapes or labels do not fit, or there is no such device.

    Examples
    --------
    >>> X = torch.eye(4)
    >>> d2l.evaluate_accuracy_gpu(torch.nn.Identity(), [(X, torch.tensor([0, 1, 2, 0]))], "cpu")
    0.75
    """
    device = device_of(net) if device is None else usable_device(device)
    metric = Accumulator(2)
    with evaluating(net):
        for X, y in batches("data_iter", data_iter):
            y_hat = forward(net, X, device)
            check_labels(y_hat, y)
            metric.add(num_correct(y_hat, y.to(device)), y.numel())
    return metric[0] / metric[1]


def evaluate_loss(net: Callable, data_iter: Iterable, loss: Callable) -> float:
    """Return the mean loss of `net` over all examples in `data_iter`.

    A module runs in evaluation mode, without dropout; d2l leaves it in the mode it is in.

    Parameters
    ----------
    net, data_iter
        As for `evaluate_accuracy`.
    loss
        A function of (y_hat, y), which gives one number per element or their mean over
        the batch. A mean counts as often as the batch has examples, so that a short last
        batch gets no more weight than its examples should (in d2l it counts once).

    Raises
    ------
    ValueError
        If `data_iter` is empty, or shapes do not fit.

    Examples
    --------
    >>> X, y = torch.zeros(2, 1), torch.tensor([1.0, 3.0])
    >>> d2l.evaluate_loss(torch.nn.Identity(), [(X, y)], torch.nn.MSELoss())
    5.0
    """
    device = device_of(net)
    metric = Accumulator(2)
    with evaluating(net):
        for X, y in batches("data_iter", data_iter):
            y_hat, y = forward(net, X, device), y.to(device)
            if y.numel() == y_hat.numel():
                y = y.reshape(y_hat.shape)  # (examples,) against (examples, 1) would broadcast
            l = loss(y_hat, y)
            count = l.numel() if l.ndim else y.numel()
            metric.add(l.sum() if l.ndim else batch_total(l, count, loss), count)
    return metric[0] / metric[1]

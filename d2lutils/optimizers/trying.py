"""Trying optimizers out, under d2l's names: on surfaces in 2-D and on a linear regression."""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import torch
from torch import nn

from ..checks import positive_int
from ..data import TensorLoader, download, load_array
from ..data.datasets import DataNotAvailable
from ..devices import cut_epochs
from ..loops import batches, refuse_empty
from ..metrics import Timer, evaluate_loss
from ..plotting import Animator, plt, set_figsize
from ..steps import linreg, squared_loss

__all__ = [
    "get_data_ch11",
    "show_trace_2d",
    "train_2d",
    "train_ch11",
    "train_concise_ch11",
]


def train_2d(
    trainer: Callable, steps: int = 20, f_grad: Callable | None = None
) -> list[tuple[float, float]]:
    """Take steps on a surface from (-5, -2); print where they end, and return all points.

    Parameters
    ----------
    trainer
        A function ``(x1, x2, s1, s2) -> (x1, x2, s1, s2)`` that takes one step; s1 and s2 are
        its memory, 0 at the start. With `f_grad` it gets that as a fifth argument.
    steps
        How many, at least 1.
    f_grad
        A function ``(x1, x2)`` that returns both partial derivatives.

    Raises
    ------
    ValueError, TypeError
        If `steps` is not such a number.

    Examples
    --------
    >>> results = d2l.train_2d(lambda x1, x2, s1, s2: (x1 / 2, x2, s1, s2), steps=2)
    epoch 2, x1: -1.250000, x2: -2.000000
    >>> results
    [(-5, -2), (-2.5, -2), (-1.25, -2)]
    """
    steps = positive_int("steps", steps)
    x1, x2, s1, s2 = -5, -2, 0, 0
    results = [(x1, x2)]
    for _ in range(steps):
        if f_grad:
            x1, x2, s1, s2 = trainer(x1, x2, s1, s2, f_grad)
        else:
            x1, x2, s1, s2 = trainer(x1, x2, s1, s2)
        results.append((x1, x2))
    print(f"epoch {steps}, x1: {float(x1):f}, x2: {float(x2):f}")
    return results


def show_trace_2d(f: Callable, results: Sequence[tuple[float, float]]) -> None:
    """Draw the points that a descent went through over the contour lines of its surface.

    The frame is that of d2l, wider where the points leave it.

    Parameters
    ----------
    f
        A function of two tensors of coordinates, of equal shape, which returns the heights.
    results
        The points (x1, x2), as `train_2d` returns them.

    Raises
    ------
    ValueError
        If none of the points is finite.

    Examples
    --------
    >>> d2l.show_trace_2d(lambda x1, x2: x1**2 + 2 * x2**2, [(-5, -2), (-1, 0)])
    """
    points = np.array([[float(x) for x in point] for point in results]).reshape(-1, 2)
    points = points[np.isfinite(points).all(1)]
    if not len(points):
        raise ValueError(f"results must have a point with two finite numbers, got {results!r}")
    set_figsize()
    plt.plot(*points.T, "-o", color="C1", zorder=2)
    low = np.minimum((-5.5, -3), points.min(0) - 0.3)
    high = np.maximum((0.9, 0.9), points.max(0) + 0.3)
    sides = [torch.linspace(a, b, 65) for a, b in zip(low, high)]
    x1, x2 = torch.meshgrid(*sides, indexing="ij")
    plt.contour(x1, x2, f(x1, x2), colors="C0", linewidths=1, zorder=1)
    plt.xlabel("x1")
    plt.ylabel("x2")


def get_data_ch11(batch_size: int = 10, n: int = 1500) -> tuple[TensorLoader, int]:
    """Return a loader over the noise of airfoils in NASA's wind tunnel, and the 5 features.

    Each column has mean 0 and standard deviation 1. The file comes from d2l's address, and is
    kept in ``../data``.

    Parameters
    ----------
    batch_size
        Rows in a batch.
    n
        How many of the 1,503 rows to take.

    Raises
    ------
    DataNotAvailable
        If the address does not answer. `ill_conditioned_data` needs no network.
    ValueError, TypeError
        If a number is not one of at least 1.

    References
    ----------
    Brooks, Pope and Marcolini: Airfoil self-noise and prediction, NASA RP-1218, 1989.
    """
    n, batch_size = positive_int("n", n), positive_int("batch_size", batch_size)
    try:
        path = download("airfoil")
    except DataNotAvailable as error:
        raise DataNotAvailable(
            f"{error}\nWithout it, ill_conditioned_data() makes data of the same shape."
        ) from error
    data = np.loadtxt(path, dtype=np.float32, delimiter="\t", ndmin=2)
    data = torch.from_numpy((data - data.mean(axis=0)) / data.std(axis=0))
    return load_array((data[:n, :-1], data[:n, -1]), batch_size), data.shape[1] - 1


def train_ch11(
    trainer_fn: Callable,
    states,
    hyperparams: Mapping,
    data_iter: Iterable,
    feature_dim: int,
    num_epochs: int = 2,
) -> tuple[list[float], list[float]]:
    """Train a linear regression by hand with any optimizer, and draw the loss over all data.

    The loss is evaluated whenever the examples seen are a multiple of 200, and printed at the
    end with the seconds of training an epoch (d2l prints those between two evaluations). The
    axes show every loss, d2l's those from 0.22 to 0.35. In fast mode there are at most two
    epochs.

    Parameters
    ----------
    trainer_fn
        Called as ``trainer_fn([w, b], states, hyperparams)`` after each gradient of a mean
        loss: it steps and zeros the gradients, as `sgd_momentum` and `adam` do.
    states, hyperparams
        What `trainer_fn` needs, such as ``init_adam_states(feature_dim)`` and
        ``{"lr": 0.01, "t": 1}``.
    data_iter
        Gives batches (X, y).
    feature_dim
        Columns of X.
    num_epochs
        Passes over `data_iter`, at least 1.

    Returns
    -------
    seconds : list of float
        Of training until each evaluation.
    losses : list of float
        What each evaluation gave.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.

    Examples
    --------
    >>> data_iter, feature_dim = d2l.ill_conditioned_data(condition=1)
    >>> states = d2l.init_momentum_states(feature_dim)
    >>> hyperparams = {"lr": 0.02, "momentum": 0.5}
    >>> times, losses = d2l.train_ch11(d2l.sgd_momentum, states, hyperparams, data_iter, 5)
    loss: 0.005, ... sec/epoch
    >>> d2l.plt.close()
    """
    feature_dim = positive_int("feature_dim", feature_dim)
    w = torch.normal(mean=0.0, std=0.01, size=(feature_dim, 1), requires_grad=True)
    b = torch.zeros(1, requires_grad=True)

    def step(X: torch.Tensor, y: torch.Tensor) -> None:
        squared_loss(linreg(X, w, b), y).mean().backward()
        trainer_fn([w, b], states, hyperparams)

    return _train(step, lambda X: linreg(X, w, b), squared_loss, 1, data_iter, num_epochs)


def train_concise_ch11(
    trainer_fn: Callable, hyperparams: Mapping, data_iter: Iterable, num_epochs: int = 4
) -> None:
    """Train a linear regression with an optimizer of PyTorch; draw what `train_ch11` draws.

    There may be any number of features; d2l takes five.

    As in d2l the gradient is that of the squared error without the half: twice that of
    `train_ch11`, so that the same path takes half its rate (with Adam nearly the same). The
    loss that is drawn has the half.

    Parameters
    ----------
    trainer_fn
        A class of torch.optim, called as ``trainer_fn(net.parameters(), **hyperparams)``.
    hyperparams
        Its arguments, such as ``{"lr": 0.01, "momentum": 0.9}``.
    data_iter
        A loader with a ``dataset``, or a list of batches (X, y).
    num_epochs
        Passes over `data_iter`, at least 1.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.

    Examples
    --------
    >>> data_iter, _ = d2l.ill_conditioned_data(condition=1)
    >>> d2l.train_concise_ch11(torch.optim.Adam, {"lr": 0.01}, data_iter)
    loss: 0.005, ... sec/epoch
    >>> d2l.plt.close()
    """
    # From the data set where there is one: a batch would take a shuffle's random numbers.
    first = data_iter.dataset[0][0] if hasattr(data_iter, "dataset") else data_iter[0][0][0]
    net = nn.Sequential(nn.Linear(len(first), 1))
    nn.init.normal_(net[0].weight, std=0.01)
    optimizer = trainer_fn(net.parameters(), **hyperparams)
    loss = nn.MSELoss(reduction="none")

    def step(X: torch.Tensor, y: torch.Tensor) -> None:
        optimizer.zero_grad()
        out = net(X)
        loss(out, y.reshape_as(out)).mean().backward()
        optimizer.step()

    _train(step, net, loss, 0.5, data_iter, num_epochs)


def _train(
    step: Callable,
    net: Callable,
    loss: Callable,
    scale: float,
    data_iter: Iterable,
    num_epochs: int,
) -> tuple[list[float], list[float]]:
    """Call `step` on every batch; draw `scale` times the loss, and return seconds and losses."""
    num_epochs = cut_epochs(num_epochs)
    refuse_empty("data_iter", data_iter)
    n, steps, whole, timer = 0, itertools.count(1), _whole(data_iter), Timer()
    with Animator(xlabel="epoch", ylabel="loss", xlim=[0, num_epochs]) as animator:
        for _ in range(num_epochs):
            for X, y in batches("data_iter", data_iter):
                step(X, y)
                n, done = n + len(X), next(steps)
                if n % 200 == 0:
                    timer.stop()
                    l = scale * evaluate_loss(net, whole, loss)
                    animator.add(done / len(data_iter), (l if math.isfinite(l) else math.nan,))
                    timer.start()
    if not animator.Y:
        raise ValueError(
            f"data_iter must come to a multiple of 200 examples, where the loss is drawn, got {n}"
        )
    print(f"loss: {animator.Y[0][-1]:.3f}, {timer.sum() / num_epochs:.3f} sec/epoch")
    return timer.cumsum(), animator.Y[0]


def _whole(data_iter: Iterable) -> Iterable:
    """Return a loader of the same tensors in one batch, which a mean over all is faster on.

    A pass over it draws an order too, so that training goes on with the same random numbers.
    """
    if not isinstance(data_iter, TensorLoader):
        return data_iter
    loader = copy.copy(data_iter)
    loader.batch_size = len(loader.dataset)
    return loader

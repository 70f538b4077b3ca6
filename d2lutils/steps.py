"""The pieces of a training step written by hand: a model, a loss, an update, clipping."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from .checks import number_in, positive_int

__all__ = ["cross_entropy", "grad_clipping", "linreg", "sgd", "softmax", "squared_loss"]


def linreg(X: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return the linear model ``X @ w + b``.

    Parameters
    ----------
    X
        The features, (examples, features).
    w
        The weights, (features, 1).
    b
        The bias, (1,).

    Examples
    --------
    >>> d2l.linreg(torch.ones(1, 2), torch.tensor([[2.0], [3.0]]), torch.tensor([1.0]))
    tensor([[6.]])
    """
    return X @ w + b


def squared_loss(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return half the squared error of each prediction, in the shape of `y_hat`.

    Parameters
    ----------
    y_hat
        The predictions, (examples, 1).
    y
        The true values, as many, in any shape.

    Examples
    --------
    >>> d2l.squared_loss(torch.tensor([[3.0], [1.0]]), torch.tensor([1.0, 1.0]))
    tensor([[2.],
            [0.]])
    """
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def softmax(X: torch.Tensor) -> torch.Tensor:
    """Turn each row of scores into probabilities: exponentials, divided by their sum.

    As written on the page that builds it: scores above about 88 overflow in float32, which
    `torch.softmax` avoids.

    Parameters
    ----------
    X
        The scores, (examples, classes).

    Examples
    --------
    >>> d2l.softmax(torch.zeros(1, 4))
    tensor([[0.2500, 0.2500, 0.2500, 0.2500]])
    """
    X_exp = torch.exp(X)
    partition = X_exp.sum(1, keepdim=True)
    return X_exp / partition


def cross_entropy(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return minus the logarithm of the probability of each true class, (examples,).

    Parameters
    ----------
    y_hat
        Probabilities, (examples, classes).
    y
        The true classes, (examples,), integers from 0.

    Examples
    --------
    >>> d2l.cross_entropy(torch.tensor([[0.5, 0.5]]), torch.tensor([1]))
    tensor([0.6931])
    """
    return -torch.log(y_hat[range(len(y_hat)), y])


def sgd(params: Iterable[torch.Tensor], lr: float, batch_size: int) -> None:
    """Take one step of minibatch stochastic gradient descent, then zero the gradients.

    Parameters
    ----------
    params
        Tensors whose gradients belong to the sum of a batch's losses.
    lr
        Learning rate, at least 0.
    batch_size
        Number of examples in the batch; the gradients are divided by it.

    Raises
    ------
    ValueError, TypeError
        If `lr` or `batch_size` is out of range, or a parameter has no gradient.

    Examples
    --------
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> (3 * w).sum().backward()
    >>> d2l.sgd([w], lr=0.1, batch_size=1)
    >>> w.detach(), w.grad
    (tensor([0.7000]), tensor([0.]))
    """
    lr, batch_size = number_in("lr", lr, 0), positive_int("batch_size", batch_size)
    with torch.no_grad():
        for param in params:
            if param.grad is None:
                raise ValueError("params must all have gradients: call backward() before sgd()")
            param -= lr * param.grad / batch_size
            param.grad.zero_()


def grad_clipping(net, theta: float) -> None:
    """Scale the gradients down, all by one factor, where their joint L2 norm exceeds `theta`.

    Parameters
    ----------
    net
        A module, or an object with a list ``params`` of tensors.
    theta
        The largest norm allowed, above 0.

    Raises
    ------
    ValueError, TypeError
        If `theta` is not such a number, or `net` has no parameters or no gradients.

    References
    ----------
    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural
    networks", ICML 2013.

    Examples
    --------
    >>> net = nn.Linear(2, 1, bias=False)
    >>> net.weight.grad = torch.tensor([[3.0, 4.0]])
    >>> d2l.grad_clipping(net, 1)
    >>> net.weight.grad
    tensor([[0.6000, 0.8000]])
    """
    if not number_in("theta", theta, 0):
        raise ValueError(f"theta must be above 0, got {theta!r}")
    if isinstance(net, nn.Module):
        params = list(net.parameters())
    elif hasattr(net, "params"):
        params = list(net.params)
    else:
        raise TypeError(f"net must be a module or have params, got {type(net).__name__}")
    if all(param.grad is None for param in params):
        raise ValueError("net must have gradients: call backward() before grad_clipping()")
    nn.utils.clip_grad_norm_(params, theta)

"""Gradient descent with momentum, in PyTorch's form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch

from .arguments import check_step, tensors

__all__ = ["init_momentum_states", "nesterov", "sgd_momentum"]


def init_momentum_states(params: Iterable[torch.Tensor] | int) -> list[torch.Tensor]:
    """Return a velocity of zeros for each parameter.

    Parameters
    ----------
    params
        The parameters. Or, as in d2l, the number of features of `train_ch11`'s linear model.

    Raises
    ------
    TypeError, ValueError
        If `params` is neither.

    Examples
    --------
    >>> [v.shape for v in d2l.init_momentum_states(5)]
    [torch.Size([5, 1]), torch.Size([1])]
    """
    params = tensors("params", params)
    return [torch.zeros_like(p) for p in params]


def sgd_momentum(
    params: Sequence[torch.Tensor], states: Sequence[torch.Tensor], hyperparams: Mapping
) -> None:
    """Take a step along the velocity v = momentum v + gradient, of length lr, and zero gradients.

    Equal to ``torch.optim.SGD(params, lr, momentum)``. The gradient enters whole: other books
    multiply it by 1 - momentum (PyTorch's ``dampening``) or put the rate inside v, which moves
    the old velocity by the old rate when the rate changes.

    Parameters
    ----------
    params
        Tensors with gradients.
    states
        From `init_momentum_states`.
    hyperparams
        "lr" (at least 0) and "momentum" (0 to 1; at 0 it is gradient descent).

    Raises
    ------
    ValueError, TypeError
        If something is missing, out of range, or of another number.

    References
    ----------
    Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.

    Examples
    --------
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> states = d2l.init_momentum_states([w])
    >>> for _ in range(2):
    ...     w.sum().backward()
    ...     d2l.sgd_momentum([w], states, {"lr": 0.1, "momentum": 0.5})
    >>> states, w.detach()
    ([tensor([1.5000])], tensor([0.7500]))
    """
    check_step(("lr", "momentum"), params, states, hyperparams)
    with torch.no_grad():
        for p, v in zip(params, states):
            v.mul_(hyperparams["momentum"]).add_(p.grad)
            p.sub_(v, alpha=hyperparams["lr"])
            p.grad.zero_()


def nesterov(
    params: Sequence[torch.Tensor], states: Sequence[torch.Tensor], hyperparams: Mapping
) -> None:
    """Take a step of Nesterov's momentum: along the gradient plus momentum times the new velocity.

    Equal to ``torch.optim.SGD(params, lr, momentum, nesterov=True)``: the parameters are those
    at which the gradient is taken, a step of the velocity ahead of those in Nesterov's paper.

    Parameters
    ----------
    params, states, hyperparams
        As for `sgd_momentum`.

    Raises
    ------
    ValueError, TypeError
        As `sgd_momentum` does.

    References
    ----------
    Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in
    deep learning", ICML 2013.
    """
    check_step(("lr", "momentum"), params, states, hyperparams)
    with torch.no_grad():
        for p, v in zip(params, states):
            v.mul_(hyperparams["momentum"]).add_(p.grad)
            p.sub_(p.grad.add(v, alpha=hyperparams["momentum"]), alpha=hyperparams["lr"])
            p.grad.zero_()

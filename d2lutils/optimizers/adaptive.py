"""Optimizers with a step size for each entry of a parameter, in PyTorch's form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence

import torch

from .arguments import check_step, tensors

__all__ = [
    "adadelta",
    "adagrad",
    "adam",
    "adamw",
    "init_adadelta_states",
    "init_adagrad_states",
    "init_adam_states",
    "init_rmsprop_states",
    "rmsprop",
]


def init_adagrad_states(params: Iterable[torch.Tensor] | int) -> list[torch.Tensor]:
    """Return a sum of squared gradients, zero so far, for each parameter.

    Parameters
    ----------
    params
        As for `init_momentum_states`.
    """
    params = tensors("params", params)
    return [torch.zeros_like(p) for p in params]


def adagrad(
    params: Sequence[torch.Tensor], states: Sequence[torch.Tensor], hyperparams: Mapping
) -> None:
    """Divide each entry's step by the root of the sum of its squared gradients so far.

    Equal to ``torch.optim.Adagrad(params, lr)``: 1e-10 is added outside the root (d2l adds
    1e-6 inside it).

    Parameters
    ----------
    params
        Tensors with gradients.
    states
        From `init_adagrad_states`.
    hyperparams
        "lr", at least 0.

    Raises
    ------
    ValueError, TypeError
        As `sgd_momentum` does.

    References
    ----------
    Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", JMLR 12, 2011.
    """
    check_step(("lr",), params, states, hyperparams)
    with torch.no_grad():
        for p, s in zip(params, states):
            s += p.grad**2
            p -= hyperparams["lr"] * p.grad / (s.sqrt() + 1e-10)
            p.grad.zero_()


def init_rmsprop_states(params: Iterable[torch.Tensor] | int) -> list[torch.Tensor]:
    """Return a mean of squared gradients, zero so far, for each parameter.

    Parameters
    ----------
    params
        As for `init_momentum_states`.
    """
    params = tensors("params", params)
    return [torch.zeros_like(p) for p in params]


def rmsprop(
    params: Sequence[torch.Tensor], states: Sequence[torch.Tensor], hyperparams: Mapping
) -> None:
    """Divide each entry's step by the root of a running mean of its squared gradients.

    Equal to ``torch.optim.RMSprop(params, lr, alpha=gamma)``: 1e-8 is added outside the root
    (d2l adds 1e-6 inside it), and the mean, which starts at 0, is not corrected for that.

    Parameters
    ----------
    params
        Tensors with gradients.
    states
        From `init_rmsprop_states`.
    hyperparams
        "lr" (at least 0) and "gamma" (0 to 1), the weight of the mean's past.

    Raises
    ------
    ValueError, TypeError
        As `sgd_momentum` does.

    References
    ----------
    Tieleman and Hinton, "Lecture 6.5: rmsprop", Coursera, 2012.
    """
    check_step(("lr", "gamma"), params, states, hyperparams)
    gamma = hyperparams["gamma"]
    with torch.no_grad():
        for p, s in zip(params, states):
            s[:] = gamma * s + (1 - gamma) * p.grad**2
            p -= hyperparams["lr"] * p.grad / (s.sqrt() + 1e-8)
            p.grad.zero_()


def init_adadelta_states(
    params: Iterable[torch.Tensor] | int,
) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return for each parameter two means, of squared gradients and of squared steps.

    Parameters
    ----------
    params
        As for `init_momentum_states`.
    """
    params = tensors("params", params)
    return [(torch.zeros_like(p), torch.zeros_like(p)) for p in params]


def adadelta(
    params: Sequence[torch.Tensor], states: Sequence[tuple], hyperparams: Mapping
) -> None:
    """Scale each entry's gradient by the ratio of its last steps' size to its last gradients'.

    Equal to ``torch.optim.Adadelta(params, lr, rho)``, whose 1e-6 stands inside both roots.
    The paper and d2l have no rate: "lr" is 1 where it is not given.

    Parameters
    ----------
    params
        Tensors with gradients.
    states
        From `init_adadelta_states`.
    hyperparams
        "rho" (0 to 1), the weight of the means' past, and if wanted "lr" (at least 0).

    Raises
    ------
    ValueError, TypeError
        As `sgd_momentum` does.

    References
    ----------
    Zeiler, "ADADELTA: an adaptive learning rate method", arXiv:1212.5701, 2012.
    """
    check_step(("rho",), params, states, hyperparams)
    rho, eps = hyperparams["rho"], 1e-6
    with torch.no_grad():
        for p, (s, d) in zip(params, states):
            s[:] = rho * s + (1 - rho) * p.grad**2
            step = (d + eps).sqrt() / (s + eps).sqrt() * p.grad
            d[:] = rho * d + (1 - rho) * step**2
            p -= hyperparams.get("lr", 1) * step
            p.grad.zero_()


def init_adam_states(
    params: Iterable[torch.Tensor] | int,
) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return for each parameter two means, of gradients and of squared gradients.

    Parameters
    ----------
    params
        As for `init_momentum_states`.
    """
    params = tensors("params", params)
    return [(torch.zeros_like(p), torch.zeros_like(p)) for p in params]


def adam(
    params: Sequence[torch.Tensor], states: Sequence[tuple], hyperparams: MutableMapping
) -> None:
    """Step along the mean gradient over the root of the mean square, both freed of their start.

    Equal to ``torch.optim.Adam(params, lr, betas)`` and to the paper's first form: 1e-8 is added
    outside the root and after the correction of the bias (the paper's shorter form adds it
    before; d2l adds 1e-6).

    Parameters
    ----------
    params
        Tensors with gradients.
    states
        From `init_adam_states`.
    hyperparams
        "lr" (at least 0); "t", the number of this step, from 1, which is counted on here; and
        if wanted "beta1" and "beta2" (0 to 1; 0.9 and 0.999 else).

    Raises
    ------
    ValueError, TypeError
        As `sgd_momentum` does.

    References
    ----------
    Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015.

    Examples
    --------
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> (1000 * w).sum().backward()
    >>> hyperparams = {"lr": 0.1, "t": 1}
    >>> d2l.adam([w], d2l.init_adam_states([w]), hyperparams)
    >>> w.detach(), hyperparams  # a step of lr, however steep
    (tensor([0.9000]), {'lr': 0.1, 't': 2})
    """
    check_step(("lr", "t"), params, states, hyperparams)
    t = hyperparams["t"]
    beta1 = hyperparams.get("beta1", 0.9)
    beta2 = hyperparams.get("beta2", 0.999)
    with torch.no_grad():
        for p, (v, s) in zip(params, states):
            v[:] = beta1 * v + (1 - beta1) * p.grad
            s[:] = beta2 * s + (1 - beta2) * p.grad**2
            v_hat, s_hat = v / (1 - beta1**t), s / (1 - beta2**t)
            p -= hyperparams["lr"] * v_hat / (s_hat.sqrt() + 1e-8)
            p.grad.zero_()
    hyperparams["t"] += 1


def adamw(
    params: Sequence[torch.Tensor], states: Sequence[tuple], hyperparams: MutableMapping
) -> None:
    """Shrink the parameters by lr times weight_decay, then take a step of `adam`.

    Equal to ``torch.optim.AdamW(params, lr, betas, weight_decay=weight_decay)``: the decay is
    no part of the gradient, so that it is not divided by the root of the mean square. The
    paper multiplies it by a schedule alone; PyTorch, and this, by lr too.

    Parameters
    ----------
    params, states
        As for `adam`.
    hyperparams
        As for `adam`, and "weight_decay", at least 0.

    Raises
    ------
    ValueError, TypeError
        As `sgd_momentum` does.

    References
    ----------
    Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.
    """
    check_step(("lr", "t", "weight_decay"), params, states, hyperparams)
    with torch.no_grad():
        for p in params:
            p *= 1 - hyperparams["lr"] * hyperparams["weight_decay"]
    adam(params, states, hyperparams)

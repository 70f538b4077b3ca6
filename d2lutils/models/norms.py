"""Four normalizations by hand: batch, layer, instance and group.

They differ in one thing: which numbers of an input (examples, channels, height, width) share a
mean and a variance.
"""

from __future__ import annotations

import torch
from torch import nn

from ..checks import number_in, one_of, positive_int

__all__ = ["BatchNorm", "batch_norm", "group_norm", "instance_norm", "layer_norm", "standardize_over"]


def standardize_over(X: torch.Tensor, dims: int | tuple[int, ...], eps: float = 1e-5) -> torch.Tensor:
    """Return `X` with mean 0 and variance 1 over the axes `dims`.

    Parameters
    ----------
    X
        Any shape.
    dims
        The axes that are averaged over.
    eps
        Added to the variance, so that numbers which are all equal give 0.

    Returns
    -------
    torch.Tensor
        The shape of `X`. The variance is a little below 1 because of `eps`.

    Examples
    --------
    >>> d2l.standardize_over(torch.tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), 1)
    tensor([[-1.2247,  0.0000,  1.2247],
            [-1.2247,  0.0000,  1.2247]])
    """
    mean = X.mean(dims, keepdim=True)
    var = X.var(dims, unbiased=False, keepdim=True)
    return (X - mean) / torch.sqrt(var + eps)


def batch_norm(
    X: torch.Tensor,
    gamma: torch.Tensor,
    beta: torch.Tensor,
    moving_mean: torch.Tensor,
    moving_var: torch.Tensor,
    eps: float,
    momentum: float,
    training: bool = True,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Normalize each feature, or each channel, over the batch (Ioffe and Szegedy, 2015).

    As in torch, `momentum` is the weight of the new batch in the running statistics, and the
    running variance takes the batch's unbiased one. The function of d2l's chapter has the old
    value's weight there (0.9 for 0.1), a biased variance, and goes by whether gradients are
    being recorded instead of by `training`.

    Parameters
    ----------
    X
        (examples, features) or (examples, channels, height, width).
    gamma, beta
        Factor and summand of each feature or channel: (1, features), or (1, channels, 1, 1).
    moving_mean, moving_var
        The running statistics so far, in the shape of `gamma`. They are left as they are.
    eps
        Added to the variance before its root is taken.
    momentum
        From 0 to 1.
    training
        Whether to use the batch's own mean and variance, or the running ones.

    Returns
    -------
    tuple
        The normalized `X`, and the new running mean and variance.

    Raises
    ------
    ValueError
        If `X` has neither two nor four axes, or if a batch to train on has a single number for
        each channel, which has no variance.

    Examples
    --------
    >>> X = torch.tensor([[1.0], [3.0]])
    >>> one, zero = torch.ones(1, 1), torch.zeros(1, 1)
    >>> Y, mean, var = d2l.batch_norm(X, one, zero, zero, one, 1e-5, 0.1)
    >>> Y.flatten(), mean, var
    (tensor([-1.0000,  1.0000]), tensor([[0.2000]]), tensor([[1.1000]]))
    """
    if X.ndim not in (2, 4):
        raise ValueError(f"X must have two or four axes, got the shape {tuple(X.shape)}")
    if training and X.numel() <= X.shape[1]:
        raise ValueError(
            "X must have more than one number for each channel to train on, "
            f"got the shape {tuple(X.shape)}"
        )
    if training:
        dims = 0 if X.ndim == 2 else (0, 2, 3)
        mean = X.mean(dims, keepdim=True)
        var = X.var(dims, unbiased=False, keepdim=True)
        m = X.numel() / mean.numel()  # numbers behind each mean
        with torch.no_grad():
            moving_mean = (1 - momentum) * moving_mean + momentum * mean
            moving_var = (1 - momentum) * moving_var + momentum * var * m / (m - 1)
    else:
        mean, var = moving_mean, moving_var
    X_hat = (X - mean) / torch.sqrt(var + eps)
    return gamma * X_hat + beta, moving_mean, moving_var


class BatchNorm(nn.Module):
    """Batch normalization as a layer, see `batch_norm`.

    Equal to `torch.nn.BatchNorm1d` and `torch.nn.BatchNorm2d`. The running statistics are
    buffers: saved in the state, moved with the module, and not trained.

    Parameters
    ----------
    num_features
        How many features, or channels, the input has.
    num_dims
        2 for inputs (examples, features), 4 for (examples, channels, height, width).
    eps, momentum
        As for `batch_norm`.

    Examples
    --------
    >>> norm = d2l.BatchNorm(3, num_dims=4)
    >>> Y = norm(5 + 2 * torch.randn(8, 3, 6, 6))
    >>> Y.mean((0, 2, 3)).abs().max() < 1e-5
    tensor(True)
    >>> sorted(norm.state_dict())
    ['beta', 'gamma', 'moving_mean', 'moving_var']
    """

    def __init__(
        self, num_features: int, num_dims: int, eps: float = 1e-5, momentum: float = 0.1
    ) -> None:
        positive_int("num_features", num_features)
        one_of("num_dims", num_dims, (2, 4))
        number_in("eps", eps, 0), number_in("momentum", momentum, 0, 1)
        super().__init__()
        shape = (1, num_features) if num_dims == 2 else (1, num_features, 1, 1)
        self.gamma = nn.Parameter(torch.ones(shape))
        self.beta = nn.Parameter(torch.zeros(shape))
        self.register_buffer("moving_mean", torch.zeros(shape))
        self.register_buffer("moving_var", torch.ones(shape))
        self.eps, self.momentum = eps, momentum

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Normalize `X`; in training mode, update the running statistics."""
        if X.ndim != self.gamma.ndim or X.shape[1] != self.gamma.shape[1]:
            raise ValueError(
                f"X must have {self.gamma.ndim} axes and {self.gamma.shape[1]} channels, "
                f"got the shape {tuple(X.shape)}"
            )
        Y, self.moving_mean, self.moving_var = batch_norm(
            X, self.gamma, self.beta, self.moving_mean, self.moving_var,
            self.eps, self.momentum, self.training)  # fmt: skip
        return Y


def layer_norm(
    X: torch.Tensor, gamma: torch.Tensor, beta: torch.Tensor, eps: float = 1e-5
) -> torch.Tensor:
    """Normalize each example by itself, over all its numbers (Ba and others, 2016).

    Parameters
    ----------
    X
        (examples, ...).
    gamma, beta
        Factor and summand; torch has one for each number of an example, ``X.shape[1:]``.
    eps
        Added to the variance.

    Examples
    --------
    >>> Y = d2l.layer_norm(torch.randn(2, 3, 4, 4), torch.ones(3, 4, 4), torch.zeros(3, 4, 4))
    >>> Y.mean((1, 2, 3)).abs().max() < 1e-5
    tensor(True)
    """
    return gamma * standardize_over(X, tuple(range(1, X.ndim)), eps) + beta


def instance_norm(
    X: torch.Tensor, gamma: torch.Tensor, beta: torch.Tensor, eps: float = 1e-5
) -> torch.Tensor:
    """Normalize each channel of each example by itself (Ulyanov and others, 2016).

    Parameters
    ----------
    X
        (examples, channels, height, width), of more than one pixel.
    gamma, beta
        Factor and summand of each channel, (1, channels, 1, 1).
    eps
        Added to the variance.

    Examples
    --------
    >>> Y = d2l.instance_norm(torch.randn(2, 3, 4, 4), torch.ones(1, 3, 1, 1), torch.tensor(5.0))
    >>> torch.allclose(Y.mean((2, 3)), torch.tensor(5.0))
    True
    """
    if X.ndim != 4 or X[0, 0].numel() < 2:
        raise ValueError(
            f"X must have four axes and more than one pixel, got the shape {tuple(X.shape)}"
        )
    return gamma * standardize_over(X, (2, 3), eps) + beta


def group_norm(
    X: torch.Tensor,
    num_groups: int,
    gamma: torch.Tensor,
    beta: torch.Tensor,
    eps: float = 1e-5,
) -> torch.Tensor:
    """Normalize each example's channels in groups of neighbors (Wu and He, 2018).

    Parameters
    ----------
    X
        (examples, channels, height, width).
    num_groups
        In how many groups the channels are cut; it divides their number. With 1 the means are
        those of `layer_norm`, with a group for each channel those of `instance_norm`.
    gamma, beta
        Factor and summand of each channel, (1, channels, 1, 1).
    eps
        Added to the variance.

    Examples
    --------
    >>> X = torch.randn(2, 4, 3, 3)
    >>> one, zero = torch.ones(1, 4, 1, 1), torch.zeros(1, 4, 1, 1)
    >>> torch.allclose(d2l.group_norm(X, 4, one, zero), d2l.instance_norm(X, one, zero), atol=1e-6)
    True
    """
    positive_int("num_groups", num_groups)
    if X.shape[1] % num_groups:
        raise ValueError(
            f"num_groups must divide the {X.shape[1]} channels of X, got {num_groups}"
        )
    groups = X.reshape(len(X), num_groups, -1)
    return gamma * standardize_over(groups, 2, eps).reshape(X.shape) + beta

"""Data made by a formula, where the true parameters are known."""

from __future__ import annotations

import torch

from ..checks import number_in, positive_int
from .loaders import TensorLoader, load_array

__all__ = ["ill_conditioned_data", "synthetic_data"]


def synthetic_data(
    w: torch.Tensor, b: float | torch.Tensor, num_examples: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw examples of y = Xw + b + noise.

    The features are standard normal, the noise is normal with a standard
    deviation of 0.01.

    Parameters
    ----------
    w
        Weights, shape (features,) or (features, 1).
    b
        Bias.
    num_examples
        How many examples.

    Returns
    -------
    X : torch.Tensor
        Shape (num_examples, features).
    y : torch.Tensor
        Shape (num_examples, 1).

    Raises
    ------
    TypeError, ValueError
        If `w` is not a tensor of one of these shapes, or `num_examples` is not a whole
        number of at least 1.

    Examples
    --------
    >>> X, y = d2l.synthetic_data(torch.tensor([2.0, -3.4]), 4.2, 1000)
    >>> X.shape, y.shape
    (torch.Size([1000, 2]), torch.Size([1000, 1]))
    """
    if not isinstance(w, torch.Tensor):
        raise TypeError(f"w must be a tensor of weights, got {w!r}")
    if w.dim() not in (1, 2) or w.numel() == 0 or w.shape[1:] not in ((), (1,)):
        raise ValueError(
            f"w must have the shape (features,) or (features, 1), got {tuple(w.shape)}"
        )
    num_examples = positive_int("num_examples", num_examples)
    X = torch.normal(0, 1, (num_examples, len(w)))
    y = torch.matmul(X, w) + b
    y += torch.normal(0, 0.01, y.shape)
    return X, y.reshape((-1, 1))


def ill_conditioned_data(
    batch_size: int = 10, n: int = 1500, condition: float = 100.0, feature_dim: int = 5
) -> tuple[TensorLoader, int]:
    """Return a loader over a linear regression in a ravine of known shape, and its features.

    The second derivatives of half the mean squared error with respect to the weights, X'X / n,
    have eigenvalues from 1 down to 1 / `condition`, evenly spaced on a log axis, in
    directions that lie along no feature. The noise's standard deviation is 0.1: no linear
    model has a loss much below 0.005.

    Parameters
    ----------
    batch_size
        Rows in a batch.
    n
        Rows in all, more than `feature_dim`.
    condition
        Largest eigenvalue over smallest, at least 1.
    feature_dim
        Number of features, at least 2.

    Raises
    ------
    ValueError, TypeError
        If a number is out of range.

    Examples
    --------
    >>> data_iter, feature_dim = d2l.ill_conditioned_data(condition=400)
    >>> X = data_iter.dataset[:][0]
    >>> curvatures = torch.linalg.eigvalsh(X.T @ X / len(X))
    >>> round((curvatures[-1] / curvatures[0]).item())
    400
    """
    feature_dim = positive_int("feature_dim", feature_dim, least=2)
    n = positive_int("n", n, least=feature_dim + 1)
    condition = number_in("condition", condition, 1)
    # Columns of Q are orthonormal: the eigenvalues are exact for these very rows.
    Q = torch.linalg.qr(torch.randn(n, feature_dim, dtype=torch.float64))[0] * n**0.5
    rotation = torch.linalg.qr(torch.randn(feature_dim, feature_dim, dtype=torch.float64))[0]
    values = condition ** -torch.linspace(0, 1, feature_dim, dtype=torch.float64)
    X = Q * values.sqrt() @ rotation.T
    # Every direction of the ravine matters as much: its error is 1 at weights of zero.
    y = X @ (rotation @ values.rsqrt()) + 0.1 * torch.randn(n, dtype=torch.float64)
    return load_array((X.float(), y.float()), batch_size), feature_dim

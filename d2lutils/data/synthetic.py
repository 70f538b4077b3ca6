"""Data made by a formula, where the true parameters are known."""

from __future__ import annotations

import torch

from ..checks import positive_int

__all__ = ["synthetic_data"]


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

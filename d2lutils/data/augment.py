"""Augmentation of whole batches: fast, since no image is handled alone."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from ..checks import positive_int

__all__ = ["flip_and_shift"]


def flip_and_shift(X: torch.Tensor, most: int = 2) -> torch.Tensor:
    """Flip each image of a batch left-right or not, and move it a little.

    Each image is flipped with probability 1/2, then moved by up to `most` pixels up or
    down, and left or right, all moves being equally likely. What comes in from outside
    is 0, which is black. It draws what ``v2.Compose([v2.RandomHorizontalFlip(),
    v2.RandomCrop((height, width), padding=most)])`` of torchvision draws for each image by
    itself; given a batch, those transforms treat all its images alike.

    Parameters
    ----------
    X
        Images, shape (n, channels, height, width).
    most
        The longest move in pixels; 0 only flips.

    Returns
    -------
    torch.Tensor
        A new tensor of the same shape.

    Raises
    ------
    TypeError, ValueError
        If X is not a batch of images, or `most` not a whole number of at least 0.

    Examples
    --------
    >>> X = torch.zeros(1000, 1, 28, 28)
    >>> X[:, :, 14, 14] = 1
    >>> moved = d2l.flip_and_shift(X, most=1)
    >>> rows, columns = moved.sum((0, 1)).nonzero().T
    >>> rows.unique().tolist(), columns.unique().tolist()
    ([13, 14, 15], [12, 13, 14, 15])
    """
    if not isinstance(X, torch.Tensor) or X.dim() != 4:
        shape = tuple(X.shape) if isinstance(X, torch.Tensor) else type(X).__name__
        raise TypeError(f"X must be images of shape (n, channels, height, width), got {shape}")
    most = positive_int("most", most, least=0)
    n, _, height, width = X.shape
    flipped = torch.rand(n, 1, 1, 1, device=X.device) < 0.5
    X = torch.where(flipped, X.flip(3), X)
    padded = F.pad(X, [most] * 4)
    # Every window of the old size that fits into the padded image: (n, channels, moves, moves,
    # height, width). Nothing is copied until one window of each image is taken.
    windows = padded.unfold(2, height, 1).unfold(3, width, 1)
    down, right = torch.randint(2 * most + 1, (2, n), device=X.device)
    return windows[torch.arange(n, device=X.device), :, down, right]

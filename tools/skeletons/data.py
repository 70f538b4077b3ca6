"""AThing: TODO, what the data set is."""

from __future__ import annotations

import torch

from .shipped import read_shipped

__all__ = ["a_thing"]


def a_thing() -> tuple[torch.Tensor, torch.Tensor]:
    """Return TODO: twenty heights in meters, and how long a fall from each takes, in seconds.

    They come with d2lutils; nothing is downloaded.

    Returns
    -------
    heights, seconds : torch.Tensor
        Floats, shape (20,) each.

    Raises
    ------
    DataNotAvailable
        If the file is missing or damaged.

    Examples
    --------
    >>> heights, seconds = d2l.a_thing()
    >>> heights.shape, seconds[:2]
    (torch.Size([20]), tensor([0.4500, 0.6400]))
    """
    lines = read_shipped("a-thing").decode("utf-8").splitlines()[1:]  # the first holds the names
    rows = [[float(value) for value in line.split(",")] for line in lines]
    heights, seconds = torch.tensor(rows).T  # (2, 20)
    return heights, seconds

"""Loaders over tensors in memory: they slice, where a DataLoader collects example by example."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Dataset, TensorDataset

from ..checks import positive_int

__all__ = ["TensorLoader", "get_dataloader_workers", "load_array"]


class TensorLoader:
    """Hand out tensors of equal length in batches of rows.

    To its user it is a `torch.utils.data.DataLoader`: iterating again gives a
    new order, `len` counts the batches, the last of which may be smaller. The
    order comes from torch's global generator, so that a seed repeats it.

    Parameters
    ----------
    tensors
        One or more tensors with the same number of rows, at least one.
    batch_size
        Rows in a batch.
    shuffle
        Whether each pass has an order of its own.

    Attributes
    ----------
    dataset
        The examples one by one: ``dataset[i]``, ``len(dataset)``.
    batch_size : int
        Rows in a batch.
    part : str
        What curves over this data are called: "test", unless it is the part to choose by.

    Raises
    ------
    TypeError, ValueError
        If the tensors are none, empty, or of different lengths, or `batch_size`
        is not a whole number of at least 1.

    Examples
    --------
    >>> loader = d2l.TensorLoader([torch.arange(5), torch.arange(5) * 10], 2, shuffle=False)
    >>> [y.tolist() for X, y in loader]
    [[0, 10], [20, 30], [40]]
    >>> len(loader)
    3
    """

    part = "test"

    def __init__(self, tensors: Sequence[torch.Tensor], batch_size: int, shuffle: bool = True):
        self._tensors = _same_length(tensors)
        self.batch_size = positive_int("batch_size", batch_size)
        self.shuffle = shuffle
        self.dataset: Dataset = TensorDataset(*self._tensors)

    def __len__(self) -> int:
        return -(-len(self._tensors[0]) // self.batch_size)

    def __iter__(self) -> Iterator[list[torch.Tensor]]:
        for rows in self._batches():
            yield [tensor.index_select(0, rows.to(tensor.device)) for tensor in self._tensors]

    def _batches(self) -> Sequence[torch.Tensor]:
        """Draw the order of one pass, and return the rows of each batch."""
        draw = torch.randperm if self.shuffle else torch.arange
        return draw(len(self._tensors[0])).split(self.batch_size)


def load_array(
    data_arrays: Sequence[torch.Tensor], batch_size: int, is_train: bool = True
) -> TensorLoader:
    """Return a loader over tensors, shuffled for training.

    From one seed, this loader and the one of d2l shuffle in different orders.

    Parameters
    ----------
    data_arrays
        Tensors with the same number of rows, such as ``(features, labels)``.
    batch_size
        Rows in a batch.
    is_train
        Whether each pass is shuffled.

    Raises
    ------
    TypeError, ValueError
        As `TensorLoader` does.

    Examples
    --------
    >>> X, y = next(iter(d2l.load_array((torch.ones(6, 2), torch.zeros(6)), 4)))
    >>> X.shape, y.shape
    (torch.Size([4, 2]), torch.Size([4]))
    """
    return TensorLoader(data_arrays, batch_size, shuffle=is_train)


def get_dataloader_workers() -> int:
    """Return how many worker processes a DataLoader should have: none (d2l: four).

    Reading data in memory takes less time than a worker process takes to hand
    it over, and workers hang in notebooks on Windows.

    Examples
    --------
    >>> d2l.get_dataloader_workers()
    0
    """
    return 0


def _same_length(tensors: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    if not isinstance(tensors, (list, tuple)) or not all(
        isinstance(tensor, torch.Tensor) for tensor in tensors
    ):
        raise TypeError(
            "data_arrays must be a list or tuple of tensors, such as (features, labels), "
            f"got {_describe(tensors)}"
        )
    shapes = [tuple(tensor.shape) for tensor in tensors]
    if not shapes or not all(shapes) or len({shape[0] for shape in shapes}) > 1:
        raise ValueError(f"data_arrays must have the same number of rows, got shapes {shapes}")
    if shapes[0][0] == 0:
        raise ValueError(f"data_arrays must have at least one row, got shapes {shapes}")
    return list(tensors)


def _describe(value) -> str:
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {', '.join(type(v).__name__ for v in value)}"
    return f"a {type(value).__name__}"

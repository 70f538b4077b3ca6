"""Images in memory, handed out in batches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch.nn import functional as F
from torch.utils.data import Dataset

from ..checks import positive_int
from .loaders import TensorLoader

__all__ = ["ImageLoader"]


class ImageDataset(Dataset):
    """Gray images in memory, one by one: ``dataset[i]`` is an image and its label.

    The image is a float32 tensor of shape (1, height, width) with values from 0
    to 1, the label an int.
    """

    def __init__(self, images: torch.Tensor, labels: torch.Tensor, size: tuple[int, int] | None):
        self.images, self.labels, self.size = images, labels, size

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        image = self.prepare(self.images[index].unsqueeze(0).numpy())
        return image.squeeze(0), int(self.labels[index])

    def prepare(self, images: np.ndarray) -> torch.Tensor:
        """Turn uint8 images (n, h, w) into float32 (n, 1, height, width) from 0 to 1."""
        # In numpy, since torch starts its threads even for so little work, and waiting
        # for them on a busy machine takes many times as long as the work.
        X = images.astype(np.float32)
        X /= np.float32(255)
        X = torch.from_numpy(X).unsqueeze(1)
        if self.size is not None:
            X = F.interpolate(X, self.size, mode="bilinear", antialias=True).clamp_(max=1)
        return X


class ImageLoader(TensorLoader):
    """Hand out gray images in batches: X (n, 1, height, width) from 0 to 1, and y (n,).

    The images stay uint8 in memory, a quarter of their size as float32, and are
    converted (and resized) a batch at a time.

    Parameters
    ----------
    images
        Shape (examples, height, width), uint8.
    labels
        Shape (examples,), int64.
    batch_size
        Images in a batch.
    shuffle
        Whether each pass has an order of its own.
    resize
        Side length, or (height, width), in pixels, that the images are brought to.

    Raises
    ------
    TypeError, ValueError
        If there are no images, their number differs from that of the labels, or
        `batch_size` or `resize` is not made of whole numbers of at least 1.

    Examples
    --------
    >>> images = torch.zeros(5, 28, 28, dtype=torch.uint8)
    >>> loader = d2l.ImageLoader(images, torch.arange(5), 3, resize=32)
    >>> [X.shape for X, y in loader]
    [torch.Size([3, 1, 32, 32]), torch.Size([2, 1, 32, 32])]
    """

    def __init__(
        self,
        images: torch.Tensor,
        labels: torch.Tensor,
        batch_size: int,
        shuffle: bool = True,
        resize: int | tuple[int, int] | None = None,
    ):
        super().__init__((images, labels), batch_size, shuffle)
        self.dataset: ImageDataset = ImageDataset(images, labels, size_of(resize))

    def __iter__(self) -> Iterator[list[torch.Tensor]]:
        images, labels = self.dataset.images.numpy(), self.dataset.labels
        for rows in self._batches():
            X = self.dataset.prepare(images.take(rows.numpy(), axis=0))
            yield [X, labels.index_select(0, rows)]


def size_of(resize) -> tuple[int, int] | None:
    """Return what `resize` stands for, (height, width) or None, or refuse it."""
    if resize is None:
        return None
    if not isinstance(resize, (list, tuple)):
        side = positive_int("resize", resize)
        return side, side
    if len(resize) != 2:
        raise ValueError(f"resize must be a side length or (height, width), got {resize!r}")
    return positive_int("resize", resize[0]), positive_int("resize", resize[1])

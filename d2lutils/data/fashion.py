"""Fashion-MNIST as tensors in memory, in two parts or in three."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

import numpy as np
import torch

from ..checks import positive_int
from ..devices import fast_mode
from .datasets import DataNotAvailable, fetch, note_sample
from .images import ImageLoader, size_of
from .loaders import TensorLoader

__all__ = [
    "FASHION_MNIST_CLASSES",
    "Sealed",
    "fashion_mnist",
    "fashion_mnist_parts",
    "get_fashion_mnist_labels",
    "load_data_fashion_mnist",
]

#: The names of the ten classes, in the order of their numbers.
FASHION_MNIST_CLASSES = (
    "t-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)

# What the loaders hand out in fast mode, where a page is only tried out.
_FAST_TRAIN, _FAST_EVAL = 2_000, 500


class Sealed:
    """Test data that is looked at once, when every choice has been made.

    Choosing by the test data makes its score too good: it is then no longer
    data that the model has never met. So nothing but `open` works here.

    Parameters
    ----------
    loader
        Hands out the test data.

    Examples
    --------
    >>> test = d2l.Sealed(d2l.TensorLoader([torch.arange(4)], 2))
    >>> test
    Sealed(4 examples)
    >>> len(test.open())
    2
    """

    def __init__(self, loader: TensorLoader):
        self._loader = loader

    def open(self) -> TensorLoader:
        """Return the loader over the test data."""
        return self._loader

    def __repr__(self) -> str:
        return f"Sealed({len(self._loader.dataset)} examples)"

    def _refuse(self, *_):
        raise RuntimeError(
            "the test data is sealed: choose with the validation data, and when every choice "
            "is made, evaluate once on test.open()"
        )

    __iter__ = __len__ = __getitem__ = _refuse


def fashion_mnist(train: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the images and labels of Fashion-MNIST.

    They come from the cache or, the first time, from the network. Where
    neither has them, a sample of 4,000 and 1,000 images comes instead, with a
    warning.

    Parameters
    ----------
    train
        Whether to return the training images or the test images.

    Returns
    -------
    images : torch.Tensor
        Shape (60000, 28, 28) or (10000, 28, 28), uint8.
    labels : torch.Tensor
        Shape (60000,) or (10000,), int64, from 0 to 9.

    Raises
    ------
    StorageError
        If the data arrives and the folder for it cannot be written to.

    References
    ----------
    Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking
    Machine Learning Algorithms", arXiv:1708.07747, 2017.
    """
    part = "train" if train else "t10k"
    try:
        folder = fetch("fashion-mnist").folder
    except DataNotAvailable as error:
        warnings.warn(
            "this is a sample of Fashion-MNIST, 4,000 training and 1,000 test images of 60,000 "
            "and 10,000: results will differ. For all of it, run `python -m d2lutils download` "
            f"where there is a network.\n{error}",
            stacklevel=2,
        )
        note_sample("fashion-mnist")
        return _sample(part)
    images = _read_idx(folder / f"{part}-images-idx3-ubyte")
    labels = _read_idx(folder / f"{part}-labels-idx1-ubyte")
    return images, labels.long()


def load_data_fashion_mnist(
    batch_size: int, resize: int | tuple[int, int] | None = None
) -> tuple[ImageLoader, ImageLoader]:
    """Return loaders over the 60,000 training and the 10,000 test images.

    The training images come in a new order in each pass. Batches are
    X, float32 of shape (n, 1, 28, 28) with values from 0 to 1, and y, int64 of
    shape (n,). In fast mode there are 2,000 and 500 images. From one seed, d2l
    shuffles in another order; images that it resizes are rounded to 256 grays.

    Parameters
    ----------
    batch_size
        Images in a batch.
    resize
        Side length, or (height, width), in pixels, that the images are brought to.

    Raises
    ------
    TypeError, ValueError
        If an argument is not made of whole numbers of at least 1.
    """
    _check(batch_size, resize)
    train, test = fashion_mnist(train=True), fashion_mnist(train=False)
    return (
        ImageLoader(*_first(train, _FAST_TRAIN), batch_size, resize=resize),
        ImageLoader(*_first(test, _FAST_EVAL), batch_size, shuffle=False, resize=resize),
    )


def fashion_mnist_parts(
    batch_size: int, resize: int | tuple[int, int] | None = None, num_train: int = 50_000
) -> tuple[ImageLoader, ImageLoader, Sealed]:
    """Return Fashion-MNIST in three parts: to train, to choose, and sealed for the end.

    The last sixth of the training images, 10,000, is kept for validation; the
    first `num_train` of the others train. In fast mode there are 2,000, 500
    and 500 images.

    Parameters
    ----------
    batch_size
        Images in a batch.
    resize
        Side length, or (height, width), in pixels, that the images are brought to.
    num_train
        How many images train, from 1 to 50,000. Fewer where there is only the sample.

    Returns
    -------
    train_iter : ImageLoader
        In a new order in each pass.
    valid_iter : ImageLoader
        For every choice: a learning rate, an architecture, when to stop.
    test : Sealed
        ``test.open()`` is a loader over the test images.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as said above.
    """
    _check(batch_size, resize)
    if positive_int("num_train", num_train) > 50_000:
        raise ValueError(f"num_train must be at most 50000, got {num_train}")
    (images, labels), test = fashion_mnist(train=True), fashion_mnist(train=False)
    rest = len(labels) - len(labels) // 6
    train = images[:rest][:num_train], labels[:rest][:num_train]
    valid = images[rest:], labels[rest:]
    train_iter = ImageLoader(*_first(train, _FAST_TRAIN), batch_size, resize=resize)
    valid_iter, test_iter = (
        ImageLoader(*_first(part, _FAST_EVAL), batch_size, shuffle=False, resize=resize)
        for part in (valid, test)
    )
    valid_iter.part = "valid"
    return train_iter, valid_iter, Sealed(test_iter)


def get_fashion_mnist_labels(labels: Iterable[int] | torch.Tensor) -> list[str]:
    """Return the names of classes.

    Parameters
    ----------
    labels
        Numbers from 0 to 9.

    Raises
    ------
    ValueError
        If a label is out of range.

    Examples
    --------
    >>> d2l.get_fashion_mnist_labels(torch.tensor([9, 0]))
    ['ankle boot', 't-shirt']
    """
    numbers = [int(label) for label in labels]
    wrong = [n for n in numbers if not 0 <= n < len(FASHION_MNIST_CLASSES)]
    if wrong:
        raise ValueError(f"labels must be from 0 to 9, got {wrong[0]}")
    return [FASHION_MNIST_CLASSES[n] for n in numbers]


def _check(batch_size, resize) -> None:
    # Before any data is loaded, so that a mistake is answered at once.
    positive_int("batch_size", batch_size)
    size_of(resize)


def _first(part: tuple[torch.Tensor, torch.Tensor], fast: int):
    return tuple(tensor[:fast] for tensor in part) if fast_mode() else part


def _read_idx(path: Path) -> torch.Tensor:
    """Read a file of bytes with the IDX header of http://yann.lecun.com/exdb/mnist."""
    content = np.fromfile(path, np.uint8)
    axes = int(content[3])
    shape = content[4 : 4 + 4 * axes].view(">u4").tolist()
    return torch.from_numpy(content[4 + 4 * axes :].reshape(shape))


def _sample(part: str) -> tuple[torch.Tensor, torch.Tensor]:
    file = resources.files(__package__) / "files" / "fashion-mnist-sample.npz"
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        images, labels = arrays[f"{part}-images"], arrays[f"{part}-labels"]
    return torch.from_numpy(images), torch.from_numpy(labels).long()

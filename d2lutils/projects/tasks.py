"""The five tasks of the projects: their data in three parts, and what counts as a score.

Each ``*_parts`` function returns pairs (X, y) to train and to validate with, which are always the
same, and sealed data, which `seed` draws from a pool that neither of them touches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from ..data import (
    Sealed,
    SealedPairs,
    SealedTable,
    TensorLoader,
    ames_housing,
    fashion_mnist,
    tale_parts,
)
from ..devices import fast_mode
from .predictions import absolute_errors, right_labels, words_found

__all__: list[str] = []

AGE = "YearBuilt"
SIDE, SCRAPS, SCRAP = 48, 6, 10  # pixels of a scene, scraps in it, pixels of a scrap
WORDS = 20  # in a line of the tale
SEALED = 4000  # images that are drawn from the 10,000
SLIPPED = 0.3  # share of labels that are wrong


class Parts(NamedTuple):
    """The data of a project: two pairs (X, y), and sealed data."""

    train: tuple
    valid: tuple
    test: Sealed


@dataclass(frozen=True)
class Task:
    """A project's task.

    Attributes
    ----------
    name
        The part of the book.
    measure, better
        What a score is, and whether "higher" or "lower" ones are better.
    parts
        Returns the data; its argument draws the sealed part.
    scores
        From predictions, y and X, the score of each example, (examples,); it refuses
        predictions that do not fit.
    images
        Whether the data is made from Fashion-MNIST, which may be there as a sample only.
    """

    name: str
    measure: str
    better: str
    parts: Callable[[int], Parts]
    scores: Callable[..., np.ndarray]
    images: bool = True


def basics_parts(seed: int = 0) -> Parts:
    """Return houses of Ames without their years, and the years in which they were built.

    1,000 train, 330 validate, and 800 of the 1,600 others are sealed.
    """
    houses = ames_housing()
    order = np.random.default_rng(2006).permutation(len(houses))
    train, valid, pool = np.split(order, [1000, 1330])
    sealed = np.random.default_rng(seed).permutation(pool)[:800]
    train, valid, sealed = (houses.iloc[_cut(rows)] for rows in (train, valid, sealed))
    return Parts(house_pair(train), house_pair(valid), SealedTable(sealed))


def house_pair(houses) -> tuple:
    """Split rows into a table without any year of the building, and the years, float64."""
    hidden = [AGE, "YearRemodAdd", "GarageYrBlt", "Id", "PID"]
    X = houses.drop(columns=hidden).reset_index(drop=True)
    return X, houses[AGE].to_numpy(np.float64)


def cnn_parts(seed: int = 0) -> Parts:
    """Return scenes of 48 x 48 pixels, a garment among scraps of others: 4,000, 1,000, 2,000."""
    train, valid, test = _images()
    return Parts(
        scenes(*train, 4000, np.random.default_rng(48)),
        scenes(*valid, 1000, np.random.default_rng(49)),
        _sealed(*scenes(*test, 2000, np.random.default_rng(seed))),
    )


def scenes(images: np.ndarray, labels: np.ndarray, count: int, rng) -> tuple:
    """Put garments at random places, each among six scraps of others.

    Returns X, float32 (count, 1, 48, 48) from 0 to 1, and y, int64 (count,).
    """
    count = len(_cut(range(count)))
    X, low = np.zeros((count, 1, SIDE, SIDE), np.uint8), (28 - SCRAP) // 2
    chosen = rng.integers(len(images), size=(count, 1 + SCRAPS))
    for scene, (garment, *others) in zip(X[:, 0], chosen):
        middles = (images[other][low:low + SCRAP, low:low + SCRAP] for other in others)
        for piece in (images[garment], *middles):
            side = len(piece)
            row, column = rng.integers(SIDE - side + 1, size=2)
            place = scene[row:row + side, column:column + side]
            np.maximum(place, piece, out=place)
    return _tensors(X, labels[chosen[:, 0]])


def rnn_parts(seed: int = 0) -> Parts:
    """Return the tale in lines of 20 words, X without spaces and y with them.

    The lines of the 28 training chapters train, those of four chapters validate; 150 lines of
    four more are sealed, cut at places that `seed` draws.
    """
    train, valid, test = tale_parts()
    rng = np.random.default_rng(seed)
    lines = text_lines(test.open(), int(rng.integers(WORDS)))
    sealed = [lines[i] for i in rng.permutation(len(lines))[:150]]
    return Parts(line_pair(text_lines(train)), line_pair(text_lines(valid)),
                 SealedPairs(list(zip(*line_pair(sealed)))))


def text_lines(text: str, skip: int = 0) -> list[str]:
    """Return a text's words, small letters only, in lines of 20 from word `skip` on."""
    words = re.findall("[a-z]+", text.lower().replace("'", ""))[skip:]
    whole = len(words) // WORDS * WORDS
    return [" ".join(words[i:i + WORDS]) for i in range(0, whole, WORDS)]


def line_pair(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the lines without spaces, and with them."""
    return [line.replace(" ", "") for line in lines], list(lines)


def optimization_parts(seed: int = 0) -> Parts:
    """Return images of Fashion-MNIST: 10,000 to train, 2,000 to validate and 4,000 sealed."""
    train, valid, test = _images()
    return Parts(_first(*train, 10_000), _first(*valid, 2000), _sealed(*_drawn(*test, seed)))


def regularization_parts(seed: int = 0) -> Parts:
    """Return 1,000 images to train and 500 to validate, three in ten with the next class's label.

    The 4,000 sealed images have right labels.
    """
    train, valid, test = _images()
    rng = np.random.default_rng(30)
    train, valid = (slipped(*_first(*part, n), rng) for part, n in ((train, 1000), (valid, 500)))
    return Parts(train, valid, _sealed(*_drawn(*test, seed)))


def slipped(X: torch.Tensor, y: torch.Tensor, rng) -> tuple[torch.Tensor, torch.Tensor]:
    """Give a share of the images the label of the next class; after the last comes the first."""
    wrong = torch.from_numpy(rng.random(len(y)) < SLIPPED)
    return X, torch.where(wrong, (y + 1) % 10, y)


def opened(test: Sealed) -> tuple:
    """Return X and y of sealed data."""
    data = test.open()
    if isinstance(test, SealedTable):
        return house_pair(data)
    if isinstance(test, SealedPairs):
        X, y = zip(*data)
        return list(X), list(y)
    X, y = next(iter(data))
    return X, y


def _images() -> list[tuple[np.ndarray, np.ndarray]]:
    """Return images and labels to train, to validate (the last sixth) and of the test."""
    (images, labels), test = fashion_mnist(train=True), fashion_mnist(train=False)
    rest = len(labels) - len(labels) // 6
    parts = (images[:rest], labels[:rest]), (images[rest:], labels[rest:]), test
    return [(images.numpy(), labels.numpy()) for images, labels in parts]


def _first(images: np.ndarray, labels: np.ndarray, count: int) -> tuple:
    return _tensors(_cut(images[:count])[:, None], _cut(labels[:count]))


def _drawn(images: np.ndarray, labels: np.ndarray, seed: int) -> tuple:
    rows = _cut(np.random.default_rng(seed).permutation(len(labels))[:SEALED])
    return _tensors(images[rows][:, None], labels[rows])


def _tensors(images: np.ndarray, labels: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    X = torch.from_numpy(images.astype(np.float32) / np.float32(255))
    return X, torch.from_numpy(labels)


def _sealed(X: torch.Tensor, y: torch.Tensor) -> Sealed:
    return Sealed(TensorLoader((X, y), len(y), shuffle=False))


def _cut(rows):
    """Return a tenth of the rows in fast mode, and all of them otherwise."""
    return rows[: max(1, len(rows) // 10)] if fast_mode() else rows


#: The tasks by the names of the parts.
TASKS = {
    task.name: task
    for task in [
        Task("basics", "mean absolute error in years", "lower", basics_parts,
             absolute_errors, images=False),
        Task("cnn", "accuracy", "higher", cnn_parts, right_labels),
        Task("rnn", "share of the words found", "higher", rnn_parts, words_found, images=False),
        Task("optimization", "accuracy", "higher", optimization_parts, right_labels),
        Task("regularization", "accuracy", "higher", regularization_parts, right_labels),
    ]
}

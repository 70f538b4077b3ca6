"""Fashion-MNIST for both sides, and bare loops over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.utils.data import DataLoader, Subset

import d2lutils

from .measure import quiet

BATCH = 256

# Images to train and to test on: d2l reads them one by one, all of them in about ten seconds.
TRAIN, TEST = 20_000, 4_000


@dataclass(frozen=True)
class Images:
    """The same images for all sides.

    Attributes
    ----------
    ours, theirs
        Loaders over the training and the test images.
    train, test
        Images, (n, height, width), uint8, and labels, for a bare loop.
    """

    ours: tuple
    theirs: tuple
    train: tuple[torch.Tensor, torch.Tensor]
    test: tuple[torch.Tensor, torch.Tensor]


def fashion(d2l, num_train: int = TRAIN, num_test: int = TEST) -> Images:
    """Return the first images of Fashion-MNIST."""
    train, test = (
        tuple(part[:num] for part in d2lutils.fashion_mnist(train=which))
        for which, num in ((True, num_train), (False, num_test)))
    ours = (d2lutils.ImageLoader(*train, BATCH),
            d2lutils.ImageLoader(*test, BATCH, shuffle=False))
    with quiet():  # it warns where there are fewer cores than d2l starts workers
        theirs = tuple(
            DataLoader(Subset(loader.dataset, range(num)), BATCH, shuffle=shuffle,
                       num_workers=d2l.get_dataloader_workers())
            for loader, num, shuffle in zip(
                d2l.load_data_fashion_mnist(BATCH), (num_train, num_test), (True, False)))
    return Images(ours, theirs, train, test)


def bare_epoch(
    net: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    data: Images,
    prepare: Callable[[torch.Tensor], torch.Tensor] = lambda X: X,
) -> float:
    """Train for one epoch and count nothing; return the accuracy on the test images."""
    images, labels = data.train
    for rows in torch.randperm(len(labels)).split(BATCH):
        optimizer.zero_grad()
        X = prepare(images[rows].unsqueeze(1).float() / 255)
        torch.nn.functional.cross_entropy(net(X), labels[rows]).backward()
        optimizer.step()
    net.eval()
    with torch.no_grad():
        pairs = zip(*(part.split(BATCH) for part in data.test))
        right = sum((net(X.unsqueeze(1).float() / 255).argmax(1) == y).sum() for X, y in pairs)
    return right.item() / len(data.test[1])

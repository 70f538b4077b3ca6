"""Fashion-MNIST for both sides, and bare loops over it."""

from __future__ import annotations

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
    net: torch.nn.Module, optimizer: torch.optim.Optimizer, data: Images
) -> tuple[float, float, float]:
    """Train for one epoch; return loss and accuracy in it, and the accuracy on the test images.

    They are what a training of ours shows of each epoch, counted in the plainest way.
    """
    images, labels = data.train
    total = right = 0.0
    for rows in torch.randperm(len(labels)).split(BATCH):
        optimizer.zero_grad()
        X, y = images[rows].unsqueeze(1).float() / 255, labels[rows]
        scores = net(X)
        loss = torch.nn.functional.cross_entropy(scores, y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
        right += (scores.argmax(1) == y).sum().item()
    net.eval()
    with torch.no_grad():
        pairs = zip(*(part.split(BATCH) for part in data.test))
        found = sum((net(X.unsqueeze(1).float() / 255).argmax(1) == y).sum() for X, y in pairs)
    return total / len(labels), right / len(labels), found.item() / len(data.test[1])

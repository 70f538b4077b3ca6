"""Regularization: train_ch3 with dropout, the loops of two pages, and augmentation."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch
from torch import nn
from torch.nn import functional as F
from torchvision.transforms import v2

import d2lutils
from tools.record import NOTEBOOKS, load_page

from .images import TEST, TRAIN, bare_epoch, fashion
from .measure import Comparison, Rival, bare, d2l, quiet

NUM_TRAIN, BATCH = 2_000, 128


def comparisons(old) -> Iterator[Comparison]:
    """Yield the comparisons of this part; `old` is d2l."""
    data = fashion(old)

    def train_ch3(package, iters):
        net = with_dropout()
        # d2l refuses a result below its expectations, and one epoch is below them.
        with contextlib.suppress(AssertionError), quiet():
            package.train_ch3(
                net, *iters, nn.CrossEntropyLoss(reduction="none"), 1, decaying(net))

    def bare_ch3():
        net = with_dropout()
        bare_epoch(net, decaying(net), data)

    yield Comparison(
        "train_ch3, dropout and weight decay", TRAIN + TEST, "images",
        lambda: train_ch3(d2lutils, data.ours), (
            d2l(lambda: train_ch3(old, data.theirs)), bare(bare_ch3)))
    yield from pages()

    X = data.train[0][:NUM_TRAIN].unsqueeze(1).float() / 255
    one_by_one = v2.Compose([v2.RandomHorizontalFlip(), v2.RandomCrop(28, padding=2)])
    yield Comparison(
        "flip_and_shift", len(X), "images", lambda: d2lutils.flip_and_shift(X), (
            Rival("torchvision, one by one",
                  lambda: torch.stack([one_by_one(image) for image in X]), 2, faster=True),))


def pages() -> Iterator[Comparison]:
    """Yield the loops that the pages on weight decay and on augmentation show."""
    decay, augment = (
        load_page(NOTEBOOKS / "regularization" / f"{name}.ipynb")[0].train
        for name in ("02-weight-decay", "05-data-augmentation"))
    train_iter, valid_iter, _ = d2lutils.fashion_mnist_parts(BATCH, num_train=NUM_TRAIN)
    train, valid = ((i.dataset.images, i.dataset.labels) for i in (train_iter, valid_iter))
    epochs = 60  # as on the page

    def bare_decay():
        net = mlp()
        weights = [p for p in net.parameters() if p.dim() == 2]
        optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
        for epoch in range(1, epochs + 1):
            for X, y in batches(*train):
                bare_step(net, optimizer, X, y)
                for w in weights:
                    w.data = torch.sign(w.data) * torch.relu(w.data.abs() - 1e-5)
            if epoch % 5 == 0:
                bare_evaluation(net, *train), bare_evaluation(net, *valid)

    yield Comparison(
        "the page on weight decay, L1", epochs * NUM_TRAIN, "images",
        lambda: list(decay("Adam, L1", 0.01, 0, epochs)), (bare(bare_decay),))

    steps = round(20 * NUM_TRAIN**0.5)

    def bare_augmentation():
        net, step = mlp(), 0
        optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
        while step < steps:
            for X, y in batches(*train):
                X = torch.where(torch.rand(len(X), 1, 1, 1) < 0.5, X.flip(3), X)
                windows = F.pad(X, [1] * 4).unfold(2, 28, 1).unfold(3, 28, 1)
                down, right = torch.randint(3, (2, len(X)))
                bare_step(net, optimizer, windows[torch.arange(len(X)), :, down, right], y)
                step += 1
                if step % (steps // 12) == 0:
                    bare_evaluation(net, *valid)

    yield Comparison(
        "the page on augmentation", steps * BATCH, "images",
        lambda: list(augment(1, True, 0, NUM_TRAIN)), (bare(bare_augmentation),))


def mlp(*dropout: nn.Module) -> nn.Module:
    """Return two hidden layers, the network of the part's pages."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), *dropout,
        nn.Linear(256, 256), nn.ReLU(), *dropout, nn.Linear(256, 10))


def with_dropout() -> nn.Module:
    """Return the same with half of the units dropped."""
    return mlp(nn.Dropout(0.5))


def decaying(net: nn.Module) -> torch.optim.Optimizer:
    """Return SGD with weight decay."""
    return torch.optim.SGD(net.parameters(), lr=0.1, weight_decay=0.001)


def batches(images, labels) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield the images in a new order."""
    for rows in torch.randperm(len(labels)).split(BATCH):
        yield images[rows].unsqueeze(1).float() / 255, labels[rows]


def bare_step(net, optimizer: torch.optim.Optimizer, X, y) -> None:
    """Train on one batch."""
    optimizer.zero_grad()
    F.cross_entropy(net(X), y).backward()
    optimizer.step()


@torch.no_grad()
def bare_evaluation(net, images, labels) -> tuple[float, float]:
    """Return the mean loss and the accuracy."""
    loss = right = 0.0
    for X, y in zip(images.split(BATCH), labels.split(BATCH)):
        y_hat = net(X.unsqueeze(1).float() / 255)
        loss += F.cross_entropy(y_hat, y, reduction="sum")
        right += (y_hat.argmax(1) == y).sum()
    return (loss / len(labels)).item(), (right / len(labels)).item()

"""What is compared: reading data, train_ch3, train_ch6, fit, and the time of the import."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys

import torch
from torch import nn

import d2lutils

from .measure import Comparison
from .old_d2l import old_d2l

BATCH = 256


def comparisons() -> list[Comparison]:
    """Return the comparisons, with the data in memory on both sides."""
    d2l = old_d2l()
    train_iter, test_iter = d2lutils.load_data_fashion_mnist(BATCH)
    old_train_iter, old_test_iter = d2l.load_data_fashion_mnist(BATCH)
    images, labels = d2lutils.fashion_mnist(train=True)
    test_images, test_labels = d2lutils.fashion_mnist(train=False)
    loss = nn.CrossEntropyLoss(reduction="none")

    def softmax_regression(package, train, test):
        net = linear()
        trainer = torch.optim.SGD(net.parameters(), lr=0.1)
        # d2l refuses a result below its expectations, and one epoch is below them.
        with contextlib.suppress(AssertionError), quiet():
            package.train_ch3(net, train, test, loss, 1, trainer)

    def one_epoch():
        net = linear()
        trainer = torch.optim.SGD(net.parameters(), lr=0.1)
        d2lutils.train_epoch_ch3(net, train_iter, loss, trainer)
        d2lutils.evaluate_accuracy(net, test_iter)

    def bare_one_epoch():
        net = linear()
        bare_loop(net, nn.CrossEntropyLoss(), 0.1, images, labels)
        bare_evaluation(net, test_images, test_labels)

    def lenet_epoch():
        with quiet():
            d2lutils.train_ch6(lenet(), train_iter, test_iter, 1, 0.9, torch.device("cpu"))

    def bare_lenet_epoch():
        net = lenet()
        bare_loop(net, nn.CrossEntropyLoss(), 0.9, images, labels)
        bare_evaluation(net, test_images, test_labels)

    def fit_epoch():
        net = d2lutils.lenet(batch_norm=True)
        trainer = torch.optim.SGD(net.parameters(), lr=0.2)
        list(d2lutils.fit(net, train_iter, test_iter, 1, trainer))

    def bare_epoch_with_batch_norm():
        # In the same order of memory, which makes both sides faster.
        net = d2lutils.lenet(batch_norm=True).to(memory_format=torch.channels_last)
        bare_loop(net, nn.CrossEntropyLoss(), 0.2, images, labels)
        bare_evaluation(net.eval(), test_images, test_labels)

    return [
        Comparison(f"a shuffled pass of load_data_fashion_mnist({BATCH})",
                   "d2l 0.17.6, 4 workers",
                   lambda: drain(train_iter), lambda: drain(old_train_iter), 40, faster=True),
        Comparison(f"a shuffled pass of load_data_fashion_mnist({BATCH})",
                   "copying the images, dividing by 255",
                   lambda: drain(train_iter), lambda: images.clone().float() / 255, 3),
        Comparison("an epoch of train_ch3, softmax regression", "d2l 0.17.6",
                   lambda: softmax_regression(d2lutils, train_iter, test_iter),
                   lambda: softmax_regression(d2l, old_train_iter, old_test_iter),
                   15, faster=True),
        Comparison("the same without drawing", "a bare loop and an evaluation",
                   one_epoch, bare_one_epoch, 1.3),
        Comparison("an epoch of train_ch6, LeNet", "a bare loop and an evaluation",
                   lenet_epoch, bare_lenet_epoch, 1.1),
        Comparison("an epoch of fit, LeNet with batch norm",
                   "a bare loop, channels last, and an evaluation",
                   fit_epoch, bare_epoch_with_batch_norm, 1.1),
    ]


def import_seconds() -> float:
    """Return how long `import d2lutils` takes where torch and torchvision are imported already."""
    code = (
        "import time, torch, torchvision; start = time.perf_counter(); import d2lutils; "
        "print(time.perf_counter() - start)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout)


def linear() -> nn.Module:
    """Return softmax regression."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))


def lenet() -> nn.Module:
    """Return LeNet with sigmoids, for 28 x 28 images."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(),
        nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10),
    )


def bare_loop(net, loss, lr, images, labels) -> None:
    """Train for one epoch and count nothing."""
    trainer = torch.optim.SGD(net.parameters(), lr=lr)
    for rows in torch.randperm(len(labels)).split(BATCH):
        trainer.zero_grad()
        loss(net(images[rows].unsqueeze(1).float() / 255), labels[rows]).backward()
        trainer.step()


@torch.no_grad()
def bare_evaluation(net, images, labels) -> float:
    """Return the accuracy."""
    pairs = zip(images.split(BATCH), labels.split(BATCH))
    right = sum((net(X.unsqueeze(1).float() / 255).argmax(1) == y).sum() for X, y in pairs)
    return right.item() / len(labels)


def drain(data_iter) -> None:
    """Read a loader to its end."""
    for _ in data_iter:
        pass


@contextlib.contextmanager
def quiet():
    """Keep what a training prints to itself."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield

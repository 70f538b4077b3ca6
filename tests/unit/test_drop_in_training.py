"""The numbers of d2l 0.17.6: its training loops, on the same batches from the same weights."""

import contextlib
import math

import numpy as np
import pytest
import torch
from drawn import curves
from torch import nn

import d2lutils

# d2l takes the float of a loss that carries its graph, and calls meshgrid without its order.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Converting a tensor with requires_grad", "ignore:torch.meshgrid")

CPU = torch.device("cpu")
GENERATOR = torch.Generator().manual_seed(0)


def images(count: int) -> list:
    """Return batches of 16 images of 3 classes, each with a bright stripe of its own."""
    y = torch.arange(count) % 3
    X = torch.rand(count, 1, 12, 12, generator=GENERATOR) * 0.5
    for i, label in enumerate(y):
        X[i, 0, 4 * label: 4 * label + 4] += 0.5
    return list(zip(X.split(16), y.split(16)))


TRAIN, TEST = images(104), images(40)


class Softmax:
    """Softmax regression written by hand, as the notes write it."""

    def __init__(self, d2l):
        self.d2l = d2l
        self.W = torch.normal(0, 0.01, (144, 3), requires_grad=True)
        self.b = torch.zeros(3, requires_grad=True)

    def __call__(self, X):
        X_exp = torch.exp(X.reshape(-1, 144) @ self.W + self.b)
        return X_exp / X_exp.sum(1, keepdim=True)

    def update(self, batch_size):
        self.d2l.sgd([self.W, self.b], 0.1, batch_size)


def cross_entropy(y_hat, y):
    return -torch.log(y_hat[range(len(y_hat)), y])


def by_hand(d2l):
    net = Softmax(d2l)
    return net, cross_entropy, net.update, [net.W, net.b]


def concise(d2l):
    net = nn.Sequential(nn.Flatten(), nn.Dropout(0.1), nn.Linear(144, 3))
    loss = nn.CrossEntropyLoss(reduction="none")
    return net, loss, torch.optim.SGD(net.parameters(), lr=0.1), list(net.parameters())


@pytest.mark.parametrize("make", [by_hand, concise])
def test_train_epoch_ch3(make, same):
    def run(d2l):
        net, loss, updater, params = make(d2l)
        epochs = [d2l.train_epoch_ch3(net, TRAIN, loss, updater) for _ in range(3)]
        return [epochs, *params]

    (first, _), _, (last, _) = same(run)[0]
    assert last < first


@pytest.mark.parametrize("make", [by_hand, concise])
def test_train_ch3(make, same):
    def run(d2l):
        net, loss, updater, params = make(d2l)
        d2l.train_ch3(net, TRAIN, TEST, loss, 6, updater)
        return [curves(), *params]

    assert len(same(run)[0]) == 3  # train loss, train accuracy, test accuracy


def test_train_ch6(same, capsys):
    def run(d2l):
        net = nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Sigmoid(), nn.AvgPool2d(2),
            nn.Flatten(), nn.Linear(100, 3))
        d2l.train_ch6(net, TRAIN, TEST, 3, 0.5, CPU)
        printed = capsys.readouterr().out.splitlines()
        said = next(line for line in printed if line.startswith("loss"))
        return [said, curves(), [param.detach() for param in net.parameters()]]

    # The convolutions see their channels last, and add up in another order.
    same(run, rel=1e-4)


def test_predict_ch3_shows_the_same_classes(same):
    shown = []

    def run(d2l):
        net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        data = [(torch.rand(8, 1, 28, 28), torch.arange(8))]
        d2l.predict_ch3(net, data, n=5)
        axes = d2l.plt.gcf().axes
        shown.append(axes[0].get_title())
        words = [ax.get_title().replace("true: ", "").replace("pred: ", "") for ax in axes]
        return [words, [ax.images[0].get_array().tolist() for ax in axes]]

    words, _ = same(run)
    assert shown == [words[0], "true: {}\npred: {}".format(*words[0].split("\n"))]


# Optimizers


def descend(x1, x2, s1, s2, f_grad=lambda x1, x2: (0.2 * x1, 4 * x2)):
    g1, g2 = f_grad(x1, x2)
    s1, s2 = 0.5 * s1 + 0.3 * g1, 0.5 * s2 + 0.3 * g2
    return x1 - s1, x2 - s2, s1, s2


def test_train_2d(same, capsys):
    def run(d2l):
        points = d2l.train_2d(descend), d2l.train_2d(
            descend, steps=7, f_grad=lambda x1, x2: (math.sin(x1), x2))
        return [points, capsys.readouterr().out]

    same(run)


def airfoil() -> bytes:
    rows = np.random.default_rng(0).normal(size=(620, 6))
    rows[:, -1] = rows[:, :-1].sum(1) + 0.1 * rows[:, -1]
    return "\n".join("\t".join(f"{value:.5f}" for value in row) for row in rows).encode()


def test_get_data_ch11(same, put):
    put("airfoil", airfoil())

    def run(d2l):
        data_iter, feature_dim = d2l.get_data_ch11(batch_size=10, n=600)
        rows = torch.cat([torch.column_stack(batch) for batch in data_iter])
        return [len(data_iter), feature_dim, sorted(rows.tolist())]  # shuffled

    same(run)


def momentum(params, states, hyperparams):
    with torch.no_grad():
        for param, state in zip(params, states):
            state[:] = hyperparams["momentum"] * state + param.grad
            param -= hyperparams["lr"] * state
            param.grad.zero_()


def test_train_ch11(same, old, put, capsys):
    put("airfoil", airfoil())

    def run(d2l):
        data_iter, feature_dim = old.get_data_ch11(n=600)  # one loader, so one order, for both
        states = [torch.zeros(feature_dim, 1), torch.zeros(1)]
        times, losses = d2l.train_ch11(
            momentum, states, {"lr": 0.01, "momentum": 0.5}, data_iter, feature_dim)
        assert len(times) == len(losses) == 6
        return [losses, curves(), capsys.readouterr().out.split(",")[0]]

    losses, _, _ = same(run)
    assert losses[-1] < losses[0]


def test_train_concise_ch11(same, old, put, capsys):
    put("airfoil", airfoil())

    def run(d2l):
        data_iter, _ = old.get_data_ch11(n=600)
        d2l.train_concise_ch11(torch.optim.Adam, {"lr": 0.01}, data_iter, num_epochs=3)
        return [curves(), capsys.readouterr().out.split(",")[0]]

    same(run)


# Different on purpose


@pytest.mark.filterwarnings("ignore:Attempting to set identical")
def test_a_poor_result_of_train_ch3_stands(old):
    with pytest.raises(AssertionError):
        poor_ch3(old)
    poor_ch3(d2lutils)


def poor_ch3(d2l, *_):
    net, loss, _, _ = by_hand(d2l)
    d2l.train_ch3(net, TRAIN, TEST, loss, 3, updater=lambda batch_size: None)


def short_ch6(d2l, _):
    d2l.train_ch6(nn.Sequential(nn.Flatten(), nn.Linear(144, 3)), TRAIN, TEST, 2, 0.1, CPU)


def slow_ch11(d2l, batches):
    d2l.train_ch11(lambda params, states, hyperparams: None, None, {}, batches, 5)


def slow_concise_ch11(d2l, batches):
    d2l.train_concise_ch11(torch.optim.SGD, {"lr": 0.0}, batches)


@pytest.mark.parametrize("train", [poor_ch3, short_ch6, slow_ch11, slow_concise_ch11])
def test_the_axes_show_every_point_of_a_training(train, old):
    shown = []
    for d2l in (old, d2lutils):
        with contextlib.suppress(AssertionError):
            train(d2l, [(torch.ones(50, 5), torch.ones(50))] * 4)
        axes = d2lutils.plt.gca()
        points = [point for line in axes.lines for point in line.get_xydata()]
        shown.append(all(axes.viewLim.padded(1e-9).contains(*point) for point in points))
        d2lutils.plt.close()
    assert shown == [False, True]

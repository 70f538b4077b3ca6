"""The notes' code on images, softmax regression, runs with d2lutils, its slips mended.

Each piece of the notes is written anew with the same calls of d2l, and runs with d2l 0.17.6 too.
"Mended" marks what the notes had wrong.
"""

import contextlib
import re

import pytest
import torch
import torchvision
from IPython import display  # Mended: the notes' Animator stands above this import.
from torch import nn
from torch.utils import data
from torchvision import transforms

import d2lutils as d2l
from d2lutils.data import fashion
from d2lutils.data.datasets import DataNotAvailable
from tools.old_d2l import put_fashion_mnist

pytestmark = pytest.mark.filterwarnings(
    "ignore:this is a sample of Fashion-MNIST", "ignore:Converting a tensor with requires_grad")

BATCH_SIZE, LR, NUM_EPOCHS = 256, 0.1, 3
NUM_INPUTS, NUM_OUTPUTS = 784, 10


@pytest.fixture(autouse=True)
def sample(tmp_path, monkeypatch):
    """Let everybody find the sample of Fashion-MNIST: 4,000 and 1,000 images."""
    def not_available(name):
        raise DataNotAvailable("the tests download nothing")

    monkeypatch.setattr(fashion, "fetch", not_available)
    monkeypatch.delenv("D2LUTILS_FAST", raising=False)
    monkeypatch.chdir(put_fashion_mnist(tmp_path))
    yield
    d2l.plt.close("all")


def load_data_fashion_mnist(batch_size, resize=None):
    # Mended: "transorms". And Resize, put in front, comes first, not after ToTensor.
    steps = [transforms.ToTensor()]
    if resize:
        steps.insert(0, transforms.Resize(resize))
    steps = transforms.Compose(steps)
    parts = [torchvision.datasets.FashionMNIST("../data", train, steps) for train in (True, False)]
    # Mended: four workers, which take longer to start than these images to read.
    return [data.DataLoader(part, batch_size, shuffle, num_workers=d2l.get_dataloader_workers())
            for part, shuffle in zip(parts, (True, False))]


@pytest.mark.parametrize("resize", [None, 32])
def test_the_images_are_those_of_the_package(resize):
    theirs, ours = load_data_fashion_mnist(500, resize), d2l.load_data_fashion_mnist(500, resize)
    assert [len(loader) for loader in theirs] == [len(loader) for loader in ours] == [8, 2]
    for (X, y), (X_ours, y_ours) in zip(theirs[1], ours[1]):
        assert X.shape == X_ours.shape and torch.equal(y, y_ours)
        assert (X - X_ours).abs().max() <= (0 if resize is None else 1.01 / 255)


# By hand


def softmax(X):
    X_exp = torch.exp(X)
    return X_exp / X_exp.sum(1, keepdim=True)  # one sum a row, broadcast over its columns


def cross_entropy(y_hat, y):
    return -torch.log(y_hat[range(len(y_hat)), y])


def test_softmax_and_cross_entropy_by_hand_are_those_of_torch():
    scores, y = torch.randn(5, 10), torch.tensor([3, 0, 9, 9, 1])
    probabilities = softmax(scores)
    assert probabilities.sum(1).shape == (5,)  # without keepdim the axis is gone
    torch.testing.assert_close(probabilities, torch.softmax(scores, 1))
    gathered = -torch.log(probabilities.gather(1, y.view(-1, 1))).squeeze(1)
    assert torch.equal(cross_entropy(probabilities, y), gathered)
    torch.testing.assert_close(gathered, nn.CrossEntropyLoss(reduction="none")(scores, y))
    # Mended: the log is said to leave out probabilities near 0. It gives infinity.
    assert torch.isinf(cross_entropy(torch.tensor([[0.0, 1.0]]), torch.tensor([0])))
    assert not torch.isinf(nn.functional.cross_entropy(
        torch.tensor([[-200.0, 200.0]]), torch.tensor([0])))


def accuracy(y_hat, y):
    if y_hat.ndim > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(axis=1)
    return float((y_hat.type(y.dtype) == y).type(y.dtype).sum())


class Accumulator:
    def __init__(self, n):
        self.data = [0.0] * n

    def add(self, *args):
        self.data = [total + float(value) for total, value in zip(self.data, args)]

    def reset(self):
        self.data = [0.0] * len(self.data)

    def __getitem__(self, idx):
        return self.data[idx]


def evaluate_accuracy(net, data_iter):
    if isinstance(net, nn.Module):
        net.eval()  # Mended: this ends dropout; recording ends with no_grad below.
    metric = Accumulator(2)
    with torch.no_grad():
        for X, y in data_iter:
            metric.add(accuracy(net(X), y), y.numel())
    return metric[0] / metric[1]


def test_counting_by_hand_is_that_of_the_package(same):
    y_hat, y = torch.tensor([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]]), torch.tensor([0, 2])
    assert same(lambda package: package.accuracy(y_hat, y)) == accuracy(y_hat, y) == 1
    assert (y_hat.argmax(dim=1) == y).float().mean().item() == 0.5
    _, test_iter = d2l.load_data_fashion_mnist(BATCH_SIZE)
    net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.Dropout(0.5))
    own = evaluate_accuracy(net, test_iter)
    assert same(lambda package: package.evaluate_accuracy(net.train(), test_iter)) == own


def train_epoch(net, train_iter, loss, updater):
    if isinstance(net, nn.Module):
        net.train()
    metric = Accumulator(3)
    for X, y in train_iter:
        y_hat = net(X)
        l = loss(y_hat, y)
        if isinstance(updater, torch.optim.Optimizer):
            updater.zero_grad()
            l.mean().backward()
            updater.step()
        else:
            l.sum().backward()
            updater(X.shape[0])
        metric.add(l.detach().sum(), accuracy(y_hat, y), y.numel())
    return metric[0] / metric[2], metric[1] / metric[2]


class Animator:
    """Curves drawn anew at each point, with the helpers of whichever package is given."""

    def __init__(self, package, legend, xlim, ylim):
        package.use_svg_display()
        self.fig, axes = package.plt.subplots(1, 1, figsize=(3.5, 2.5))
        self.axes = [axes]
        self.config_axes = lambda: package.set_axes(
            axes, "epoch", None, xlim, ylim, "linear", "linear", legend)
        self.X, self.Y = [], []

    def add(self, x, y):
        self.X = self.X or [[] for _ in y]
        self.Y = self.Y or [[] for _ in y]
        self.axes[0].cla()
        for xs, ys, value, fmt in zip(self.X, self.Y, y, ("-", "m--", "g-.")):
            xs.append(x)
            ys.append(value)
            self.axes[0].plot(xs, ys, fmt)
        self.config_axes()
        display.display(self.fig)
        display.clear_output(wait=True)


def train(package, net, train_iter, test_iter, loss, updater):
    animator = Animator(
        package, ["train loss", "train acc", "test acc"], [1, NUM_EPOCHS], [0.3, 0.9])
    for epoch in range(NUM_EPOCHS):
        metrics = train_epoch(net, train_iter, loss, updater)
        # Mended: epoch + 2, which draws every point one epoch late.
        animator.add(epoch + 1, (*metrics, evaluate_accuracy(net, test_iter)))
    return animator


def model():
    W = torch.normal(0, 0.01, size=(NUM_INPUTS, NUM_OUTPUTS), requires_grad=True)
    b = torch.zeros(NUM_OUTPUTS, requires_grad=True)
    return W, b, lambda X: softmax(X.reshape(-1, W.shape[0]) @ W + b)


@pytest.fixture
def batches():
    """The same batches for both packages. Mended: the notes train on loaders they never made."""
    torch.manual_seed(1)
    return [list(loader) for loader in d2l.load_data_fashion_mnist(BATCH_SIZE)]


def test_softmax_regression_by_hand_learns_as_the_package_trains_it(batches, same, capsys):
    def by_hand(package):
        W, b, net = model()
        animator = train(package, net, *batches, cross_entropy,
                         lambda batch_size: package.sgd([W, b], LR, batch_size))
        assert animator.X[0] == [1, 2, 3] and animator.axes[0].get_xlim() == (1, 3)
        return [W.detach(), animator.Y]

    def by_the_package(package):
        W, b, net = model()
        with contextlib.suppress(AssertionError):  # d2l expects more than three epochs reach
            package.train_ch3(net, *batches, cross_entropy, NUM_EPOCHS,
                              lambda batch_size: package.sgd([W, b], LR, batch_size))
        lines = [line.get_ydata() for line in package.plt.gca().lines]
        return [W.detach(), [list(map(float, ys)) for ys in lines]]

    W, curves = same(by_hand)
    losses, _, test_accuracies = curves
    assert losses[-1] < 0.8 * losses[0] and test_accuracies[-1] > 0.6
    W_of_package, curves_of_package = same(by_the_package)
    assert torch.equal(W, W_of_package) and curves == curves_of_package


def predict(package, net, test_iter, n=6):
    X, y = next(iter(test_iter))
    trues = package.get_fashion_mnist_labels(y)
    predictions = package.get_fashion_mnist_labels(net(X).argmax(axis=1))
    titles = [f"{true}\n{predicted}" for true, predicted in zip(trues, predictions)]
    return package.show_images(X[:n].reshape(n, 28, 28), 1, n, titles=titles[:n])


def test_softmax_regression_in_short_learns_and_shows_its_predictions(batches, same):
    def run(package):
        train_iter, test_iter = batches
        net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        net.apply(lambda m: isinstance(m, nn.Linear) and nn.init.normal_(m.weight, std=0.01))
        loss = nn.CrossEntropyLoss(reduction="none")
        trainer = torch.optim.SGD(net.parameters(), lr=LR)
        with contextlib.suppress(AssertionError):
            package.train_ch3(net, train_iter, test_iter, loss, NUM_EPOCHS, trainer)
        titles = [ax.get_title() for ax in predict(package, net, test_iter)]
        package.predict_ch3(net, test_iter)
        shown = [ax.get_title() for ax in package.plt.gcf().axes]
        # The package's titles say which is which.
        assert [re.sub("true: |pred: ", "", title) for title in shown] == titles
        return [net[1].weight.detach(), package.evaluate_accuracy(net, test_iter), titles]

    _, accuracy_in_the_end, titles = same(run)
    assert accuracy_in_the_end > 0.6 and len(titles) == 6

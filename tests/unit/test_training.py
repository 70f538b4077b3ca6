"""Training, compared step by step with bare loops of plain PyTorch."""

import copy
import math
import warnings

import pytest
import torch
from torch import nn

import d2lutils as d2l


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    d2l.plt.close("all")


@pytest.fixture
def data():
    """200 examples of 3 classes that a linear model can learn, in batches of 64, 64, 64, 8."""
    torch.manual_seed(0)
    X = torch.randn(200, 4)
    y = (X @ torch.randn(4, 3)).argmax(1)
    return list(zip(X.split(64), y.split(64)))


class Softmax:
    """Softmax regression written by hand: a plain function, its parameters and its updater."""

    def __init__(self, lr):
        torch.manual_seed(1)
        self.w = torch.randn(4, 3, requires_grad=True)
        self.b = torch.zeros(3, requires_grad=True)
        self.lr = lr
        self.sizes = []

    def __call__(self, X):
        return X @ self.w + self.b

    def update(self, batch_size):
        self.sizes.append(batch_size)
        d2l.sgd([self.w, self.b], self.lr, batch_size)


def bare_epoch(net, params, data, lr):
    """Train by the textbook's formula alone; return the mean loss and the accuracy."""
    losses, right = [], 0
    for X, y in data:
        y_hat = net(X)
        l = nn.functional.cross_entropy(y_hat, y, reduction="none")
        grads = torch.autograd.grad(l.mean(), params)
        with torch.no_grad():
            for param, grad in zip(params, grads):
                param -= lr * grad
        losses += l.tolist()
        right += (y_hat.argmax(1) == y).sum().item()
    return sum(losses) / len(losses), right / len(losses)


def equal(params, others):
    return all(torch.allclose(a, b, atol=1e-6) for a, b in zip(params, others))


# One epoch


@pytest.mark.parametrize("reduction", ["none", "mean"])
@pytest.mark.parametrize("updater", ["torch", "custom"])
def test_an_epoch_is_that_of_a_bare_loop(reduction, updater, data):
    loss = nn.CrossEntropyLoss(reduction=reduction)
    mine, bare = Softmax(0.5), Softmax(0.5)
    step = mine.update if updater == "custom" else torch.optim.SGD([mine.w, mine.b], 0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = d2l.train_epoch_ch3(mine, data, loss, step)
    expected = bare_epoch(bare, [bare.w, bare.b], data, 0.5)
    # Also with a short last batch and a mean over each batch: the mean over all examples.
    assert result == pytest.approx(expected, rel=1e-5)
    assert equal([mine.w, mine.b], [bare.w, bare.b])
    assert mine.sizes == ([64, 64, 64, 8] if updater == "custom" else [])


def test_a_loss_that_is_a_sum_is_reported_as_a_mean(data):
    mine, bare = Softmax(0.1), Softmax(0.1)
    result = d2l.train_epoch_ch3(mine, data, nn.CrossEntropyLoss(reduction="sum"), mine.update)
    assert result == pytest.approx(bare_epoch(bare, [bare.w, bare.b], data, 0.1), rel=1e-5)
    assert equal([mine.w], [bare.w])


def test_a_loss_written_by_hand_works(data):
    def cross_entropy(y_hat, y):
        return -torch.log_softmax(y_hat, 1)[range(len(y)), y]

    mine, bare = Softmax(0.5), Softmax(0.5)
    result = d2l.train_epoch_ch3(mine, data, cross_entropy, mine.update)
    assert result == pytest.approx(bare_epoch(bare, [bare.w, bare.b], data, 0.5), rel=1e-5)


def test_an_epoch_trains_in_training_mode(data):
    modes = []

    class Net(nn.Linear):
        def forward(self, X):
            modes.append(self.training)
            return super().forward(X)

    net = Net(4, 3).eval()
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    d2l.train_epoch_ch3(net, data, nn.CrossEntropyLoss(), optimizer)
    assert modes == [True] * 4


def test_regression_can_be_trained_too():
    torch.manual_seed(0)
    X = torch.randn(64, 2)
    y = X @ torch.tensor([[2.0], [-1.0]])
    net = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    expected = ((net(X) - y) ** 2).mean().item()
    first = d2l.train_epoch_ch3(net, [(X, y)], nn.MSELoss(), optimizer)[0]
    assert first == pytest.approx(expected)
    for _ in range(200):
        last = d2l.train_epoch_ch3(net, [(X, y)], nn.MSELoss(), optimizer)[0]
    assert last < 1e-3 < first


# A whole training


def test_train_ch3_is_epochs_and_evaluations(data, monkeypatch):
    points = record_points(monkeypatch)
    test = data[:2]
    mine, bare = Softmax(0.5), Softmax(0.5)
    d2l.train_ch3(mine, data, test, nn.CrossEntropyLoss(reduction="none"), 3, mine.update)
    for epoch in (1, 2, 3):
        expected = (*bare_epoch(bare, [bare.w, bare.b], data, 0.5), accuracy(bare, test))
        x, values = points[epoch - 1]
        assert x == epoch and values == pytest.approx(expected, rel=1e-5)
    assert len(points) == 3


def test_train_ch6_is_sgd_from_xavier_weights(data, monkeypatch, capsys):
    points = record_points(monkeypatch)
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    bare = copy.deepcopy(net)
    torch.manual_seed(5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        d2l.train_ch6(net, data, data, 2, 0.3, "cpu")
    torch.manual_seed(5)
    nn.init.xavier_uniform_(bare[0].weight)
    nn.init.xavier_uniform_(bare[2].weight)
    for _ in range(2):
        train_loss, train_acc = bare_epoch(bare, list(bare.parameters()), data, 0.3)
    assert equal(net.parameters(), bare.parameters())
    assert points[-2][0] == 2
    assert points[-2][1][:2] == pytest.approx((train_loss, train_acc), rel=1e-5)
    assert points[-1] == (2, (None, None, accuracy(bare, data)))
    assert [x for x, _ in points] == [0.25, 0.5, 0.75, 1, 1, 1.25, 1.5, 1.75, 2, 2]
    summary, speed = capsys.readouterr().out.splitlines()
    assert summary == (
        f"loss {train_loss:.3f}, train acc {train_acc:.3f}, test acc {accuracy(bare, data):.3f}"
    )
    assert speed.endswith("examples/sec on cpu")


def test_train_ch6_draws_five_times_an_epoch(monkeypatch):
    points = record_points(monkeypatch)
    data = [(torch.randn(2, 4), torch.tensor([0, 1]))] * 23
    d2l.train_ch6(nn.Linear(4, 3), data, data, 1, 0.1, "cpu")
    assert [round(x * 23) for x, _ in points] == [4, 8, 12, 16, 20, 23, 23]


@pytest.mark.parametrize("train", ["train_ch3", "train_ch6"])
def test_a_trained_network_is_ready_to_predict(train, data):
    net = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5))
    run(train, net, data, data)
    assert not any(module.training for module in net.modules())


@pytest.mark.parametrize("train", ["train_ch3", "train_ch6"])
def test_nothing_is_asserted_about_the_accuracy(train):
    torch.manual_seed(0)
    noise = [(torch.randn(20, 4), torch.randint(3, (20,)))]
    run(train, nn.Linear(4, 3), noise, noise)


@pytest.mark.parametrize("train", ["train_ch3", "train_ch6"])
def test_fast_mode_trains_for_two_epochs(train, data, monkeypatch):
    points = record_points(monkeypatch)
    monkeypatch.setenv("D2LUTILS_FAST", "1")
    run(train, nn.Linear(4, 3), data, data, num_epochs=10)
    assert points[-1][0] == 2


@pytest.mark.parametrize("train", ["train_ch3", "train_ch6"])
def test_batches_follow_the_network_to_a_gpu(train, data, monkeypatch, gpu):
    points = record_points(monkeypatch)
    net = nn.Linear(4, 3).to(gpu)
    if train == "train_ch3":
        run(train, net, data, data)
    else:
        d2l.train_ch6(net, data, data, 2, 0.1, d2l.try_gpu())
    assert points[-1][1][-1] == pytest.approx(accuracy(net.cpu(), data))


def record_points(monkeypatch):
    """Return a list that every point added to an Animator goes to as well."""
    points, add = [], d2l.Animator.add
    monkeypatch.setattr(
        d2l.Animator, "add", lambda self, x, y: (points.append((x, y)), add(self, x, y))
    )
    return points


def accuracy(net, data):
    return sum((net(X).argmax(1) == y).sum().item() for X, y in data) / sum(
        len(y) for _, y in data
    )


def run(train, net, train_iter, test_iter, num_epochs=2, lr=0.1):
    """Train with either function."""
    if train == "train_ch6":
        return d2l.train_ch6(net, train_iter, test_iter, num_epochs, lr, "cpu")
    optimizer = torch.optim.SGD(net.parameters(), lr)
    loss = nn.CrossEntropyLoss(reduction="none")
    return d2l.train_ch3(net, train_iter, test_iter, loss, num_epochs, optimizer)


# What does not fit


@pytest.mark.parametrize("train", ["train_ch3", "train_ch6"])
@pytest.mark.parametrize("num_epochs", [0, -1])
def test_epochs_are_at_least_one(train, num_epochs, data):
    with pytest.raises(ValueError, match=f"num_epochs must be .* got {num_epochs}"):
        run(train, nn.Linear(4, 3), data, data, num_epochs=num_epochs)


@pytest.mark.parametrize("train", ["train_ch3", "train_ch6"])
def test_empty_loaders_are_named_before_anything_is_trained(train, data):
    net = nn.Linear(4, 3)
    before = net.weight.clone()
    with pytest.raises(ValueError, match="train_iter must give at least one batch, got none"):
        run(train, net, [], data)
    with pytest.raises(ValueError, match="test_iter must give at least one batch, got none"):
        run(train, net, data, [])
    assert torch.equal(net.weight, before)
    assert not d2l.plt.get_fignums()


def test_a_generator_that_is_used_up_is_explained(data):
    with pytest.raises(ValueError, match="train_iter .*generator is used up after one pass"):
        run("train_ch3", nn.Linear(4, 3), iter(data), data)


@pytest.mark.parametrize("train", ["train_ch3", "train_ch6"])
@pytest.mark.parametrize("label", [3, -1])
def test_labels_out_of_range_are_named(train, label, data):
    bad = [(torch.randn(2, 4), torch.tensor([0, label]))]
    with pytest.raises(ValueError, match=f"y must hold labels from 0 to 2, .* got {label}"):
        run(train, nn.Linear(4, 3), data + bad, data)


def test_a_hand_written_loss_does_not_take_a_negative_label_for_an_index():
    mine = Softmax(0.1)
    with pytest.raises(ValueError, match="labels from 0 to 2"):
        d2l.train_epoch_ch3(
            mine,
            [(torch.randn(2, 4), torch.tensor([0, -1]))],
            lambda y_hat, y: -y_hat[range(len(y)), y],
            mine.update,
        )


def test_the_label_that_torch_ignores_is_allowed():
    data = [(torch.randn(2, 4), torch.tensor([0, -100]))]
    run("train_ch3", nn.Linear(4, 3), data, data)


@pytest.mark.parametrize("train", ["train_ch3", "train_ch6"])
def test_images_that_are_not_flattened_are_named(train):
    images = [(torch.randn(8, 1, 28, 28), torch.zeros(8).long())]
    with pytest.raises(ValueError, match=r"net must take .* got the shape \(8, 1, 28, 28\)"):
        run(train, nn.Linear(784, 10), images, images)


@pytest.mark.parametrize("train", ["train_ch3", "train_ch6"])
def test_a_loss_of_nan_names_the_epoch_and_what_to_try(train, data):
    huge = [(X * 1e20, y) for X, y in data]  # the first step leaves single precision
    with pytest.raises(FloatingPointError, match="in epoch 1: try a smaller learning rate"):
        run(train, nn.Linear(4, 3), huge, data, num_epochs=5, lr=1e20)


def test_the_epoch_of_a_loss_of_nan_is_right(data):
    calls = []

    def loss(y_hat, y):
        calls.append(1)
        return y_hat.sum(1) * (math.nan if len(calls) > 8 else 0)  # 4 batches an epoch

    net = nn.Linear(4, 3)
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    with pytest.raises(FloatingPointError, match="nan in epoch 3"):
        d2l.train_ch3(net, data, data, loss, 5, optimizer)


def test_an_updater_is_an_optimizer_or_a_function(data):
    with pytest.raises(TypeError, match="updater must be a torch optimizer or a function"):
        d2l.train_epoch_ch3(nn.Linear(4, 3), data, nn.CrossEntropyLoss(), 0.1)


def test_train_ch6_names_what_it_cannot_use(data):
    net = nn.Linear(4, 3)
    with pytest.raises(ValueError, match="device must be 'cpu'.* got 'gpu'"):
        d2l.train_ch6(net, data, data, 1, 0.1, "gpu")
    with pytest.raises(ValueError, match="lr must be a finite number from 0"):
        d2l.train_ch6(net, data, data, 1, -0.1, "cpu")
    with pytest.raises(TypeError, match="net must be a module, got function"):
        d2l.train_ch6(lambda X: X, data, data, 1, 0.1, "cpu")


# The pieces


def test_sgd_divides_by_the_batch_size_and_zeroes_the_gradients():
    w, b = torch.ones(2, requires_grad=True), torch.zeros(1, requires_grad=True)
    w.grad, b.grad = torch.tensor([4.0, 8.0]), torch.tensor([2.0])
    d2l.sgd((p for p in [w, b]), lr=0.5, batch_size=4)
    assert w.tolist() == [0.5, 0.0] and b.tolist() == [-0.25]
    assert w.grad.tolist() == [0, 0] and b.grad.tolist() == [0]
    assert w.requires_grad and w.grad_fn is None


def test_sgd_names_what_does_not_fit():
    w = torch.ones(1, requires_grad=True)
    with pytest.raises(ValueError, match=r"params must all have gradients"):
        d2l.sgd([w], 0.1, 1)
    with pytest.raises(ValueError, match="batch_size must be .* got 0"):
        d2l.sgd([w], 0.1, 0)
    with pytest.raises(ValueError, match="lr must be .* got nan"):
        d2l.sgd([w], math.nan, 1)


def test_linear_model_and_squared_loss_follow_their_formulas():
    X, w, b = torch.randn(5, 3), torch.randn(3, 1), torch.randn(1)
    y_hat = d2l.linreg(X, w, b)
    assert y_hat.shape == (5, 1)
    assert torch.allclose(y_hat, (X * w.T).sum(1, keepdim=True) + b)
    y = torch.randn(5)  # not (5, 1): must not become (5, 5)
    l = d2l.squared_loss(y_hat, y)
    assert l.shape == (5, 1)
    assert torch.allclose(l[:, 0], 0.5 * (y_hat[:, 0] - y) ** 2)


class Scratch:
    """What d2l's networks from scratch look like: no module, but a list of tensors."""

    def __init__(self, params):
        self.params = params


@pytest.mark.parametrize("theta", [0.1, 1.0, 1e6])
@pytest.mark.parametrize("scratch", [True, False])
def test_clipping_is_that_of_torch(theta, scratch):
    torch.manual_seed(0)
    net, other = nn.Linear(20, 10), nn.Linear(20, 10)
    for a, b in zip(net.parameters(), other.parameters()):
        a.grad = torch.randn_like(a)
        b.grad = a.grad.clone()
    net.register_parameter("frozen", nn.Parameter(torch.ones(1), requires_grad=False))
    norm = math.sqrt(sum((p.grad**2).sum().item() for p in other.parameters()))
    assert d2l.grad_clipping(Scratch(list(net.parameters())) if scratch else net, theta) is None
    nn.utils.clip_grad_norm_(other.parameters(), theta)
    for a, b in zip(net.parameters(), other.parameters()):
        if a.grad is not None:
            assert torch.equal(a.grad, b.grad)
    clipped = math.sqrt(sum((p.grad**2).sum().item() for p in other.parameters()))
    assert clipped == pytest.approx(min(norm, theta), rel=1e-4)


def test_clipping_names_what_does_not_fit():
    net = nn.Linear(2, 1)
    with pytest.raises(ValueError, match="net must have gradients"):
        d2l.grad_clipping(net, 1)
    with pytest.raises(TypeError, match="net must be a module or have params, got int"):
        d2l.grad_clipping(3, 1)
    for theta in (0, -1, math.inf):
        with pytest.raises(ValueError, match="theta must be"):
            d2l.grad_clipping(net, theta)


def test_predictions_stand_above_their_images():
    X, y = torch.rand(8, 1, 28, 28), torch.arange(8)
    net = nn.Sequential(nn.Dropout(0.99), nn.Flatten(), nn.Linear(784, 10))
    nn.init.zeros_(net[2].weight)
    net[2].bias.data = torch.arange(10.0)  # always the last class
    d2l.predict_ch3(net, iter([(X, y)]), n=3)
    names = d2l.get_fashion_mnist_labels([0, 1, 2, 9])
    titles = [ax.get_title() for ax in d2l.plt.gcf().axes]
    assert titles == [f"true: {name}\npred: {names[3]}" for name in names[:3]]
    assert net.training and all(ax.images for ax in d2l.plt.gcf().axes)
    d2l.predict_ch3(net, [(X[:2], y[:2])], n=6)
    assert len(d2l.plt.gcf().axes) == 2
    with pytest.raises(ValueError, match="n must be an integer of at least 1, got 0"):
        d2l.predict_ch3(net, [(X, y)], n=0)

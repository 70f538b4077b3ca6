"""The notes' code on regression, layers and parameters runs with d2lutils, its slips mended.

Each test is one piece of the notes, written anew with the same calls of d2l. "Mended" marks what
the notes had wrong. The pieces on images are in test_notes_code_images.py.
"""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils import data

# Mended: the notes have a bare `import d2l`, which has no helpers.
import d2lutils as d2l


@pytest.fixture(autouse=True)
def seeded():
    d2l.seed_everything(0)


# Regression


def synthetic_data(w, b, num_examples):
    X = torch.normal(0, 1, (num_examples, len(w)))
    y = X @ w + b
    return X, (y + torch.normal(0, 0.01, y.shape)).reshape(-1, 1)


def load_array(arrays, batch_size, is_train=True):
    return data.DataLoader(data.TensorDataset(*arrays), batch_size, shuffle=is_train)


def test_the_data_of_the_regression_are_those_of_the_package(same):
    w = torch.tensor([2, -3.4])
    features, labels = same(lambda package: package.synthetic_data(w, 4.2, 1000))
    d2l.seed_everything(0)
    own = synthetic_data(w, 4.2, 1000)
    assert torch.equal(own[0], features) and torch.equal(own[1], labels)
    theirs = load_array(own, 10, is_train=False)
    for pair, own_pair in zip(d2l.load_array(own, 10, is_train=False), theirs, strict=True):
        assert all(map(torch.equal, pair, own_pair))


def linear_regression(package, loss, lr=0.1, num_epochs=3):
    """Return the final loss and how far the weights and the bias are from the true ones."""
    true_w, true_b = torch.tensor([2, -3.4]), 4.2
    features, labels = package.synthetic_data(true_w, true_b, 1000)
    # One order for both packages, whose own orders differ.
    batches = list(load_array((features, labels), 10))
    net = nn.Sequential(nn.Linear(2, 1))
    net[0].weight.data.normal_(0, 0.01)
    net[0].bias.data.fill_(0)
    trainer = torch.optim.SGD(net.parameters(), lr=lr)
    for _ in range(num_epochs):
        for X, y in batches:
            l = loss(net(X), y)
            trainer.zero_grad()
            l.backward()
            trainer.step()
    with torch.no_grad():
        last = loss(net(features), labels).item()
    assert net[0].weight.grad.shape == (1, 2) and net[0].bias.grad.shape == (1,)
    w, b = net[0].weight.data, net[0].bias.data
    return last, true_w - w.reshape(true_w.shape), true_b - b


@pytest.mark.parametrize("loss, floor", [
    # Mended: called the L2 norm. It is the mean of the squares, without its half.
    (nn.MSELoss(), 1e-4), (nn.MSELoss(reduction="mean"), 1e-4),
    # Mended: called the Huber loss; it is that only while its beta is 1.
    (nn.SmoothL1Loss(reduction="mean"), 0.5e-4)])
def test_linear_regression_finds_the_weights_down_to_the_noise(loss, floor, same):
    last, w_error, b_error = same(lambda package: linear_regression(package, loss))
    assert last == pytest.approx(floor, rel=0.3)
    assert w_error.abs().max() < 0.01 and b_error.abs() < 0.01


def test_the_three_losses_are_what_they_are_called():
    y_hat, y = torch.randn(5, 1), torch.randn(5, 1)
    assert nn.MSELoss()(y_hat, y) == (2 * d2l.squared_loss(y_hat, y)).mean()
    assert nn.MSELoss()(y_hat, y) != torch.linalg.vector_norm(y_hat - y)
    assert nn.SmoothL1Loss()(y_hat, y) == nn.HuberLoss()(y_hat, y)
    assert nn.SmoothL1Loss(beta=0.1)(y_hat, y) != nn.HuberLoss(delta=0.1)(y_hat, y)


# Layers and blocks


class LeNet(nn.Module):
    """Layers are made in __init__ and put together in forward."""

    def __init__(self, classes):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(16 * 5 * 5, 120), nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, classes)

    def forward(self, x):
        out = F.max_pool2d(F.relu(self.conv1(x)), 2)
        out = F.max_pool2d(F.relu(self.conv2(out)), 2)
        out = out.view(out.size(0), -1)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(out)))))


def test_lenet_classifies_colored_images_and_learns_them():
    net = LeNet(classes=4)
    X, y = torch.rand(16, 3, 32, 32), torch.arange(16) % 4
    assert net(X).shape == (16, 4)
    assert len(list(net.parameters())) == 10 and len(list(net.children())) == 5
    optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
    epochs = [d2l.train_epoch_ch3(net, [(X, y)], nn.CrossEntropyLoss(), optimizer)
              for _ in range(40)]
    assert epochs[-1][0] < 0.5 * epochs[0][0]


def test_a_perceptron_has_256_hidden_units_and_10_outputs():
    # Mended: the notes give its output layer hidden units; it has outputs alone.
    net = nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 10))
    X = torch.rand(2, 20)
    assert net(X).shape == (2, 10)
    assert torch.equal(net(X), net[2](net[1](net[0](X))))


def init_normal(module):
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, mean=0, std=0.01)
        nn.init.zeros_(module.bias)


def test_the_weights_of_a_perceptron_start_as_they_are_told():
    net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
    X = torch.rand(size=(2, 4))
    assert net(X).shape == (2, 1)
    # Mended: the default is said to depend on the sizes of input and output; on input alone.
    limit = 4**-0.5
    assert net[0].weight.abs().max() < limit
    assert nn.Linear(4, 8000).weight.abs().max().item() == pytest.approx(limit, rel=0.01)
    net.apply(init_normal)
    assert net[0].weight.data[0].shape == (4,) and net[0].bias.data[0] == 0
    assert net[0].weight.abs().max() < 0.06


def test_the_initial_values_that_the_notes_list():
    assert {"uniform_", "xavier_normal_"} < set(dir(torch.nn.init))
    tensor = torch.empty(300, 200)
    nn.init.uniform_(tensor, a=0, b=1)
    assert 0 <= tensor.min() < 0.01 and 0.99 < tensor.max() <= 1
    nn.init.normal_(tensor, mean=0, std=1)
    assert tensor.mean().abs() < 0.02 and tensor.std() == pytest.approx(1, abs=0.02)
    nn.init.constant_(tensor, 3)
    assert (tensor == 3).all()
    nn.init.xavier_uniform_(tensor, gain=1)
    assert tensor.abs().max() == pytest.approx((6 / 500) ** 0.5, rel=0.01)
    nn.init.xavier_normal_(tensor, gain=1)
    assert tensor.std() == pytest.approx((2 / 500) ** 0.5, rel=0.02)


class MyLinear(nn.Module):
    """A dense layer with ReLU, by hand."""

    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, X):
        # Mended: the notes take weight.data and bias.data, which no gradient reaches.
        return F.relu(X @ self.weight + self.bias)


def test_a_layer_by_hand_computes_and_learns():
    layer, X = MyLinear(5, 3), torch.rand(2, 5)
    expected = F.relu(F.linear(X, layer.weight.T, layer.bias))
    torch.testing.assert_close(layer(X), expected)
    before = layer.weight.detach().clone()
    layer(X + 5).sum().backward()
    d2l.sgd(layer.parameters(), 0.1, 2)
    assert not torch.equal(layer.weight, before)


def test_parameters_are_saved_and_loaded_and_the_architecture_is_not(tmp_path):
    net, X = LeNet(classes=4), torch.rand(1, 3, 32, 32)
    torch.save(net.state_dict(), tmp_path / "net.params")
    clone = LeNet(classes=4)
    assert not torch.equal(clone(X), net(X))
    clone.load_state_dict(torch.load(tmp_path / "net.params", weights_only=True))
    assert torch.equal(clone(X), net(X))


def test_a_kernel_is_learned_from_an_image_and_its_edges(same):
    def run(package):
        X = torch.ones(6, 8)
        X[:, 2:6] = 0
        Y = package.corr2d(X, torch.tensor([[1.0, -1.0]])).reshape(1, 1, 6, 7)
        conv = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)
        for _ in range(30):
            conv.zero_grad()
            l = (conv(X.reshape(1, 1, 6, 8)) - Y) ** 2
            l.sum().backward()
            package.sgd(conv.parameters(), 0.03, 1)
        return conv.weight.data.reshape(-1)

    torch.testing.assert_close(same(run), torch.tensor([1.0, -1.0]), atol=0.01, rtol=0)


# What the notes name in passing


def test_a_network_of_dropout_is_evaluated_whole():
    net = nn.Sequential(nn.Linear(8, 64), nn.Dropout(0.5), nn.Flatten(), nn.Linear(64, 2))
    X = torch.rand(4, 8)
    assert not torch.equal(net(X), net(X))
    net.eval()
    assert torch.equal(net(X), net(X))
    # Mended: eval() is said to stop backpropagation. That takes torch.no_grad().
    assert net(X).requires_grad
    with torch.no_grad():
        assert not net(X).requires_grad


def test_a_rate_falls_where_the_loss_stays():
    net = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, "min", patience=2)
    for _ in range(4):
        # Mended: "min" is said to watch the loss. It is the mode; the loss is handed to step.
        schedule.step(1.0)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.01)


def test_parts_of_a_network_have_rates_of_their_own():
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    optimizer = torch.optim.SGD(
        [{"params": net[0].parameters()}, {"params": net[1].parameters(), "lr": 0.0}], lr=0.1)
    before = [param.detach().clone() for param in net.parameters()]
    # Mended: "zero the gradients, compute them, backpropagate": backward() computes them.
    optimizer.zero_grad()
    net(torch.ones(3, 2)).sum().backward()
    optimizer.step()
    changed = [not torch.equal(a, b) for a, b in zip(before, net.parameters())]
    assert changed == [True, True, False, False]


def test_zip_hands_out_one_pair_after_the_other():
    pairs = zip([1, 2], "ab")
    # Mended: zip is said to return a list.
    assert iter(pairs) is pairs and next(pairs) == (1, "a") and list(pairs) == [(2, "b")]

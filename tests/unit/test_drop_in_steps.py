"""The numbers of d2l 0.17.6: counting, the steps of a training by hand, data by formula."""

import itertools
from types import SimpleNamespace

import pytest
import torch
from torch import nn

import d2lutils
from d2lutils import metrics

# d2l takes the float of a loss that carries its graph.
pytestmark = pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad")

torch.manual_seed(0)
SCORES, LABELS = torch.rand(10, 3), torch.randint(3, (10,))
BATCHES = [(torch.rand(n, 3), torch.randint(3, (n,))) for n in (8, 8, 3)]
PAIRS = [([X, X.flip(1)], y) for X, y in BATCHES]  # X may be a list for evaluate_accuracy_gpu
TARGETS = [(X, X.sum(1)) for X, _ in BATCHES]
CPU = torch.device("cpu")


def add_and_read(d2l):
    metric = d2l.Accumulator(2)
    metric.add(0.1, torch.tensor(3))
    metric.add(torch.tensor([0.2]), 4)
    sums = metric[0], metric[1]
    metric.reset()
    metric.add(1, 2)
    return [*sums, metric[0], metric[1], metric.data]


def steps_of_sgd(d2l):
    w = torch.ones(3, requires_grad=True)
    for X, y in TARGETS:
        d2l.squared_loss(X @ w, y).sum().backward()
        d2l.sgd([w], 0.03, len(y))
    return w.detach(), w.grad


EQUAL = {
    "accuracy": lambda d2l: [
        d2l.accuracy(SCORES, LABELS),
        d2l.accuracy(SCORES.argmax(1), LABELS),
        d2l.accuracy(SCORES.argmax(1).float(), LABELS),
        d2l.accuracy(SCORES[:, 0].round(), LABELS.float())],
    "evaluate_accuracy": lambda d2l: [
        d2l.evaluate_accuracy(nn.Linear(3, 3), BATCHES),
        d2l.evaluate_accuracy(lambda X: X, BATCHES)],
    "evaluate_accuracy_gpu": lambda d2l: [
        d2l.evaluate_accuracy_gpu(nn.Linear(3, 3), BATCHES),
        d2l.evaluate_accuracy_gpu(nn.Linear(3, 3), BATCHES, CPU),
        d2l.evaluate_accuracy_gpu(lambda X: X[0] * X[1] + X[0], PAIRS, CPU)],
    "evaluate_loss": lambda d2l: [
        d2l.evaluate_loss(nn.Linear(3, 1), TARGETS, d2l.squared_loss),
        d2l.evaluate_loss(nn.Linear(3, 1), TARGETS, nn.MSELoss(reduction="none")),
        d2l.evaluate_loss(nn.Linear(3, 1), TARGETS[:2], nn.MSELoss())],
    "Accumulator": add_and_read,
    "synthetic_data": lambda d2l: [
        d2l.synthetic_data(torch.tensor([2, -3.4]), 4.2, 50),
        d2l.synthetic_data(torch.ones(4, 1) * 0.01, 0.05, 20)],
    "linreg": lambda d2l: d2l.linreg(SCORES, torch.rand(3, 1), torch.rand(1)),
    "squared_loss": lambda d2l: d2l.squared_loss(torch.rand(5, 1), torch.rand(5)),
    "sgd": steps_of_sgd,
    "corr2d": lambda d2l: d2l.corr2d(torch.rand(6, 8), torch.rand(2, 3)),
    "get_fashion_mnist_labels": lambda d2l: d2l.get_fashion_mnist_labels(torch.arange(10)),
    "load_array": lambda d2l: list(d2l.load_array((SCORES, LABELS), 4, is_train=False)),
    "DATA_URL": lambda d2l: d2l.DATA_URL,
}


@pytest.mark.parametrize("run", EQUAL.values(), ids=EQUAL)
def test_numbers_are_equal_to_the_last_digit(run, same):
    same(run)


def test_shuffled_batches_hold_the_same_rows_in_another_order(old):
    rows = {}
    for d2l in (old, d2lutils):
        batches = list(d2l.load_array((SCORES, torch.arange(10)), 4))
        assert [len(y) for _, y in batches] == [4, 4, 2]
        assert all(torch.equal(X, SCORES[y]) for X, y in batches)
        rows[d2l] = sorted(torch.cat([y for _, y in batches]).tolist())
    assert rows[old] == rows[d2lutils] == list(range(10))


class ByHand:
    def __init__(self, *params):
        self.params = params


@pytest.mark.parametrize("theta", [0.1, 1, 100])
@pytest.mark.parametrize("module", [True, False])
def test_gradients_are_clipped_alike(module, theta, same):
    def clipped(d2l):
        net = nn.Linear(3, 3)
        net(SCORES).exp().sum().backward()
        d2l.grad_clipping(net if module else ByHand(*net.parameters()), theta)
        return [param.grad for param in net.parameters()]

    # torch adds 1e-6 to the norm that it divides by.
    same(clipped, rel=1e-5)


def test_timers_show_the_same_times(old, monkeypatch):
    found = []
    for d2l, module, clock in ((old, old, "time"), (d2lutils, metrics, "perf_counter")):
        ticks = itertools.accumulate([0.1, 0.3, 1.7, 0.25] * 4)
        monkeypatch.setattr(module, "time", SimpleNamespace(**{clock: lambda: next(ticks)}))
        timer = d2l.Timer()
        first = timer.stop()
        for _ in range(3):
            timer.start()
            timer.stop()
        found.append([first, timer.times, timer.sum(), timer.avg(), timer.cumsum()])
    assert found[0] == found[1]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_devices_are_the_same(count, same, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    same(lambda d2l: [*map(d2l.try_gpu, range(4)), d2l.try_gpu(), d2l.try_all_gpus()])


def test_the_names_of_the_hub_have_the_same_addresses_and_checksums(same):
    names = sorted(d2lutils.DATA_HUB)
    same(lambda d2l: [d2l.DATA_HUB[name] for name in names])


def test_a_file_that_is_there_is_found_at_the_same_path(same, put):
    put("airfoil", b"1\t2\n")
    same(lambda d2l: d2l.download("airfoil"))


# Different on purpose


REFUSED = {
    "more values than sums": lambda d2l: d2l.Accumulator(1).add(1, 2),
    "a timer that was stopped": lambda d2l: [timer.stop() for timer in [d2l.Timer()] * 2],
    "an unknown kind of token": lambda d2l: d2l.tokenize(["a b"], "sentence"),
}


@pytest.mark.parametrize("run", REFUSED.values(), ids=REFUSED)
def test_what_d2l_passes_over_is_refused(run, old):
    run(old)
    with pytest.raises((ValueError, RuntimeError)):
        run(d2lutils)


@pytest.mark.parametrize("use_1x1conv, strides", [(False, 1), (True, 1), (True, 2)])
def test_residual_is_that_of_d2l_but_for_biases_and_one_more_normalization(
        use_1x1conv, strides, old):
    ours, theirs = [d2l.Residual(3, 3, use_1x1conv, strides) for d2l in (d2lutils, old)]
    state = ours.state_dict()
    for name in ("conv1", "conv2"):
        state[f"{name}.bias"] = torch.zeros(3)
    if use_1x1conv:
        norm = ours.shortcut[1].eval()
        norm.running_var.fill_(1 - norm.eps)  # from here on it changes nothing
        state["conv3.weight"], state["conv3.bias"] = ours.shortcut[0].weight, torch.zeros(3)
    theirs.load_state_dict({k: v for k, v in state.items() if "shortcut" not in k})
    X = torch.rand(4, 3, 6, 6)
    torch.testing.assert_close(ours(X), theirs(X))
    torch.testing.assert_close(ours.eval()(X), theirs.eval()(X))


def test_a_column_of_predictions_counts_each_once(old):
    column, labels = torch.tensor([[1.0], [0.0], [1.0], [1.0]]), torch.tensor([1, 0, 1, 0])
    assert d2lutils.accuracy(column, labels) == 3
    assert old.accuracy(column, labels) == 8  # hits among the 16 pairs


@pytest.mark.parametrize("evaluate", [
    lambda d2l, net: d2l.evaluate_accuracy(net, BATCHES),
    lambda d2l, net: d2l.evaluate_accuracy_gpu(net, BATCHES),
])
def test_an_evaluation_leaves_the_mode_as_it_was(evaluate, old):
    nets = {d2l: nn.Linear(3, 3) for d2l in (old, d2lutils)}
    for d2l, net in nets.items():
        evaluate(d2l, net)
    assert nets[d2lutils].training and not nets[old].training


def test_a_loss_is_evaluated_without_dropout_and_by_the_example(old):
    net = nn.Sequential(nn.Linear(3, 1), nn.Dropout(0.9))
    every = torch.cat([(net[0](X).flatten() - y) ** 2 for X, y in TARGETS])
    expected = pytest.approx(every.mean().item())
    assert d2lutils.evaluate_loss(net, TARGETS, nn.MSELoss()) == expected
    assert old.evaluate_loss(net, TARGETS, nn.MSELoss()) != expected
    # Also without dropout: the short last batch counts as much as the others.
    assert old.evaluate_loss(net[0], TARGETS, nn.MSELoss()) != expected

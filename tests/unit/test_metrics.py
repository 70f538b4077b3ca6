"""Sums, times, accuracy and loss, compared with plain PyTorch."""

import types
import warnings

import pytest
import torch
from torch import nn

import d2lutils as d2l
from d2lutils import metrics


def batches_of(X, y, size):
    return list(zip(X.split(size), y.split(size)))


@pytest.fixture
def data():
    torch.manual_seed(0)
    return torch.randn(50, 4), torch.randint(3, (50,))


# Accumulator


def test_sums_take_numbers_and_tensors_and_give_numbers():
    metric = d2l.Accumulator(3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # reading a tensor that requires grad warns
        metric.add(1, torch.tensor(2), torch.tensor([0.5], requires_grad=True))
        metric.add(0.5, torch.tensor(3), 1)
    assert [metric[i] for i in range(3)] == [1.5, 5.0, 1.5]
    assert all(type(metric[i]) is float for i in range(3))
    metric.reset()
    assert [metric[i] for i in range(3)] == [0, 0, 0]


def test_sums_do_not_lose_small_numbers():
    metric = d2l.Accumulator(1)
    metric.add(torch.tensor(2.0**24))
    for _ in range(10):
        metric.add(torch.tensor(1.0))  # 2**24 + 1 is not a number in single precision
    assert metric[0] == 2**24 + 10


def test_as_many_values_as_sums_are_needed():
    with pytest.raises(ValueError, match="add takes 2 values, one for each sum, got 3"):
        d2l.Accumulator(2).add(1, 2, 3)


def test_a_tensor_of_many_numbers_is_no_number():
    with pytest.raises(ValueError, match=r"single numbers, got a tensor of shape \(4,\)"):
        d2l.Accumulator(1).add(torch.ones(4))


def test_there_is_at_least_one_sum():
    with pytest.raises(ValueError, match="n must be"):
        d2l.Accumulator(0)


# Timer


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test sets."""
    clock = types.SimpleNamespace(now=0.0)
    monkeypatch.setattr(metrics.time, "perf_counter", lambda: clock.now)
    return clock


def test_a_timer_keeps_its_times(clock):
    timer = d2l.Timer()
    clock.now = 2.0
    assert timer.stop() == 2.0
    clock.now = 5.0  # not counted: it does not run
    timer.start()
    clock.now = 9.0
    timer.stop()
    assert timer.times == [2.0, 4.0]
    assert (timer.sum(), timer.avg(), timer.cumsum()) == (6.0, 3.0, [2.0, 6.0])


def test_a_timer_that_does_not_run_cannot_be_stopped():
    timer = d2l.Timer()
    timer.stop()
    with pytest.raises(RuntimeError, match=r"call start\(\) before stop\(\)"):
        timer.stop()


def test_there_is_no_mean_of_no_times():
    timer = d2l.Timer()
    assert (timer.sum(), timer.cumsum()) == (0, [])
    with pytest.raises(RuntimeError, match=r"call stop\(\) before avg\(\)"):
        timer.avg()


# accuracy


def test_accuracy_counts_where_the_largest_score_is_the_label(data):
    y_hat = torch.randn(50, 3)
    assert d2l.accuracy(y_hat, data[1]) == sum(
        max(range(3), key=lambda i: scores[i].item()) == label
        for scores, label in zip(y_hat, data[1].tolist())
    )


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_accuracy_takes_predicted_labels_too(shape):
    y_hat = torch.tensor([0.0, 1.0, 1.0, 2.0]).reshape(shape)
    assert d2l.accuracy(y_hat, torch.tensor([0, 1, 0, 2])) == 3


def test_accuracy_of_every_pixel():
    y = torch.randint(3, (2, 4, 5))
    y_hat = nn.functional.one_hot(y, 3).permute(0, 3, 1, 2).float()
    assert d2l.accuracy(y_hat, y) == 40


def test_accuracy_names_what_does_not_fit():
    with pytest.raises(ValueError, match=r"one label for each of the 4 predictions.*\(3,\)"):
        d2l.accuracy(torch.zeros(4, 2), torch.zeros(3, dtype=torch.long))
    for label in (2, -1):
        with pytest.raises(ValueError, match=f"labels from 0 to 1, .* got {label}"):
            d2l.accuracy(torch.zeros(1, 2), torch.tensor([label]))


def test_the_label_that_torch_ignores_is_never_right():
    assert d2l.accuracy(torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([-100, 0])) == 1


# evaluate_accuracy and evaluate_loss


@pytest.mark.parametrize("evaluate", [d2l.evaluate_accuracy, d2l.evaluate_accuracy_gpu])
@pytest.mark.parametrize("size", [50, 7])
def test_accuracy_over_batches_is_accuracy_over_all(evaluate, size, data):
    X, y = data
    net = nn.Linear(4, 3)
    expected = (net(X).argmax(1) == y).double().mean().item()
    assert evaluate(net, batches_of(X, y, size)) == pytest.approx(expected)
    assert evaluate(lambda X: net(X), batches_of(X, y, size)) == pytest.approx(expected)


def test_evaluation_is_without_dropout_and_puts_every_mode_back(data):
    X, y = data
    net = nn.Sequential(nn.Dropout(0.9), nn.Linear(4, 3), nn.BatchNorm1d(3))
    net.train()
    net[2].eval()  # a frozen layer in a network that trains
    d2l.evaluate_accuracy(net, batches_of(X, y, 10))
    assert [module.training for module in net.modules()] == [True, True, True, False]
    assert net[2].num_batches_tracked == 0

    net.eval()
    expected = d2l.evaluate_accuracy(net, [(X, y)])
    assert [module.training for module in net.modules()] == [False] * 4
    assert expected == (net(X).argmax(1) == y).double().mean().item()


def test_modes_are_put_back_after_a_failure():
    net = nn.Linear(4, 3)
    with pytest.raises(ValueError):
        d2l.evaluate_accuracy(net, [(torch.ones(2, 5), torch.zeros(2, dtype=torch.long))])
    assert net.training


def test_evaluation_records_no_gradients(data):
    X, y = data
    seen = []
    w = torch.zeros(4, 3, requires_grad=True)

    def net(X):
        seen.append((X @ w).requires_grad)
        return X @ w

    d2l.evaluate_accuracy(net, [(X, y)])
    d2l.evaluate_loss(net, [(X, y)], nn.CrossEntropyLoss())
    assert seen == [False, False]


def test_inputs_may_be_a_list_of_tensors(data):
    X, y = data
    assert d2l.evaluate_accuracy_gpu(lambda Xs: Xs[0] + Xs[1], [([X, X], y)], "cpu") == (
        d2l.evaluate_accuracy(lambda X: 2 * X, [(X, y)])
    )


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_loss_over_batches_is_loss_over_all(reduction):
    torch.manual_seed(0)
    X, y = torch.randn(50, 4), torch.randn(50)
    net = nn.Linear(4, 1)
    expected = ((net(X).squeeze() - y) ** 2).mean().item()
    loss = nn.MSELoss(reduction=reduction)
    # The last batch has one example, and must count as one.
    assert d2l.evaluate_loss(net, batches_of(X, y, 7), loss) == pytest.approx(expected)


def test_loss_of_a_classifier(data):
    X, y = data
    net = nn.Linear(4, 3)
    expected = nn.functional.cross_entropy(net(X), y).item()
    assert d2l.evaluate_loss(net, batches_of(X, y, 7), nn.CrossEntropyLoss()) == (
        pytest.approx(expected)
    )


# What does not fit

EVALUATIONS = [
    d2l.evaluate_accuracy,
    lambda net, data_iter: d2l.evaluate_loss(net, data_iter, nn.CrossEntropyLoss()),
]


@pytest.mark.parametrize("evaluate", EVALUATIONS)
@pytest.mark.parametrize(
    "data_iter, error, message",
    [
        ([], ValueError, "data_iter must give at least one batch, got none"),
        ([torch.ones(2, 4)], TypeError, r"data_iter must give pairs \(X, y\), got Tensor"),
        ([(torch.ones(2, 4),)], TypeError, "pairs"),
        ([(torch.ones(2, 4), torch.zeros(3))], ValueError, "equally many examples, got 2 and 3"),
        (
            [(torch.ones(2, 5), torch.zeros(2).long())],
            ValueError,
            r"net must take the batches X, got the shape \(2, 5\)",
        ),
    ],
)
def test_batches_that_do_not_fit_are_named(evaluate, data_iter, error, message):
    with pytest.raises(error, match=message):
        evaluate(nn.Linear(4, 3), data_iter)


def test_labels_out_of_range_are_named_in_evaluation():
    data_iter = [(torch.ones(2, 4), torch.tensor([0, 3]))]
    with pytest.raises(ValueError, match="labels from 0 to 2, for the 3 outputs of net, got 3"):
        d2l.evaluate_accuracy(nn.Linear(4, 3), data_iter)


def test_other_failures_of_a_network_stay_what_they_are():
    def net(X):
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="^out of memory$"):
        d2l.evaluate_accuracy(net, [(torch.ones(1), torch.ones(1))])


def test_on_a_gpu_all_is_the_same(data, gpu):
    X, y = data
    net = nn.Linear(4, 3)
    expected = d2l.evaluate_accuracy(net, [(X, y)])
    assert d2l.evaluate_accuracy(net.to(gpu), [(X, y)]) == expected
    metric = d2l.Accumulator(1)
    metric.add(torch.tensor(1.5, device=gpu))
    assert metric.data[0].is_cuda and metric[0] == 1.5

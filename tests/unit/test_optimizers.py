"""Optimizers by hand, compared with torch.optim; d2l's helpers, with what d2l 0.17.6 gives."""

import copy
import hashlib

import numpy as np
import pytest
import torch
from torch import nn

import d2lutils as d2l

# Ours, its states, its hyperparameters, and the optimizer of PyTorch with the same ones.
PAIRS = {
    "SGD": (
        d2l.sgd_momentum, d2l.init_momentum_states, {"lr": 0.02, "momentum": 0.0},
        lambda params: torch.optim.SGD(params, lr=0.02),
    ),
    "momentum": (
        d2l.sgd_momentum, d2l.init_momentum_states, {"lr": 0.01, "momentum": 0.9},
        lambda params: torch.optim.SGD(params, lr=0.01, momentum=0.9),
    ),
    "Nesterov": (
        d2l.nesterov, d2l.init_momentum_states, {"lr": 0.01, "momentum": 0.9},
        lambda params: torch.optim.SGD(params, lr=0.01, momentum=0.9, nesterov=True),
    ),
    "AdaGrad": (
        d2l.adagrad, d2l.init_adagrad_states, {"lr": 0.1},
        lambda params: torch.optim.Adagrad(params, lr=0.1),
    ),
    "RMSProp": (
        d2l.rmsprop, d2l.init_rmsprop_states, {"lr": 0.01, "gamma": 0.9},
        lambda params: torch.optim.RMSprop(params, lr=0.01, alpha=0.9),
    ),
    "Adadelta": (
        d2l.adadelta, d2l.init_adadelta_states, {"rho": 0.9},
        lambda params: torch.optim.Adadelta(params, rho=0.9),
    ),
    "Adadelta with a rate": (
        d2l.adadelta, d2l.init_adadelta_states, {"rho": 0.95, "lr": 5.0},
        lambda params: torch.optim.Adadelta(params, rho=0.95, lr=5.0),
    ),
    "Adam": (
        d2l.adam, d2l.init_adam_states, {"lr": 0.03, "t": 1},
        lambda params: torch.optim.Adam(params, lr=0.03),
    ),
    "Adam with other betas": (
        d2l.adam, d2l.init_adam_states, {"lr": 0.03, "t": 1, "beta1": 0.5, "beta2": 0.9},
        lambda params: torch.optim.Adam(params, lr=0.03, betas=(0.5, 0.9)),
    ),
    "AdamW": (
        d2l.adamw, d2l.init_adam_states, {"lr": 0.03, "t": 1, "weight_decay": 0.1},
        lambda params: torch.optim.AdamW(params, lr=0.03, weight_decay=0.1),
    ),
}  # fmt: skip


def network():
    """A small network and batches to train it with: a new gradient in every step."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3)).double()
    X, y = torch.randn(100, 16, 6, dtype=torch.float64), torch.randint(3, (100, 16))
    params = list(net.parameters())
    return params, lambda step: nn.functional.cross_entropy(net(X[step]), y[step])


def ravine():
    """A quadratic that is 1,000 times as steep in one direction as in another, none an axis."""
    torch.manual_seed(0)
    rotation = torch.linalg.qr(torch.randn(4, 4, dtype=torch.float64))[0]
    x = torch.full((4,), 3.0, dtype=torch.float64, requires_grad=True)
    curvature = torch.tensor([50.0, 5.0, 1.0, 0.05], dtype=torch.float64)
    return [x], lambda step: (curvature * (rotation @ x) ** 2).sum() / 2


@pytest.mark.parametrize("problem", [network, ravine])
@pytest.mark.parametrize("name", PAIRS)
def test_100_steps_are_those_of_torch(name, problem):
    trainer, init_states, hyperparams, make = PAIRS[name]
    ours, our_loss = problem()
    theirs, their_loss = problem()
    states, hyperparams, optimizer = init_states(ours), copy.copy(hyperparams), make(theirs)
    start = [p.detach().clone() for p in ours]
    for step in range(100):
        our_loss(step).backward()
        trainer(ours, states, hyperparams)
        optimizer.zero_grad()
        their_loss(step).backward()
        optimizer.step()
        for p, q in zip(ours, theirs):
            torch.testing.assert_close(p, q, rtol=0, atol=1e-10)
    assert all((p - s).abs().max() > 1e-3 for p, s in zip(ours, start))
    assert all(not p.grad.any() for p in ours)


def test_float32_drifts_from_torch_by_less_than_a_millionth_of_the_way():
    """Adam in single precision, where the order of operations shows in the last digits."""
    trainer, init_states, hyperparams, make = PAIRS["Adam"]
    (x,), (z,) = ([torch.ones(5, requires_grad=True)] for _ in range(2))
    states, hyperparams, optimizer = init_states([x]), copy.copy(hyperparams), make([z])
    scale = torch.logspace(-2, 2, 5)
    for _ in range(100):
        (scale * x**2).sum().backward()
        trainer([x], states, hyperparams)
        optimizer.zero_grad()
        (scale * z**2).sum().backward()
        optimizer.step()
    torch.testing.assert_close(x, z, rtol=0, atol=2e-6)


def test_states_for_a_number_of_features_fit_a_linear_model():
    v, s = d2l.init_adam_states(5)[0]
    assert v.shape == s.shape == (5, 1)
    assert [v.shape for v in d2l.init_momentum_states(5)] == [(5, 1), (1,)]


def step_with(trainer=d2l.sgd_momentum, grad=True, states=None, **hyperparams):
    w = torch.ones(2, requires_grad=True)
    if grad:
        w.sum().backward()
    trainer([w], d2l.init_momentum_states([w]) if states is None else states, hyperparams)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(lr=0.1), "hyperparams must have 'momentum', got {'lr': 0.1}"),
        (dict(lr=-1, momentum=0), "lr must be a finite number from 0 to inf, got -1"),
        (dict(lr=0.1, momentum=1.5), "momentum must be a finite number from 0 to 1, got 1.5"),
        (dict(lr=0.1, momentum=0, beta_1=0.9), "a name in hyperparams must be one of .*'beta_1'"),
        (dict(lr=0.1, momentum=0, grad=False), "params must all have gradients"),
        (dict(lr=0.1, momentum=0, states=[]), "states must be 1, one for each of params, got"),
    ],
)
def test_a_step_that_does_not_fit_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        step_with(**wrong)


def test_parameters_that_run_out_are_refused():
    net = nn.Linear(2, 1)
    with pytest.raises(TypeError, match="params must be a list of tensors, got generator"):
        d2l.adam(net.parameters(), [], {"lr": 0.1, "t": 1})
    for wrong in ([], [1.0], None):
        with pytest.raises(TypeError, match="params must be"):
            d2l.init_adam_states(wrong)


# d2l's helpers


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    d2l.plt.close("all")


def test_train_2d_gives_the_points_of_d2l(capsys):
    def trainer(x1, x2, s1, s2, f_grad):
        g1, g2 = f_grad(x1, x2)
        s1, s2 = 0.5 * s1 + 0.6 * g1, 0.5 * s2 + 0.6 * g2
        return x1 - s1, x2 - s2, s1, s2

    results = d2l.train_2d(trainer, 3, lambda x1, x2: (0.2 * x1, 4 * x2))
    given = [(-5, -2), (-4.4, 2.8), (-3.572, -1.52), (-2.72936, -0.032)]  # by d2l 0.17.6
    assert results == [pytest.approx(point) for point in given]
    assert capsys.readouterr().out == "epoch 3, x1: -2.729360, x2: -0.032000\n"


def test_a_trace_far_out_is_drawn_whole():
    d2l.show_trace_2d(lambda x1, x2: x1**2 + x2**2, [(-5, -2), (30.0, 2.0), (float("nan"), 0.0)])
    low, high = d2l.plt.gca().get_xlim()
    assert low <= -5 and high >= 30
    with pytest.raises(ValueError, match="results must have a point"):
        d2l.show_trace_2d(lambda x1, x2: x1, [(float("inf"), 0.0)])


def noise():
    """1,500 rows of noise, from a seed of their own."""
    torch.manual_seed(0)
    data_iter = d2l.load_array((torch.randn(1500, 5), torch.randn(1500)), 10)
    torch.manual_seed(1)
    return data_iter


def test_train_ch11_gives_the_losses_of_d2l(capsys):
    states, hyperparams = d2l.init_momentum_states(5), {"lr": 0.02, "momentum": 0.5}
    seconds, losses = d2l.train_ch11(d2l.sgd_momentum, states, hyperparams, noise(), 5)
    given = [0.530920, 0.528100, 0.527343, 0.528577]  # by d2l 0.17.6 from the same seeds
    assert losses[:4] == pytest.approx(given, abs=1e-6)
    assert len(losses) == len(seconds) == 15 and seconds == sorted(seconds)
    assert capsys.readouterr().out.startswith("loss: 0.532, ")


def test_a_loss_over_all_data_is_taken_in_one_batch_in_the_loader_s_own_order():
    seen, passes, data_iter = [], 3, noise()

    class Watched(nn.MSELoss):
        def forward(self, y_hat, y):
            seen.append(len(y))
            return super().forward(y_hat, y)

    torch.manual_seed(0)
    net, no_step = nn.Linear(5, 1), lambda X, y: None
    d2l.optimizers.trying._train(no_step, net, Watched(), 1, data_iter, passes)
    drawn = torch.rand(1)
    rows = len(data_iter.dataset)
    assert seen == [rows] * (passes * rows // 200)
    assert len(next(iter(data_iter))[1]) == data_iter.batch_size < rows
    torch.manual_seed(0)
    nn.Linear(5, 1)
    for _ in range(passes + len(seen)):
        torch.randperm(rows)
    assert drawn == torch.rand(1)


def test_train_concise_ch11_draws_the_losses_of_d2l(monkeypatch):
    drawn = []
    add = d2l.Animator.add
    monkeypatch.setattr(d2l.Animator, "add", lambda self, *xy: (drawn.append(xy), add(self, *xy)))
    hyperparams = {"lr": 0.01, "momentum": 0.9}
    assert d2l.train_concise_ch11(torch.optim.SGD, hyperparams, noise(), 3) is None
    given = [0.542066, 0.576387, 0.547066, 0.549306]  # by d2l 0.17.6 from the same seeds
    assert [y for _, (y,) in drawn[:4]] == pytest.approx(given, abs=1e-6)
    assert [x for x, _ in drawn[:3]] == pytest.approx([2 / 15, 4 / 15, 6 / 15])


def test_losses_are_drawn_for_any_width_and_a_run_too_short_for_one_is_refused():
    X = torch.randn(60, 3)
    batches = list(zip(X.split(20), X.sum(1).split(20)))
    d2l.train_concise_ch11(torch.optim.Adam, {"lr": 0.1}, batches * 10, 1)
    with pytest.raises(ValueError, match="a multiple of 200 examples, .* got 60"):
        d2l.train_concise_ch11(torch.optim.Adam, {"lr": 0.1}, batches, 1)


def test_a_run_that_diverges_ends_with_nan(capsys):
    states, hyperparams = d2l.init_momentum_states(5), {"lr": 1e6, "momentum": 0.9}
    _, losses = d2l.train_ch11(d2l.sgd_momentum, states, hyperparams, noise(), 5)
    assert np.isnan(losses[-1]) and capsys.readouterr().out.startswith("loss: nan")


@pytest.fixture
def airfoil(tmp_path, monkeypatch):
    """Put a table where get_data_ch11 looks for the real one."""
    (tmp_path / "data").mkdir()
    (tmp_path / "run").mkdir()
    monkeypatch.chdir(tmp_path / "run")
    table = np.random.default_rng(0).normal(3, 2, (30, 6))
    path = tmp_path / "data" / "airfoil_self_noise.dat"
    np.savetxt(path, table, delimiter="\t", fmt="%.6f")
    sha1 = hashlib.sha1(path.read_bytes()).hexdigest()
    monkeypatch.setitem(d2l.DATA_HUB, "airfoil", (f"http://127.0.0.1:9/{path.name}", sha1))
    return path


def test_the_airfoils_are_standardized_over_all_rows(airfoil):
    data_iter, feature_dim = d2l.get_data_ch11(batch_size=4, n=20)
    X, y = data_iter.dataset[:]
    table = np.loadtxt(airfoil)
    wanted = (table - table.mean(0)) / table.std(0)
    assert feature_dim == 5 and len(data_iter) == 5
    np.testing.assert_allclose(X, wanted[:20, :5], atol=1e-5)
    np.testing.assert_allclose(y, wanted[:20, 5], atol=1e-5)


def test_without_the_airfoils_the_error_names_what_needs_no_network(airfoil, monkeypatch):
    airfoil.unlink()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(OSError, match="(?s)airfoil is not in.*ill_conditioned_data"):
        d2l.get_data_ch11()


@pytest.mark.parametrize("condition", [1, 50, 1e4])
def test_the_made_up_ravine_has_the_condition_asked_for(condition):
    torch.manual_seed(0)
    data_iter, feature_dim = d2l.ill_conditioned_data(10, 400, condition, 4)
    X, y = (part.double() for part in data_iter.dataset[:])
    values, directions = torch.linalg.eigh(X.T @ X / len(X))
    assert (values[-1] / values[0]).item() == pytest.approx(condition, rel=0.01)
    assert feature_dim == 4 and len(data_iter) == 40
    w = torch.linalg.lstsq(X, y.reshape(-1, 1)).solution
    assert ((X @ w).flatten() - y).square().mean() / 2 == pytest.approx(0.005, rel=0.2)
    if condition > 1:  # no feature is a direction of the ravine
        assert directions.abs().max() < 0.99

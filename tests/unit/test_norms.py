"""Normalizations by hand give what torch gives, forward and backward, step after step."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import d2lutils as d2l

TABLES = [(2, 1), (5, 3), (16, 7)]
IMAGES = [(1, 2, 3, 2), (2, 1, 5, 4), (3, 6, 1, 1), (4, 6, 7, 5)]


def numbers(*shape, seed=0):
    """Numbers far from mean 0 and variance 1, to be differentiated by."""
    generator = torch.Generator().manual_seed(seed)
    return (3 + 2 * torch.randn(shape, generator=generator)).requires_grad_()


def assert_same(ours, theirs, *inputs):
    """Compare two results, and the gradients of a function of them by each input."""
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    weights = torch.linspace(-1, 1, ours.numel()).reshape(ours.shape)
    for mine, its in zip(
        torch.autograd.grad((weights * ours**2).mean(), inputs),
        torch.autograd.grad((weights * theirs**2).mean(), inputs),
        strict=True,
    ):
        torch.testing.assert_close(mine, its, rtol=1e-5, atol=1e-5)


def batch_norms(shape, **options):
    """Our layer and torch's, with the same factors and summands."""
    ours = d2l.BatchNorm(shape[1], len(shape), **options)
    theirs = (nn.BatchNorm1d if len(shape) == 2 else nn.BatchNorm2d)(shape[1], **options)
    with torch.no_grad():
        theirs.weight.copy_(numbers(shape[1], seed=1))
        theirs.bias.copy_(numbers(shape[1], seed=2))
        ours.gamma.copy_(theirs.weight.reshape(ours.gamma.shape))
        ours.beta.copy_(theirs.bias.reshape(ours.beta.shape))
    return ours, theirs


def assert_same_step(ours, theirs, X):
    """Compare the outputs for X, all gradients, and the running statistics afterwards."""
    results = []
    for layer in (ours, theirs):
        layer.zero_grad()
        own = X.detach().clone().requires_grad_()
        Y = layer(own)
        (Y**2 * torch.linspace(-1, 1, Y.numel()).reshape(Y.shape)).mean().backward()
        results.append([Y, own.grad, *(p.grad.flatten() for p in layer.parameters())])
    for mine, its in zip(*results, strict=True):
        torch.testing.assert_close(mine, its, rtol=1e-5, atol=1e-5)
    for mine, its in ((ours.moving_mean, theirs.running_mean), (ours.moving_var, theirs.running_var)):
        torch.testing.assert_close(mine.flatten(), its, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("options", [{}, {"momentum": 0.3, "eps": 1e-2}, {"momentum": 1.0}])
@pytest.mark.parametrize("shape", [*TABLES, *IMAGES])
def test_batch_norm_in_training_over_several_steps_and_then_in_evaluation(shape, options):
    ours, theirs = batch_norms(shape, **options)
    for step in range(4):
        assert_same_step(ours, theirs, numbers(*shape, seed=10 + step))
    kept = ours.moving_mean.clone(), ours.moving_var.clone()
    ours.eval(), theirs.eval()
    # To predict, one example is enough, and the statistics stay.
    for few in (shape[0], 1):
        assert_same_step(ours, theirs, numbers(few, *shape[1:], seed=20))
    assert torch.equal(ours.moving_mean, kept[0]) and torch.equal(ours.moving_var, kept[1])
    ours.train(), theirs.train()
    assert_same_step(ours, theirs, numbers(*shape, seed=30))


def test_batch_norm_before_any_training_uses_mean_0_and_variance_1():
    ours, theirs = batch_norms((4, 3, 2, 2))
    assert_same_step(ours.eval(), theirs.eval(), numbers(4, 3, 2, 2))


def test_a_network_with_our_layers_trains_as_one_with_those_of_torch():
    nets = []
    for make in (d2l.BatchNorm, None):
        torch.manual_seed(0)
        norms = (
            (make(4, num_dims=4), make(10, num_dims=2))
            if make
            else (nn.BatchNorm2d(4), nn.BatchNorm1d(10))
        )
        nets.append(
            nn.Sequential(
                nn.Conv2d(1, 4, 3), norms[0], nn.Sigmoid(), nn.Flatten(),
                nn.Linear(64, 10), norms[1], nn.Sigmoid(), nn.Linear(10, 2),
            )  # fmt: skip
        )
    X, y = numbers(12, 1, 6, 6).detach(), torch.arange(12) % 2
    losses = [[], []]
    for net, kept in zip(nets, losses):
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        for step in range(10):
            optimizer.zero_grad()
            loss = F.cross_entropy(net(X), y)
            loss.backward()
            optimizer.step()
            kept.append(loss.item())
        net.eval()
    torch.testing.assert_close(losses[0], losses[1], rtol=1e-5, atol=1e-5)
    assert losses[0][-1] < losses[0][0]
    torch.testing.assert_close(nets[0](X), nets[1](X), rtol=1e-4, atol=1e-5)


def test_the_running_statistics_are_saved_moved_and_not_trained():
    norm = d2l.BatchNorm(3, num_dims=4)
    assert [name for name, _ in norm.named_parameters()] == ["gamma", "beta"]
    norm(numbers(5, 3, 2, 2))
    other = d2l.BatchNorm(3, num_dims=4)
    other.load_state_dict(norm.state_dict())
    assert torch.equal(other.moving_var, norm.moving_var)
    assert norm.double().moving_mean.dtype == torch.float64
    assert not norm.moving_mean.requires_grad


def test_batch_norm_leaves_the_statistics_it_is_given():
    mean, var = torch.zeros(1, 3), torch.ones(1, 3)
    one, zero = torch.ones(1, 3), torch.zeros(1, 3)
    _, new_mean, new_var = d2l.batch_norm(numbers(6, 3), one, zero, mean, var, 1e-5, 0.1)
    assert torch.equal(mean, torch.zeros(1, 3)) and torch.equal(var, torch.ones(1, 3))
    assert not torch.equal(new_mean, mean) and not torch.equal(new_var, var)
    assert not new_mean.requires_grad and not new_var.requires_grad


@pytest.mark.parametrize("shape", [(3, 2), (5, 3), (3, 4, 6), (2, 3, 1, 5), (4, 6, 7, 5)])
def test_layer_norm(shape):
    X, gamma, beta = numbers(*shape), numbers(*shape[1:], seed=1), numbers(*shape[1:], seed=2)
    theirs = F.layer_norm(X, shape[1:], gamma, beta)
    assert_same(d2l.layer_norm(X, gamma, beta), theirs, X, gamma, beta)


@pytest.mark.parametrize("shape", [(1, 2, 2, 1), (2, 1, 5, 4), (4, 6, 7, 5)])
def test_instance_norm(shape):
    c = shape[1]
    X, gamma, beta = numbers(*shape), numbers(c, seed=1), numbers(c, seed=2)
    ours = d2l.instance_norm(X, gamma.reshape(1, c, 1, 1), beta.reshape(1, c, 1, 1))
    assert_same(ours, F.instance_norm(X, weight=gamma, bias=beta), X, gamma, beta)


@pytest.mark.parametrize("num_groups", [1, 2, 3, 6])
@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_group_norm(num_groups, eps):
    X, gamma, beta = numbers(3, 6, 5, 3), numbers(6, seed=1), numbers(6, seed=2)
    ours = d2l.group_norm(
        X, num_groups, gamma.reshape(1, 6, 1, 1), beta.reshape(1, 6, 1, 1), eps
    )
    assert_same(ours, F.group_norm(X, num_groups, gamma, beta, eps), X, gamma, beta)


def test_all_equal_numbers_become_zero():
    assert torch.equal(d2l.standardize_over(torch.full((2, 3), 7.0), 1), torch.zeros(2, 3))


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: d2l.BatchNorm(3, 3), ValueError, "num_dims must be one of 2, 4, got 3"),
        (lambda: d2l.BatchNorm(0, 2), ValueError, "num_features must be"),
        (lambda: d2l.BatchNorm(3, 2, momentum=1.5), ValueError, "momentum must be"),
        (lambda: d2l.BatchNorm(3, 2, eps=-1), ValueError, "eps must be"),
        (lambda: d2l.BatchNorm(3, 2)(torch.ones(4, 3, 2, 2)), ValueError, "2 axes and 3 channels"),
        (lambda: d2l.BatchNorm(3, 4)(torch.ones(4, 2, 2, 2)), ValueError, "4 axes and 3 channels"),
        (lambda: d2l.BatchNorm(3, 2)(torch.ones(1, 3)), ValueError, "more than one number"),
        (lambda: d2l.BatchNorm(3, 4)(torch.ones(1, 3, 1, 1)), ValueError, "more than one number"),
        (
            lambda: d2l.batch_norm(torch.ones(4, 3, 2), *[torch.ones(1, 3, 1)] * 4, 1e-5, 0.1),
            ValueError, "two or four axes",
        ),
        (lambda: d2l.instance_norm(torch.ones(2, 3, 1, 1), 1, 0), ValueError, "one pixel"),
        (lambda: d2l.instance_norm(torch.ones(2, 3), 1, 0), ValueError, "four axes"),
        (lambda: d2l.group_norm(torch.ones(2, 6, 2, 2), 4, 1, 0), ValueError, "divide the 6"),
        (lambda: d2l.group_norm(torch.ones(2, 6, 2, 2), 2.0, 1, 0), TypeError, "num_groups must"),
    ],
)  # fmt: skip
def test_what_cannot_be_normalized_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()

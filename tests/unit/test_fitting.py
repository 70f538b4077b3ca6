"""fit trains as a bare loop does, opens the test set once, and leaves the network in order."""

import math

import pytest
import torch
from torch import nn

import d2lutils as d2l


def data(n=48):
    generator = torch.Generator().manual_seed(1)
    X = torch.randn(n, 1, 8, 8, generator=generator)
    y = (X.mean((1, 2, 3)) > 0).long()
    return d2l.TensorLoader((X, y), 16, shuffle=False)


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(),
                         nn.Linear(144, 2))


def test_fit_is_a_bare_loop_that_measures():
    ours, bare, batches = network(), network(), data()
    sgd = torch.optim.SGD(ours.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(sgd, 0.1, total_steps=6)
    measured = list(d2l.fit(ours, batches, batches, 2, sgd, schedule))

    sgd = torch.optim.SGD(bare.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(sgd, 0.1, total_steps=6)
    for epoch in range(2):
        total = 0
        for X, y in batches:
            l = nn.functional.cross_entropy(bare(X), y)
            sgd.zero_grad()
            l.backward()
            sgd.step()
            schedule.step()
            total += l.item() * len(y)
        assert measured[epoch]["train loss"] == pytest.approx(total / 48, rel=1e-4)
    for mine, its in zip(ours.state_dict().values(), bare.state_dict().values()):
        torch.testing.assert_close(mine, its, rtol=1e-4, atol=1e-5)
    assert measured[-1]["valid accuracy"] == d2l.evaluate_accuracy(bare.eval(), batches)


class CountedSealed(d2l.Sealed):
    opened = 0

    def open(self):
        self.opened += 1
        return super().open()


def test_the_test_set_is_opened_once_after_the_last_epoch():
    net, test = network(), CountedSealed(data())
    sgd = torch.optim.SGD(net.parameters(), lr=0.1)
    for epoch, measured in enumerate(d2l.fit(net, data(), data(), 2, sgd, test=test)):
        assert math.isnan(measured["test accuracy"]) == (epoch == 0)
    assert test.opened == 1
    assert "test accuracy" not in next(d2l.fit(net, data(), data(), 1, sgd))


def test_the_network_is_ready_to_use_even_when_the_run_is_stopped():
    net = network()
    run = d2l.fit(net, data(), data(), 5, torch.optim.SGD(net.parameters(), lr=0.1))
    next(run)
    run.close()
    assert not net.training
    assert all(p.is_contiguous() for p in net.parameters())


def test_a_loss_that_explodes_stops_the_run_and_names_the_epoch():
    net = network()
    with pytest.raises(FloatingPointError, match="epoch 1.*smaller learning rate"):
        list(d2l.fit(net, data(), data(), 3, torch.optim.SGD(net.parameters(), lr=1e30)))

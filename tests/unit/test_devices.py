"""Devices, seeds and the fast mode."""

import random

import numpy as np
import pytest
import torch

import d2lutils as d2l
from d2lutils.devices import usable_device


def test_there_is_always_a_device():
    assert d2l.try_gpu() == d2l.try_all_gpus()[0]
    assert d2l.try_gpu(1000) == torch.device("cpu")


def test_gpus_are_found_by_number(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert d2l.try_gpu() == torch.device("cuda:0")
    assert d2l.try_gpu(1) == torch.device("cuda:1")
    assert d2l.try_gpu(2) == torch.device("cpu")
    assert d2l.try_all_gpus() == [torch.device("cuda:0"), torch.device("cuda:1")]


@pytest.mark.parametrize("i, error", [(-1, ValueError), (0.0, TypeError)])
def test_numbers_of_gpus_count_from_zero(i, error):
    with pytest.raises(error, match="i must be an integer of at least 0"):
        d2l.try_gpu(i)


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "cpu?", 1.5])
def test_a_device_that_is_not_there_is_named(device):
    with pytest.raises(ValueError, match=r"device must be 'cpu'.* got") as refused:
        usable_device(device)
    assert repr(device) in str(refused.value)


def test_a_seed_repeats_every_generator():
    def draw():
        return random.random(), np.random.rand(), torch.rand(1).item()

    d2l.seed_everything(3)
    first = draw()
    d2l.seed_everything(3)
    assert draw() == first
    d2l.seed_everything(4)
    assert all(a != b for a, b in zip(draw(), first))


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(ValueError, match="seed must be an integer"):
        d2l.seed_everything(seed)


@pytest.mark.parametrize("value, fast", [("1", True), ("0", False), ("", False)])
def test_fast_mode_follows_the_environment_at_each_call(value, fast, monkeypatch):
    monkeypatch.setenv("D2LUTILS_FAST", value)
    assert d2l.fast_mode() is fast
    assert d2l.cut_epochs(10) == (2 if fast else 10)
    assert d2l.cut_epochs(1) == 1


@pytest.mark.parametrize("num_epochs, error", [(0, ValueError), (-3, ValueError), (2.5, TypeError)])
def test_a_run_has_at_least_one_epoch(num_epochs, error):
    with pytest.raises(error, match="num_epochs must be an integer of at least 1"):
        d2l.cut_epochs(num_epochs)

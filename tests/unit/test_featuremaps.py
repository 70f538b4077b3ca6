"""FeatureMaps in Python: what is packed, and what is refused."""

import re

import numpy as np
import pytest
import torch

from d2lutils.widgets.featuremaps import FIRST_CODE, STEPS, FeatureMaps


def snapshots(epochs=(0, 2), images=2, shape=(3, 4, 5), seed=0):
    draw = torch.Generator().manual_seed(seed)
    return {e: {"conv": torch.randn(images, *shape, generator=draw) * (e + 1)} for e in epochs}


def made(**changed):
    given = {"images": torch.rand(2, 1, 6, 6), "names": ["a", "b"], "snapshots": snapshots()}
    return FeatureMaps(**{**given, **changed})


def unpacked(packed, signed, shape, axis=1):
    """Read packed numbers as the script does."""
    codes = np.frombuffer(packed["data"].encode(), np.uint8).astype(float) - FIRST_CODE
    parts = codes / (STEPS / 2) - 1 if signed else codes / STEPS
    scales = np.array(packed["scales"])
    return parts.reshape(shape) * scales.reshape([-1 if i == axis else 1 for i in range(4)])


@pytest.mark.parametrize("signed", [True, False])
def test_numbers_are_packed_within_half_a_step_of_their_channel(signed):
    maps = snapshots()[2]["conv"]
    maps = maps if signed else maps.relu()
    [layer] = made(snapshots={0: {"conv": maps}}).state()["layers"]
    assert layer["signed"] == signed
    found = unpacked(layer["epochs"][0], signed, maps.shape)
    step = maps.abs().amax((0, 2, 3), keepdim=True).numpy() / (STEPS / 2 if signed else STEPS)
    assert (np.abs(found - maps.numpy()) <= 0.51 * step).all()
    assert np.abs(found).max() == pytest.approx(maps.abs().max().item(), rel=1e-5)


def test_zero_stays_zero_also_in_a_channel_of_nothing_else():
    maps = snapshots()[0]["conv"]
    maps[:, 1], maps[0, 0, 0, 0] = 0, 0
    [layer] = made(snapshots={0: {"conv": maps}}).state()["layers"]
    found = unpacked(layer["epochs"][0], True, maps.shape)
    assert (found[:, 1] == 0).all() and found[0, 0, 0, 0] == 0


def test_a_layer_is_signed_in_every_epoch_or_in_none():
    maps = snapshots()
    maps[0]["conv"] = maps[0]["conv"].relu()
    assert made(snapshots=maps).state()["layers"][0]["signed"]


def test_kernels_have_a_scale_for_each_channel_that_they_make():
    weights = torch.randn(3, 2, 2, 2)
    layer = made(kernels={0: {"conv": weights}, 2: {"conv": 2 * weights}}).state()["layers"][0]
    first, second = layer["kernels"]["epochs"]
    assert first["data"] == second["data"]
    found = unpacked(second, True, weights.shape, axis=0)
    assert np.abs(found - 2 * weights.numpy()).max() <= weights.abs().max() * 2 / STEPS * 1.01


def test_epochs_are_sorted_and_the_last_one_is_shown_first():
    maps = snapshots((5, 0, 1))
    state = made(snapshots=maps).state()
    assert state["epochs"] == [0, 1, 5] and state["at"]["epoch"] == 2
    assert repr(made(snapshots=maps)) == "FeatureMaps(2 images; conv: 3 x 4 x 5; epochs 0, 1, 5)"


def test_what_leaves_a_network_may_still_be_part_of_its_graph():
    conv = torch.nn.Conv2d(1, 3, 3)
    X = torch.rand(2, 1, 6, 6)
    assert made(snapshots={0: {"conv": conv(X)}}, kernels={0: {"conv": conv.weight}}).html()


NAN = snapshots()
NAN[2]["conv"][0, 0, 0, 0] = float("nan")
OTHER = {**snapshots((0,)), **snapshots((1,), shape=(4, 4, 5))}
KERNELS = {e: {"conv": torch.ones(3, 1, 2, 2)} for e in (0, 2)}


@pytest.mark.parametrize(("changed", "says"), [
    ({"images": torch.rand(2, 3, 6, 6)}, "images must have the shape"),
    ({"images": torch.rand(2, 6, 6) * 255}, "images must be numbers from 0 to 1, got"),
    ({"images": "two"}, "images must be a tensor of numbers, got 'two'"),
    ({"names": ["a"]}, "names must be 2 different texts"),
    ({"names": ["a", "a"]}, "names must be 2 different texts"),
    ({"names": "ab"}, "names must be a list of texts, got 'ab'"),
    ({"snapshots": [1]}, "snapshots must be a dict from epochs to dicts"),
    ({"snapshots": {}}, "snapshots must hold at least one epoch"),
    ({"snapshots": {-1: {}}}, "an epoch of snapshots must be an integer of at least 0, got -1"),
    ({"snapshots": {0: {}}}, "snapshots[0] must be a dict of at least one layer"),
    ({"snapshots": {0: {"conv": torch.ones(2, 3)}}}, "snapshots[0]['conv'] must have four axes"),
    ({"snapshots": snapshots(images=3)}, "conv must have maps of 2 images, got 3"),
    ({"snapshots": NAN}, "snapshots[2]['conv'] must be finite numbers, got nan"),
    ({"snapshots": OTHER}, "snapshots[1] must have the layers and shapes of epoch 0"),
    ({"kernels": {0: KERNELS[0]}}, "kernels must have the epochs [0, 2] of snapshots, got [0]"),
    ({"kernels": {e: {"pool": KERNELS[0]["conv"]} for e in (0, 2)}},
     "a layer of kernels must be one of conv, got 'pool'"),
    ({"kernels": {e: {"conv": torch.ones(4, 1, 2, 2)} for e in (0, 2)}},
     "kernels of conv must be those of 3 channels, got 4"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_with_the_reason(changed, says):
    with pytest.raises((TypeError, ValueError), match=re.escape(says)):
        made(**changed)

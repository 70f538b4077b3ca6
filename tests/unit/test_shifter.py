"""Shifter in Python: what eight bits keep of a network, and what is refused."""

import base64

import numpy as np
import pytest
import torch
from torch import nn

import d2lutils as d2l
from d2lutils.widgets.packed import packed

CLASSES = ["bag", "boot", "shoe"]
IMAGES = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def net():
    torch.manual_seed(1)
    return nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(64, 3))


def shifter(**changed):
    given = {"nets": {"net": net()}, "images": IMAGES, "labels": [0, 2], "classes": CLASSES}
    return d2l.Shifter(**{**given, **changed})


# ---- eight bits

def test_each_output_keeps_its_largest_weight_and_misses_others_by_half_a_step_at_most():
    layer = nn.Linear(50, 4)
    layer.weight.data[3] *= 100
    found = d2l.quantized(layer).weight
    largest = layer.weight.abs().amax(1)
    assert torch.allclose(found.abs().amax(1), largest)
    gap = (found - layer.weight).abs().amax(1)
    assert (gap <= largest / 127 * 0.5001).all() and gap.min() > 0


def test_quantized_is_a_copy_in_evaluation_mode_whose_biases_stay():
    given = nn.Sequential(net(), nn.Dropout(0.5)).train()
    before = {name: value.clone() for name, value in given.state_dict().items()}
    found = d2l.quantized(given)
    assert given.training and not found.training
    for name, value in given.state_dict().items():
        assert torch.equal(value, before[name])
        assert torch.equal(value, found.state_dict()[name]) == name.endswith("bias")


def test_to_quantize_again_changes_nothing():
    once = d2l.quantized(net())
    assert torch.allclose(d2l.quantized(once)[4].weight, once[4].weight, rtol=1e-6, atol=0)


def test_weights_that_are_all_zero_stay_zero():
    layer = nn.Linear(3, 2)
    layer.weight.data[0] = 0
    assert torch.equal(d2l.quantized(layer).weight[0], torch.zeros(3))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(value):
    layer = nn.Linear(3, 2)
    layer.weight.data[0, 0] = value
    with pytest.raises(ValueError, match="finite weights"):
        d2l.quantized(layer)


def test_what_travels_is_the_quantized_network():
    conv, *_, dense = packed("net", net(), IMAGES)
    for layer, own in ((conv, 0), (dense, 4)):
        whole, step, bias = (
            np.frombuffer(base64.b64decode(layer[name]), kind)
            for name, kind in (("weight", "i1"), ("step", "<f4"), ("bias", "<f4"))
        )
        weight = d2l.quantized(net())[own].weight.detach().numpy()
        assert np.allclose(whole.reshape(len(step), -1) * step[:, None],
                           weight.reshape(len(step), -1), atol=1e-8)
        assert np.array_equal(bias, net()[own].bias.detach().numpy())


# ---- the component

def test_the_probabilities_without_a_script_are_those_of_the_quantized_network():
    expected = d2l.quantized(net())(IMAGES)[0].softmax(0)
    assert shifter().start["net"] == pytest.approx(expected.tolist())


def test_a_network_is_left_as_it_was():
    given = net().train()
    shifter(nets={"net": given})
    assert given.training and given[4].weight.requires_grad


@pytest.mark.parametrize("layer", [
    nn.Tanh(), nn.BatchNorm2d(1), nn.Flatten(0), nn.Conv2d(1, 1, 3, dilation=2),
    nn.Conv2d(1, 1, 3, padding="same"), nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular"),
    nn.MaxPool2d(2, ceil_mode=True), nn.AvgPool2d(2, padding=1), nn.Linear(8, 8),
])
def test_a_layer_that_the_page_cannot_run_is_named(layer):
    words = r"nets\['net'\]\[0\] must be a layer .*got " + type(layer).__name__
    with pytest.raises(TypeError, match=words):
        shifter(nets={"net": nn.Sequential(layer, nn.Flatten())})


@pytest.mark.parametrize(("changed", "error", "words"), [
    ({"nets": {"net": nn.Linear(64, 3)}}, TypeError, "nn.Sequential, got Linear"),
    ({"nets": {}}, TypeError, "1 to 3 networks"),
    ({"nets": {"": net()}}, ValueError, "a name in nets"),
    ({"nets": {"net": nn.Sequential(nn.Flatten(), nn.Linear(64, 9))}}, ValueError, "9"),
    ({"nets": {"net": nn.Sequential(nn.Flatten(), nn.Linear(64, 3000))}}, ValueError, "195,000"),
    ({"images": IMAGES[:, 0]}, ValueError, "images, 1, height, width"),
    ({"images": IMAGES * 255}, ValueError, "from 0 to 1"),
    ({"images": IMAGES.numpy()}, TypeError, "tensor"),
    ({"labels": [0]}, ValueError, "one entry for each image"),
    ({"labels": [0, 3]}, ValueError, "a label"),
    ({"reach": 0}, ValueError, "reach"),
    ({"accuracy": {"other": torch.zeros(17, 17)}}, ValueError, "keys of nets"),
    ({"accuracy": {"net": torch.zeros(3, 3)}}, ValueError, r"\(17, 17\)"),
    ({"accuracy": {"net": torch.full((17, 17), 50.0)}}, ValueError, "from 0 to 1"),
])  # fmt: skip
def test_what_cannot_be_shown_is_refused_with_the_reason(changed, error, words):
    with pytest.raises(error, match=words):
        shifter(**changed)

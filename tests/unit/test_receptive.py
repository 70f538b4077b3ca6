"""The receptive field in Python: its table against PyTorch, and what is refused."""

import numpy as np
import pytest
import torch
from torch import nn

from d2lutils.widgets import ReceptiveField
from d2lutils.widgets.receptive import KINDS, STACKS

IMAGE = torch.zeros(28, 28)


def network(keys):
    """The layers in PyTorch; pooling is a convolution here, so that no layer leaves pixels out."""
    made = []
    for layer in (KINDS[key] for key in keys):
        arguments = (layer[name] for name in ("size", "stride", "padding", "dilation"))
        made.append(nn.Conv2d(1, 1, *arguments, bias=False, dtype=torch.float64))
        nn.init.ones_(made[-1].weight)
    return nn.Sequential(*made)


@pytest.mark.parametrize("stack", STACKS)
def test_maps_jumps_and_fields_are_those_of_the_layers(stack):
    for depth, _, size, jump, field in ReceptiveField(IMAGE, stack).rows()[1:]:
        net = network(STACKS[stack][: int(depth)])
        assert size == "{0} × {0}".format(net(torch.ones(1, 1, 28, 28).double()).shape[-1])

        X = torch.ones(1, 1, 96, 96, dtype=torch.float64, requires_grad=True)
        Y = net(X)[0, 0]
        middle = Y.shape[-1] // 2
        spans = []
        for unit in (middle, middle + 1):
            [grad] = torch.autograd.grad(Y[unit, unit], X, retain_graph=True)
            seen = grad[0, 0].any(0).nonzero().flatten()
            spans.append((int(seen[0]), int(seen[-1])))
        assert spans[1][0] - spans[0][0] == int(jump)
        assert field == "{0} × {0}".format(spans[0][1] - spans[0][0] + 1)


def test_bytes_and_floats_give_the_same_picture():
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    floats = torch.from_numpy(pixels).float()[None] / 255
    assert ReceptiveField(pixels).html() == ReceptiveField(floats).html()


@pytest.mark.parametrize(
    ("image", "stack", "words"),
    [
        (torch.zeros(3, 28, 28), "LeNet", r"gray and square.*got the shape \(3, 28, 28\)"),
        (torch.zeros(28, 27), "LeNet", "gray and square"),
        (torch.zeros(8, 8), "LeNet", "16 to 32 pixels"),
        (IMAGE + 2, "LeNet", "values from 0 to 1, got 2 to 2"),
        (IMAGE + torch.nan, "LeNet", "values from 0 to 1"),
        (IMAGE.int() - 1, "LeNet", "values from 0 to 255"),
        (IMAGE, "ResNet", "stack must be one of"),
    ],
)
def test_what_is_no_image_or_stack_is_refused(image, stack, words):
    with pytest.raises(ValueError, match=words):
        ReceptiveField(image, stack)

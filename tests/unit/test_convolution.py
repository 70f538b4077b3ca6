"""Convolution and pooling by hand give what torch gives, forward and backward."""

import pytest
import torch
from torch.nn import functional as F

import d2lutils as d2l


@pytest.fixture
def image():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, 9, 7, generator=generator, requires_grad=True)


@pytest.fixture
def kernels():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(4, 3, 3, 2, generator=generator, requires_grad=True)


def assert_same(ours, theirs, *inputs):
    """Compare two results, and the gradients of a function of them by each input."""
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    weights = torch.linspace(-1, 1, ours.numel()).reshape(ours.shape)
    for mine, its in zip(
        torch.autograd.grad((weights * ours**2).sum(), inputs, retain_graph=True),
        torch.autograd.grad((weights * theirs**2).sum(), inputs, retain_graph=True),
    ):
        torch.testing.assert_close(mine, its, rtol=1e-5, atol=1e-5)


def test_corr2d(image, kernels):
    theirs = F.conv2d(image[None, :1], kernels[:1, :1])[0, 0]
    assert_same(d2l.corr2d(image[0], kernels[0, 0]), theirs, image, kernels)


def test_several_input_channels_are_summed(image, kernels):
    theirs = F.conv2d(image[None], kernels[:1])[0, 0]
    assert_same(d2l.corr2d_multi_in(image, kernels[0]), theirs, image, kernels)


def test_each_output_channel_has_a_kernel(image, kernels):
    theirs = F.conv2d(image[None], kernels)[0]
    assert_same(d2l.corr2d_multi_in_out(image, kernels), theirs, image, kernels)


def test_a_1x1_convolution_is_a_dense_layer_at_each_pixel(image):
    K = torch.randn(5, 3, 1, 1, generator=torch.Generator().manual_seed(2), requires_grad=True)
    ours = d2l.corr2d_multi_in_out_1x1(image, K)
    assert_same(ours, F.conv2d(image[None], K)[0], image, K)
    assert_same(d2l.corr2d_multi_in_out(image, K), ours, image, K)


@pytest.mark.parametrize("size", [(2, 2), (3, 2), (1, 4)])
@pytest.mark.parametrize("mode, pool", [("max", F.max_pool2d), ("avg", F.avg_pool2d)])
def test_pooling(image, size, mode, pool):
    theirs = pool(image[None, :1], size, stride=1)[0, 0]
    assert_same(d2l.pool2d(image[0], size, mode), theirs, image)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: d2l.corr2d(torch.ones(2, 2), torch.ones(3, 3)), "K must not be larger"),
        (lambda: d2l.corr2d(torch.ones(1, 2, 2), torch.ones(2, 2)), "two axes"),
        (lambda: d2l.corr2d_multi_in(torch.ones(2, 2, 2), torch.ones(3, 2, 2)), "2 channels"),
        (
            lambda: d2l.corr2d_multi_in_out_1x1(torch.ones(2, 2, 2), torch.ones(1, 2, 3, 3)),
            "outputs, inputs, 1, 1",
        ),
        (lambda: d2l.pool2d(torch.ones(2, 2), (2, 2), "min"), "mode must be"),
    ],
)
def test_wrong_shapes_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()

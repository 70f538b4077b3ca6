"""The networks are the papers' at full size, and the size of a network is counted rightly."""

import pytest
import torch
import torchvision
from torch import nn

import d2lutils as d2l

VGG_11 = ((1, 64), (1, 128), (2, 256), (2, 512), (2, 512))
VGG_16 = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
SAME_VARIANT = {
    "alexnet": lambda: d2l.alexnet(full=True),
    "vgg11": lambda: d2l.vgg(VGG_11, full=True),
    "vgg11_bn": lambda: d2l.vgg(VGG_11, batch_norm=True, full=True),
    "vgg16": lambda: d2l.vgg(VGG_16, full=True),
    "resnet18": lambda: d2l.resnet(full=True),
    "densenet121": lambda: d2l.densenet(full=True),
}
SMALL = [d2l.lenet, d2l.alexnet, d2l.vgg, d2l.nin, d2l.googlenet, d2l.resnet, d2l.densenet]


def shapes(net):
    return sorted(tuple(p.shape) for p in net.parameters())


@pytest.mark.parametrize("name", SAME_VARIANT)
def test_the_parameters_have_the_shapes_of_torchvisions(name):
    with torch.device("meta"):
        ours, theirs = SAME_VARIANT[name](), getattr(torchvision.models, name)()
    assert shapes(ours) == shapes(theirs)


@pytest.mark.parametrize("name", ["vgg11", "resnet18", "densenet121"])
def test_with_torchvisions_weights_the_output_is_the_same(name):
    torch.manual_seed(0)
    ours, theirs = SAME_VARIANT[name](), getattr(torchvision.models, name)()
    weights = list(theirs.state_dict().values())
    renamed = dict(zip(ours.state_dict(), weights, strict=True))
    ours.load_state_dict(renamed)
    X = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        torch.testing.assert_close(ours.eval()(X), theirs.eval()(X), rtol=1e-4, atol=1e-4)


def inception(c, c1, c2, c3, c4):
    """Count the parameters of an Inception block by hand."""
    weights = c * (c1 + c2[0] + c3[0] + c4) + 9 * c2[0] * c2[1] + 25 * c3[0] * c3[1]
    return weights + c1 + sum(c2) + sum(c3) + c4


def test_googlenet_at_full_size_has_the_parameters_counted_by_hand():
    stem = 7 * 7 * 3 * 64 + 64 + 64 * 64 + 64 + 9 * 64 * 192 + 192
    blocks = [
        (192, 64, (96, 128), (16, 32), 32), (256, 128, (128, 192), (32, 96), 64),
        (480, 192, (96, 208), (16, 48), 64), (512, 160, (112, 224), (24, 64), 64),
        (512, 128, (128, 256), (24, 64), 64), (512, 112, (144, 288), (32, 64), 64),
        (528, 256, (160, 320), (32, 128), 128), (832, 256, (160, 320), (32, 128), 128),
        (832, 384, (192, 384), (48, 128), 128),
    ]
    head = 1024 * 1000 + 1000
    with torch.device("meta"):
        net = d2l.googlenet(full=True)
    table = d2l.layer_table(net, (3, 224, 224))
    assert table.parameters == stem + sum(inception(*b) for b in blocks) + head
    assert table.rows[-4].shape == (1024, 1, 1)


def test_nin_at_full_size_has_the_parameters_counted_by_hand():
    def block(c_in, c_out, k):
        return k * k * c_in * c_out + c_out + 2 * (c_out * c_out + c_out)

    with torch.device("meta"):
        net = d2l.nin(full=True)
    expected = block(3, 96, 11) + block(96, 256, 5) + block(256, 384, 3) + block(384, 1000, 3)
    assert d2l.layer_table(net, (3, 224, 224)).parameters == expected


def test_lenet_has_the_parameters_counted_by_hand():
    convolutions = 25 * 6 + 6 + 25 * 6 * 16 + 16
    assert d2l.layer_table(d2l.lenet(), (1, 28, 28)).parameters == (
        convolutions + 400 * 120 + 120 + 120 * 84 + 84 + 84 * 10 + 10
    )


@pytest.mark.parametrize("network", SMALL)
def test_a_small_network_learns_one_batch(network):
    torch.manual_seed(0)
    net = network().apply(d2l.init_kaiming)
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0
    y = torch.arange(20) % 10
    X = torch.rand(20, 1, 28, 28) * y.reshape(20, 1, 1, 1) / 10  # the brighter, the higher
    optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
    losses = []
    for _ in range(60):
        l = nn.functional.cross_entropy(net(X), y)
        optimizer.zero_grad()
        l.backward()
        optimizer.step()
        losses.append(l.item())
    assert losses[-1] < 0.75 * losses[0]


def test_residual_with_zero_weights_is_the_identity_for_positive_inputs():
    block = d2l.Residual(4, 4).eval()
    nn.init.zeros_(block.bn2.weight)
    X = torch.rand(2, 4, 6, 6)
    assert torch.equal(block(X), X)


def test_a_dense_block_keeps_its_input_and_appends():
    block = d2l.DenseBlock(3, 5, 4).eval()
    X = torch.randn(2, 5, 6, 6)
    with torch.no_grad():
        Y = block(X)
        first = block.convs[0](X)
    assert Y.shape == (2, 5 + 3 * 4, 6, 6)
    assert torch.equal(Y[:, :5], X)
    assert torch.equal(Y[:, 5:9], first)


def test_multiply_adds_are_those_of_the_formula():
    table = d2l.layer_table(nn.Sequential(nn.Conv2d(3, 8, 5, 2, 1), nn.Flatten()), (3, 11, 9))
    row = table.rows[0]
    assert row.shape == (8, 5, 4)
    assert row.multiply_adds == 5 * 4 * 8 * 3 * 25
    assert (table.parameters, table.multiply_adds) == (row.parameters, row.multiply_adds)


def test_a_layer_table_leaves_the_network_alone():
    net = d2l.resnet().train()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    d2l.layer_table(net, (1, 28, 28))
    assert net.training
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())


def test_a_layer_table_wants_a_sequential():
    with pytest.raises(TypeError, match="net must be an nn.Sequential"):
        d2l.layer_table(nn.Linear(2, 2), (2,))

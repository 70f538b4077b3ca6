"""Convolutional networks from LeNet to DenseNet, for a laptop and at the size of their papers.

Called without arguments, each function returns a network for images of 1 x 28 x 28 and ten classes
that trains in a minute or two on one core. With ``full=True`` it is the paper's, for images of
3 x 224 x 224 and a thousand classes: build that one under ``torch.device("meta")`` to count it.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from .blocks import DenseBlock, Inception, Residual, nin_block, transition_block, vgg_block

__all__ = ["alexnet", "densenet", "googlenet", "lenet", "nin", "resnet", "vgg"]


def lenet(activation=nn.ReLU, pool=nn.MaxPool2d, batch_norm: bool = False) -> nn.Sequential:
    """Return LeNet for 28 x 28 images: two convolutions, three dense layers.

    Parameters
    ----------
    activation, pool
        Classes of layers. LeNet of 1998 has sigmoids and averages: ``nn.Sigmoid, nn.AvgPool2d``.
    batch_norm
        Whether a batch normalization stands before each activation.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86(11), 1998.

    Examples
    --------
    >>> d2l.lenet()(torch.ones(1, 1, 28, 28)).shape
    torch.Size([1, 10])
    """
    def norm(layer, channels):
        return [layer(channels)] if batch_norm else []

    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), *norm(nn.BatchNorm2d, 6), activation(), pool(2),
        nn.Conv2d(6, 16, 5), *norm(nn.BatchNorm2d, 16), activation(), pool(2),
        nn.Flatten(),
        nn.Linear(16 * 5 * 5, 120), *norm(nn.BatchNorm1d, 120), activation(),
        nn.Linear(120, 84), *norm(nn.BatchNorm1d, 84), activation(),
        nn.Linear(84, 10))


def alexnet(full: bool = False) -> nn.Sequential:
    """Return AlexNet: five convolutions, then three dense layers with dropout.

    Parameters
    ----------
    full
        Whether to return the paper's size, in the form in one piece that torchvision has too.

    References
    ----------
    Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
    networks", 2012. In one piece: Krizhevsky, "One weird trick for parallelizing convolutional
    neural networks", arXiv:1404.5997, 2014.

    Examples
    --------
    >>> d2l.alexnet()(torch.ones(1, 1, 28, 28)).shape
    torch.Size([1, 10])
    """
    if full:
        c1, c2, c3, c4, c5, dense, classes, side = 64, 192, 384, 256, 256, 4096, 1000, 6
        first = [nn.Conv2d(3, c1, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)]
        second = nn.Conv2d(c1, c2, 5, padding=2)
    else:
        c1, c2, c3, c4, c5, dense, classes, side = 16, 32, 48, 48, 32, 256, 10, 3
        first = [nn.Conv2d(1, c1, 5, stride=2, padding=2), nn.ReLU()]
        second = nn.Conv2d(c1, c2, 3, padding=1)
    return nn.Sequential(
        *first,
        second, nn.ReLU(), nn.MaxPool2d(3, 2, padding=0 if full else 1),
        nn.Conv2d(c2, c3, 3, padding=1), nn.ReLU(),
        nn.Conv2d(c3, c4, 3, padding=1), nn.ReLU(),
        nn.Conv2d(c4, c5, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Flatten(),
        nn.Dropout(), nn.Linear(c5 * side * side, dense), nn.ReLU(),
        nn.Dropout(), nn.Linear(dense, dense), nn.ReLU(),
        nn.Linear(dense, classes))


def vgg(
    conv_arch: Sequence[tuple[int, int]] = ((1, 16), (1, 32), (2, 64)),
    batch_norm: bool = False,
    full: bool = False,
) -> nn.Sequential:
    """Return a VGG network: blocks of 3 x 3 convolutions, then dense layers with dropout.

    Parameters
    ----------
    conv_arch
        For each block its convolutions and its channels, see `vgg_block`. VGG-11 has
        ``((1, 64), (1, 128), (2, 256), (2, 512), (2, 512))``.
    batch_norm
        Whether a batch normalization stands behind each convolution.
    full
        Whether the input is 3 x 224 x 224 and the dense layers have 4,096 units.

    Examples
    --------
    >>> d2l.vgg(batch_norm=True)(torch.ones(1, 1, 28, 28)).shape
    torch.Size([1, 10])
    """
    channels, side, dense, classes = (3, 224, 4096, 1000) if full else (1, 28, 128, 10)
    blocks = []
    for num_convs, out_channels in conv_arch:
        blocks.append(vgg_block(num_convs, channels, out_channels, batch_norm))
        channels, side = out_channels, side // 2
    return nn.Sequential(
        *blocks,
        nn.Flatten(),
        nn.Linear(channels * side * side, dense), nn.ReLU(), nn.Dropout(),
        nn.Linear(dense, dense), nn.ReLU(), nn.Dropout(),
        nn.Linear(dense, classes))


def nin(full: bool = False) -> nn.Sequential:
    """Return a network in network: blocks of `nin_block`, a global average, no dense layer.

    Parameters
    ----------
    full
        Whether to return it with AlexNet's widths, for 3 x 224 x 224 and 1,000 classes.

    Examples
    --------
    >>> d2l.nin()(torch.ones(1, 1, 28, 28)).shape
    torch.Size([1, 10])
    """
    if full:
        return nn.Sequential(
            nin_block(3, 96, 11, 4, 0), nn.MaxPool2d(3, 2),
            nin_block(96, 256, 5, 1, 2), nn.MaxPool2d(3, 2),
            nin_block(256, 384, 3, 1, 1), nn.MaxPool2d(3, 2), nn.Dropout(),
            nin_block(384, 1000, 3, 1, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(
        nin_block(1, 16, 5, 1, 2), nn.MaxPool2d(2),
        nin_block(16, 32, 3, 1, 1), nn.MaxPool2d(2),
        nin_block(32, 64, 3, 1, 1), nn.Dropout(),
        nin_block(64, 10, 3, 1, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def googlenet(full: bool = False) -> nn.Sequential:
    """Return GoogLeNet: a stem, `Inception` blocks with poolings between, a global average.

    Parameters
    ----------
    full
        Whether to return the paper's nine blocks (without its two auxiliary classifiers).

    Examples
    --------
    >>> d2l.googlenet()(torch.ones(1, 1, 28, 28)).shape
    torch.Size([1, 10])
    """
    if full:
        return nn.Sequential(
            nn.Conv2d(3, 64, 7, stride=2, padding=3), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
            nn.Conv2d(64, 64, 1), nn.ReLU(),
            nn.Conv2d(64, 192, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
            Inception(192, 64, (96, 128), (16, 32), 32),
            Inception(256, 128, (128, 192), (32, 96), 64), nn.MaxPool2d(3, 2, 1),
            Inception(480, 192, (96, 208), (16, 48), 64),
            Inception(512, 160, (112, 224), (24, 64), 64),
            Inception(512, 128, (128, 256), (24, 64), 64),
            Inception(512, 112, (144, 288), (32, 64), 64),
            Inception(528, 256, (160, 320), (32, 128), 128), nn.MaxPool2d(3, 2, 1),
            Inception(832, 256, (160, 320), (32, 128), 128),
            Inception(832, 384, (192, 384), (48, 128), 128),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.4), nn.Linear(1024, 1000))
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
        Inception(32, 16, (16, 32), (4, 8), 8),
        Inception(64, 32, (24, 48), (8, 16), 16), nn.MaxPool2d(3, 2, 1),
        Inception(112, 48, (32, 64), (8, 16), 16),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(144, 10))


def resnet(full: bool = False) -> nn.Sequential:
    """Return a ResNet: a stem, stages of `Residual` blocks, a global average.

    Parameters
    ----------
    full
        Whether to return ResNet-18.

    Examples
    --------
    >>> d2l.resnet()(torch.ones(1, 1, 28, 28)).shape
    torch.Size([1, 10])
    """
    if full:
        arch, c, classes = ((2, 64), (2, 128), (2, 256), (2, 512)), 64, 1000
        stem = [nn.Conv2d(3, c, 7, stride=2, padding=3, bias=False),
                nn.BatchNorm2d(c), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    else:
        arch, c, classes = ((1, 16), (1, 32), (1, 64)), 16, 10
        stem = [nn.Conv2d(1, c, 3, padding=1, bias=False),
                nn.BatchNorm2d(c), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    blocks = []
    for stage, (num_residuals, channels) in enumerate(arch):
        for i in range(num_residuals):
            smaller = stage > 0 and i == 0
            blocks.append(Residual(c, channels, c != channels, 2 if smaller else 1))
            c = channels
    return nn.Sequential(*stem, *blocks,
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, classes))


def densenet(full: bool = False) -> nn.Sequential:
    """Return a DenseNet: a stem, blocks of `DenseBlock`, transitions between, a global average.

    Parameters
    ----------
    full
        Whether to return DenseNet-121, whose blocks have bottlenecks.

    Examples
    --------
    >>> d2l.densenet()(torch.ones(1, 1, 28, 28)).shape
    torch.Size([1, 10])
    """
    if full:
        arch, growth, bottleneck, c, classes = (6, 12, 24, 16), 32, 128, 64, 1000
        stem = [nn.Conv2d(3, c, 7, stride=2, padding=3, bias=False),
                nn.BatchNorm2d(c), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    else:
        arch, growth, bottleneck, c, classes = (4, 4, 4), 12, None, 16, 10
        stem = [nn.Conv2d(1, c, 3, padding=1, bias=False),
                nn.BatchNorm2d(c), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    blocks = []
    for i, num_convs in enumerate(arch):
        blocks.append(DenseBlock(num_convs, c, growth, bottleneck))
        c += num_convs * growth
        if i < len(arch) - 1:
            blocks.append(transition_block(c, c // 2))
            c //= 2
    return nn.Sequential(*stem, *blocks, nn.BatchNorm2d(c), nn.ReLU(),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, classes))

"""The blocks that convolutional networks are made of, as the pages build them."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

__all__ = ["DenseBlock", "Inception", "Residual", "nin_block", "transition_block", "vgg_block"]


def vgg_block(
    num_convs: int, in_channels: int, out_channels: int, batch_norm: bool = False
) -> nn.Sequential:
    """Return `num_convs` convolutions of 3 x 3 with ReLU, then a pooling that halves the size.

    Parameters
    ----------
    num_convs
        How many convolutions; the first goes from `in_channels` to `out_channels`.
    in_channels, out_channels
        Channels of the input and of the output.
    batch_norm
        Whether a batch normalization stands behind each convolution.

    References
    ----------
    Simonyan and Zisserman, "Very deep convolutional networks for large-scale image
    recognition", arXiv:1409.1556, 2014.

    Examples
    --------
    >>> d2l.vgg_block(2, 1, 16)(torch.ones(1, 1, 28, 28)).shape
    torch.Size([1, 16, 14, 14])
    """
    layers = []
    for _ in range(num_convs):
        layers.append(nn.Conv2d(in_channels, out_channels, 3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(out_channels))
        layers.append(nn.ReLU())
        in_channels = out_channels
    layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


def nin_block(
    in_channels: int, out_channels: int, kernel_size: int, stride: int, padding: int
) -> nn.Sequential:
    """Return a convolution and two of 1 x 1, each with ReLU: a small network at every pixel.

    References
    ----------
    Lin, Chen and Yan, "Network in network", arXiv:1312.4400, 2013.

    Examples
    --------
    >>> d2l.nin_block(1, 16, 5, 1, 2)(torch.ones(1, 1, 28, 28)).shape
    torch.Size([1, 16, 28, 28])
    """
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding), nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, 1), nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, 1), nn.ReLU())


class Inception(nn.Module):
    """Four paths side by side, whose channels are put one behind the other.

    Parameters
    ----------
    in_channels
        Channels of the input.
    c1
        Channels of the path of one 1 x 1 convolution.
    c2, c3
        Channels of the 1 x 1 and then the 3 x 3, and of the 1 x 1 and then the 5 x 5.
    c4
        Channels of the 1 x 1 convolution behind a 3 x 3 pooling.

    References
    ----------
    Szegedy et al., "Going deeper with convolutions", arXiv:1409.4842, 2014.

    Examples
    --------
    >>> d2l.Inception(8, 4, (4, 8), (2, 4), 4)(torch.ones(1, 8, 14, 14)).shape
    torch.Size([1, 20, 14, 14])
    """

    def __init__(self, in_channels: int, c1: int, c2: tuple[int, int], c3: tuple[int, int], c4: int):
        super().__init__()
        self.p1 = nn.Conv2d(in_channels, c1, 1)
        self.p2_1 = nn.Conv2d(in_channels, c2[0], 1)
        self.p2_2 = nn.Conv2d(c2[0], c2[1], 3, padding=1)
        self.p3_1 = nn.Conv2d(in_channels, c3[0], 1)
        self.p3_2 = nn.Conv2d(c3[0], c3[1], 5, padding=2)
        self.p4_1 = nn.MaxPool2d(3, stride=1, padding=1)
        self.p4_2 = nn.Conv2d(in_channels, c4, 1)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return the channels of the four paths, (n, their sum, height, width)."""
        p1 = F.relu(self.p1(X))
        p2 = F.relu(self.p2_2(F.relu(self.p2_1(X))))
        p3 = F.relu(self.p3_2(F.relu(self.p3_1(X))))
        p4 = F.relu(self.p4_2(self.p4_1(X)))
        return torch.cat((p1, p2, p3, p4), dim=1)


class Residual(nn.Module):
    """Two 3 x 3 convolutions whose result is added to their input.

    Unlike in d2l, the convolutions have no biases, and the 1 x 1 one too has its batch
    normalization.

    Parameters
    ----------
    input_channels, num_channels
        Channels of the input and of the output.
    use_1x1conv
        Whether a 1 x 1 convolution with batch normalization brings the input to the output's
        shape: needed where channels or size change.
    strides
        Stride of the first convolution, and of the 1 x 1.

    References
    ----------
    He, Zhang, Ren and Sun, "Deep residual learning for image recognition",
    arXiv:1512.03385, 2015.

    Examples
    --------
    >>> d2l.Residual(3, 6, use_1x1conv=True, strides=2)(torch.ones(1, 3, 6, 6)).shape
    torch.Size([1, 6, 3, 3])
    """

    def __init__(
        self, input_channels: int, num_channels: int, use_1x1conv: bool = False, strides: int = 1
    ):
        super().__init__()
        self.conv1 = nn.Conv2d(input_channels, num_channels, 3, strides, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(num_channels)
        self.conv2 = nn.Conv2d(num_channels, num_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(num_channels)
        self.shortcut = nn.Identity()
        if use_1x1conv:
            self.shortcut = nn.Sequential(
                nn.Conv2d(input_channels, num_channels, 1, strides, bias=False),
                nn.BatchNorm2d(num_channels))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return ReLU of input plus result, (n, num_channels, height, width) by the stride."""
        Y = F.relu(self.bn1(self.conv1(X)))
        Y = self.bn2(self.conv2(Y))
        return F.relu(Y + self.shortcut(X))


class DenseBlock(nn.Module):
    """Convolutions each of which sees the input and the results of all before it.

    Parameters
    ----------
    num_convs
        How many; each adds `growth` channels.
    in_channels
        Channels of the input.
    growth
        Channels that each convolution adds.
    bottleneck
        Where given, a 1 x 1 convolution first brings what it sees to so many channels.

    References
    ----------
    Huang, Liu, van der Maaten and Weinberger, "Densely connected convolutional networks",
    arXiv:1608.06993, 2016.

    Examples
    --------
    >>> d2l.DenseBlock(2, 3, 10)(torch.ones(1, 3, 8, 8)).shape
    torch.Size([1, 23, 8, 8])
    """

    def __init__(
        self, num_convs: int, in_channels: int, growth: int, bottleneck: int | None = None
    ):
        super().__init__()
        self.convs = nn.ModuleList()
        for i in range(num_convs):
            channels, layers = in_channels + i * growth, []
            if bottleneck is not None:
                layers += [nn.BatchNorm2d(channels), nn.ReLU(),
                           nn.Conv2d(channels, bottleneck, 1, bias=False)]
                channels = bottleneck
            layers += [nn.BatchNorm2d(channels), nn.ReLU(),
                       nn.Conv2d(channels, growth, 3, padding=1, bias=False)]
            self.convs.append(nn.Sequential(*layers))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return the input with new channels behind it, (n, more channels, height, width)."""
        for conv in self.convs:
            X = torch.cat((X, conv(X)), dim=1)
        return X


def transition_block(in_channels: int, out_channels: int) -> nn.Sequential:
    """Return a 1 x 1 convolution that brings down the channels, and a pooling that halves the size.

    Examples
    --------
    >>> d2l.transition_block(23, 10)(torch.ones(1, 23, 8, 8)).shape
    torch.Size([1, 10, 4, 4])
    """
    return nn.Sequential(
        nn.BatchNorm2d(in_channels), nn.ReLU(),
        nn.Conv2d(in_channels, out_channels, 1, bias=False), nn.AvgPool2d(2))

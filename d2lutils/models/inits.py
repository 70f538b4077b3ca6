"""Where the weights of a network start."""

from __future__ import annotations

from torch import nn

__all__ = ["init_kaiming", "init_xavier"]


def init_xavier(module: nn.Module) -> None:
    """Draw the weights of a linear or convolutional layer anew, for ``net.apply``.

    Their variance keeps the size of signals through layers that are linear around zero, such as
    those with tanh or sigmoid.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010.

    Examples
    --------
    >>> net = nn.Sequential(nn.Linear(2, 4), nn.Sigmoid()).apply(d2l.init_xavier)
    >>> bool(net[0].weight.abs().max() <= 1)
    True
    """
    if isinstance(module, (nn.Linear, nn.Conv2d)):
        nn.init.xavier_uniform_(module.weight)


def init_kaiming(module: nn.Module) -> None:
    """Draw the weights of a linear or convolutional layer anew, for ``net.apply``; biases are 0.

    Their variance keeps the size of signals through layers with ReLU.

    References
    ----------
    He, Zhang, Ren and Sun, "Delving deep into rectifiers", arXiv:1502.01852, 2015.

    Examples
    --------
    >>> net = nn.Sequential(nn.Linear(2, 4), nn.ReLU()).apply(d2l.init_kaiming)
    >>> net[0].bias.detach()
    tensor([0., 0., 0., 0.])
    """
    if isinstance(module, (nn.Linear, nn.Conv2d)):
        nn.init.kaiming_normal_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)

"""Outline: what a network is made of, as the short lines of a drawing."""

from __future__ import annotations

import torch
from torch import nn

from ..models.size import on_meta

__all__: list[str] = []

_STARTS = (nn.Conv2d, nn.Linear)  # begin a line; what follows them stands beside them
_WORDS = {
    nn.BatchNorm1d: "batch norm",
    nn.BatchNorm2d: "batch norm",
    nn.MaxPool2d: "max pool",
    nn.AvgPool2d: "average pool",
    nn.AdaptiveAvgPool2d: "global average",
    nn.Sigmoid: "sigmoid",
    nn.ReLU: "ReLU",
}


def outline(net: nn.Sequential, shape: tuple[int, ...]) -> list[str]:
    """Return a network as boxes in order, each of one or more lines.

    A layer of `net` is a box; an activation joins the one before it, and flattening is left out.
    Inside a box the layers stand in the order in which they are called. What lies under a name
    with "shortcut" in it is what a block adds to its result.

    Parameters
    ----------
    net
        The layers in order; a copy of it goes over the meta device, where nothing is computed.
    shape
        Of one example, such as (1, 28, 28).

    Raises
    ------
    TypeError
        If `net` is not an nn.Sequential.

    Examples
    --------
    >>> outline(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2)), (1, 9, 9))
    ['3×3 conv, 4 · ReLU', 'max pool']
    """
    net = on_meta(net)
    called: list[tuple[str, nn.Module]] = []
    for name, layer in net.named_modules():
        if not list(layer.children()):
            layer.register_forward_hook(lambda it, _, __, name=name: called.append((name, it)))
    with torch.no_grad():
        net(torch.empty(1, *shape, device="meta"))
    boxes: dict[str, str] = {}
    for name, layer in called:
        top = name.split(".")[0]
        if isinstance(layer, nn.Flatten):
            continue
        if name == top and isinstance(layer, (nn.ReLU, nn.Sigmoid)) and boxes:
            top = list(boxes)[-1]
        starts = isinstance(layer, _STARTS) or "shortcut" in name
        joint = "\n" if starts else " · "
        boxes[top] = f"{boxes[top]}{joint}{_words(name, layer)}" if top in boxes \
            else _words(name, layer)
    return list(boxes.values())


def _words(name: str, layer: nn.Module) -> str:
    """Return what a layer is called in the drawing."""
    if isinstance(layer, nn.Conv2d):
        conv = f"{layer.kernel_size[0]}×{layer.kernel_size[1]} conv"
        return f"+ input through {conv}" if "shortcut" in name else f"{conv}, {layer.out_channels}"
    if "shortcut" in name:
        return "+ input"
    if isinstance(layer, nn.Linear):
        return f"dense, {layer.out_features}"
    return _WORDS.get(type(layer), type(layer).__name__)

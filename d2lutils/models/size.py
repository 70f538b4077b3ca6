"""How large a network is: shapes, parameters and multiply-adds, layer by layer."""

from __future__ import annotations

import copy
from typing import NamedTuple

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

__all__ = ["LayerTable", "layer_table"]


class Layer(NamedTuple):
    """One row of a `LayerTable`: counts are for one example."""

    name: str
    shape: tuple[int, ...]
    parameters: int
    multiply_adds: int


class LayerTable:
    """The layers of a network with their output shapes, parameters and multiply-adds.

    Attributes
    ----------
    rows
        One for each layer: name, shape (without the axis of examples), parameters, multiply_adds.
    parameters, multiply_adds
        The sums.
    """

    def __init__(self, rows: list[Layer]):
        self.rows = rows
        self.parameters = sum(row.parameters for row in rows)
        self.multiply_adds = sum(row.multiply_adds for row in rows)

    def __repr__(self) -> str:
        head = ("layer", "output shape", "parameters", "multiply-adds")
        cells = [(r.name, " x ".join(map(str, r.shape)), f"{r.parameters:,}",
                  f"{r.multiply_adds:,}") for r in self.rows]
        total = ("total", "", f"{self.parameters:,}", f"{self.multiply_adds:,}")
        widths = [max(map(len, column)) for column in zip(head, *cells, total)]
        return "\n".join(
            "  ".join([row[0].ljust(widths[0]), row[1].ljust(widths[1]),
                       row[2].rjust(widths[2]), row[3].rjust(widths[3])]).rstrip()
            for row in (head, *cells, total))


def on_meta(net: nn.Sequential) -> nn.Sequential:
    """Return a copy on the meta device, to predict with, of what has to be an nn.Sequential."""
    if not isinstance(net, nn.Sequential):
        raise TypeError(f"net must be an nn.Sequential, got {type(net).__name__}")
    return copy.deepcopy(net).to("meta").eval()


def layer_table(net: nn.Sequential, shape: tuple[int, ...]) -> LayerTable:
    """Return shapes, parameters and multiply-adds of each layer of a network.

    Nothing is computed: a copy on the meta device, where tensors are shapes without numbers,
    goes through the layers. Multiply-adds are those of convolutions and matrix products;
    normalizations, activations and additions of biases do not count.

    Parameters
    ----------
    net
        The layers in order; it stays as it is, and may be on the meta device itself.
    shape
        Of one example, such as (1, 28, 28).

    Raises
    ------
    TypeError
        If `net` is not an nn.Sequential.

    Examples
    --------
    >>> d2l.layer_table(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 4)), (1, 4, 4))
    layer    output shape  parameters  multiply-adds
    Conv2d   2 x 2 x 2             20             72
    Flatten  8                      0              0
    Linear   4                     36             32
    total                          56            104
    """
    rows = []
    X = torch.empty(1, *shape, device="meta")
    for layer in on_meta(net):
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            X = layer(X)
        parameters = sum(p.numel() for p in layer.parameters())
        # The counter takes a multiplication and an addition for two.
        rows.append(Layer(type(layer).__name__, tuple(X.shape[1:]), parameters,
                          counter.get_total_flops() // 2))
    return LayerTable(rows)

"""Networks small enough to travel in a page: weights as whole numbers of eight bits."""

from __future__ import annotations

import base64
import copy

import torch
from torch import nn

__all__ = ["quantized"]

LEVELS = 127  # of either sign: -128 is left out, so that zero stands in the middle
MOST_WEIGHTS = 150_000


@torch.no_grad()
def quantized(net: nn.Module) -> nn.Module:
    """Return a copy of a network whose weights are those that eight bits can tell apart.

    Each output of a dense or convolutional layer, and each row of a recurrent layer's weights,
    gets a step of its own: its largest weight is 127 steps, and every weight is rounded to the
    nearest step. Biases stay as they are, and so does every other parameter. The copy is in
    evaluation mode.

    Parameters
    ----------
    net
        A network with `nn.Linear`, `nn.Conv2d`, `nn.RNN`, `nn.GRU` or `nn.LSTM` layers.

    Raises
    ------
    TypeError, ValueError
        If `net` is no module, or one of the weights is not finite.

    References
    ----------
    Jacob and others, "Quantization and Training of Neural Networks for Efficient
    Integer-Arithmetic-Only Inference", CVPR 2018, in its symmetric form.

    Examples
    --------
    >>> layer = nn.Linear(3, 1)
    >>> _ = layer.weight.data.copy_(torch.tensor([[1.27, 0.014, -0.5]]))
    >>> d2l.quantized(layer).weight.data
    tensor([[ 1.2700,  0.0100, -0.5000]])
    """
    if not isinstance(net, nn.Module):
        raise TypeError(f"net must be a module of torch.nn, got {type(net).__name__}")
    net = copy.deepcopy(net).eval()
    for layer in net.modules():
        weights = [layer.weight] if isinstance(layer, (nn.Linear, nn.Conv2d)) else []
        if isinstance(layer, nn.RNNBase):
            weights = [p for name, p in layer.named_parameters() if name.startswith("weight")]
        for weight in weights:
            whole, step = split_weight(weight)
            weight.copy_(whole * step.reshape(-1, *[1] * (whole.ndim - 1)))
    return net


def split_weight(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return weights as whole numbers, in floats of the same shape, and the step of each output."""
    if not weight.isfinite().all():
        raise ValueError("net must have finite weights: was its learning rate too large?")
    step = weight.abs().flatten(1).amax(1) / LEVELS
    step[step == 0] = 1.0
    return (weight / step.reshape(-1, *[1] * (weight.ndim - 1))).round(), step


@torch.no_grad()
def packed(name: str, net: nn.Sequential, X: torch.Tensor) -> list[dict]:
    """Return the layers as the script reads them; `X` is a batch of images that tries them out.

    Raises
    ------
    TypeError, ValueError
        If `net` is no `nn.Sequential`, a layer is one that the script does not know, or there
        are more weights than a page should carry.
    """
    if not isinstance(net, nn.Sequential):
        raise TypeError(f"{name} must be an nn.Sequential, got {type(net).__name__}")
    weights = sum(p.numel() for p in net.parameters())
    if weights > MOST_WEIGHTS:
        raise ValueError(
            f"{name} must have at most {MOST_WEIGHTS:,} parameters to travel in a page, "
            f"got {weights:,}"
        )
    layers = []
    for i, layer in enumerate(copy.deepcopy(net).cpu().eval()):
        layers.append(_packed_layer(f"{name}[{i}]", layer, X.ndim))
        X = layer(X)
    return layers


def _packed_layer(name: str, layer: nn.Module, ndim: int) -> dict:
    match layer:
        case nn.Flatten(start_dim=1, end_dim=-1):
            return {"kind": "flatten"}
        case nn.ReLU():
            return {"kind": "relu"}
        case nn.Sigmoid():
            return {"kind": "sigmoid"}
        case nn.Linear() if ndim == 2:
            return {"kind": "linear"} | _packed_weights(layer)
        case nn.Conv2d(groups=1, dilation=(1, 1), padding_mode="zeros", padding=(int(), int())):
            window = {"window": layer.kernel_size, "stride": layer.stride}
            return {"kind": "conv", **window, "padding": layer.padding} | _packed_weights(layer)
        case nn.MaxPool2d(padding=0, dilation=1, ceil_mode=False, return_indices=False):
            return {"kind": "maxpool"} | _pool_window(layer)
        case nn.AvgPool2d(padding=0, ceil_mode=False, divisor_override=None):
            return {"kind": "avgpool"} | _pool_window(layer)
    raise TypeError(
        f"{name} must be a layer that the page can run: Flatten, Linear (after Flatten), ReLU, "
        "Sigmoid, Conv2d without groups and dilation and with zeros for padding, MaxPool2d or "
        f"AvgPool2d without padding and ceil_mode; got {layer}"
    )


def _packed_weights(layer: nn.Linear | nn.Conv2d) -> dict:
    whole, step = split_weight(layer.weight)
    bias = torch.zeros(len(step)) if layer.bias is None else layer.bias
    return {
        "weight": in_base64(whole.to(torch.int8)),
        "step": in_base64(step.float()),
        "bias": in_base64(bias.float()),
    }


def _pool_window(layer: nn.MaxPool2d | nn.AvgPool2d) -> dict:
    def pair(size):
        return [size, size] if isinstance(size, int) else list(size)

    return {"window": pair(layer.kernel_size), "stride": pair(layer.stride)}


def in_base64(tensor: torch.Tensor) -> str:
    """Return a tensor's bytes, the lowest first, as text."""
    array = tensor.detach().contiguous().numpy()
    return base64.b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode()

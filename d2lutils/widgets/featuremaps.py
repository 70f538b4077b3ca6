"""FeatureMaps: what the channels of a network's layers respond with, by layer and by epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from ..checks import as_array, positive_int
from .base import Component, paragraph
from .curves import compact
from .still import COLORS, new_figure, png

__all__ = ["FeatureMaps"]

# A number is packed as a printable character, from the code of "#" on. featuremaps.js reads it.
FIRST_CODE, STEPS = 35, 90


class FeatureMaps(Component):
    """Maps of a network's channels to browse: by image, layer, channel and epoch.

    The reader sees all channels of a layer side by side and one of them large, with the kernels
    that made it, and moves through the epochs. The first look is at the last epoch.

    Every number is rounded to travel light: to a 90th of the largest that its channel has in the
    epoch, all images together, or to a 45th of the largest size where its layer goes below 0.

    Parameters
    ----------
    images
        Shape (images, height, width) or (images, 1, height, width), from 0 to 1.
    names
        What each image shows, no two alike.
    snapshots
        By epoch, 0 for before training, a dict from each layer's name to what leaves it for
        these images, shape (images, channels, height, width). Layers and shapes are the same in
        each epoch.
    kernels
        By epoch, for those layers that have kernels, their weights, of shape
        (channels, input channels, height, width).
    caption
        Plain text above the controls: what to look for.

    Raises
    ------
    TypeError, ValueError
        If a shape does not fit the others, a number is not finite, names repeat, or the epochs
        differ in their layers.

    Examples
    --------
    >>> X, conv = torch.rand(2, 1, 8, 8), nn.Conv2d(1, 3, kernel_size=5)
    >>> snapshots, kernels = {0: {"conv1": conv(X)}}, {0: {"conv1": conv.weight}}
    >>> d2l.FeatureMaps(X, ["left", "right"], snapshots, kernels)
    FeatureMaps(2 images; conv1: 3 x 4 x 4; epochs 0)
    """

    script = "featuremaps.js"

    def __init__(
        self,
        images,
        names: Sequence[str],
        snapshots: Mapping[int, Mapping],
        kernels: Mapping[int, Mapping] | None = None,
        *,
        caption: str = "",
    ) -> None:
        self.images = _checked_images(images)
        self.names = _checked_names(names, len(self.images))
        self.maps = _checked_snapshots("snapshots", snapshots)
        self.epochs = sorted(self.maps)
        first = self.maps[self.epochs[0]]
        for name, maps in first.items():
            if len(maps) != len(self.images):
                raise ValueError(f"{name} must have maps of {len(self.images)} images, "
                                 f"got {len(maps)}")
        self.kernels = _checked_snapshots("kernels", kernels) if kernels else {}
        if self.kernels:
            self._check_kernels(first)
        self.caption = str(caption)

    def state(self) -> dict:
        height, width = self.images.shape[1:]
        return {
            "images": {"names": self.names, "height": height, "width": width,
                       "data": _packed(self.images, 1.0, signed=False)},
            "epochs": self.epochs,
            "layers": [self._layer(name) for name in self.maps[self.epochs[0]]],
            "at": {"image": 0, "layer": 0, "epoch": len(self.epochs) - 1, "channel": 0},
            "caption": self.caption,
        }

    def still_html(self) -> str:
        layer = next(iter(self.maps[self.epochs[0]]))
        start = {"image": self.names[0], "layer": layer, "epoch": self.epochs[-1]}
        controls = "".join(
            f'<div class="d2l-control"><span class="d2l-name">{name}</span>'
            f'<span class="d2l-value">{escape(str(value))}</span></div>'
            for name, value in start.items()
        )
        kernels = "<canvas></canvas>" * self._most_inputs()
        return (
            paragraph(self.caption, "caption")
            + f'<div class="d2l-controls">{controls}</div>'
            + '<div class="d2l-maps"><div><p>channels</p><div class="d2l-large"></div></div>'
            '<div><p>channel 0</p><div class="d2l-large"></div></div></div>'
            '<div class="d2l-scale"><span>0</span><span></span><span></span></div>'
            '<p class="d2l-same"></p><p class="d2l-where"></p><div class="d2l-below"><div class="d2l-input"><p>image</p>'
            '<canvas></canvas></div><div><p class="d2l-source"></p>'
            f'<div class="d2l-kernels">{kernels}</div></div></div>'
            '<div class="d2l-foot"><noscript>The maps need JavaScript.</noscript></div>'
        )

    def still_png(self) -> bytes:
        """Draw the first image and every channel of the first layer, in the last epoch."""
        epoch = self.epochs[-1]
        name, maps = next(iter(self.maps[epoch].items()))
        columns = math.ceil(math.sqrt(maps.shape[1] + 1))
        rows = math.ceil((maps.shape[1] + 1) / columns)
        figure = new_figure(1.5 * columns, 1.6 * rows + 0.4)
        axes = np.ravel(figure.subplots(rows, columns, squeeze=False))
        for ax in axes:
            ax.set_axis_off()
        # Few colors, since the PNG has 32 in all.
        axes[0].imshow(np.rint(6 * self.images[0]), cmap="gray", vmin=0, vmax=6)
        axes[0].set_title(self.names[0], fontsize=9, parse_math=False)
        for channel, ax in enumerate(axes[1 : maps.shape[1] + 1]):
            most = float(np.abs(maps[:, channel]).max())
            ax.imshow(maps[0, channel], cmap=_ramp(), vmin=-most or -1, vmax=most or 1)
            ax.set_title(f"channel {channel}: ±{most:.2g}", fontsize=9)
        words = f"{name}, epoch {epoch}: blue below 0, orange above"
        figure.suptitle(words, fontsize=10, parse_math=False)
        return png(figure)

    def __repr__(self) -> str:
        layers = ", ".join(
            f"{name}: {' x '.join(map(str, maps.shape[1:]))}"
            for name, maps in self.maps[self.epochs[0]].items()
        )
        epochs = ", ".join(map(str, self.epochs))
        return f"FeatureMaps({len(self.images)} images; {layers}; epochs {epochs})"

    def _layer(self, name: str) -> dict:
        """Return what the script reads of a layer, all epochs of it."""
        every = [self.maps[epoch][name] for epoch in self.epochs]
        _, channels, height, width = every[0].shape
        signed = any((maps < 0).any() for maps in every)
        layer = {"name": name, "channels": channels, "height": height, "width": width,
                 "signed": signed, "epochs": [_by_channel(maps, 1, signed) for maps in every]}
        if name in self.kernels.get(self.epochs[0], {}):
            weights = [self.kernels[epoch][name] for epoch in self.epochs]
            _, inputs, height, width = weights[0].shape
            layer["kernels"] = {"inputs": inputs, "height": height, "width": width,
                                "epochs": [_by_channel(w, 0, signed=True) for w in weights]}
        return layer

    def _most_inputs(self) -> int:
        """Return how many kernels a channel has at most."""
        layers = self.kernels.get(self.epochs[0], {})
        return max((weights.shape[1] for weights in layers.values()), default=0)

    def _check_kernels(self, layers: Mapping[str, np.ndarray]) -> None:
        if set(self.kernels) != set(self.epochs):
            raise ValueError(f"kernels must have the epochs {self.epochs} of snapshots, "
                             f"got {sorted(self.kernels)}")
        for name, weights in self.kernels[self.epochs[0]].items():
            if name not in layers:
                raise ValueError(f"a layer of kernels must be one of {', '.join(layers)}, "
                                 f"got {name!r}")
            if len(weights) != layers[name].shape[1]:
                raise ValueError(f"kernels of {name} must be those of {layers[name].shape[1]} "
                                 f"channels, got {len(weights)}")


def _checked_images(images) -> np.ndarray:
    values = _array("images", images)
    if values.ndim == 4 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 3 or not values.size:
        raise ValueError(f"images must have the shape (images, height, width), got {values.shape}")
    if values.min() < 0 or values.max() > 1:
        raise ValueError(f"images must be numbers from 0 to 1, got {values.min():g} to "
                         f"{values.max():g}")
    return values


def _checked_names(names: Sequence[str], count: int) -> list[str]:
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise TypeError(f"names must be a list of texts, got {names!r}")
    checked = [str(name) for name in names]
    if len(checked) != count or len(set(checked)) < count:
        raise ValueError(f"names must be {count} different texts, one an image, got {checked}")
    return checked


def _checked_snapshots(name: str, snapshots: Mapping) -> dict[int, dict[str, np.ndarray]]:
    """Return arrays of four axes by epoch and layer, in the same shapes each time."""
    if not isinstance(snapshots, Mapping):
        raise TypeError(f"{name} must be a dict from epochs to dicts, got {snapshots!r}")
    if not snapshots:
        raise ValueError(f"{name} must hold at least one epoch, got none")
    checked: dict[int, dict[str, np.ndarray]] = {}
    for key, layers in snapshots.items():
        epoch = positive_int(f"an epoch of {name}", key, least=0)
        if not isinstance(layers, Mapping) or not layers:
            raise TypeError(f"{name}[{epoch}] must be a dict of at least one layer, got {layers!r}")
        checked[epoch] = {
            str(layer): _array(f"{name}[{epoch}][{layer!r}]", values)
            for layer, values in layers.items()
        }
    first, shapes = next((epoch, _shapes(layers)) for epoch, layers in checked.items())
    for layer, shape in shapes.items():
        if len(shape) != 4 or 0 in shape:
            raise ValueError(f"{name}[{first}][{layer!r}] must have four axes, got {shape}")
    for epoch, layers in checked.items():
        if _shapes(layers) != shapes:
            raise ValueError(f"{name}[{epoch}] must have the layers and shapes of epoch {first}, "
                             f"{shapes}, got {_shapes(layers)}")
    return checked


def _shapes(layers: Mapping[str, np.ndarray]) -> dict[str, tuple[int, ...]]:
    return {layer: values.shape for layer, values in layers.items()}


def _array(name: str, values) -> np.ndarray:
    try:
        array = as_array(values, np.float32)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a tensor of numbers, got {values!r}") from None
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite numbers, got {array[~np.isfinite(array)][0]}")
    return array


def _by_channel(values: np.ndarray, axis: int, signed: bool) -> dict:
    """Return numbers packed with the largest size in each channel, which stand along `axis`."""
    others = tuple(i for i in range(values.ndim) if i != axis)
    sizes = np.abs(values).max(axis=others, keepdims=True)
    data = _packed(values, np.where(sizes > 0, sizes, 1), signed)
    return {"scales": compact(sizes.ravel(), digits=6), "data": data}


def _packed(values: np.ndarray, scales, signed: bool) -> str:
    """Return each number as one character.

    Bytes in base64 would be finer, but they hide from gzip what repeats: twice as much to load.
    """
    zero, most = (STEPS // 2, STEPS // 2) if signed else (0, STEPS)
    codes = FIRST_CODE + zero + np.rint(values / scales * most)
    return codes.astype(np.uint8).tobytes().decode("ascii")


def _ramp():
    """Return the colors of the page: blue below 0, white, orange above."""
    return LinearSegmentedColormap.from_list("maps", [COLORS[0], "white", COLORS[1]], N=17)

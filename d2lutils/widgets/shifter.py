"""Shifter: a picture that the reader drags across its frame, and what networks make of it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from html import escape

import matplotlib
import matplotlib.style
import numpy as np
import torch
from PIL import Image
from torch import nn

from ..checks import one_of, positive_int
from .base import Component, paragraph
from .packed import in_base64, packed, quantized
from .questions import checked_choices, checked_text
from .still import COLORS, new_figure, png, png_uri

__all__ = ["Shifter"]

MOST_NETS, MOST_IMAGES, LARGEST_SIDE = 3, 12, 64
HEATS_TITLE = "Accuracy on many pictures by shift, in pixels. The mark: where this one is."


class Shifter(Component):
    """Pictures to drag across their frame, and the probabilities that networks give live.

    What leaves the frame is lost, and black comes in. The networks run in the page, on weights
    of eight bits (see `quantized`); the scores are those of PyTorch with the same weights.

    Parameters
    ----------
    nets
        The networks by name, one to three: `nn.Sequential` of Flatten, Linear, ReLU, Sigmoid,
        Conv2d, MaxPool2d and AvgPool2d, at most 150,000 parameters each.
    images
        What can be dragged, (images, 1, height, width) with values from 0 to 1: at most 12, of
        at most 64 x 64 pixels.
    labels
        The true class of each image, as a number.
    classes
        The names of the classes, in the order of the networks' outputs.
    accuracy
        For each network its accuracy at every shift, (2 reach + 1, 2 reach + 1): rows go down,
        columns right, and the middle is the unmoved image. Drawn below where it is given.
    reach
        How many pixels an image moves, at most, in each direction.
    caption
        Plain text above: what to try.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as said above, or a network has a layer that the page cannot run.

    Examples
    --------
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(784, 2))
    >>> d2l.Shifter({"dense": net}, torch.rand(1, 1, 28, 28), [1], ["shirt", "shoe"])
    Shifter(dense; 1 image of 28 x 28, moved by up to 8 pixels)
    """

    script = "shifter.js"

    def __init__(
        self,
        nets: Mapping[str, nn.Sequential],
        images: torch.Tensor,
        labels: Sequence[int],
        classes: Sequence[str],
        *,
        accuracy: Mapping[str, torch.Tensor] | None = None,
        reach: int = 8,
        caption: str = "",
    ) -> None:
        self.images = _checked_images(images)
        self.classes = checked_choices("classes", classes)
        self.labels = _checked_labels(labels, self.images, self.classes)
        if not isinstance(nets, Mapping) or not 1 <= len(nets) <= MOST_NETS:
            raise TypeError(f"nets must be a dict of 1 to {MOST_NETS} networks, got {nets!r}")
        self.layers, self.start = {}, {}
        for name, net in nets.items():
            words = f"nets[{name!r}]"
            self.layers[checked_text("a name in nets", name)] = packed(words, net, self.images)
            self.start[name] = self._probabilities(words, net)
        self.reach = positive_int("reach", reach)
        self.accuracy = _checked_accuracy(accuracy, list(nets), 2 * self.reach + 1)
        self.caption = str(caption)

    def _probabilities(self, name: str, net: nn.Sequential) -> list[float]:
        """Return those of the first image, unmoved."""
        with torch.no_grad():
            scores = quantized(net).cpu()(self.images)
        if scores.shape != (len(self.images), len(self.classes)):
            raise ValueError(
                f"{name} must give one score for each of the {len(self.classes)} classes, got "
                f"the shape {tuple(scores.shape)} for {len(self.images)} images"
            )
        return scores[0].softmax(0).tolist()

    def state(self) -> dict:
        pixels = (self.images * 255).round().to(torch.uint8)
        nets = [{"name": name, "layers": layers} for name, layers in self.layers.items()]
        for net in nets if self.accuracy else []:
            grid = self.accuracy[net["name"]]
            net["heat"] = _heat_uri(grid)
            net["accuracy"] = [round(value, 3) for value in grid.flatten().tolist()]
        return {
            "nets": nets,
            "images": in_base64(pixels),
            "size": list(self.images.shape[2:]),
            "labels": self.labels,
            "classes": self.classes,
            "scale": _heat_uri(torch.linspace(0, 1, 32)[None]) if self.accuracy else "",
            "heatsTitle": HEATS_TITLE,
            "reach": self.reach,
            "caption": self.caption,
        }

    def still_html(self) -> str:
        buttons = "".join(
            f'<span class="d2l-button d2l-thumb">{_picture(image)}</span>' for image in self.images
        )
        control = '<div class="d2l-control"><span class="d2l-name">{}</span></div>'
        controls = "".join(control.format(name) for name in ("right", "down"))
        return (
            paragraph(self.caption, "caption")
            + f'<div class="d2l-actions">{buttons}</div><div class="d2l-shift"><div>'
            f'<div class="d2l-frame">{_picture(self.images[0])}</div>'
            f'<div class="d2l-controls">{controls}</div></div>{self._still_table()}</div>'
            + self._still_heats()
            + '<div class="d2l-foot"><noscript>To drag the picture needs JavaScript.</noscript>'
            "</div>"
        )

    def _still_table(self) -> str:
        columns = list(self.start.values())
        heads = "".join(
            f'<th scope="col">{escape(name)}<br>'
            f"{escape(self.classes[int(np.argmax(probabilities))])}</th>"
            for name, probabilities in self.start.items()
        )
        rows = "".join(
            f'<tr><th scope="row">{escape(name)}</th>'
            + "".join(f"<td>{column[i]:.2f}</td>" for column in columns)
            + "</tr>"
            for i, name in enumerate(self.classes)
        )
        return (
            f'<table class="d2l-shares"><thead><tr><th scope="col">class</th>{heads}</tr>'
            f"</thead><tbody>{rows}</tbody></table>"
        )

    def _still_heats(self) -> str:
        heats = "".join(
            f'<div><p class="d2l-heat-name">{escape(name)}</p><p class="d2l-ends d2l-upward"></p>'
            f'<div class="d2l-heat"><img alt="" src="{_heat_uri(grid)}"></div>'
            '<p class="d2l-ends">&nbsp;</p></div>'
            for name, grid in self.accuracy.items()
        )
        if not heats:
            return ""
        return (
            f'<p class="d2l-heats-title">{HEATS_TITLE}</p><div class="d2l-heats">{heats}</div>'
            '<p class="d2l-scale">&nbsp;</p>'
        )

    def still_png(self) -> bytes:
        with matplotlib.style.context("default"):
            figure = new_figure(6.4, 5.2 if self.accuracy else 2.8)
            upper, *lower = figure.subfigures(1 + bool(self.accuracy), 1, squeeze=False)[:, 0]
            frame, bars = upper.subplots(1, 2, width_ratios=(1, 1.6))
            frame.imshow(self.images[0, 0].numpy(), cmap="gray", vmin=0, vmax=1)
            frame.axis("off")
            places, thick = np.arange(len(self.classes)), 0.8 / len(self.start)
            for i, (name, values) in enumerate(self.start.items()):
                bars.barh(places + i * thick, values, thick, color=COLORS[i], label=name)
            bars.set_yticks(places + 0.4 - thick / 2, self.classes, fontsize=8, parse_math=False)
            bars.set(xlim=(0, 1))
            bars.set_xlabel("probability, unmoved", fontsize=8)
            bars.invert_yaxis()
            for text in bars.legend(fontsize=8).get_texts():
                text.set_parse_math(False)
            for panel in lower:
                _draw_heats(panel, self.accuracy, self.reach)
            return png(figure, dpi=110, colors=128)

    def __repr__(self) -> str:
        count, _, height, width = self.images.shape
        return (
            f"Shifter({', '.join(self.layers)}; {count} image{'s' * (count > 1)} of {height} x "
            f"{width}, moved by up to {self.reach} pixels)"
        )


def _draw_heats(panel, accuracy: Mapping[str, torch.Tensor], reach: int) -> None:
    """Draw the accuracy of every network over all shifts, on one scale from 0 to 1."""
    axes = panel.subplots(1, len(accuracy), squeeze=False)[0]
    ends = (-reach - 0.5, reach + 0.5)
    for ax, (name, grid) in zip(axes, accuracy.items()):
        image = ax.imshow(grid.numpy(), vmin=0, vmax=1, extent=(*ends, *ends[::-1]))
        ax.set_title(f"accuracy of {name}", fontsize=9, parse_math=False)
        ax.set_xlabel("moved right (pixels)", fontsize=8)
    axes[0].set_ylabel("moved down (pixels)", fontsize=8)
    panel.colorbar(image, ax=axes)


def _uri(pixels: np.ndarray) -> str:
    """Return 8-bit pixels, gray or (height, width, 3), as an address that carries them."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="png", optimize=True)
    return png_uri(buffer.getvalue())


def _picture(image: torch.Tensor) -> str:
    """Return a gray image (1, height, width) as HTML."""
    return f'<img alt="" src="{_uri((image[0] * 255).round().to(torch.uint8).numpy())}">'


def _heat_uri(grid: torch.Tensor) -> str:
    """Return numbers from 0 to 1 as a picture of one pixel each."""
    return _uri(matplotlib.colormaps["viridis"](grid.numpy(), bytes=True)[..., :3].copy())


def _checked_images(images) -> torch.Tensor:
    if not isinstance(images, torch.Tensor):
        raise TypeError(f"images must be a tensor, got {type(images).__name__}")
    wanted = images.ndim == 4 and images.shape[1] == 1 and 1 <= len(images) <= MOST_IMAGES
    if not wanted or max(images.shape[2:]) > LARGEST_SIDE:
        raise ValueError(
            f"images must have the shape (images, 1, height, width): 1 to {MOST_IMAGES} images of "
            f"at most {LARGEST_SIDE} x {LARGEST_SIDE} pixels, got {tuple(images.shape)}"
        )
    images = images.detach().cpu().float()
    if not (images.min() >= 0 and images.max() <= 1):
        low, high = images.min(), images.max()
        raise ValueError(f"images must hold values from 0 to 1, got {low:g} to {high:g}")
    return images


def _checked_labels(labels, images: torch.Tensor, classes: list[str]) -> list[int]:
    if len(labels) != len(images):
        raise ValueError(f"labels must have one entry for each image, {len(images)}, got {labels}")
    return [one_of("a label", int(label), range(len(classes))) for label in labels]


def _checked_accuracy(accuracy, names: list[str], side: int) -> dict[str, torch.Tensor]:
    if accuracy is None:
        return {}
    if not isinstance(accuracy, Mapping) or list(accuracy) != names:
        raise ValueError(f"accuracy must have the keys of nets, {names}, got {accuracy!r}")
    grids = {name: torch.as_tensor(grid).detach().cpu().float() for name, grid in accuracy.items()}
    for name, grid in grids.items():
        if grid.shape != (side, side):
            raise ValueError(
                f"accuracy[{name!r}] must have the shape {(side, side)}, a row and a column for "
                f"each shift from -reach to reach, got {tuple(grid.shape)}"
            )
        if not (grid.min() >= 0 and grid.max() <= 1):
            raise ValueError(f"accuracy[{name!r}] must hold values from 0 to 1")
    return grids

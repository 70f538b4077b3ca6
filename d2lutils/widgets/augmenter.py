"""Augmenter: one photograph, and what random transforms make of it as their strengths move."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping

import matplotlib.style
import torch
from PIL import Image

from ..checks import one_of
from .base import Component, paragraph
from .still import new_figure, png

__all__ = ["Augmenter"]

SMALLEST, LARGEST = 32, 256  # pixels a side of the photograph
PICTURES = 8  # the photograph itself, and seven draws

# The strengths to choose from; the first of each leaves the photograph alone.
STRENGTHS: dict[str, list[float]] = {
    "flip left–right": [0, 0.25, 0.5, 0.75, 1],
    "flip up–down": [0, 0.25, 0.5, 0.75, 1],
    "rotate": [0, 5, 10, 20, 45, 90, 180],
    "scale": [0, 0.1, 0.2, 0.3, 0.5, 0.8],
    "crop": [1, 0.8, 0.6, 0.4, 0.2, 0.08],
    "brightness": [0, 0.1, 0.2, 0.4, 0.8],
    "noise": [0, 0.02, 0.05, 0.1, 0.2, 0.4],
}
# How a slider shows its strength, where the bare number would not say what it counts.
SHOWN = {"rotate": "±{:g}°", "scale": "±{:.0%}", "crop": "≥ {:.0%}", "brightness": "±{:.0%}"}


class Augmenter(Component):
    """A photograph beside seven random transforms of it, with a slider for each strength.

    The transforms are those of `torchvision.transforms.v2`, one after the other as in a
    ``Compose``, whose code stands below the pictures. They are drawn in the page. A slider
    changes the strength and leaves the random numbers as they are, so that each picture only
    goes further its way; a button draws new ones.

    Parameters
    ----------
    image
        The photograph, (3, side, side), uint8, 32 to 256 pixels a side.
    start
        Strengths to begin with, by transform: "flip left–right" and "flip up–down" (the
        probability), "rotate" (degrees at most, each way), "scale" (0.2: from 0.8 to 1.2
        times), "crop" (the least share of the area that is kept), "brightness" (0.2: from 0.8
        to 1.2 times), "noise" (the standard deviation, where white is 1). Each is one of the
        slider's stops.
    caption
        Plain text above the controls: what to try.

    Raises
    ------
    TypeError, ValueError
        If the image is of another shape or type, or a name or strength in `start` is none of
        these.

    Examples
    --------
    >>> image = torch.zeros(3, 64, 64, dtype=torch.uint8)
    >>> d2l.Augmenter(image, {"rotate": 20})
    Augmenter(64 x 64 pixels; rotate 20)
    """

    script = "augmenter.js"

    def __init__(
        self, image: torch.Tensor, start: Mapping[str, float] | None = None, *, caption: str = ""
    ) -> None:
        self.image = _checked_image(image)
        self.strengths = {name: values[0] for name, values in STRENGTHS.items()}
        for name, value in (start or {}).items():
            values = STRENGTHS[one_of("a name in start", name, STRENGTHS)]
            self.strengths[name] = one_of(f"start[{name!r}]", value, values)
        self.caption = str(caption)

    def state(self) -> dict:
        return {
            "image": "data:image/jpeg;base64," + base64.b64encode(_jpeg(self.image)).decode(),
            "side": self.image.shape[1],
            "pictures": PICTURES,
            "axes": [
                {"name": name, "values": values, "labels": [_shown(name, v) for v in values]}
                for name, values in STRENGTHS.items()
            ],
            "at": [STRENGTHS[name].index(value) for name, value in self.strengths.items()],
            "caption": self.caption,
        }

    def still_html(self) -> str:
        controls = "".join(
            f'<div class="d2l-control"><span class="d2l-name">{name}</span>'
            f'<span class="d2l-value">{_shown(name, value)}</span></div>'
            for name, value in self.strengths.items()
        )
        return (
            paragraph(self.caption, "caption")
            + f'<div class="d2l-controls">{controls}</div>'
            + f'<div class="d2l-pictures">{"<canvas></canvas>" * PICTURES}</div>'
            + '<p class="d2l-where">0</p>'
            '<div class="d2l-foot"><noscript>The pictures need JavaScript.</noscript></div>'
            '<pre class="d2l-text"></pre>'
        )

    def still_png(self) -> bytes:
        """Draw the photograph and seven draws by torchvision itself."""
        transform = _composed(self.strengths, self.image.shape[1])
        photo = self.image.float() / 255
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            drawn = [photo] + [transform(photo) for _ in range(PICTURES - 1)]
        with matplotlib.style.context("default"):
            figure = new_figure(6.4, 3.4)
            for ax, picture in zip(figure.subplots(2, PICTURES // 2).flat, drawn):
                ax.imshow(picture.permute(1, 2, 0).numpy())
                ax.axis("off")
            figure.axes[0].set_title("the photograph", fontsize=9)
            figure.supxlabel(self._active(), fontsize=9, parse_math=False)
            return png(figure, dpi=64)

    def _active(self) -> str:
        """Return the transforms that do something, with their strengths."""
        parts = [
            f"{name} {value:g}"
            for name, value in self.strengths.items()
            if value != STRENGTHS[name][0]
        ]
        return ", ".join(parts) or "no transform"

    def __repr__(self) -> str:
        side = self.image.shape[1]
        return f"Augmenter({side} x {side} pixels; {self._active()})"


def _shown(name: str, value: float) -> str:
    return SHOWN.get(name, "{:g}").format(value)


def _composed(strengths: Mapping[str, float], side: int):
    """Return the transforms in the order, and with the settings, of the page's script."""
    # Here, since importing torchvision takes half the time of importing d2lutils.
    from torchvision.transforms import v2

    bilinear = v2.InterpolationMode.BILINEAR
    left, down, degrees, scale, crop, brightness, noise = strengths.values()
    return v2.Compose([
        v2.RandomHorizontalFlip(left),
        v2.RandomVerticalFlip(down),
        v2.RandomRotation(degrees, bilinear),
        v2.RandomAffine(0, scale=(1 - scale, 1 + scale), interpolation=bilinear),
        v2.RandomResizedCrop(side, scale=(crop, 1), ratio=(1, 1)),
        v2.ColorJitter(brightness=brightness),
        v2.GaussianNoise(sigma=noise),
    ])  # fmt: skip


def _jpeg(image: torch.Tensor) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image.permute(1, 2, 0).contiguous().numpy()).save(
        buffer, format="jpeg", quality=85
    )
    return buffer.getvalue()


def _checked_image(image) -> torch.Tensor:
    if not isinstance(image, torch.Tensor) or image.dtype != torch.uint8:
        given = image.dtype if isinstance(image, torch.Tensor) else type(image).__name__
        raise TypeError(f"image must be a tensor of bytes (torch.uint8), got {given}")
    shape = tuple(image.shape)
    if len(shape) != 3 or shape[0] != 3 or shape[1] != shape[2] or not (
        SMALLEST <= shape[1] <= LARGEST
    ):
        raise ValueError(f"image must have the shape (3, side, side), {SMALLEST} to {LARGEST} "
                         f"pixels a side, got {shape}")
    return image.detach().cpu()

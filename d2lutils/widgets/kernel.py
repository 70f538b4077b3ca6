"""KernelEditor: the numbers of a kernel to edit, and a picture filtered with them at once."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape

import matplotlib.style
import torch

from ..checks import one_of
from .base import Component, paragraph
from .questions import checked_text
from .still import new_figure, png

__all__ = ["KernelEditor"]

SIDES = (3, 5)
SMALLEST, LARGEST = 8, 256  # pixels a side of the picture
LIMIT = 1000  # of a kernel's numbers, which the fields refuse beyond it too

BINOMIAL = torch.tensor([1.0, 4, 6, 4, 1], dtype=torch.float64)

# The edges are those of Sobel's operator: Duda and Hart (1973), "Pattern Classification and Scene
# Analysis", page 271.
PRESETS: dict[str, Sequence] = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "box blur": torch.full((3, 3), 1 / 9, dtype=torch.float64),
    "blur": torch.tensor([[1, 2, 1], [2, 4, 2], [1, 2, 1]], dtype=torch.float64) / 16,
    "blur 5 × 5": torch.outer(BINOMIAL, BINOMIAL) / 256,
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "vertical edges": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "horizontal edges": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "Laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
}

GUIDE = (
    "Point at a pixel of either picture, tap it, or go there with the arrow keys, to see its "
    "window. The result has an empty margin where the window would stick out."
)


class KernelEditor(Component):
    """A kernel of 3 x 3 or 5 x 5 numbers to edit beside a picture and its cross-correlation with it.

    The result is computed in the page at every change, with the definition of
    `torch.nn.functional.conv2d` (no padding, stride 1). At the pixel that the reader points at the
    window, its products with the kernel and their sum are shown. A legend says which value is drawn
    black and which white: where the kernel's numbers sum to 0, gray is 0. The kernel stands in the
    page's address, so that it can be sent to a friend.

    Parameters
    ----------
    image
        The picture, (height, width), 8 to 256 pixels a side: gray values from 0, black, to 255,
        white. They are rounded to whole numbers.
    kernel
        The kernel at the start: the name of a preset, or 3 x 3 or 5 x 5 numbers from -1000 to
        1000.
    presets
        The kernels to choose from, by name; None for nine usual ones.
    caption
        Plain text above the controls: what to try.

    Raises
    ------
    TypeError, ValueError
        If the image or a kernel has another shape, or other numbers, than these; or if the
        kernel is the name of no preset.

    Examples
    --------
    >>> image = torch.arange(256.0).reshape(16, 16)
    >>> d2l.KernelEditor(image, "sharpen")
    KernelEditor(16 x 16 pixels, sharpen: 3 x 3 numbers with the sum 1)
    >>> d2l.KernelEditor(image / 255)
    Traceback (most recent call last):
    ...
    ValueError: image must hold gray values from 0 to 255, got values from 0 to 1
    """

    script = "kernel.js"

    def __init__(
        self,
        image: torch.Tensor,
        kernel: str | Sequence = "identity",
        *,
        presets: Mapping[str, Sequence] | None = None,
        caption: str = "",
    ) -> None:
        self.image = _checked_image(image)
        presets = PRESETS if presets is None else presets
        if not isinstance(presets, Mapping):
            raise TypeError(f"presets must be a dict from names to kernels, got {presets!r}")
        self.presets = {
            checked_text("a name in presets", name): _checked_kernel(f"presets[{name!r}]", numbers)
            for name, numbers in presets.items()
        }
        if isinstance(kernel, str):
            self.kernel = self.presets[one_of("kernel", kernel, self.presets)]
        else:
            self.kernel = _checked_kernel("kernel", kernel)
        self.caption = str(caption)

    def state(self) -> dict:
        height, width = self.image.shape
        pixels = base64.b64encode(self.image.numpy().tobytes()).decode()
        return {
            "image": {"height": height, "width": width, "pixels": pixels},
            "presets": [
                {"name": name, "kernel": kernel.flatten().tolist()}
                for name, kernel in self.presets.items()
            ],
            "kernel": self.kernel.flatten().tolist(),
            "limit": LIMIT,
            "caption": self.caption,
            "guide": GUIDE,
        }

    def still_html(self) -> str:
        side = len(self.kernel)
        height, width = self.image.shape
        fields = "".join(
            f'<span class="d2l-number">{number:.4g}</span>' for number in self.kernel.flatten()
        )
        view = f'<div class="d2l-view" style="aspect-ratio:{width}/{height}"></div>'
        views = "".join(
            f'<div><p class="d2l-view-name">{name}</p>{view}</div>' for name in ("X, the picture", "Y, the result")
        )
        row = f"<tr>{'<td>0<br>0<br>0</td>' * side}</tr>"
        return (
            paragraph(self.caption, "caption")
            + f'<div class="d2l-controls d2l-reserved">{_CONTROL * 3}</div>'
            + f'<div class="d2l-views">{views}</div>'
            + '<div class="d2l-scale d2l-reserved">0</div><p class="d2l-shades d2l-reserved">0</p>'
            + f'<div class="d2l-desk" style="--d2l-side:{side}"><div>'
            + f'<p class="d2l-desk-name">K, the kernel</p><div class="d2l-fields">{fields}</div>'
            + f'<p class="d2l-where">{escape(self._sum())}</p>'
            + f'<div class="d2l-actions d2l-reserved">{_BUTTONS}</div></div>'
            + '<div class="d2l-reserved"><p class="d2l-desk-name">window</p>'
            + f'<table class="d2l-products">{row * side}</table><p class="d2l-where">0</p></div></div>'
            + '<p class="d2l-note"></p>'
            + paragraph(GUIDE, "source")
            + '<div class="d2l-foot"><noscript>The pictures need JavaScript.</noscript></div>'
        )

    def still_png(self) -> bytes:
        kernel = self.kernel
        result = torch.nn.functional.conv2d(self.image[None, None].double(), kernel[None, None])
        with matplotlib.style.context("default"):
            figure = new_figure(5.4, 3.0)
            left, right = figure.subplots(1, 2)
            left.imshow(self.image.numpy(), cmap="gray", vmin=0, vmax=255)
            left.set_title("picture", fontsize=10)
            drawn = right.imshow(result[0, 0].numpy(), cmap="gray")
            right.set_title(f"result; sum of the kernel: {self._total():g}", fontsize=10)
            figure.colorbar(drawn, ax=right)
            for ax in (left, right):
                ax.set(xticks=[], yticks=[])
            rows = ["  ".join(f"{number:.4g}" for number in row) for row in kernel.tolist()]
            figure.supxlabel("kernel: " + ",  ".join(rows), fontsize=9, parse_math=False)
            return png(figure, dpi=96)

    def __repr__(self) -> str:
        height, width = self.image.shape
        names = [n for n, kernel in self.presets.items() if torch.equal(kernel, self.kernel)]
        return (
            f"KernelEditor({height} x {width} pixels, {(names or ['own kernel'])[0]}: "
            f"{self._size()} numbers with the sum {self._total():g})"
        )

    def _size(self) -> str:
        return " x ".join(map(str, self.kernel.shape))

    def _total(self) -> float:
        """Return the sum of the kernel's numbers without rounding noise."""
        return round(self.kernel.sum().item(), 9)

    def _sum(self) -> str:
        return f"Sum of the {self.kernel.numel()} numbers: {self._total():g}"


# What the script puts there, so that nothing moves when it runs.
_CONTROL = '<div class="d2l-control"><span class="d2l-name">kernel</span></div>'
_BUTTONS = "".join(
    f'<span class="d2l-button">{text}</span>'
    for text in ("Turn by 180°", "Divide by the sum", "Random numbers")
)


def _checked_image(image) -> torch.Tensor:
    """Return the gray values as bytes, or say what is wrong with them."""
    if not isinstance(image, torch.Tensor):
        raise TypeError(f"image must be a tensor (height, width), got {type(image).__name__}")
    if image.ndim != 2 or not all(SMALLEST <= side <= LARGEST for side in image.shape):
        raise ValueError(
            f"image must have the shape (height, width), {SMALLEST} to {LARGEST} pixels each, "
            f"got {tuple(image.shape)}"
        )
    low, high = image.min().item(), image.max().item()
    # A picture of values from 0 to 1 would come out black.
    if not (low >= 0 and 1 < high <= 255):
        raise ValueError(
            f"image must hold gray values from 0 to 255, got values from {low:g} to {high:g}"
        )
    return image.detach().cpu().double().round().to(torch.uint8)


def _checked_kernel(name: str, kernel) -> torch.Tensor:
    """Return a kernel in double precision, or say what is wrong with it."""
    try:
        kernel = torch.as_tensor(kernel, dtype=torch.float64).detach().cpu()
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"{name} must be 3 x 3 or 5 x 5 numbers, got {kernel!r}") from None
    if tuple(kernel.shape) not in [(side, side) for side in SIDES]:
        raise ValueError(f"{name} must be 3 x 3 or 5 x 5 numbers, got {tuple(kernel.shape)}")
    if not (kernel.abs() <= LIMIT).all():
        raise ValueError(f"{name} must hold numbers from -{LIMIT} to {LIMIT}, got {kernel.tolist()}")
    return kernel

"""A convolution, window by window: its size by the formula, its numbers by products and sums."""

from __future__ import annotations

from html import escape

import torch
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ..checks import one_of, positive_int
from .base import Component, paragraph
from .still import COLORS, new_figure, png

__all__ = ["ConvolutionCalculator"]

LIMITS = {
    "size": (1, 12), "kernel": (1, 5), "padding": (0, 3), "stride": (1, 4), "dilation": (1, 3),
}  # fmt: skip
LETTERS = {"size": "n", "kernel": "k", "padding": "p", "stride": "s", "dilation": "d"}

# Of both tables as much is taken from the upper left as a setting needs. Small whole numbers, to
# be multiplied in the head; neither is its own mirror image, so a turned one would be noticed.
IMAGE = torch.tensor([
    [int(digit) for digit in row]
    for row in (
        "120312041302", "304120312204", "213041130213", "042213204031", "130402113320",
        "201334021142", "423110340201", "012243101334", "340021423110", "113204032421",
        "204131120043", "031420213102",
    )
])  # fmt: skip
WEIGHTS = torch.tensor([
    [1, 0, -1, 1, 0], [2, 1, -1, 0, 1], [0, -1, 2, 1, -1], [-1, 1, 0, 1, 0], [0, 2, -1, 0, 1],
])  # fmt: skip


class ConvolutionCalculator(Component):
    """Five sliders, the window that moves over the padded input, and the output it fills.

    The reader sees the products and their sum at every place, the formula of the output's size
    with the numbers put in, and hatched the rows and columns that no window reads. The numbers
    are those of `torch.nn.functional.conv2d`. The way of drawing follows Dumoulin and Visin
    (2016), "A guide to convolution arithmetic for deep learning".

    Parameters
    ----------
    size
        Rows and columns of the square input at the start, 1 to 12.
    kernel
        Rows and columns of the square kernel, 1 to 5.
    padding
        Rows and columns of zeros on each side, 0 to 3.
    stride
        Rows or columns from one place of the window to the next, 1 to 4.
    dilation
        Rows or columns from one number of the kernel to the next, 1 to 3.
    caption
        Plain text above the sliders: what to try.

    Raises
    ------
    TypeError, ValueError
        If a setting is no integer, or outside its range.

    Examples
    --------
    >>> ConvolutionCalculator(8, 3, padding=1, stride=2)
    ConvolutionCalculator(size 8, kernel 3, padding 1, stride 2, dilation 1: output 4 x 4)
    >>> ConvolutionCalculator(2, 3)
    ConvolutionCalculator(size 2, kernel 3, padding 0, stride 1, dilation 1: no output)
    """

    script = "calculator.js"

    def __init__(
        self,
        size: int = 5,
        kernel: int = 3,
        *,
        padding: int = 0,
        stride: int = 1,
        dilation: int = 1,
        caption: str = "",
    ) -> None:
        asked = {
            "size": size, "kernel": kernel, "padding": padding, "stride": stride,
            "dilation": dilation,
        }  # fmt: skip
        self.start = {name: _checked(name, value) for name, value in asked.items()}
        self.caption = str(caption)

    def state(self) -> dict:
        sliders = [
            {"name": name, "letter": LETTERS[name], "low": low, "high": high}
            for name, (low, high) in LIMITS.items()
        ]
        tables = {"image": IMAGE.tolist(), "weights": WEIGHTS.tolist()}
        return {"start": self.start, "sliders": sliders, "caption": self.caption, **tables}

    def still_html(self) -> str:
        values = {f"{name} {LETTERS[name]}": value for name, value in self.start.items()}
        boxes = "".join(
            f'<div class="d2l-box-{name}"><div class="d2l-title">{title}</div>'
            '<div class="d2l-square"></div></div>'
            for name, title in (("input", "Input"), ("output", "Output"), ("kernel", "Kernel"))
        )
        return (
            paragraph(self.caption, "caption")
            + f'<div class="d2l-controls">{"".join(map(_control, values, values.values()))}</div>'
            + f'<p class="d2l-formula">{escape(self._outcome())}</p><p class="d2l-remark"></p>'
            + f'<div class="d2l-controls">{_control("place", 1)}</div><div class="d2l-actions">'
            + "<noscript>The window needs JavaScript to move.</noscript></div>"
            + f'<div class="d2l-bench">{boxes}<p class="d2l-box-sums"></p></div>'
        )

    def still_png(self) -> bytes:
        side = self.start["size"] + 2 * self.start["padding"]
        output = self._output()
        figure = new_figure(6.4, 3.4)
        first, middle, last = figure.subplots(1, 3, width_ratios=(3, 1.6, 3))
        figure.suptitle(self._outcome(), fontsize=10)
        taps = range(0, self.start["kernel"] * self.start["dilation"], self.start["dilation"])
        window = set(taps) if output.numel() else set()
        _draw(first, f"input, padded: {side} x {side}", self._padded(), self.start["padding"],
              window)  # fmt: skip
        _draw(middle, "kernel", self._weights())
        _draw(last, "output", output)
        return png(figure)

    def __repr__(self) -> str:
        return f"ConvolutionCalculator({self._outcome()})"

    def _outcome(self) -> str:
        """Return the setting, and the size that comes out, in words."""
        setting = ", ".join(f"{name} {value}" for name, value in self.start.items())
        side = len(self._output())
        return f"{setting}: " + (f"output {side} x {side}" if side else "no output")

    def _padded(self) -> torch.Tensor:
        """Return the input between its zeros, (size + 2 padding, size + 2 padding)."""
        size, padding = self.start["size"], self.start["padding"]
        return torch.nn.functional.pad(IMAGE[:size, :size], [padding] * 4)

    def _weights(self) -> torch.Tensor:
        """Return the kernel, (kernel, kernel)."""
        return WEIGHTS[: self.start["kernel"], : self.start["kernel"]]

    def _output(self) -> torch.Tensor:
        """Return the output, with no rows where the kernel does not fit."""
        padded, weights = self._padded()[None, None].float(), self._weights()[None, None].float()
        if self.start["dilation"] * (self.start["kernel"] - 1) >= len(padded[0, 0]):
            return torch.zeros(0, 0)
        steps = {name: self.start[name] for name in ("stride", "dilation")}
        return torch.nn.functional.conv2d(padded, weights, **steps)[0, 0]


def _checked(name: str, value: int) -> int:
    low, high = LIMITS[name]
    return one_of(name, positive_int(name, value, least=low), range(low, high + 1))


def _control(name: str, value: int) -> str:
    return (
        f'<div class="d2l-control"><span class="d2l-name">{name}</span>'
        f'<span class="d2l-value">{value}</span></div>'
    )


def _draw(ax: Axes, title: str, numbers: torch.Tensor, padding: int = 0, window=frozenset()):
    """Draw a square table; the outer `padding` rows are dashed, the cells of `window` filled."""
    side = len(numbers)
    ax.set(xlim=(-0.1, max(side, 1) + 0.1), ylim=(max(side, 1) + 0.1, -0.1), aspect="equal")
    ax.set_title(title, fontsize=9)
    ax.axis("off")
    for i, row in enumerate(numbers.tolist()):
        for j, number in enumerate(row):
            is_zero = not (padding <= i < side - padding and padding <= j < side - padding)
            color = "#f6d9c4" if i in window and j in window else "none"
            look = {"linestyle": (0, (2, 2)) if is_zero else "-", "edgecolor": "#777777"}
            ax.add_patch(Rectangle((j, i), 1, 1, facecolor=color, linewidth=0.7, **look))
            text = {"color": "#777777" if is_zero else COLORS[5], "fontsize": min(9, 90 / side)}
            ax.text(j + 0.5, i + 0.5, f"{number:.0f}", ha="center", va="center", **text)

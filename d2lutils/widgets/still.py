"""Still pictures, drawn without pyplot so that the reader's own figures stay as they are."""

from __future__ import annotations

import base64
import io
import textwrap
import warnings
import zlib
from urllib.parse import quote

import matplotlib
import matplotlib.style
from matplotlib.figure import Figure
from PIL import Image

from ..plotting.curves import STABLE

__all__: list[str] = []

# After Okabe and Ito (2008), "Color Universal Design"; the light ones darkened until each has a
# contrast of at least 3 to 1 on white. kit.css has the same ones for light pages.
COLORS = ("#0072b2", "#d55e00", "#007a59", "#a8508a", "#8a6100", "#3d3d3d")
DASHES = ((0, ()), (0, (5, 2.5)), (0, (1.5, 1.8)), (0, (7, 2, 1.5, 2)), (0, (9, 3)), (0, (4, 1.5)))
DPI = 160


def new_figure(width: float = 6.4, height: float = 4.0) -> Figure:
    """Return an empty white figure of width x height inches in matplotlib's default style."""
    with matplotlib.style.context("default"):
        return Figure(figsize=(width, height), layout="constrained", facecolor="white")


def png(figure: Figure, dpi: int = DPI, colors: int = 32) -> bytes:
    """Return the figure as a PNG of few colors, a third of the size of a full one."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # A letter that the font lacks shows as a box; the live component has it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(buffer, format="png", dpi=dpi)
    small = io.BytesIO()
    picture = Image.open(buffer).convert("RGB")
    picture.quantize(colors, dither=Image.Dither.NONE).save(small, format="png", optimize=True)
    return small.getvalue()


def png_uri(data: bytes) -> str:
    """Return a PNG as an address that carries it."""
    return "data:image/png;base64," + base64.b64encode(data).decode()


def figure_uri(figure: Figure) -> str:
    """Return the figure as an address that carries it: SVG or PNG, whichever travels lighter."""
    buffer = io.BytesIO()
    with matplotlib.rc_context({**STABLE, "svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    drawing, picture = buffer.getvalue(), png(figure)
    if len(zlib.compress(drawing)) <= len(picture):
        return "data:image/svg+xml," + quote(drawing, safe=" =:/;,{}()'")
    return png_uri(picture)


def text_png(lines: list[str], width: int = 76) -> bytes:
    """Return lines of text as a picture; long ones are wrapped after `width` characters."""
    wrapped = [part for line in lines for part in textwrap.wrap(line, width) or [""]]
    figure = new_figure(6.4, 0.3 + 0.2 * max(1, len(wrapped)))
    font = {"fontsize": 9, "family": "monospace", "linespacing": 1.35, "parse_math": False}
    figure.text(0.03, 1 - 0.15 / figure.get_figheight(), "\n".join(wrapped), va="top", **font)
    return png(figure)

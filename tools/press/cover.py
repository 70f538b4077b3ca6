"""The cover: five dials, one for each part, and what comes of turning one."""

from __future__ import annotations

import io
import math
import textwrap

GROUND, PAPER, TURNED = "#12324a", "#f4f1ea", "#e58a3c"
DIALS = (0.35, 0.6, 0.2, 0.8, 0.5)  # how far each is turned
SIZE = (6.3, 8.9)  # inches: the shape of A4
WIDTH = 14  # characters of a line of the title


def draw(title: str, line: str, kind: str) -> bytes:
    """Return the cover with a title and a line below it, as "svg" or "png"."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Arc, Circle

    figure = Figure(figsize=SIZE, facecolor=GROUND)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, SIZE[0]), ylim=(0, SIZE[1]))
    axes.axis("off")
    words = {"color": PAPER, "va": "top", "linespacing": 1.2}
    axes.text(0.6, 7.9, textwrap.fill(title, WIDTH), fontsize=34, weight="bold", **words)
    axes.text(0.6, 5.35, line, fontsize=12.5, **words)
    for number, turn in enumerate(DIALS):
        x, y, color = 0.95 + 1.1 * number, 3.7, TURNED if number == 3 else PAPER
        axes.add_patch(Arc((x, y), 0.8, 0.8, theta1=-45, theta2=225, color=color, lw=4))
        angle = math.radians(225 - 270 * turn)
        end = (x + 0.28 * math.cos(angle), y + 0.28 * math.sin(angle))
        axes.plot([x, end[0]], [y, end[1]], color=color, lw=4, solid_capstyle="round")
        axes.add_patch(Circle((x, y), 0.09, color=color))
    steps = [step / 100 for step in range(101)]
    for number, turn in enumerate(DIALS):
        heights = [0.7 + 2 * math.exp(-(1 + 7 * turn) * s) + 0.15 * number * s for s in steps]
        color, width = (TURNED, 3) if number == 3 else ("#8fa3b2", 1)
        axes.plot([0.6 + 5.1 * s for s in steps], heights, color=color, lw=width)
    file = io.BytesIO()
    figure.savefig(file, format=kind, dpi=200, facecolor=GROUND)
    return file.getvalue()

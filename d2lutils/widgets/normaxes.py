"""NormAxes: a small tensor, and which of its cells share a mean in each normalization."""

from __future__ import annotations

from html import escape

import numpy as np

from ..checks import one_of
from .base import Component, paragraph
from .still import new_figure, png

__all__ = ["NormAxes"]

# (examples, channels, pixels): three pictures of one row. Each channel has a level of its own.
TENSOR = np.array([
    [[1, 2, 2], [7, 4, 6], [3, 9, 5], [2, 6, 1]],
    [[3, 1, 2], [8, 9, 8], [4, 6, 5], [7, 8, 3]],
    [[0, 1, 4], [5, 6, 3], [9, 8, 9], [1, 0, 5]],
])
# What earlier batches are said to have left behind, by channel.
RUNNING = {"mean": [2, 6, 6, 4], "var": [1, 4, 4, 9]}
KINDS = ("batch", "layer", "instance", "group")
GROUPS = (1, 2, 4)


class NormAxes(Component):
    """A tensor of examples, channels and pixels; the cells that are averaged together light up.

    The reader picks a normalization, the number of groups, training or evaluation, and a cell,
    and can change the number in it. The picture follows Wu and He (2018), "Group
    Normalization", figure 2.

    Parameters
    ----------
    kind
        The normalization at the start: "batch", "layer", "instance" or "group".
    caption
        Plain text above the controls: what to try.

    Examples
    --------
    >>> d2l.NormAxes("layer")
    NormAxes(layer: 3 means, each over 12 numbers)
    """

    script = "normaxes.js"

    def __init__(self, kind: str = "batch", *, caption: str = "") -> None:
        self.kind = one_of("kind", kind, KINDS)
        self.caption = str(caption)

    def state(self) -> dict:
        owners = {kind: owner(kind).ravel().tolist() for kind in KINDS[:-1]}
        owners |= {f"group {g}": owner("group", g).ravel().tolist() for g in GROUPS}
        return {
            "shape": TENSOR.shape, "values": TENSOR.ravel().tolist(), "owners": owners,
            "running": RUNNING, "kinds": KINDS, "groups": GROUPS, "kind": self.kind,
            "caption": self.caption,
        }  # fmt: skip

    def still_html(self) -> str:
        controls = ("normalization", "groups", "mode", "framed cell")
        return (
            paragraph(self.caption, "caption")
            + '<div class="d2l-controls d2l-norm-inputs">'
            + "".join(
                f'<div class="d2l-control"><span class="d2l-name">{name}</span></div>'
                for name in controls
            )
            + '</div><p class="d2l-where d2l-sharing">'
            + escape(f"{self.kind.capitalize()} norm: {self._words()}.")
            + f"</p>{_tensor('X')}<p class=\"d2l-where d2l-formula\"></p>{_tensor('Y')}"
            + '<div class="d2l-foot"><noscript>The cells need JavaScript.</noscript></div>'
        )

    def still_png(self) -> bytes:
        figure = new_figure(6.4, 1.2)
        for ax, kind in zip(figure.subplots(1, 4), KINDS, strict=True):
            owners = owner(kind)
            shared = owners == owners[0, 1, 1]
            # The examples stand side by side, with a gap between them.
            row = [np.pad(lit.astype(float), ((0, 0), (0, 1)), constant_values=np.nan)
                   for lit in shared]
            ax.pcolormesh(np.hstack(row)[::-1, :-1], cmap="Blues", vmax=1.6, edgecolors="gray")
            ax.set_title(f"{kind}: {owners.max() + 1} means", fontsize=9)
            ax.set_aspect("equal")
            ax.set_xlabel("examples x pixels", fontsize=8)
            ax.set_xticks([])
            ax.set_yticks([])
        figure.axes[0].set_ylabel("channels", fontsize=8)
        return png(figure)

    def __repr__(self) -> str:
        return f"NormAxes({self.kind}: {self._words()})"

    def _words(self) -> str:
        count = int(owner(self.kind).max()) + 1
        return f"{count} means, each over {TENSOR.size // count} numbers"


def owner(kind: str, groups: int = 2) -> np.ndarray:
    """Return for each cell of the tensor the number of the mean that it takes part in.

    Examples
    --------
    >>> owner("layer")[:, 0, 0], int(owner("group", 4).max())
    (array([0, 1, 2]), 11)
    """
    examples, channels, _ = TENSOR.shape
    i, j, _ = np.indices(TENSOR.shape)
    return {
        "batch": j,
        "layer": i,
        "instance": i * channels + j,
        "group": i * groups + j * groups // channels,
    }[kind]


def _tensor(name: str) -> str:
    """Return a block of empty cells in the layout of the script's."""
    examples, channels, pixels = TENSOR.shape
    cells = "<span></span>" * (channels * pixels)
    blocks = f"<div><div>example</div><div class=\"d2l-cells\">{cells}</div></div>" * examples
    labels = "".join(f"<span>c{j + 1}</span>" for j in range(channels))
    head = f'<div class="d2l-rows"><div>{name}</div>{labels}</div>'
    return f'<div class="d2l-tensor">{head}{blocks}</div>'

"""WordMap: words on a map; pick one, see its nearest ones, and walk on from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import matplotlib.style
import torch
from torch.nn import functional as F

from ..checks import one_of, positive_int
from .base import Component, paragraph
from .still import COLORS, new_figure, png

__all__ = ["WordMap"]

# As many as fit beside the map. Places are sent as whole numbers from 0 to SIZE.
NEAREST, SIZE = 8, 1000


class WordMap(Component):
    """Words as dots on a map. The reader picks one, sees the nearest, and walks on from there.

    The map shows the two directions in which the vectors, all scaled to length 1, differ most
    (principal components). The nearest words are found by all numbers of a vector, by cosine.

    Parameters
    ----------
    words
        Two or more different strings.
    vectors
        One or more tables of vectors by their name, each (words, numbers), with two numbers or
        more; the first is shown first.
    counts
        How often each word occurs, (words,).
    start
        The word that is picked first; the first one by default.
    caption
        Plain text above the controls: what to try.

    Raises
    ------
    TypeError, ValueError
        If there are fewer than two words, a word stands twice, a table or the counts do not fit
        the words, a number is not finite, or `start` is not one of the words.

    Examples
    --------
    >>> vectors = torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]])
    >>> d2l.WordMap(["river", "lake", "said"], {"by hand": vectors}, [57, 23, 639])
    WordMap('river': nearest by hand are lake, said)
    """

    script = "word_map.js"

    def __init__(
        self,
        words: Sequence[str],
        vectors: Mapping[str, torch.Tensor],
        counts: Sequence[int],
        *,
        start: str | None = None,
        caption: str = "",
    ) -> None:
        self.words = [str(word) for word in words]
        if len(self.words) < 2 or len(set(self.words)) < len(self.words):
            raise ValueError(f"words must be 2 or more different ones, got {self.words[:5]}")
        if not vectors:
            raise ValueError("vectors must hold one table or more, got none")
        self.tables = {
            str(name): _checked(name, table, len(self.words)) for name, table in vectors.items()
        }
        self.counts = [positive_int("a count", int(n), least=0) for n in counts]
        if len(self.counts) != len(self.words):
            raise ValueError(f"counts must be {len(self.words)}, one a word, "
                             f"got {len(self.counts)}")
        start = self.words[0] if start is None else start
        self.start = self.words.index(one_of("start", start, self.words))
        self.caption = str(caption)

    def state(self) -> dict:
        return {
            "words": self.words,
            "counts": self.counts,
            "maps": [_map(name, table) for name, table in self.tables.items()],
            "start": self.start,
            "caption": self.caption,
        }

    def nearest(self) -> list[tuple[str, float]]:
        """Return the nearest words of the one picked first, with their cosines."""
        found, cosines = _nearest(next(iter(self.tables.values())))
        return [(self.words[i], cosine) for i, cosine in
                zip(found[self.start].tolist(), cosines[self.start].tolist())]

    def still_html(self) -> str:
        rows = "".join(
            f'<li><span class="d2l-button">{escape(word)}</span> {cosine:.2f}</li>'
            for word, cosine in self.nearest()
        )
        count = self.counts[self.start]
        times = "once" if count == 1 else f"{count} times"
        control = '<div class="d2l-control"><span class="d2l-name">{}</span></div>'
        return (
            paragraph(self.caption, "caption")
            + f'<div class="d2l-controls">{control.format("word")}{control.format("vectors")}</div>'
            + f'<p class="d2l-where">{escape(self.words[self.start])} occurs {times}. '
            + "Its nearest, with their cosines:</p>"
            + f'<ol class="d2l-near">{rows}</ol><div class="d2l-stage d2l-words"></div>'
            + '<p class="d2l-source"></p><div class="d2l-foot">'
            + "<noscript>The map needs JavaScript.</noscript></div>"
        )

    def still_png(self) -> bytes:
        at, _ = _places(next(iter(self.tables.values())))
        marked = [self.start, *(self.words.index(word) for word, _ in self.nearest())]
        with matplotlib.style.context("default"):
            figure = new_figure(6.4, 4.4)
            ax = figure.subplots()
            ax.scatter(*at.T, s=4, color="#a0a0a0")
            ax.scatter(*at[marked].T, s=18, color=[COLORS[1]] + [COLORS[0]] * (len(marked) - 1))
            for i in marked:
                ax.annotate(self.words[i], at[i].tolist(), (4, 3), textcoords="offset points",
                            fontsize=9, parse_math=False)
            ax.set_axis_off()
            return png(figure)

    def __repr__(self) -> str:
        near = ", ".join(word for word, _ in self.nearest()[:3])
        return f"WordMap({self.words[self.start]!r}: nearest {next(iter(self.tables))} are {near})"


def _checked(name: str, table, size: int) -> torch.Tensor:
    """Return vectors of length 1, or say what is wrong with the table."""
    table = torch.as_tensor(table).detach().cpu().double()
    if table.ndim != 2 or len(table) != size or table.shape[1] < 2:
        raise ValueError(f"vectors {name!r} must have the shape ({size}, 2 or more), "
                         f"got {tuple(table.shape)}")
    if not table.isfinite().all():
        raise ValueError(f"vectors {name!r} must be finite, got {table[~table.isfinite()][0]}")
    return F.normalize(table, dim=1)


def _nearest(table: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the nearest others of each word and their cosines, (words, up to NEAREST) each."""
    cosines = (table @ table.T).fill_diagonal_(-2)
    cosines, found = cosines.topk(min(NEAREST, len(table) - 1))
    return found, cosines


def _places(table: torch.Tensor) -> tuple[torch.Tensor, float]:
    """Return the two first principal components, (words, 2), and their share of the variance."""
    U, S, _ = torch.linalg.svd(table - table.mean(0), full_matrices=False)
    at = U[:, :2] * S[:2]
    # A component may point either way; this way the map does not flip from machine to machine.
    at = at * at.gather(0, at.abs().argmax(0, keepdim=True)).sign()
    return at, ((S[:2] ** 2).sum() / (S**2).sum().clamp(min=1e-12)).item()


def _map(name: str, table: torch.Tensor) -> dict:
    at, kept = _places(table)
    low, span = at.amin(0), (at.amax(0) - at.amin(0)).clamp(min=1e-9)
    found, cosines = _nearest(table)
    return {
        "name": name,
        "kept": round(kept, 3),
        "size": (span / span.max() * SIZE).round().int().tolist(),
        "at": ((at - low) / span.max() * SIZE).round().int().tolist(),
        "near": found.tolist(),
        "cosines": (cosines * 100).round().int().tolist(),  # in hundredths: a third shorter
    }

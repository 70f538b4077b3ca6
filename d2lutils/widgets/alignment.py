"""Alignment: for each word that a model wrote, the input words that it looked at."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from ..checks import as_array
from .base import Component, paragraph
from .still import new_figure, png

__all__ = ["Alignment"]

# Words of a sentence that a phone has room for, and letters of a word in the still picture.
MOST, LETTERS = 12, 16
# How much of the color a weight of 1 gets, in percent: text on it stays readable.
STRENGTH = 45


class Alignment(Component):
    """Attention weights to look at: pick an output word, and its input words are shaded.

    Parameters
    ----------
    examples
        One or more (source, output, weights): the words read, the words written, and the
        attention weights, (output words, source words), of which each row sums to one.
    caption
        Plain text above: what to look for.

    Raises
    ------
    ValueError
        If there is no example, or the weights do not fit the words.

    Examples
    --------
    >>> d2l.Alignment([("two cats", "deux chats", torch.eye(2))])
    Alignment(1 sentence: two cats -> deux chats)
    """

    script = "alignment.js"

    def __init__(
        self, examples: Sequence[tuple[str, str, object]], *, caption: str = ""
    ) -> None:
        self.examples, self.caption = [checked(*example) for example in examples], str(caption)
        if not self.examples:
            raise ValueError("examples must hold at least one sentence, got none")

    def state(self) -> dict:
        return {"examples": self.examples, "strength": STRENGTH, "caption": self.caption,
                "rows": self._rows()}

    def still_html(self) -> str:
        first = self.examples[0]
        several = len(self.examples) > 1
        control = ('<div class="d2l-controls"><div class="d2l-control">'
                   '<span class="d2l-name">sentence</span></div></div>')
        heads = "".join(f"<th><span>{escape(word)}</span></th>" for word in first["source"])
        body = "".join(
            f"<tr><th>{escape(word)}</th>{'<td></td>' * len(first['source'])}</tr>"
            for word in first["output"]
        )
        chips = lambda words: "".join(  # noqa: E731
            f'<span class="d2l-chip">{escape(word)}<small>&nbsp;</small></span>' for word in words)
        return (
            paragraph(self.caption, "caption") + (control if several else "")
            + '<p class="d2l-name">written</p>'
            + f'<div class="d2l-chips">{chips(first["output"])}</div>'
            + '<p class="d2l-name">read</p>'
            + f'<div class="d2l-chips">{chips(first["source"])}</div>'
            + '<p class="d2l-where d2l-looks"></p>'
            + f'<div class="d2l-map" style="min-height:{self._rows()}rem">'
            '<p class="d2l-where">A row for each word written, a column for each word read:</p>'
            f"<table><thead><tr><td></td>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
            '<div class="d2l-foot"><noscript>Picking a word needs JavaScript.</noscript></div>'
        )

    def still_png(self) -> bytes:
        first = self.examples[0]
        source, output = ([word[:LETTERS] for word in first[key]] for key in ("source", "output"))
        figure = new_figure(1.6 + 0.5 * len(source), 1.3 + 0.3 * len(output))
        ax = figure.subplots()
        ax.imshow(first["weights"], cmap="Blues", vmin=0, vmax=1, aspect="auto")
        plain = {"parse_math": False}
        ax.set_xticks(range(len(source)), source, rotation=60, ha="right", **plain)
        ax.set_yticks(range(len(output)), output, **plain)
        ax.set(xlabel="words read", ylabel="words written")
        return png(figure)

    def __repr__(self) -> str:
        first = self.examples[0]
        s = "" if len(self.examples) == 1 else "s"
        return (f"Alignment({len(self.examples)} sentence{s}: {' '.join(first['source'])} -> "
                f"{' '.join(first['output'])})")

    def _rows(self) -> float:
        """Return the height, in rem, that the map of the longest output takes."""
        return 9 + 1.75 * max(len(example["output"]) for example in self.examples)


def checked(source: str, output: str, weights: object) -> dict:
    """Return an example as the script takes it."""
    read, written, weights = source.split(), output.split(), as_array(weights, float)
    for name, words in (("source", read), ("output", written)):
        if not 1 <= len(words) <= MOST:
            raise ValueError(f"{name} must have 1 to {MOST} words, got {len(words)}")
    if weights.shape != (len(written), len(read)):
        raise ValueError(f"weights must have the shape {(len(written), len(read))}, a row for each "
                         f"word written, got {weights.shape}")
    if not ((weights >= 0).all() and np.allclose(weights.sum(1), 1, atol=1e-3)):
        raise ValueError("weights must be at least 0 and sum to 1 in each row, got the sums "
                         f"{np.round(weights.sum(1), 3).tolist()}")
    return {"source": read, "output": written, "weights": weights.round(4).tolist()}

"""BeamTree: the search tree of a small model, whose width and length normalization one changes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

from ..checks import number_in, one_of, positive_int
from ..models.search import beam_search
from .base import Component, paragraph
from .still import COLORS, new_figure, png

__all__ = ["BeamTree"]

WIDTHS = (1, 2, 3, 4)
ALPHAS = (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5)
# Complete sequences that the table has room for; boxes of one step, steps and letters of a word
# that a phone has room for; beginnings whose probabilities go into the page.
ROWS, BOXES, DEPTH, LETTERS, MOST = 6, 20, 4, 6, 100


class BeamTree(Component):
    """A beam search to step through: what is kept, what is pruned, and what is found.

    The chances of the next word after every beginning stand in the page, so that the reader can
    search with other widths and other strengths of the length normalization.

    Parameters
    ----------
    step, state, start
        The model, as for `beam_search`.
    words
        The text of each token, at most 6 letters long, so that the tree fits on a phone.
    end
        The number of the token that ends a sequence.
    max_len
        Steps of the search, from 2 to 4; a sequence is cut off there.
    width, alpha
        Where the sliders start: 1 to 4, and 0 to 1.5 in steps of a quarter.
    caption
        Plain text above the controls: what to try.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit, or the model has too many words or beginnings for a page.

    Examples
    --------
    >>> chances = torch.tensor([[0.0, 0.5, 0.4, 0.1], [0.0, 0.3, 0.3, 0.4], [0.0, 0.0, 0.1, 0.9]])
    >>> def step(state, token): return chances[token].log(), state
    >>> BeamTree(step, None, 0, ["", "yes", "no", "."], 3, max_len=3, width=2)
    BeamTree(width 2, alpha 0, 4 words, 3 steps: no . with probability 0.36)
    """

    script = "beamtree.js"

    def __init__(
        self,
        step: Callable,
        state: object,
        start: object,
        words: Sequence[str],
        end: int,
        max_len: int,
        *,
        width: int = 1,
        alpha: float = 0,
        caption: str = "",
    ) -> None:
        self.words, self.caption = [str(word) for word in words], str(caption)
        self.max_len = positive_int("max_len", max_len, least=2)
        self.width, self.alpha = one_of("width", width, WIDTHS), number_in("alpha", alpha, 0)
        one_of("alpha", self.alpha, ALPHAS)
        self.end = one_of("end", end, range(len(self.words)))
        if self.max_len > DEPTH:
            raise ValueError(f"max_len must be at most {DEPTH} to fit on a phone, got {max_len}")
        for word in self.words:
            if len(word) > LETTERS:
                raise ValueError(f"words must have at most {LETTERS} letters each, got {word!r}")
        count = sum((len(self.words) - 1) ** length for length in range(self.max_len))
        if len(self.words) * max(WIDTHS) > BOXES or count > MOST:
            raise ValueError(
                f"words must be at most {BOXES // max(WIDTHS)}, with at most {MOST} beginnings "
                f"of fewer than max_len words, got {len(self.words)} and {count}")
        self.chances = chances_of(step, state, start, len(self.words), end, self.max_len)
        self.best = beam_search(step, state, start, end, width, max_len, alpha)[0]

    def state(self) -> dict:
        return {
            "words": self.words, "end": self.end, "depth": self.max_len, "chances": self.chances,
            "widths": WIDTHS, "alphas": ALPHAS, "width": self.width, "alpha": self.alpha,
            "rows": ROWS, "caption": self.caption,
        }  # fmt: skip

    def still_html(self) -> str:
        control = '<div class="d2l-control"><span class="d2l-name">{}</span></div>'
        row = f"<tr><th>&nbsp;</th>{'<td></td>' * 3}</tr>"
        heads = "".join(f"<th>{name}</th>" for name in ("sequence", "length", "log p", "score"))
        return (
            paragraph(self.caption, "caption")
            + '<div class="d2l-controls d2l-beam-inputs">'
            + "".join(control.format(name) for name in ("width", "normalization α", "step"))
            + '</div><div class="d2l-actions"><span class="d2l-button">Back</span>'
            '<span class="d2l-button">Next</span></div>'
            f'<p class="d2l-where d2l-beam-words">{escape(self._words())}</p>'
            f'<div class="d2l-tree" style="{self._height()}"></div>'
            '<p class="d2l-where d2l-beam-node"></p>'
            f'<table class="d2l-found"><caption>Complete sequences, the best score first'
            f"</caption><thead><tr>{heads}</tr></thead><tbody>{row * ROWS}</tbody></table>"
            '<p class="d2l-where d2l-verdict-line"></p>'
            '<div class="d2l-foot"><noscript>The search needs JavaScript.</noscript></div>'
        )

    def still_png(self) -> bytes:
        levels, _ = search_tree(self.chances, self.end, self.max_len, self.width)
        figure = new_figure(6.4, 3.4)
        ax = figure.subplots()
        before = [(0.2, 0.5)]
        for x, level in enumerate(levels, start=1):
            here = [(x, 1 - (i + 0.5) / len(level)) for i in range(len(level))]
            for node, (_, y) in zip(level, here, strict=True):
                kept, parent = node["kept"], before[node["parent"]]
                color = COLORS[0] if kept else "#8a8a8a"
                ax.plot([parent[0] + 0.32, x - 0.32], [parent[1], y], color=color,
                        linestyle="-" if kept else ":")
                ax.text(x, y, f"{self.words[node['token']]} {node['chance']:.3f}", color=color,
                        ha="center", va="center", fontsize=8, parse_math=False,
                        weight="bold" if kept else "normal")
            before = here
        ax.set_xlim(0.5, len(levels) + 0.5)
        ax.set_axis_off()
        ax.set_title(f"beam search, width {self.width}: kept (bold) and pruned", fontsize=10)
        return png(figure)

    def __repr__(self) -> str:
        return f"BeamTree({self._words()})"

    def _height(self) -> str:
        return f"height:{1.75 * max(WIDTHS) * len(self.words):g}rem"

    def _words(self) -> str:
        text = " ".join(self.words[token] for token in self.best.tokens)
        return (f"width {self.width}, alpha {self.alpha:g}, {len(self.words)} words, "
                f"{self.max_len} steps: {text} with probability {math.exp(self.best.log_prob):.2g}")


def chances_of(step, state, start, num_words: int, end: int, depth: int) -> dict[str, list[float]]:
    """Return the probabilities of the next word after each beginning of fewer than `depth` words.

    A beginning is written as its tokens with blanks between them, "" before the first.
    """
    found, ahead = {}, [((), state)]
    for _ in range(depth):
        longer = []
        for tokens, state in ahead:
            log_probs, new_state = step(state, tokens[-1] if tokens else start)
            if len(log_probs) != num_words:
                raise ValueError(f"words must be as many as the tokens of the model, "
                                 f"{len(log_probs)}, got {num_words}")
            chances = log_probs.exp().tolist()
            found[" ".join(map(str, tokens))] = [float(f"{chance:.7g}") for chance in chances]
            longer += [((*tokens, t), new_state) for t in range(num_words) if t != end]
        ahead = longer
    return found


def search_tree(chances, end: int, depth: int, width: int) -> tuple[list, list]:
    """Return the levels of the search's tree, and the complete sequences, as the script does.

    Unlike `beam_search` it goes on until no branch is left: one sees the whole tree.
    """
    levels, complete, beam = [], [], [{"tokens": [], "chance": 1.0}]
    while beam:
        level = []
        for parent in beam:
            for token, chance in enumerate(chances[" ".join(map(str, parent["tokens"]))]):
                tokens = [*parent["tokens"], token]
                level.append({"tokens": tokens, "token": token, "chance": parent["chance"] * chance,
                              "parent": parent.get("index", 0), "kept": False})
        for index, node in enumerate(level):
            node["index"] = index
        ranked = sorted(level, key=lambda node: -node["chance"])
        for node in ranked[:width]:
            node["kept"] = node["chance"] > 0
        ends = [n for n in level if n["kept"] and (n["token"] == end or len(n["tokens"]) == depth)]
        complete += ends
        beam = [node for node in level if node["kept"] and node not in ends]
        levels.append(level)
    return levels, complete

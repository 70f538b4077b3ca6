"""Remember: change one thing in a text, and see for how long each language model feels it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape

import matplotlib.style
import numpy as np

from ..checks import positive_int
from ..data import Vocab
from ..models import NGram, RNNModel
from .base import Component, paragraph, payload_key
from .still import COLORS, DASHES, new_figure, png
from .text_models import (
    checked_letters,
    checked_models,
    checked_vocab,
    counted,
    described,
    foreseen,
)

__all__ = ["Remember"]

REACH = 100  # characters behind the change
SHORTEST, LONGEST = 20, 600


class Remember(Component):
    """A text with one change, and how much longer each model's expectations differ for it.

    Every model reads the text twice, as it stands and with the change. After each character the
    two distributions of the next one are compared by their total variation distance: half the
    sum of the differences, 0 if they are equal and 1 if they have nothing in common. The reader
    changes any character, or takes a text of their own.

    The models run in the page, as those of `TextWriter` do, and are loaded at a press of a
    button. The n-gram, an `NGram` with Kneser-Ney smoothing, counts there in its training text.
    Its difference is exactly 0 as soon as its context no longer reaches the change.

    Parameters
    ----------
    models
        As for `TextWriter`, one to four.
    vocab
        Their vocabulary, of single characters.
    text
        A passage of 20 to 600 characters of the vocabulary.
    changes
        What the reader can try: triples of a label, a piece of `text` and what stands there
        instead, such as ("Wren → Tobin", "Wren", "Tobin") or ("no quotation mark", '"No', "No").
        The first place counts where the piece occurs more than once. The first change is the one
        to begin with.
    ngram
        The order and the training text of an n-gram model to set beside, or None.
    caption
        Plain text above: what to try.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as said above.

    References
    ----------
    After Khandelwal and others, "Sharp nearby, fuzzy far away: how neural language models use
    context", ACL 2018, who perturb what was read earlier.

    Examples
    --------
    >>> vocab = d2l.Vocab(list("the lark sang and the bell rang"))
    >>> net = d2l.RNNModel(nn.GRU(len(vocab), 8), len(vocab))
    >>> changes = [("a letter", "lark", "bark")]
    >>> d2l.Remember({"GRU": net}, vocab, "the lark sang and rang", changes)
    Remember(GRU; 22 characters, 1 change)
    """

    script = "remember.js"

    def __init__(
        self,
        models: Mapping[str, RNNModel],
        vocab: Vocab,
        text: str,
        changes: Iterable[tuple[str, str, str]],
        *,
        ngram: tuple[int, str] | None = None,
        caption: str = "",
    ) -> None:
        self.models = checked_models(models, vocab)
        self.vocab = vocab
        self.text = checked_letters("text", text, vocab)
        if not SHORTEST <= len(text) <= LONGEST:
            raise ValueError(
                f"text must have {SHORTEST} to {LONGEST} characters, got {len(text)}")
        self.changes = _checked_changes(changes, text, vocab)
        self.ngram = _checked_ngram(ngram, vocab)
        self.caption = str(caption)
        self._described = [described(name, net) for name, net in self.models.items()]
        if self.ngram:
            model, training = self.ngram
            about = {"name": _name(model), "kind": "n-gram", "order": model.order,
                     "discount": model.discount, "bytes": len(training)}
            self._described.insert(0, (about, training))

    def differences(self, change: int = 0) -> dict[str, np.ndarray]:
        """Return the total variation distance by model, right behind a change and on from there.

        Parameters
        ----------
        change
            Which one of the changes.

        Returns
        -------
        dict of numpy.ndarray
            Entry d is the distance after d more characters, 100 at most.
        """
        made = self.changes[change]
        at, old, new = made["at"], made["old"], made["fresh"]
        after = self.text[at + len(old):][:REACH]
        readers = {name: lambda *texts, net=net: foreseen(net, self.vocab, *texts)
                   for name, net in self.models.items()}
        if self.ngram:
            model, _ = self.ngram
            readers = {
                _name(model): lambda *texts: counted(model, self.vocab, *texts), **readers}
        before = self.text[:at]
        return {
            name: np.abs(read(before + old, after) - read(before + new, after)).sum(1) / 2
            for name, read in readers.items()
        }

    def payloads(self) -> list[object]:
        return [data for _, data in self._described]

    def state(self) -> dict:
        return {
            "models": [{**about, "payload": payload_key(data)} for about, data in self._described],
            "vocab": checked_vocab(self.vocab),
            "text": self.text,
            "changes": self.changes,
            "reach": REACH,
            "caption": self.caption,
        }

    def still_html(self) -> str:
        buttons = "".join(
            f'<span class="d2l-button">{escape(made["label"])}</span>' for made in self.changes)
        control = '<div class="d2l-control"><span class="d2l-name">{}</span></div>'
        return (
            paragraph(self.caption, "caption")
            + f'<div class="d2l-actions">{buttons}</div>'
            f'<div class="d2l-passage">{self._marked()}</div>'
            f'<div class="d2l-controls">{control.format("change the character")}'
            f'{control.format("to")}</div><p class="d2l-note"></p>'
            "<details><summary>A text of your own</summary></details>"
            '<div class="d2l-stage"><noscript>The models need JavaScript.</noscript></div>'
            '<div class="d2l-foot"></div>'
        )

    def _marked(self) -> str:
        """Return the text with the first change marked, as HTML."""
        made = self.changes[0]
        before, after = self.text[: made["at"]], self.text[made["at"] + len(made["old"]):]
        return (f"{escape(before)}<del>{escape(made['old'])}</del>"
                f"<ins>{escape(made['fresh'])}</ins>{escape(after)}")

    def still_png(self) -> bytes:
        with matplotlib.style.context("default"):
            figure = new_figure(6.4, 3.6)
            ax = figure.subplots()
            for i, (name, values) in enumerate(self.differences().items()):
                ax.plot(values, label=name, color=COLORS[i % len(COLORS)],
                        linestyle=DASHES[i % len(DASHES)], linewidth=1.8)
            ax.set(xlabel="characters read since the change", ylim=(0, None))
            ax.set_ylabel("difference of what is expected")
            ax.set_title(self.changes[0]["label"], loc="left", fontsize=10, parse_math=False)
            ax.spines[["top", "right"]].set_visible(False)
            ax.grid(axis="y", color="#e3e3e3")
            for text in ax.legend(frameon=False, fontsize=9).get_texts():
                text.set_parse_math(False)
            return png(figure)

    def __repr__(self) -> str:
        names = ", ".join(about["name"] for about, _ in self._described)
        count = len(self.changes)
        return f"Remember({names}; {len(self.text)} characters, {count} change{'s' * (count > 1)})"


def _located(text: str, label: str, old: str, new: str) -> dict:
    """Return a change as the script reads it: its place, and what differs there.

    Common ends are cut off, such as a name's full stop; of words that are exchanged, no letters.
    """
    start, before, after = _cut(old, new, lambda letter: True)
    if min(len(before), len(after)) > 1:
        start, before, after = _cut(old, new, lambda letter: not letter.isalpha())
    return {"label": label, "at": text.index(old) + start, "old": before, "fresh": after}


def _cut(old: str, new: str, may: Callable[[str], bool]) -> tuple[int, str, str]:
    """Cut common ends off two texts where a letter `may` go; return how many were in front."""
    start = 0
    while old and new and old[0] == new[0] and may(old[0]):
        old, new, start = old[1:], new[1:], start + 1
    while old and new and old[-1] == new[-1] and may(old[-1]):
        old, new = old[:-1], new[:-1]
    return start, old, new


def _checked_changes(changes, text: str, vocab: Vocab) -> list[dict]:
    if isinstance(changes, str) or not isinstance(changes, Iterable):
        raise TypeError(f"changes must be a list of (label, old, new), got {changes!r}")
    changes, located = list(changes), []
    if not changes:
        raise ValueError("changes must hold at least one change, got none")
    for change in changes:
        fits = not isinstance(change, str) and len(change) == 3
        if not fits or not all(isinstance(part, str) for part in change):
            raise TypeError(f"a change must be three texts (label, old, new), got {change!r}")
        label, old, new = change
        if not label.strip():
            raise ValueError(f"a change must have a label, got {change!r}")
        if new:
            checked_letters("the new text of a change", new, vocab)
        if not old or old not in text:
            raise ValueError(f"the old text of a change must occur in text, got {old!r}")
        if old == new:
            raise ValueError(f"a change must change something, got {change!r}")
        made = _located(text, label, old, new)
        if made["at"] + len(made["old"]) >= len(text):
            raise ValueError(f"a change must stand before the end of text, got {change!r}")
        located.append(made)
    return located


def _name(model: NGram) -> str:
    return f"{model.order}-gram"


def _checked_ngram(ngram, vocab: Vocab) -> tuple[NGram, str] | None:
    if ngram is None:
        return None
    if not isinstance(ngram, tuple) or len(ngram) != 2:
        raise TypeError(f"ngram must be a pair (order, training text), got {ngram!r}")
    order, training = ngram
    order = positive_int("the order in ngram", order)
    checked_letters("the training text in ngram", training, vocab)
    return NGram(order, len(vocab)).fit(vocab[list(training)]), training

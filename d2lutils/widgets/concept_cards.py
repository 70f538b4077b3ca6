"""ConceptCards: the book's terms on cards to turn, that come back when they are due."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ..checks import one_of
from ..concepts import LEVELS, Concept, concepts
from .base import Component, paragraph, payload_key
from .still import text_png

__all__ = ["ConceptCards"]


class ConceptCards(Component):
    """Cards with a term on the front and its meaning on the back, in English and Chinese.

    The reader chooses cards and what is asked, turns a card, and says whether it was known. A
    card that was known comes back after 1 day, then after 3, 7 and 21; one that was not comes
    again in the same sitting and starts anew: the boxes of Sebastian Leitner, "So lernt man
    lernen" (1972). The browser keeps the progress; nothing is sent anywhere.

    Parameters
    ----------
    part, level, category
        Only the cards of this part of the book, this level, this field; see `concepts`.
    asked
        Only those with an interview question.
    cards
        Cards of your own in place of the book's.
    base
        The address of the folder that holds the parts, from the page where the cards stand.
    caption
        Plain text above: what to try.

    Raises
    ------
    TypeError
        If a card is no `Concept`.
    ValueError
        If no card has the part, level or category, none is left, or two have the same id.

    Examples
    --------
    >>> d2l.ConceptCards(part="regularization", level=3)
    ConceptCards(1 card, 1 with a question; first: regularization)
    >>> own = d2l.Concept(
    ...     id="gelu", en="GELU", zh="高斯误差线性单元", also=(), level=1, category="layer",
    ...     part="basics", where="", means="x times the normal distribution function at x.",
    ...     means_zh="x 乘以标准正态分布函数在 x 处的值。")
    >>> d2l.ConceptCards(cards=[own])
    ConceptCards(1 card, 0 with a question; first: GELU)
    """

    script = "concept_cards.js"

    def __init__(
        self,
        part: str | None = None,
        level: int | None = None,
        category: str | None = None,
        *,
        asked: bool = False,
        cards: Iterable[Concept] | None = None,
        base: str = "../",
        caption: str = "",
    ) -> None:
        found = _checked(concepts() if cards is None else cards)
        chosen = {"part": part, "level": level, "category": category}
        for name, value in chosen.items():
            if value is not None:
                one_of(name, value, dict.fromkeys(getattr(card, name) for card in found))
                found = [card for card in found if getattr(card, name) == value]
        self.cards = [card for card in found if card.ask or not asked]
        if not self.cards:
            raise ValueError("cards must be one or more; none that is left has a question")
        self.base = str(base)
        self.caption = str(caption)

    def payloads(self) -> list[object]:
        return [[_texts(card) for card in self.cards]]

    def state(self) -> dict:
        return {
            "cards": [
                [c.id, c.en, c.zh, c.also, c.level, c.category, c.part, int(bool(c.ask))]
                for c in self.cards
            ],
            "levels": LEVELS,
            "first": _texts(self.cards[0]),
            "payload": payload_key(self.payloads()[0]),
            "base": self.base,
            "caption": self.caption,
        }

    def still_html(self) -> str:
        """Return the front of the first card, and room for all that goes with it."""
        filters = [name for name in ("part", "level", "category")
                   if len({getattr(card, name) for card in self.cards}) > 1]
        names = ["ask me", "cards", *filters, "search"]
        controls = "".join(
            f'<div class="d2l-control"><span class="d2l-name">{name}</span></div>'
            for name in names
        )
        boxes = "".join("<li>&nbsp;<br>&nbsp;</li>" for _ in range(5))
        buttons = "".join(
            f'<span class="d2l-button{more}">{name}</span>'
            for name, more in [("Turn", " d2l-play"), ("Not yet", ""), ("Knew it", ""),
                               ("Previous", ""), ("Next", "")]
        )
        is_mixed = 0 < sum(bool(card.ask) for card in self.cards) < len(self.cards)
        return (
            paragraph(self.caption, "caption")
            + f'<div class="d2l-controls">{controls}</div>'
            + ('<div class="d2l-only">&nbsp;</div>' if is_mixed else "")
            + f'<p class="d2l-standing">&nbsp;</p><ul class="d2l-boxes">{boxes}</ul>'
            + '<p class="d2l-where">&nbsp;</p><div class="d2l-face">'
            + f'<p class="d2l-term">{escape(self.cards[0].en)}</p>'
            + "<noscript>To turn the cards needs JavaScript.</noscript></div>"
            + f'<div class="d2l-actions">{buttons}</div>'
            + '<p class="d2l-source">On the card: Space turns, 1 not yet, 2 knew it.</p>'
            + '<p class="d2l-note"></p><div class="d2l-foot"></div>'
        )

    def still_png(self) -> bytes:
        """Draw the first card, front and back; in English, since the font lacks Chinese."""
        card = self.cards[0]
        place = f"L{card.level} {LEVELS[card.level][0]}, {card.category}. {card.where}"
        question = ["", card.ask, card.answer] if card.ask else []
        return text_png([f"[ {card.en} ]", "", card.means, place, *question])

    def __repr__(self) -> str:
        cards = "1 card" if len(self.cards) == 1 else f"{len(self.cards)} cards"
        asked = sum(bool(card.ask) for card in self.cards)
        return f"ConceptCards({cards}, {asked} with a question; first: {self.cards[0].en})"


def _checked(cards: Iterable[Concept]) -> list[Concept]:
    """Return the cards as a list, or say what is wrong with one."""
    cards = list(cards)
    for card in cards:
        if not isinstance(card, Concept):
            raise TypeError(f"cards must be Concept objects, got {card!r}")
        one_of(f"the level of {card.id!r}", card.level, LEVELS)
    if not cards:
        raise ValueError("cards must be one or more, got none")
    ids = [card.id for card in cards]
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise ValueError(f"cards must have different ids, got two of {twice}")
    return cards


def _texts(card: Concept) -> list[str]:
    return [card.where, card.means, card.means_zh, card.ask, card.ask_zh, card.answer,
            card.answer_zh]

"""The terms of the book, in English and Chinese: what they mean, and where they are taught."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ..checks import one_of

__all__ = ["Concept", "concepts"]

FILE = files(__package__) / "concepts.toml"
#: What a level says of a term, from the notes that the book follows: how far it can be taken apart.
LEVELS = {
    0: ("atomic", "原子概念"),
    1: ("basic", "基础概念"),
    2: ("composite", "综合概念"),
    3: ("large", "大概念"),
}
#: The fields that a term may belong to.
CATEGORIES = (
    "mathematics", "data", "model", "layer", "loss", "training", "optimization", "regularization",
    "evaluation", "language", "vision", "pytorch", "python",
)  # fmt: skip
PARTS = ("basics", "cnn", "rnn", "optimization", "regularization")


@dataclass(frozen=True)
class Concept:
    """A term: its names, its place among the others, its meaning, and a question asked about it.

    Attributes
    ----------
    id
        A short name for addresses, such as "weight-decay".
    en, zh
        The English name and the Chinese one.
    also
        Other names in either language.
    level
        0 atomic: an interviewer would not take it apart; 1 basic: made of two or more atomic
        ones; 2 composite: made of two or more basic ones; 3 large: of two or more composite ones.
    category
        The field it belongs to, such as "loss".
    part
        The part of the book that teaches it.
    where
        The page that teaches it and the heading there, as "basics/07-multilayer-perceptron#id".
    means, means_zh
        The definition in English and in Chinese.
    ask, ask_zh, answer, answer_zh
        A question from interviews and its answer; "" where none is usual.
    hover
        Whether the pages show the definition where they use the term; not where its English name
        is an everyday word, too, or stands on nearly every page.
    """

    id: str
    en: str
    zh: str
    also: tuple[str, ...]
    level: int
    category: str
    part: str
    where: str
    means: str
    means_zh: str
    ask: str = ""
    ask_zh: str = ""
    answer: str = ""
    answer_zh: str = ""
    hover: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "also", tuple(self.also))


@cache
def _all_concepts() -> tuple[Concept, ...]:
    records = tomllib.loads(FILE.read_text(encoding="utf-8"))["concept"]
    return tuple(Concept(**record) for record in records)


def concepts(
    part: str | None = None, level: int | None = None, category: str | None = None
) -> list[Concept]:
    """Return the terms of the book in the order in which it teaches them.

    Parameters
    ----------
    part
        Only those of this part: "basics", "cnn", "rnn", "optimization" or "regularization".
    level
        Only those of this level, 0 to 3.
    category
        Only those of this field, such as "loss".

    Raises
    ------
    ValueError
        If there is no such part, level or field.

    Examples
    --------
    >>> decay = next(c for c in d2l.concepts(part="regularization") if c.id == "weight-decay")
    >>> decay.zh, decay.level, decay.where
    ('权重衰减', 1, 'regularization/02-weight-decay#decay-or-a-penalty')
    """
    asked = {"part": part, "level": level, "category": category}
    allowed = {"part": PARTS, "level": LEVELS, "category": CATEGORIES}
    asked = {name: value for name, value in asked.items() if value is not None}
    for name, value in asked.items():
        one_of(name, value, allowed[name])
    return [c for c in _all_concepts() if all(getattr(c, n) == v for n, v in asked.items())]

"""What Predict and Quiz share: checks of their texts, and the questions without a script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

__all__: list[str] = []


def checked_text(name: str, text) -> str:
    """Return a text that says something, or say that it is missing."""
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a string, got {text!r}")
    if not text.strip():
        raise ValueError(f"{name} must not be empty, got {text!r}")
    return text


def checked_choices(name: str, choices: Iterable) -> list[str]:
    """Return two or more different texts, or say what is wrong with them."""
    if isinstance(choices, str) or not hasattr(choices, "__iter__"):
        raise TypeError(f"{name} must be a list of strings, got {choices!r}")
    texts = [checked_text(f"an entry of {name}", choice) for choice in choices]
    if len(texts) < 2 or len(set(texts)) < len(texts):
        raise ValueError(f"{name} must hold 2 or more different strings, got {texts!r}")
    return texts


def still_choices(choices: list[str], several: bool = False) -> str:
    """Return choices as HTML, laid out as the script does."""
    hint = '<p class="d2l-muted">Choose all that hold.</p>' if several else ""
    return hint + "".join(
        f'<div class="d2l-choice"><span class="d2l-box">{"□" if several else "○"}</span>'
        f"{escape(text)}</div>"
        for text in choices
    )


def still_entry(unit: str) -> str:
    """Return the place of a number as HTML, laid out as the script does."""
    return f'<div class="d2l-entry"><span class="d2l-blank"></span>{escape(unit)}</div>'


def still_question(question: str, rows: str, answer: str) -> str:
    """Return a question as HTML, its answer folded below."""
    return (
        f'<p class="d2l-question">{escape(question)}</p>{rows}<details class="d2l-actions">'
        f"<summary>Show the answer</summary><p>{escape(answer)}</p></details>"
        '<p class="d2l-answer"></p>'
    )


def picture_lines(question: str, choices: list[str], unit: str) -> list[str]:
    """Return the lines of the picture of a question."""
    return [question, *(f"○  {text}" for text in choices or [f"_____ {unit}"]), ""]

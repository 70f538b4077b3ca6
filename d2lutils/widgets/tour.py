"""A component's tour: buttons for settings to try, each with what to look at there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from .questions import checked_text

__all__: list[str] = []


def checked_tour(tour: Sequence, check: Callable[[str, object], dict]) -> list[dict]:
    """Return stops (title, values, text) for the script; `check` returns the values checked.

    It is called with what to call the values in a message, and the values.
    """
    return [_checked_stop(f"tour[{i}]", stop, check) for i, stop in enumerate(tour)]


def _checked_stop(name: str, stop, check: Callable[[str, object], dict]) -> dict:
    if not isinstance(stop, Sequence) or isinstance(stop, str) or len(stop) != 3:
        raise TypeError(f"{name} must be a tuple (title, values, text), got {stop!r}")
    title, values, text = stop
    return {
        "title": checked_text(f"the title of {name}", title),
        "setting": check(f"the values of {name}", values),
        "text": checked_text(f"the text of {name}", text),
    }


def still_tour(tour: Sequence[dict], invite: str) -> str:
    """Return the room that the script's tour takes, as HTML; "" where there is no stop."""
    if not tour:
        return ""
    buttons = "".join(
        f'<span class="d2l-button">{i} {escape(stop["title"])}</span>'
        for i, stop in enumerate(tour, 1)
    )
    texts = "".join(f"<p>{escape(text)}</p>" for text in [invite, *(s["text"] for s in tour)])
    return (
        '<div class="d2l-tour d2l-reserved" aria-hidden="true">'
        f'<div class="d2l-actions">{buttons}</div><div class="d2l-stops">{texts}</div></div>'
    )

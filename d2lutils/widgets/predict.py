"""Predict: a guess before an output is seen."""

from __future__ import annotations

from collections.abc import Sequence

from ..checks import number_in, one_of, positive_int
from .base import Component, paragraph
from .grid import label
from .questions import (
    checked_choices,
    checked_text,
    picture_lines,
    still_choices,
    still_entry,
    still_question,
)
from .still import text_png

__all__ = ["Predict"]


class Predict(Component):
    """A question on the output of the next cell or cells, answered before it is looked at.

    On a page of the site that output stays covered until the question is answered or skipped;
    then the page says how the guess compares. In a live notebook it says to run the next cell.

    Parameters
    ----------
    question
        What to guess, as plain text.
    choices
        Two or more texts; None asks for a number.
    answer
        The position of the right choice, counted from 0, or the number.
    tol
        How far from the number still counts as close; a tenth of it where not given.
    unit
        What stands after the number.
    why
        The explanation shown after the guess.
    outputs
        How many of the cells that follow and show something keep it covered.

    Raises
    ------
    TypeError, ValueError
        If a text is empty, choices repeat, or answer is none of them.

    Examples
    --------
    >>> d2l.Predict("Which is larger?", ["pi", "e"], answer=0, why="3.14 against 2.72.")
    Predict('Which is larger?': pi, e)
    >>> d2l.Predict("How long does an epoch take?", answer=6.6, unit="s")
    Predict('How long does an epoch take?': a number in s)
    """

    script = "predict.js"

    def __init__(
        self,
        question: str,
        choices: Sequence[str] | None = None,
        *,
        answer: float,
        tol: float | None = None,
        unit: str = "",
        why: str = "",
        outputs: int = 1,
    ) -> None:
        self.outputs = positive_int("outputs", outputs)
        self.question = checked_text("question", question)
        self.choices = None if choices is None else checked_choices("choices", choices)
        if self.choices is None:
            self.answer = number_in("answer", answer)
        else:
            self.answer = one_of("answer", answer, range(len(self.choices)))
            if tol is not None:
                raise ValueError(f"tol must be left out where there are choices, got {tol!r}")
        self.tol = abs(self.answer) / 10 if tol is None else number_in("tol", tol, 0)
        self.unit, self.why = str(unit), str(why)

    def state(self) -> dict:
        return {
            "question": self.question,
            "choices": self.choices,
            "answer": self.answer,
            "tolerance": self.tol,
            "unit": self.unit,
            "why": self.why,
            "outputs": self.outputs,
        }

    def still_html(self) -> str:
        right = self.choices[self.answer] if self.choices else f"{label(self.answer)} {self.unit}"
        answer = f"{right.strip()}. {self.why}"
        rows = still_choices(self.choices) if self.choices else still_entry(self.unit)
        asked = still_question(self.question, rows, answer)
        return paragraph("Predict, then run", "title") + asked

    def still_png(self) -> bytes:
        return text_png(picture_lines(self.question, self.choices or [], self.unit))

    def __repr__(self) -> str:
        asked = ", ".join(self.choices) if self.choices else f"a number in {self.unit or 'no unit'}"
        return f"Predict({self.question!r}: {asked})"

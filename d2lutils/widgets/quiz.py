"""Quiz: questions with an explanation for each answer."""

from __future__ import annotations

from collections.abc import Mapping

from ..checks import number_in, one_of
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

__all__ = ["Choice", "Number", "Quiz"]


class Choice:
    """A question with given answers, of which one or several are right.

    Parameters
    ----------
    question
        Plain text.
    answers
        A dict from each answer to its explanation: why it is right, or why not.
    right
        The right answer; or a list of them, then the reader may choose several.

    Raises
    ------
    TypeError, ValueError
        If there are fewer than two answers, a text is empty, or `right` is none of them.

    Examples
    --------
    >>> d2l.Choice("2 + 2?", {"4": "Yes.", "5": "One too many."}, right="4")
    Choice('2 + 2?': 4, 5)
    """

    def __init__(self, question: str, answers: Mapping[str, str], right: str | list[str]) -> None:
        self.question = checked_text("question", question)
        if not isinstance(answers, Mapping):
            raise TypeError(f"answers must be a dict from answer to explanation, got {answers!r}")
        self.choices = checked_choices("answers", answers)
        self.why = [checked_text(f"the explanation of {c!r}", answers[c]) for c in self.choices]
        self.several = not isinstance(right, str)
        self.right = list(right) if self.several else [right]
        if not self.right or len(set(self.right)) < len(self.right):
            raise ValueError(f"right must hold one or more different answers, got {right!r}")
        for answer in self.right:
            one_of("right", answer, self.choices)

    def state(self) -> dict:
        """Return what the script needs to ask and to explain."""
        choices = [
            {"text": text, "why": why, "right": text in self.right}
            for text, why in zip(self.choices, self.why)
        ]
        return {"text": self.question, "several": self.several, "choices": choices}

    def still_html(self) -> str:
        """Return the question as text, with a folded solution."""
        solution = (
            f"{text}: {'right' if text in self.right else 'wrong'}. {why}"
            for text, why in zip(self.choices, self.why)
        )
        rows = still_choices(self.choices, self.several)
        return still_question(self.question, rows, " ".join(solution))

    def lines(self) -> list[str]:
        """Return the lines of the still picture."""
        return picture_lines(self.question, self.choices, "")

    def __repr__(self) -> str:
        return f"Choice({self.question!r}: {', '.join(self.choices)})"


class Number:
    """A question whose answer is a number.

    Parameters
    ----------
    question
        Plain text.
    answer
        A finite number.
    tol
        How far from it still counts as right.
    unit
        What stands after the number.
    why
        The explanation.

    Raises
    ------
    TypeError, ValueError
        If a text is empty, answer is not finite or tol is negative.

    Examples
    --------
    >>> d2l.Number("How many bytes has a float32?", 4, why="32 bits, 8 to a byte.")
    Number('How many bytes has a float32?': 4)
    """

    def __init__(
        self, question: str, answer: float, *, tol: float = 0.0, unit: str = "", why: str
    ) -> None:
        self.question = checked_text("question", question)
        self.answer = number_in("answer", answer)
        self.tol = number_in("tol", tol, 0)
        self.unit = str(unit)
        self.why = checked_text("why", why)

    def state(self) -> dict:
        """Return what the script needs to ask and to explain."""
        numbers = {"answer": self.answer, "tolerance": self.tol}
        return {"text": self.question, **numbers, "unit": self.unit, "why": self.why}

    def still_html(self) -> str:
        """Return the question as text, with a folded solution."""
        answer = f"{label(self.answer)} {self.unit}".strip()
        return still_question(self.question, still_entry(self.unit), f"{answer}. {self.why}")

    def lines(self) -> list[str]:
        """Return the lines of the still picture."""
        return picture_lines(self.question, [], self.unit)

    def __repr__(self) -> str:
        return f"Number({self.question!r}: {label(self.answer)})"


class Quiz(Component):
    """Questions below each other, each with its own check and an explanation for each answer.

    A wrong answer shows why it is wrong and leaves the others to try; the right one shows all
    explanations. A number shows its answer after the second miss.

    Parameters
    ----------
    *questions
        One or more of `Choice` and `Number`.

    Examples
    --------
    >>> sum_ = d2l.Number("2 + 2?", 4, why="Count.")
    >>> odd = d2l.Choice("Odd?", {"1": "Yes.", "2": "Even."}, right="1")
    >>> d2l.Quiz(sum_, odd)
    Quiz('2 + 2?', 'Odd?')
    """

    script = "quiz.js"

    def __init__(self, *questions: Choice | Number) -> None:
        if not questions:
            raise ValueError("questions must hold one or more, got none")
        for question in questions:
            if not isinstance(question, (Choice, Number)):
                raise TypeError(f"questions must be Choice or Number, got {question!r}")
        self.questions = questions

    def state(self) -> dict:
        return {"questions": [question.state() for question in self.questions]}

    def still_html(self) -> str:
        parts = (f'<div class="d2l-part">{q.still_html()}</div>' for q in self.questions)
        return paragraph("Quiz", "title") + "".join(parts) + '<div class="d2l-foot"></div>'

    def still_png(self) -> bytes:
        return text_png([line for question in self.questions for line in question.lines()])

    def __repr__(self) -> str:
        return f"Quiz({', '.join(repr(question.question) for question in self.questions)})"

"""What is folded on the site: at the end of its chapter on paper, or opened where it stands."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag

SOLUTION, QUESTION = "Solution", "p.d2l-question"


def new(name: str, text: str = "", **attributes: str) -> Tag:
    """Return an element.

    >>> new("a", "Answer 1", href="#a1")
    <a href="#a1">Answer 1</a>
    """
    tag = BeautifulSoup("", "html.parser").new_tag(name, attrs=attributes)
    if text:
        tag.string = text
    return tag


def gather(body: Tag, key: str) -> None:
    """Move what is folded to the end of its chapter, where a number finds it.

    In its place stands its question, if the fold's summary is one, and a link to the answer; the
    answer leads back.
    """
    answers = new("section", **{"class": "answers", "id": f"{key}-answers"})
    answers.append(new("h2", "Answers"))
    for number, fold in enumerate(body.find_all("details"), 1):
        here, there = f"{key}-asked-{number}", f"{key}-answer-{number}"
        answers.append(answer(fold, number, here, there))
        fold.replace_with(asked(fold, number, here, there))
    if len(answers) > 1:
        body.append(answers)


def asked(fold: Tag, number: int, here: str, there: str) -> Tag:
    """Return what stands in the place of a fold: its question and where the answer is."""
    line = new("p", **{"class": "asked", "id": here})
    if is_question(fold):
        line.extend([*fold.summary.contents, " "])
    name = SOLUTION if is_solution(fold) else "Answer"
    link = new("a", f"{name} {number}", href=f"#{there}", **{"class": "to-answer"})
    line.append(link)
    return line


def answer(fold: Tag, number: int, here: str, there: str) -> Tag:
    """Return what was folded, below its number and its question."""
    entry = new("div", **{"class": "answer", "id": there})
    head = new("p", **{"class": "answer-head"})
    head.append(new("a", str(number), href=f"#{here}"))
    head.append(f" {title(fold)}")
    entry.append(head)
    content = [child for child in fold.contents if child is not fold.summary]
    entry.extend(content)
    return entry


def title(fold: Tag) -> str:
    """Return what an answer answers."""
    if is_solution(fold):
        return SOLUTION
    if component := fold.find_parent(class_="d2l-asks"):
        part = fold.find_parent(class_="d2l-part") or component
        return part.select_one(QUESTION).get_text()
    summary = fold.summary.get_text() if fold.summary else ""
    before = fold.find_previous_sibling()
    if "?" in summary or before is None or before.name != "p":
        return summary
    return before.get_text()  # the question that a fold named "A model answer" follows


def is_solution(fold: Tag) -> bool:
    return fold.find_parent(class_="tag_solution") is not None


def is_question(fold: Tag) -> bool:
    """Say whether a fold's summary asks something, and does not only name what is inside."""
    in_cell = fold.find_parent(class_="cell") is not None
    return not in_cell and fold.summary is not None


def open_up(body: Tag) -> None:
    """Show what is folded in its place, below what its summary says."""
    for fold in body.find_all("details"):
        if summary := fold.summary:
            summary.name, summary["class"] = "p", "asked"
        fold.name, fold["class"] = "div", "opened"

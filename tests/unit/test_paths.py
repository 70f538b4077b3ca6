"""The learning paths: no page twice, and none before the pages that it builds on."""

import re

import pytest
from headings import ROOT, markdown

pytestmark = pytest.mark.page

PAGE = (ROOT / "book" / "paths.md").read_text("utf-8")
PATHS = {part.split(" (")[0]: part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]}
PART = r"basics|cnn|rnn|optimization|regularization|appendix"
EVERY = sorted(f"{p.parent.name}/{p.stem}" for p in (ROOT / "notebooks").glob("*/*.ipynb"))


def listed(text, directive="pages"):
    """Return the pages that the directives of a text list, in order."""
    blocks = re.findall(rf"^```{{{directive}}}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [name for block in blocks for name in block.split()]


def needed(name):
    """Return the pages that a page asks for: the first sentence under "Before this page"."""
    text = markdown(f"notebooks/{name}").partition("**Before this page:**")[2]
    paragraph = re.split(r"\.\s", text.partition("**Time")[0])[0]
    own = name.split("/")[0]
    links = re.findall(rf"\((?:\.\./({PART})/)?(\d\d-[\w-]+)\.ipynb", paragraph)
    return {f"{part or own}/{page}" for part, page in links}


@pytest.mark.parametrize("path", ["A weekend", "A course of twelve weeks"])
def test_a_path_has_no_page_before_those_that_it_builds_on(path):
    pages = listed(PATHS[path])
    assert len(pages) == len(set(pages)) > 5
    early = {p: needed(p) - set(pages[:i]) for i, p in enumerate(pages)}
    assert {page: missing for page, missing in early.items() if missing} == {}


def test_the_course_has_twelve_weeks_and_with_what_is_beyond_each_page_once():
    course = PATHS["A course of twelve weeks"]
    assert re.findall(r"^### Week (\d+)", course, re.MULTILINE) == [str(i) for i in range(1, 13)]
    both = listed(course) + listed(PATHS["Beyond the twelve weeks"])
    of_parts = [sorted(n for n in names if not n.startswith("appendix")) for names in (both, EVERY)]
    assert of_parts[0] == of_parts[1]


def test_every_week_says_what_is_done_in_class_and_which_exercise_is_handed_in():
    for week in re.split(r"^### Week ", PATHS["A course of twelve weeks"], flags=re.MULTILINE)[1:]:
        assert week.count("\n- In class: ") == week.count("\n- Hand in: exercise ") == 1
        number, title = re.search(r"Hand in: exercise (\d) of \*(.+?)\*", week, re.DOTALL).groups()
        titled = [p for p in listed(week) if markdown(f"notebooks/{p}").startswith(f"# {title} (")]
        assert len(titled) == 1, title
        assert f"\n**{number}.**" in markdown(f"notebooks/{titled[0]}").partition("## Exercises")[2]


def test_the_week_before_an_interview_asks_on_seven_evenings():
    week = PATHS["A week before an interview"]
    assert week.count("\n### ") == week.count("```{pages}") == week.count("```{aloud}") == 7
    asked = listed(week, "aloud")
    assert len(asked) == len(set(asked)) >= 30

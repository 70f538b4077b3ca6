"""The reading guides in book/papers.md and below it."""

import re

import pytest
from headings import ROOT, markdown

pytestmark = pytest.mark.page

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*/*.ipynb"))
GUIDES = [ROOT / "book" / "papers.md", *sorted((ROOT / "book" / "papers").glob("*.md"))]
# No guide: a book of some hundred pages is not read like a paper.
BOOKS = {
    "zhang2023d2l",
    "goodfellow2016deep",
    "boyd2004convex",
    "duda1973pattern",
    "ebbinghaus1885gedachtnis",
    "fisher1935design",
    "legendre1805nouvelles",
}
# No guide: where a data set or a library comes from, which its own documentation explains.
DATA_AND_TOOLS = {
    "xiao2017fashion",
    "krizhevsky2009learning",
    "decock2011ames",
    "harris2020array",
    "paszke2019pytorch",
    "smilkov2017direct",
}
# No guide: a test function and a saying.
LOANS = {"rosenbrock1960automatic", "firth1957synopsis"}
WITHOUT = BOOKS | DATA_AND_TOOLS | LOANS
LINES = ["Problem", "Idea", "In this book", "Read", "After"]


def cited(text):
    """Return the keys that a text cites."""
    groups = re.findall(r"\{cite\}`([^`]+)`", text)
    return {key.strip() for group in groups for key in group.split(",")}


def sources(notebook):
    """Return the keys that a notebook cites where it says what it comes from."""
    text = markdown(notebook.relative_to(ROOT).with_suffix(""))
    return cited(text.partition("## Where it comes from")[2])


def guided():
    """Return the keys that the guides cite."""
    return set().union(*(cited(path.read_text("utf-8")) for path in GUIDES))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_paper_a_page_comes_from_has_a_guide(notebook):
    missing = sources(notebook) - guided() - WITHOUT
    assert missing == set(), "cited under 'Where it comes from' with no guide in book/papers"


def test_the_exceptions_are_cited_and_have_no_guide():
    assert WITHOUT <= set().union(*map(sources, NOTEBOOKS))
    assert WITHOUT & guided() == set()


def test_the_short_guides_have_the_same_lines_in_the_same_order():
    text = (ROOT / "book" / "papers" / "methods.md").read_text("utf-8")
    _, *guides = re.split(r"^### ", text, flags=re.M)
    assert guides
    found = {guide.splitlines()[0]: re.findall(r"^(.+)\n: ", guide, flags=re.M) for guide in guides}
    assert {name: lines for name, lines in found.items() if lines != LINES} == {}


def test_no_key_and_no_title_is_in_the_bibliography_twice():
    text = (ROOT / "book" / "references.bib").read_text("utf-8")
    keys = re.findall(r"^@\w+\{([^,\s]+),", text, flags=re.M)
    titles = re.findall(r"^  title\s*= \{(.+?)\},?$", text, flags=re.M | re.S)
    titles = [re.sub(r"\W", "", title).lower() for title in titles]
    assert len(set(keys)) == len(keys) == len(titles)
    assert len(set(titles)) == len(titles)

"""The learning paths as the site shows them."""

import re

import test_extensions  # noqa: F401  (puts the extensions on the path)
from paths import duration
from test_times import stated

PAGE = "book/paths.html"
LINES = """[...document.querySelectorAll('article p')].filter(p => p.textContent.startsWith('Read ('))
    .map(p => [p.textContent, [...p.querySelectorAll('a')].map(a => a.getAttribute('href'))])"""


def names(hrefs):
    """Return the pages that links lead to.

    >>> names(["../notebooks/cnn/06-lenet.html"])
    ['notebooks/cnn/06-lenet']
    """
    return [re.fullmatch(r"\.\./(notebooks/.+)\.html", href)[1] for href in hrefs]


def test_each_line_sums_up_the_minutes_that_its_pages_state(look):
    lines = look(PAGE).page.evaluate(LINES)
    assert len(lines) > 20
    for text, hrefs in lines:
        total = sum(int(stated(name)[0]) for name in names(hrefs))
        assert text.startswith(f"Read ({duration(total)}): ")


def test_each_path_sums_up_its_lines(look):
    page = look(PAGE).page
    for heading in ("a-weekend", "a-course-of-twelve-weeks", "a-week-before-an-interview"):
        section = page.locator(f"section#{heading}")
        links = section.locator("p", has_text=re.compile(r"^Read \(")).locator("a")
        hrefs = links.evaluate_all("all => all.map(a => a.getAttribute('href'))")
        total = sum(int(stated(name)[0]) for name in names(hrefs))
        assert section.get_by_text(f"Reading: {duration(total)} in all.", exact=True).count() == 1
        assert page.get_by_text("in all.").count() == 3


def test_the_questions_are_those_of_the_pages(look):
    said = look(PAGE).page.locator("section#tuesday-networks-from-inside li").all_inner_texts()
    assert len(said) == 5
    assert "Why does training take more memory than prediction? (Forward and backward)" in said

"""The glossary, and the meaning of its terms on other pages."""

import re
import sys

import pytest
from docutils import nodes
from conftest import PHONE, ROOT

from d2lutils.concepts import concepts

sys.path.insert(0, str(ROOT / "book" / "_ext"))
import glossary  # noqa: E402

PAGE = "notebooks/cnn/06-lenet.html"


@pytest.fixture(scope="module")
def finder():
    return glossary.Finder([term for term in concepts() if term.hover])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Two hidden\nlayers and a ReLU.", ["hidden-layer", "relu"]),
        ("an LSTM, or a long short-term memory", ["lstm"] * 2),
        ("mean squared errors", ["mean-squared-error"]),
        ("relu, adam, d2l.dropout, dropout-free, time", []),
    ],
)
def test_a_text_uses_a_term_as_a_word_of_its_own_and_under_any_of_its_names(finder, text, found):
    assert [term.id for _, term in finder.find(text)] == found


def test_a_name_over_the_end_of_a_line_is_found_whole(finder):
    parts = [nodes.Text(part) for part in ("a linear", "\n", "regression, ")]
    paragraph = nodes.paragraph("", "", *parts, nodes.emphasis("", "and"), nodes.Text(" dropout"))
    texts = glossary.whole_texts(paragraph)
    assert texts == ["a linear\nregression, ", "and", " dropout"]
    assert [term.id for _, term in finder.find(texts[0])] == ["linear-regression"]
    assert all(text.parent is not None for text in texts)


def test_where_a_tensor_s_stride_is_taught_a_convolution_s_is_not_meant():
    terms = [term for term in concepts() if term.hover]
    own = [term for term in terms if term.where.startswith("basics/01-")]
    assert [term.id for term in glossary.shortened(own, terms)] == ["stride"]
    assert glossary.shortened([], terms) == []


@pytest.mark.parametrize("page", sorted(glossary.UNMARKED))
def test_a_story_and_a_bibliography_have_no_marked_words(look, page):
    assert look(f"{page}.html").page.locator("a.term").count() == 0


def test_the_glossary_lists_every_term_with_both_names_and_the_page_that_teaches_it(look):
    page = look("book/glossary.html").page
    said = page.locator("dl.terms dt").all_inner_texts()
    assert len(said) == len(concepts())
    assert page.locator("dl.terms .taught-in a").count() == len(concepts())
    text = " ".join(said).replace("’", "'")
    assert [c.id for c in concepts() if c.en not in text or c.zh not in text] == []


def test_a_page_links_a_term_once_and_none_that_it_teaches_itself(look, name):
    hrefs = look(f"{name}.html").page.locator("a.term").evaluate_all("links => links.map(a => a.hash)")
    assert len(hrefs) == len(set(hrefs))
    own = {f"#{glossary.key(c)}" for c in concepts() if glossary.page_of(c) == name}
    assert own.isdisjoint(hrefs)
    if name == glossary.PAGE:
        assert hrefs == []


def word(page):
    return page.locator("a.term", has_text=re.compile("^hidden layer$")).first


def test_pointing_at_a_term_shows_its_meaning_until_the_pointer_leaves_or_escape(visit):
    seen = visit(PAGE)
    page, tip = seen.page, seen.page.locator("#term-tip")
    assert not any("terms-data" in r.url for r in seen.responses)  # nothing is loaded in vain
    word(page).hover()
    tip.wait_for()
    assert "隐藏层" in tip.inner_text() and "Taught in: Multilayer perceptron" in tip.inner_text()
    assert word(page).get_attribute("aria-describedby") == "term-tip"
    tip.hover()  # one may read it with the pointer on it
    page.wait_for_timeout(500)
    assert tip.is_visible()
    page.keyboard.press("Escape")
    tip.wait_for(state="hidden")
    assert word(page).get_attribute("aria-describedby") is None
    word(page).hover()
    tip.wait_for()
    page.locator("article h1").hover()
    tip.wait_for(state="hidden")
    assert seen.errors == []


def test_the_keyboard_shows_a_meaning_too_and_enter_leads_to_the_glossary(visit):
    page = visit(PAGE).page
    word(page).focus()
    page.locator("#term-tip").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/book/glossary.html#term-hidden-layer")
    assert page.locator("dt#term-hidden-layer").is_visible()


def test_the_first_tap_shows_the_meaning_within_the_screen_and_the_second_leads_on(browser, address):
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{address}{PAGE}")
    word(page).tap()
    page.locator("#term-tip").wait_for()
    box = page.locator("#term-tip").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE[0]
    assert page.url.endswith(PAGE)
    word(page).tap()
    page.wait_for_url("**/book/glossary.html#term-hidden-layer")
    context.close()


def test_without_the_definitions_a_term_is_a_link_like_any_other(visit):
    page = visit(PAGE).page
    page.route("**/terms-data.js", lambda route: route.abort())
    word(page).focus()
    page.wait_for_timeout(500)
    assert page.locator("#term-tip").count() == 0
    page.keyboard.press("Enter")
    page.wait_for_url("**/book/glossary.html#term-hidden-layer")

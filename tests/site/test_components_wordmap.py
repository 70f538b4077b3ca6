"""WordMap in a real browser: typed, tapped and walked, it shows the neighbors of the word."""

import re

import pytest
import torch
from playwright.sync_api import expect
from test_components_kit import cell, check_access, html_page, visit  # noqa: F401 (a fixture)

from d2lutils.widgets import WordMap

WORDS = [f"word{i}" for i in range(60)]


def word_map():
    generator = torch.Generator().manual_seed(0)
    return WordMap(
        WORDS, {name: torch.randn(60, 12, generator=generator) for name in ("first", "second")},
        range(1, 61), start="word7", caption="Pick a word.")


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(cell(word_map().html()), "light", True))


def near(page):
    return page.locator(".d2l-near button").all_inner_texts()


def neighbors(word, table=0):
    data = word_map().state()["maps"][table]
    return [WORDS[i] for i in data["near"][WORDS.index(word)]]


def picked(page):
    return page.locator(".d2l-marks .d2l-picked text").text_content()


def test_a_typed_word_shows_its_neighbors(page):
    assert near(page) == neighbors("word7") and picked(page) == "word7"
    field = page.get_by_label("word", exact=True)
    field.fill("Word12")
    assert near(page) == neighbors("word12") and picked(page) == "word12"
    expect(page.locator(".d2l-where")).to_have_text(re.compile("word12 occurs 13 times"))
    expect(page.get_by_role("status")).to_have_text(re.compile("^word12, 13 times. Nearest by"))
    expect(page.get_by_role("img")).to_have_attribute(
        "aria-label", f"Map of 60 words; marked: {', '.join(['word12', *neighbors('word12')])}")


def test_a_word_that_is_not_there_is_said_not_to_be_when_the_typing_ends(page):
    page.get_by_label("word", exact=True).fill("herring")
    expect(page.locator(".d2l-wrong")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator(".d2l-where.d2l-wrong")).to_have_text(
        "“herring” is not one of the 60 words.")
    assert picked(page) == "word7"
    page.get_by_label("word", exact=True).fill("word3")
    expect(page.locator(".d2l-wrong")).to_have_count(0)


def test_the_keyboard_walks_from_neighbor_to_neighbor(page):
    page.locator(".d2l-near button").first.focus()
    page.keyboard.press("Enter")
    second = neighbors("word7")[0]
    assert near(page) == neighbors(second)
    expect(page.get_by_label("word", exact=True)).to_have_value(second)
    page.keyboard.press("Enter")  # the focus has stayed in its place
    assert near(page) == neighbors(neighbors(second)[0])


def test_a_tap_takes_the_dot_under_it_and_pointing_names_it(page):
    box = page.locator(".d2l-dots circle").nth(31).bounding_box()
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*at)
    expect(page.locator(".d2l-hover text")).to_have_text("word31")
    page.mouse.click(*at)
    assert picked(page) == "word31" and near(page) == neighbors("word31")
    expect(page.locator(".d2l-hover text")).to_have_count(0)


def test_other_vectors_have_other_neighbors_and_reset_brings_back_the_first(page):
    page.get_by_label("vectors").select_option("second")
    assert near(page) == neighbors("word7", 1)
    expect(page.locator(".d2l-source")).to_have_text(re.compile("of the second vectors"))
    page.get_by_label("word", exact=True).fill("word40")
    page.get_by_role("button", name="Reset").click()
    assert near(page) == neighbors("word7") and picked(page) == "word7"
    expect(page.get_by_label("word", exact=True)).to_have_value("word7")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(visit, theme):  # noqa: F811
    page = visit(html_page(cell(word_map().html()), theme, True), color_scheme=theme)
    page.get_by_label("word", exact=True).fill("herring")
    page.keyboard.press("Enter")
    check_access(page)


@pytest.mark.parametrize("width", [360, 800])
def test_it_fits_and_nothing_moves_when_the_script_takes_over(visit, width):  # noqa: F811
    html = html_page(cell(word_map().html()), "light", True)
    height = lambda page: page.locator(".d2l-component").bounding_box()["height"]  # noqa: E731
    still = visit(re.sub("<script.*?</script>", "", html, flags=re.DOTALL), width)
    page = visit(html, width)
    assert abs(height(still) - height(page)) <= 8
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = [t.bounding_box() for t in page.locator(".d2l-control input, select, button").all()]
    assert min(min(box["width"], box["height"]) for box in sizes) >= 24


def test_without_a_script_the_first_neighbors_are_there(visit):  # noqa: F811
    page = visit(html_page(cell(word_map().html()), "light", True), java_script_enabled=False)
    expect(page.get_by_text(neighbors("word7")[0])).to_be_visible()

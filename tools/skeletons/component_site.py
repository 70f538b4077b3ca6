"""AThing in a browser: what it shows, its keys, and what every component promises."""

import pytest
from playwright.sync_api import expect
from samples import EVIL
from test_components_kit import cell, check_access, check_height, check_targets, check_width
from test_components_kit import html_page, visit  # noqa: F401 (a fixture)

from d2lutils.widgets import AThing


def made(**options):
    return AThing(10, **{"caption": "Move the slider.", **options})


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(cell(made().html()), "light", True))


def test_arrow_keys_move_the_slider_and_what_it_shows_is_read_out(page):
    slider = page.get_by_label("throws", exact=True)
    assert slider.get_attribute("data-lm-suppress-shortcuts") is not None
    width = page.locator(".d2l-bar").bounding_box()["width"]
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "20"
    words = "20 throws: their mean is usually within 0.38 of 3.5"
    expect(page.locator(".d2l-where")).to_have_text(words)
    expect(page.get_by_role("status")).to_have_text(words)
    assert page.locator(".d2l-bar").bounding_box()["width"] == pytest.approx(width / 2**0.5, rel=0.01)


def test_reset_brings_the_start_back(page):
    page.get_by_label("throws", exact=True).press("End")
    expect(page.locator(".d2l-where")).to_contain_text("1000 throws")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".d2l-where")).to_contain_text("10 throws")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(visit, theme):  # noqa: F811
    check_access(visit(html_page(cell(made().html()), theme, True), color_scheme=theme))


def test_it_fits_a_phone(visit):  # noqa: F811
    page = visit(html_page(cell(made().html()), "light", True), 360)
    check_width(page, 360)
    check_targets(page)


@pytest.mark.parametrize("width", [360, 800])
def test_nothing_moves_when_the_script_takes_over(visit, width):  # noqa: F811
    check_height(visit, made(), width)


def test_text_stays_text(visit):  # noqa: F811
    page = visit(html_page(made(caption=EVIL).html()))
    assert EVIL in page.locator(".d2l-component").text_content()
    assert page.locator(".d2l-component img").count() == 0

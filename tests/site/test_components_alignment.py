"""Alignment in a browser: the words and shades of each output word, and its controls."""

import re

import pytest
import torch
from playwright.sync_api import expect
from test_components_kit import cell, check_access, html_page, visit  # noqa: F401 (a fixture)

from d2lutils.widgets import Alignment

SOURCE, OUTPUT = "nine thousand two hundred forty three", "neuf mille deux cent quarante trois"
WEIGHTS = torch.eye(6) * 0.9 + torch.tensor([0.06, 0.04, 0, 0, 0, 0])


def alignment():
    short = ("two cats", "deux chats", [[0.25, 0.75], [1, 0]])
    return Alignment([(SOURCE, OUTPUT, WEIGHTS), short], caption="Pick a word.")


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(alignment().html()))


def shades(page, what):
    """The share of the color in each background, as the style says it."""
    styles = page.locator(what).evaluate_all("all => all.map(e => e.getAttribute('style'))")
    return [float(re.search(r"c0\) ([\d.]+)%", style)[1]) for style in styles]


def read(page):
    return page.locator(".d2l-chips >> nth=1 >> .d2l-chip").all_inner_texts()


@pytest.mark.parametrize("at", range(6))
def test_a_tap_shades_the_input_words_of_an_output_word(page, at):
    chip = page.get_by_role("button", name=OUTPUT.split()[at], exact=True)
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    assert shades(page, "span.d2l-chip") == pytest.approx((45 * WEIGHTS[at]).tolist(), abs=0.051)
    expect(page.locator(".d2l-looks")).to_contain_text(
        f"Writing word {at + 1}, “{OUTPUT.split()[at]}”, it looks at “{SOURCE.split()[at]}” (.9")
    expect(page.locator(".d2l-at th")).to_have_text(OUTPUT.split()[at])


def test_the_map_holds_every_weight(page):
    assert shades(page, ".d2l-map td[style]") == pytest.approx(
        (45 * WEIGHTS).flatten().tolist(), abs=0.051)
    expect(page.locator(".d2l-map tbody tr").nth(1).locator("td")).to_have_text(
        [".06", ".94", "0", "0", "0", "0"])
    page.locator(".d2l-map tbody tr").nth(3).click()
    expect(page.locator(".d2l-looks")).to_contain_text("Writing word 4, “cent”")


def test_keys_move_from_word_to_word(page):
    first = page.get_by_role("button", name="neuf")
    first.focus()
    assert first.get_attribute("data-lm-suppress-shortcuts") is not None
    for key, word in {"ArrowRight": "mille", "End": "trois", "ArrowUp": "quarante",
                      "Home": "neuf", "ArrowLeft": "neuf", "ArrowDown": "mille"}.items():
        page.keyboard.press(key)
        expect(page.locator(":focus")).to_contain_text(word)
    assert page.locator("button.d2l-chip[tabindex='0']").count() == 1
    expect(page.get_by_role("status")).to_contain_text("“mille”, it looks at “thousand” (.94)")


def test_another_sentence_and_back_by_reset(page):
    page.get_by_label("sentence").select_option(label="two cats")
    assert read(page) == ["two\n.25", "cats\n.75"]
    expect(page.locator(".d2l-looks")).to_contain_text("“cats” (.75), “two” (.25)")
    page.get_by_role("button", name="Reset").click()
    assert len(read(page)) == 6
    expect(page.get_by_label("sentence")).to_have_value("0")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 800])
def test_axe_finds_nothing(visit, theme, width):  # noqa: F811
    body = cell(alignment().html()) + cell(Alignment([("a b", "c", [[1, 0]])]).html())
    page = visit(html_page(body, theme, True), width, color_scheme=theme)
    check_access(page)


def test_it_fits_a_phone(visit):  # noqa: F811
    page = visit(html_page(cell(alignment().html()), "light", True), 360, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    chip = page.get_by_role("button", name="quarante")
    assert min(chip.bounding_box()[side] for side in ("width", "height")) >= 24
    chip.tap()
    expect(page.locator(".d2l-looks")).to_contain_text("“quarante”")


@pytest.mark.parametrize("width", [360, 800])
def test_nothing_moves(visit, width):  # noqa: F811
    html = html_page(cell(alignment().html()), "light", True)
    height = lambda page: page.locator(".d2l-component").bounding_box()["height"]  # noqa: E731
    still = visit(re.sub("<script.*?</script>", "", html, flags=re.DOTALL), width)
    page = visit(html, width)
    first = height(page)
    assert abs(height(still) - first) <= 8
    page.get_by_role("button", name="trois").click()
    assert abs(height(page) - first) <= 8
    page.get_by_label("sentence").select_option(label="two cats")
    assert abs(height(page) - first) <= 8


def test_text_stays_text(visit):  # noqa: F811
    evil = "</script><b>bold</b>&amp;<img/src=x/onerror=\"document.title='hit'\">"
    page = visit(html_page(Alignment([(evil, evil, [[1]])], caption=evil).html()))
    assert page.locator(".d2l-component :is(b, img)").count() == 0
    assert page.title() == "Kit"
    assert read(page)[0].startswith(evil)

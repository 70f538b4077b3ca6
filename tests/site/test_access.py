"""Every page without a finding of axe: https://github.com/dequelabs/axe-core."""

import json
from pathlib import Path

import axe_playwright_python
import pytest
from conftest import PHONE, WIDE

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
# preload fetches style sheets anew, from addresses that it resolves wrongly.
OPTIONS = {
    "preload": False,
    "resultTypes": ["violations"],
    "rules": {"label-content-name-mismatch": {"enabled": True}},
}
# A page in the dark is the same page in other colors.
COLORS = {**OPTIONS, "rules": {}, "runOnly": ["color-contrast", "link-in-text-block"]}
# The parts of a formula take its color, and one token of a kind stands for all: on a page of code,
# looking at each takes ten times as long.
PARTS = "{exclude: [['math *']]}"
THIN_OUT = """() => {
    const seen = new Set()
    for (const token of document.querySelectorAll('.highlight span[class]')) {
        if (seen.has(token.className)) token.replaceWith(token.textContent)
        seen.add(token.className)
    }
}"""


def violations(page, options=OPTIONS):
    """Return what axe finds on a page, with everything unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.evaluate(THIN_OUT)
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run({PARTS}, {json.dumps(options)})")["violations"]
    return [(v["id"], [node["html"][:200] for node in v["nodes"]]) for v in found]


@pytest.mark.parametrize(
    ("theme", "size", "options"),
    [("light", WIDE, OPTIONS), ("dark", WIDE, COLORS), ("light", PHONE, OPTIONS)],
    ids=["light", "dark", "phone"],
)
def test_axe_finds_nothing_on_a_page(look, name, theme, size, options):
    assert violations(look(f"{name}.html", theme, size).page, options) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_search_page(visit, theme):
    page = visit("search.html?q=gradient", theme).page
    page.wait_for_selector("#search-results mark")
    assert violations(page) == []


def test_what_scrolls_sideways_on_a_phone_is_reached_by_keyboard(look, name):
    page = look(f"{name}.html", size=PHONE).page
    unreachable = page.evaluate(
        """[...document.querySelectorAll('.math-scroll, .cell_output .output, pre')].filter(e =>
            e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX == 'auto'
            && e.tabIndex < 0).map(e => e.outerHTML.slice(0, 200))"""
    )
    assert unreachable == []

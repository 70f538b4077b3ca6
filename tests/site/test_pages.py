"""Every page of the built site, as a browser shows it."""

import gzip
import re

import pytest
from conftest import PHONE, contents
from fontTools.ttLib import TTFont

BROKEN_BOXES = ".output.traceback, .output.stderr, .system-message, .problematic"
BROKEN_PICTURES = """[...document.images]
    .filter(i => i.getAttribute('src') && i.complete && !i.naturalWidth).map(i => i.outerHTML)"""
MOST_BYTES, MOST_REQUESTS = 400_000, 25
TEXTS = ("text/", "javascript", "json", "svg")


def test_the_built_pages_are_those_of_the_contents(site):
    built = {str(p.relative_to(site).with_suffix("")) for p in site.rglob("*.html")}
    own = {name for name in built if not name.startswith("_static/")}
    assert own == {*contents(), "search", "404"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_is_whole_and_asks_no_other_host(look, name, theme):
    seen = look(f"{name}.html", theme)
    page = seen.page
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert seen.foreign == []
    assert seen.errors == []
    assert [r.url for r in seen.responses if r.status >= 400] == []
    assert page.locator("h1:visible").count() == 1
    assert page.locator(BROKEN_BOXES).count() == 0
    assert page.evaluate(BROKEN_PICTURES) == []
    assert page.locator("meta[name=description]").get_attribute("content")


def test_a_first_visit_finds_nothing_to_complain_of(browser, address):
    """Without a theme chosen before, which every other visit here brings along."""
    context = browser.new_context()
    page, said = context.new_page(), []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.goto(f"{address}index.html")
    page.wait_for_load_state("networkidle")
    context.close()
    assert said == []


def test_mathematics_is_drawn_from_the_books_own_font(look, site, name):
    page = look(f"{name}.html").page
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    empty = "[...document.querySelectorAll('math')].filter(m => !m.getBoundingClientRect().width)"
    assert page.evaluate(f"{empty}.map(m => m.outerHTML)") == []
    assert raw_formulas(page) == []
    text = "".join(page.evaluate("[...document.querySelectorAll('math')].map(m => m.textContent)"))
    roots = "√" * page.locator("msqrt, mroot").count()
    assert missing(text + roots, site / "_static" / "math.woff2") == set()


def raw_formulas(page):
    """Return what looks like a formula that stayed TeX, in text other than code."""
    text = page.evaluate(
        """() => {
            const copy = document.querySelector('article').cloneNode(true)
            copy.querySelectorAll('pre, code, script, style, math').forEach(e => e.remove())
            return copy.textContent
        }"""
    )
    return re.findall(r"\$[^$\n]+\$|\\[a-z]{2,}\S*", text)


def test_the_icon_font_holds_every_icon_of_the_page(look, site, name):
    page = look(f"{name}.html").page
    used = page.evaluate(
        """[...document.querySelectorAll('i.fa-solid, i.fas')]
            .map(i => getComputedStyle(i, '::before').content.replaceAll('"', ''))"""
    )
    assert used
    font = site / "_static" / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.woff2"
    assert missing("".join(used), font) == set()


def missing(text, font):
    """Return the letters and signs of a text that a font lacks; Chinese comes from the system."""
    have = set(TTFont(font).getBestCmap())
    return {c for c in text if ord(c) not in have and not c.isspace() and not "一" <= c <= "鿿"}


def test_a_phone_shows_a_page_without_scrolling_sideways(look, name):
    page = look(f"{name}.html", size=PHONE).page
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_a_page_is_light(look, name):
    responses = look(f"{name}.html").responses
    sizes = {response.url: packed_size(response) for response in responses}
    heaviest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
    assert sum(sizes.values()) <= MOST_BYTES, heaviest
    assert len(responses) <= MOST_REQUESTS


def packed_size(response):
    """Return the bytes that a server which compresses texts would send."""
    body = response.body()
    kind = response.headers.get("content-type", "")
    return len(gzip.compress(body)) if any(t in kind for t in TEXTS) else len(body)

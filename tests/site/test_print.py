"""A page on paper."""

import pytest

PAPER = (718, 1000)  # A4 between margins of 10 mm, at 96 dots an inch
AROUND = (
    ".bd-sidebar-primary",
    ".bd-sidebar-secondary",
    ".bd-header-article",
    ".prev-next-footer",
    ".bd-footer",
    ".copybtn",
    ".headerlink",
    ".d2l-button",
)
SHADES = """() => {
    const shade = color => {
        const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number)
        return a ? (0.299 * r + 0.587 * g + 0.114 * b) / 255 : 1
    }
    const texts = document.querySelectorAll('.bd-article :is(h1, h2, p, li, pre, pre span, math)')
    return [
        Math.max(...[...texts].map(e => shade(getComputedStyle(e).color))),
        Math.min(...['html', 'body', '.bd-article', '.bd-article pre', '.bd-main']
            .flatMap(s => [...document.querySelectorAll(s)])
            .map(e => shade(getComputedStyle(e).backgroundColor))),
    ]
}"""
CUT = """[...document.querySelectorAll('.bd-article :is(pre, .output, .math-scroll)')]
    .filter(e => e.scrollWidth > document.documentElement.clientWidth)
    .map(e => e.outerHTML.slice(0, 200))"""


@pytest.fixture
def paper(visit, name):
    """A page read in the dark, as it is printed."""
    page = visit(f"{name}.html", "dark", PAPER).page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    return page


def test_the_article_is_printed_and_nothing_around_it(paper):
    for selector in AROUND:
        assert paper.locator(f"{selector}:visible").count() == 0, selector
    assert paper.locator("h1:visible").count() == 1
    assert paper.locator("article.bd-article").is_visible()


def test_a_page_read_in_the_dark_is_printed_dark_on_white(paper):
    lightest_text, darkest_background = paper.evaluate(SHADES)
    assert lightest_text < 0.6
    assert darkest_background > 0.9


def test_code_and_formulas_are_not_cut_off(paper):
    assert paper.evaluate(CUT) == []
    assert paper.evaluate("document.documentElement.scrollWidth") <= PAPER[0]
    wrapped = "[...document.querySelectorAll('pre')].map(e => getComputedStyle(e).whiteSpace)"
    assert set(paper.evaluate(wrapped)) <= {"pre-wrap"}


def test_what_is_folded_stays_folded_and_what_was_unfolded_is_printed(visit):
    page = visit("notebooks/basics/05-softmax-regression-scratch.html", size=PAPER).page
    folds = page.locator(".bd-article details:not(.d2l-component *)")
    folds.first.locator("summary").click()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    opened = folds.evaluate_all("all => all.map(e => e.open)")
    assert opened[0] and not any(opened[1:])


def test_printing_gives_the_theme_back(visit):
    page = visit("index.html", "dark").page
    theme = "document.documentElement.dataset.theme"
    page.evaluate(f"addEventListener('beforeprint', () => {{ window.seen = {theme} }})")
    assert page.pdf().startswith(b"%PDF")
    assert page.evaluate("window.seen") == "light"
    assert page.evaluate(theme) == "dark"


def test_a_link_to_elsewhere_shows_its_address(visit):
    page = visit("book/references.html", size=PAPER).page
    page.emulate_media(media="print")
    link = page.locator(".bd-article a.external").first
    shown = link.evaluate("e => getComputedStyle(e, '::after').content")
    assert link.get_attribute("href") in shown

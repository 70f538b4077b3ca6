"""The cheat sheet: on one side of paper, and in columns where there is room."""

import re

from conftest import WIDE

CLIPPED = """[...document.querySelectorAll('#cheat-sheet :is(pre, table)')]
    .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML.slice(0, 100))"""
WRAPPED = """() => [...document.querySelectorAll('#cheat-sheet pre')].map(pre => {
    const style = getComputedStyle(pre)
    const inside = pre.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom)
    return Math.round(inside / parseFloat(style.lineHeight)) - pre.textContent.trim().split('\\n').length
})"""


def test_it_prints_on_one_side_of_a4(visit):
    page = visit("book/cheat-sheet.html").page
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True))) == 1


def test_no_line_of_code_is_broken_on_paper(visit):
    page = visit("book/cheat-sheet.html", size=(680, 1009)).page  # A4 between margins of 15 mm
    page.emulate_media(media="print")
    assert page.evaluate(WRAPPED) == [0] * page.locator("#cheat-sheet pre").count()


def test_a_wide_screen_has_two_columns_and_a_phone_one(visit):
    lefts = """new Set([...document.querySelectorAll('#cheat-sheet > section')]
        .map(e => Math.round(e.getBoundingClientRect().left))).size"""
    for size, columns in ((WIDE, 2), ((360, 740), 1)):
        page = visit("book/cheat-sheet.html", size=size).page
        assert page.evaluate(lefts) == columns
    page = visit("book/cheat-sheet.html", size=WIDE).page
    assert page.evaluate(CLIPPED) == []

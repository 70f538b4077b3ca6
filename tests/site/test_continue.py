"""The home page leads back to what was read last, which only the browser knows."""

import json

import pytest
from conftest import PHONE

PAGE = "notebooks/basics/05-softmax-regression-scratch"
KEY = "book-last-read"
# Chromium measures how much jumps on a page: https://web.dev/articles/cls
SHIFTS = """new Promise(done => new PerformanceObserver(list => done(
    list.getEntries().reduce((sum, entry) => sum + entry.value, 0)
)).observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 500))"""


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    assert page.errors == []
    context.close()


def test_a_first_visit_offers_nothing(page, address):
    page.goto(f"{address}index.html")
    assert page.locator(".continue").count() == 0


def test_the_home_page_leads_to_the_section_read_last(page, address):
    page.goto(f"{address}{PAGE}.html")
    page.evaluate("document.querySelector('#what-to-remember').scrollIntoView()")
    page.goto(f"{address}index.html")
    link = page.locator(".continue a")
    assert "Softmax regression from scratch" in link.inner_text()
    assert link.inner_text().endswith("› What to remember")
    assert page.evaluate(SHIFTS) < 0.001
    link.click()
    page.wait_for_url(f"{address}{PAGE}.html#what-to-remember")
    assert abs(page.locator("#what-to-remember").bounding_box()["y"]) < PHONE[1] / 2


def test_a_page_left_at_its_top_is_offered_without_a_section(page, address):
    page.goto(f"{address}{PAGE}.html")
    page.goto(f"{address}book/how-to-use.html")
    page.goto(f"{address}index.html")
    assert page.locator(".continue a").get_attribute("href") == f"{PAGE}.html"


@pytest.mark.parametrize(
    "kept",
    [
        "{",
        "null",
        "7",
        '"text"',
        "[]",
        json.dumps({"page": "notebooks/basics/99-gone", "id": "a", "heading": "b"}),
        json.dumps({"page": "javascript:alert(1)//"}),
        json.dumps({"page": {"a": 1}}),
    ],
)
def test_rubbish_in_the_storage_offers_nothing(page, address, kept):
    page.add_init_script(f"localStorage.setItem('{KEY}', {json.dumps(kept)})")
    page.goto(f"{address}index.html")
    assert page.locator(".continue").count() == 0
    assert page.locator("h1:visible").count() == 1


def test_a_heading_in_the_storage_is_text_only(page, address):
    kept = json.dumps({"page": PAGE, "id": 3, "heading": "<img src=x onerror=alert(1)>"})
    page.add_init_script(f"localStorage.setItem('{KEY}', {json.dumps(kept)})")
    page.goto(f"{address}index.html")
    assert page.locator(".continue img").count() == 0
    assert page.locator(".continue a").get_attribute("href") == f"{PAGE}.html"


def test_a_storage_that_refuses_breaks_nothing(page, address):
    page.add_init_script(
        f"""for (const name of ['getItem', 'setItem']) {{
            const before = Storage.prototype[name]
            Storage.prototype[name] = function (key, ...rest) {{
                if (key === '{KEY}') throw new DOMException('blocked', 'SecurityError')
                return before.call(this, key, ...rest)
            }}
        }}"""
    )
    page.goto(f"{address}{PAGE}.html")
    page.goto(f"{address}index.html")
    assert page.locator(".continue").count() == 0

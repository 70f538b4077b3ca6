"""An address that does not exist: the page says so, offers search, and finds the book."""

import pytest
from conftest import PHONE, WIDE
from test_access import violations

from tools.host import serve

MISSING = ["softmax-regresion.html", "notebooks/basics/05-softmax-regresion.html", "a/b/"]


@pytest.fixture(scope="module", params=["/", "/d2lutils/", "/courses/deep/"])
def hosted(request, site):
    """The address of the site at the root of a host, and below it."""
    with serve(site, request.param) as address:
        yield address


@pytest.fixture
def page(browser):
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", MISSING)
def test_a_missing_page_says_so_and_leads_into_the_book(page, hosted, path):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    assert page.goto(f"{hosted}{path}").status == 404
    assert page.get_by_role("heading").inner_text() == "This page does not exist"
    home = page.get_by_role("link", name="the home page")
    home.wait_for()
    assert all(url.startswith((hosted, "data:")) for url in asked)
    home.click()
    assert page.url == f"{hosted}index.html"
    assert "One Dial at a Time" in page.locator("h1:visible").inner_text()


def test_its_search_asks_for_the_words_of_the_address(page, hosted):
    page.goto(f"{hosted}notebooks/part/05-huber-loss.html")
    box = page.get_by_role("searchbox")
    box.wait_for()
    assert box.input_value() == "huber loss"
    page.get_by_role("button", name="Search").click()
    page.locator("#search-results mark").first.wait_for()
    assert page.url.startswith(f"{hosted}search.html?q=huber")


@pytest.mark.parametrize(
    ("path", "up"),
    [("x.html", "this folder"), ("a/x.html", "the one above"), ("a/b/x.html", "the next one up")],
)
def test_without_scripts_a_link_leads_home(browser, hosted, path, up):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{hosted}{path}")
    assert not page.get_by_role("searchbox").is_visible()
    page.get_by_role("link", name=up).click()
    page.wait_for_load_state()  # before its styles, a page shows its title twice
    assert "One Dial at a Time" in page.locator("h1:visible").inner_text()
    context.close()


def test_an_address_with_broken_signs_finds_home_all_the_same(page, address):
    page.goto(f"{address}100%25-%E4%BA%A4-%E0%A4%A.html")
    page.get_by_role("link", name="the home page").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_on_it(visit, theme, size):
    page = visit("notebooks/none.html", theme, size).page
    page.get_by_role("searchbox").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert violations(page) == []

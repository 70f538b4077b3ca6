"""The buttons that take a page elsewhere: Colab, Binder and the notebook to download."""

from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from conftest import PHONE, ROOT, WIDE, contents
from test_access import violations

from tools import address as repository

NOTEBOOKS = [name for name in contents() if (ROOT / f"{name}.ipynb").is_file()]
PROSE = sorted({*contents()} - {*NOTEBOOKS})
RUN, DOWNLOAD = "Run this notebook", "Download this page"
every_notebook = pytest.mark.parametrize("page_name", NOTEBOOKS)


@pytest.fixture(scope="module")
def links(site):
    """A function that returns a page's links in the header by their text."""

    def find(name):
        soup = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
        return {a.get_text(strip=True): a for a in soup.select(".article-header-buttons a")}

    return find


@every_notebook
def test_colab_opens_the_notebook_of_this_page(links, page_name):
    here = repository.current(ROOT)
    url = urlsplit(links(page_name)["Run in Colab"]["href"])
    assert (url.scheme, url.netloc) == ("https", "colab.research.google.com")
    github, owner, name, blob, branch, path = url.path.lstrip("/").split("/", 5)
    assert (github, blob) == ("github", "blob")
    assert (owner, name, branch) == (here.owner, here.repository, here.branch)
    assert path == f"{page_name}.ipynb" and (ROOT / path).is_file()


@every_notebook
def test_binder_opens_the_notebook_of_this_page(links, page_name):
    here = repository.current(ROOT)
    url = urlsplit(links(page_name)["Run in Binder"]["href"])
    assert (url.scheme, url.netloc) == ("https", "mybinder.org")
    assert url.path == f"/v2/gh/{here.owner}/{here.repository}/{here.branch}"
    [opened] = parse_qs(url.query)["urlpath"]
    path = opened.removeprefix("lab/tree/")
    assert path == f"{page_name}.ipynb" and (ROOT / path).is_file()
    # What Binder makes its environment from, which it finds at the root or in two folders.
    assert (ROOT / "environment.yml").is_file()
    assert not (ROOT / "binder").exists() and not (ROOT / ".binder").exists()


@every_notebook
def test_the_download_is_the_notebook_as_it_is_committed(visit, page_name):
    page = visit(f"{page_name}.html").page
    page.get_by_role("button", name=DOWNLOAD).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Notebook (.ipynb)").click()
    assert download.value.suggested_filename == f"{page_name.split('/')[-1]}.ipynb"
    assert download.value.path().read_bytes() == (ROOT / f"{page_name}.ipynb").read_bytes()


@pytest.mark.parametrize("page_name", PROSE)
def test_a_page_of_prose_has_nothing_to_run(links, page_name):
    assert set(links(page_name)) == {"Source (.md)"}


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("menu", [RUN, DOWNLOAD])
def test_a_menu_opens_whole_on_the_screen(visit, size, menu):
    page = visit(f"{NOTEBOOKS[0]}.html", size=size).page
    page.get_by_role("button", name=menu).click()
    entries = page.locator(".article-header-buttons .dropdown-item:visible")
    assert entries.count() == 2
    for entry in entries.all():
        box = entry.bounding_box()
        assert 0 <= box["x"] and box["x"] + box["width"] <= size[0]
        assert box["height"] >= 24  # WCAG 2.5.8: large enough for a finger


def test_a_menu_is_worked_with_the_keyboard_alone(visit):
    page = visit(f"{NOTEBOOKS[0]}.html").page
    button = page.get_by_role("button", name=RUN)
    focused = "document.activeElement.textContent.trim()"
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "Run in Colab"
    page.keyboard.press("Escape")
    assert button.get_attribute("aria-expanded") == "false"
    assert button.evaluate("button => button == document.activeElement")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("menu", [RUN, DOWNLOAD])
def test_axe_finds_nothing_in_an_open_menu(visit, theme, menu):
    page = visit(f"{NOTEBOOKS[0]}.html", theme).page
    page.get_by_role("button", name=menu).click()
    page.get_by_role("listitem").filter(has_text="Colab" if menu == RUN else ".ipynb").wait_for()
    assert violations(page) == []


def test_an_open_menu_shows_its_pictures_from_the_site_itself(visit):
    seen = visit(f"{NOTEBOOKS[0]}.html")
    loaded = "[...document.querySelectorAll('.dropdown-item img')].map(i => i.naturalWidth > 0)"
    seen.page.get_by_role("button", name=RUN).click()
    seen.page.wait_for_function(f"{loaded}.every(Boolean)")
    assert seen.page.evaluate(loaded) == [True, True]
    assert seen.foreign == seen.errors == []

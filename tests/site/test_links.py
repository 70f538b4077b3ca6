"""Links and pictures of the built site that stay inside it."""

from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from conftest import contents

BASE = "http://site/"


@pytest.fixture(scope="session")  # not the module's: the tests of a page run together
def soups(site):
    """Every page of the site by its path."""
    return {
        f"{name}.html": BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
        for name in (*contents(), "search")
    }


def targets(soup):
    """Yield what a page links to or shows."""
    for tag, attribute in (("a", "href"), ("link", "href"), ("img", "src"), ("script", "src")):
        for element in soup.find_all(tag, attrs={attribute: True}):
            yield element[attribute]


def test_links_and_pictures_inside_the_site_are_there(site, soups, name):
    broken = []
    for target in targets(soups[f"{name}.html"]):
        url = urlsplit(urljoin(f"{BASE}{name}.html", target))
        if url.netloc != "site":
            continue
        path = unquote(url.path).lstrip("/") or "index.html"
        if not (site / path).is_file():
            broken.append(target)
        elif url.fragment and path in soups and not soups[path].find(id=unquote(url.fragment)):
            broken.append(target)
    assert broken == []

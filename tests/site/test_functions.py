"""The page of function tables: whole, linked with the pages of the book, and fit for a phone."""

import pytest
from bs4 import BeautifulSoup
from conftest import PHONE

from d2lutils.functions.scan import rows
from d2lutils.functions.table import GROUPS

PAGE = "notebooks/appendix/01-pytorch-functions"


@pytest.fixture(scope="module")
def soup(site):
    return BeautifulSoup((site / f"{PAGE}.html").read_text("utf-8"), "html.parser")


def test_every_group_has_its_table_with_all_its_rows(soup):
    tables = soup.select("div.cell_output table")
    assert len(tables) == len(GROUPS)
    for group, table in zip(GROUPS, tables, strict=True):
        assert table.find_previous("strong").text == GROUPS[group]
        shown = [row.td.text for row in table.tbody.find_all("tr")]
        assert shown == [row["call"] for row in rows().values() if row["group"] == group]


def test_calls_lead_to_pytorch_and_pages_to_pages_that_are_there(soup, site):
    links = soup.select("div.cell_output td:first-child a")
    assert len(links) == len(rows())
    assert all(link["href"].startswith("https://docs.pytorch.org/") for link in links)
    pages = {link["href"] for link in soup.select("div.cell_output td:last-child a")}
    assert len(pages) > 20
    for page in pages:
        assert page.endswith(".html") and (site / PAGE).parent.joinpath(page).exists(), page


def test_on_a_phone_the_page_does_not_scroll_sideways_and_no_cell_is_cut_off(visit):
    page = visit(f"{PAGE}.html", size=PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cells = "[...document.querySelectorAll('div.cell_output td')]"
    assert page.evaluate(f"{cells}.every(c => c.scrollWidth <= c.clientWidth + 1)")

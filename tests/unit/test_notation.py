"""The page on notation: each symbol is used on the page that it names."""

import re

import headings
import pytest

PAGE = (headings.ROOT / "book" / "notation.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| $")]
LINK = re.compile(r"\]\(\.\./(notebooks/\S+?)\.ipynb#(\S+?)\)")


def bare(tex):
    """Return TeX without spaces and the commands that only set its type.

    >>> bare(r"$ \\hat{\\mathbf{y}} $")
    '$\\\\hat{y}$'
    """
    tex = re.sub(r"\\(?:mathbf|boldsymbol|text)\{([^{}]*)\}", r"\1", tex)
    return re.sub(r"\s|\\,", "", tex)


def test_every_row_with_a_symbol_names_its_page():
    assert len(ROWS) > 30
    assert [row for row in ROWS if not LINK.search(row)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_symbol_is_used_on_the_page_that_introduces_it(row):
    page, anchor = LINK.search(row).groups()
    text = headings.markdown(page)
    assert headings.anchors(text).count(anchor) == 1
    formulas = " ".join(re.findall(r"\$+[^$]+\$+", text))
    symbols = re.findall(r"\$([^$]+)\$", row.split("|")[1])
    assert [s for s in symbols if bare(s) not in bare(formulas)] == []

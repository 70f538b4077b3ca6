"""The results that pages report, beside the recorded runs of the same setting."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, contents

from tools.build import REPORT

NUMBER = r"[-+.\de]+"
STRIP = re.compile(
    rf"[\w ]+ ({NUMBER}) \(recorded: ({NUMBER}) to ({NUMBER}) with (\d+) seeds\)"
)
SAYS = re.compile(r"^d2l\.report\(", re.MULTILINE)


def calls(name):
    """Return how many reports the code of a page makes."""
    path = ROOT / f"{name}.ipynb"
    if not path.exists():
        return 0
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return sum(len(SAYS.findall("".join(c["source"]))) for c in cells if c["cell_type"] == "code")


REPORTING = [name for name in contents() if calls(name)]


def test_some_pages_report_a_result():
    assert len(REPORTING) >= 4


@pytest.mark.parametrize("page", REPORTING)
def test_a_reported_result_lies_among_the_recorded_ones(site, page):
    if json.loads(REPORT.read_text("utf-8"))["data"] == "sample":
        pytest.skip("the book was built on a sample of the data")
    soup = BeautifulSoup((site / f"{page}.html").read_text("utf-8"), "html.parser")
    found = [STRIP.fullmatch(p.get_text()) for p in soup.select(".cell_output p")]
    strips = [match.groups() for match in found if match]
    assert len(strips) == calls(page)
    for texts in strips:
        value, low, high, seeds = map(float, texts)
        assert seeds >= 3
        # A sixth seed may lie outside the five; twice their range away it is another result.
        assert low - (high - low) <= value <= high + (high - low)

"""Two pages of the book as one PDF and one EPUB, by the commands that make all of it."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile

import pytest
from conftest import ROOT

from tools.press import pdffile

PAGES = ("notebooks/basics/05-softmax-regression-scratch", "book/references")


def press(*arguments, **variables):
    """Run the command; it drives a browser of its own, so it cannot run in this process."""
    return subprocess.run(
        [sys.executable, "-m", "tools.press", *arguments],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def made(site):
    """A function that makes a form of the pages and returns its file."""

    def make(form):
        said = press(form, *PAGES)
        assert said.returncode == 0, said.stderr
        return site.parent / "press" / f"some.{form}"

    return make


def test_pages_become_a_pdf_whose_links_work_and_which_has_an_outline(made):
    pdf = made("pdf").read_bytes()
    places = pdffile.destinations(pdf)
    count = len(pdffile.page_numbers(pdf))
    assert 8 < count < 40
    # The cover, the page on the edition and the contents come first.
    assert 4 == places["c01"] < places["c01-answer-1"] < places["c02"] <= count
    assert places["c01-asked-1"] < places["c01-answer-1"]
    assert b"/Outlines" in pdf and b"/StructTreeRoot" in pdf
    assert b"WenQuanYi" in pdf or b"CJK" in pdf or b"PingFang" in pdf or b"YaHei" in pdf


def test_pages_become_an_epub_of_well_formed_files_without_scripts(made):
    with zipfile.ZipFile(made("epub")) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xhtml", ".svg", ".opf"))]
        trees = {name: ET.fromstring(archive.read(name)) for name in names}
    assert {"EPUB/c01.xhtml", "EPUB/c02.xhtml", "EPUB/nav.xhtml"} <= trees.keys()
    assert len([name for name in names if name.endswith(".svg")]) >= 2
    page = trees["EPUB/c01.xhtml"]
    assert not page.findall(".//{*}script") and not page.findall(".//{*}details")
    assert len(page.findall(".//{*}math")) > 10
    assert len(page.findall(".//{*}figure/{*}img")) == 1


def test_what_is_missing_is_said_in_a_sentence(site, tmp_path):
    said = press("pdf", PAGES[1], PATH=str(tmp_path), PLAYWRIGHT_BROWSERS_PATH=str(tmp_path))
    assert said.returncode == 1
    assert said.stderr.startswith("error: There is no Chromium or Chrome to print with.")
    assert "apt-get install chromium" in said.stderr and "Traceback" not in said.stderr
    said = press("epub", "book/not-there")
    assert said.returncode == 1 and "No page of _toc.yml: book/not-there" in said.stderr

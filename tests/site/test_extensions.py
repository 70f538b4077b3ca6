"""The book's small Sphinx extensions."""

import doctest
import importlib
import json
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest
from conftest import ROOT

from tools.press.book import NAME

EXTENSIONS = ROOT / "book" / "_ext"
sys.path.insert(0, str(EXTENSIONS))
NAMES = sorted(path.stem for path in EXTENSIONS.glob("*.py"))


@pytest.mark.parametrize("module", NAMES)
def test_the_examples_of_an_extension_hold(module):
    assert doctest.testmod(importlib.import_module(module)).failed == 0


@pytest.mark.parametrize(
    ("tex", "part"),
    [
        (r"\boldsymbol{\theta}", "<mi>𝜽</mi>"),
        (r"\mathbb{R}", "<mi>ℝ</mi>"),
        (r"\hat{y}", '<mo stretchy="false">ˆ</mo>'),
        (r"\log q", '<mi>log</mi><mo>\u2061</mo><mspace width="0.1667em"></mspace><mi>q</mi>'),
        (r"\exp(x)", '<mi>exp</mi><mo>\u2061</mo><mo stretchy="false">(</mo>'),
        (r"\lVert x \rVert", '<mo stretchy="false">‖</mo><mi>x</mi>'),
        (r"\begin{aligned} a &= b \end{aligned}", "text-align:right"),
        (r"\begin{array}{c|c} a & b \end{array}", "border-left:1px solid"),
        (r"\stackrel{f}{=}", "<mrow><mover>"),
        (r"a < b", "<mo>&lt;</mo>"),
    ],
)
def test_tex_becomes_mathml_that_browsers_draw(tex, part):
    assert part in importlib.import_module("mathml").mathml(tex, True)


def build(folder, text, settings):
    """Build one page, warnings being errors; return its HTML, what Sphinx says, and the status."""
    (folder / "index.rst").write_text(f"Title\n=====\n\n{text}\n", "utf-8")
    path = f"import sys\nsys.path.append({str(EXTENSIONS)!r})\n"
    (folder / "conf.py").write_text(path + settings, "utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-N", "-W", "--keep-going"]
    done = subprocess.run([*command, folder, folder / "out"], capture_output=True, text=True)
    return (folder / "out" / "index.html").read_text("utf-8"), done.stderr, done.returncode


MATHEMATICS = "extensions = ['mathml']\nhtml_math_renderer = 'mathml'\n"


def test_a_formula_that_cannot_be_read_fails_the_build_and_names_the_place(tmp_path):
    html, said, status = build(tmp_path, r"See :math:`\nosuchcommand x`.", MATHEMATICS)
    assert status == 1
    assert "index.rst:4: WARNING" in said
    assert "nosuchcommand" in said
    assert r"<code>\nosuchcommand x</code>" in html


def test_a_labelled_equation_has_a_number_and_references_lead_to_it(tmp_path):
    text = ".. math:: a = b\n   :label: one\n\nBy :eq:`one`."
    html, said, status = build(tmp_path, text, MATHEMATICS)
    assert (said, status) == ("", 0)
    assert 'id="equation-one"' in html
    assert 'href="#equation-one">(1)</a>' in html


STUB = """
extensions = ["component"]
from d2lutils.records import views

class Explorer:
    def __init__(self, name, **options):
        self.said = f"{name} {options}"
    def _repr_mimebundle_(self):
        return {"text/html": f"<p>{self.said}</p>"}

views.explorer_from_record = Explorer
"""


def test_a_record_becomes_a_component_with_the_options_given(tmp_path):
    text = ".. component:: part/01-page\n   :metrics: loss, error\n   :start: {lr: 0.1}"
    html, said, status = build(tmp_path, text, STUB)
    assert (said, status) == ("", 0)
    assert "<p>part/01-page {'metrics': ['loss', 'error'], 'start': {'lr': 0.1}}</p>" in html


def test_a_record_that_is_missing_fails_the_build_and_is_named(tmp_path):
    _, said, status = build(tmp_path, ".. component:: part/99-none", "extensions = ['component']")
    assert status == 1
    assert "part/99-none is not recorded yet" in said


REFERENCE = "extensions = ['access', 'reference', 'uses']\nhtml_theme = 'basic'\n"


def test_a_name_that_the_package_lacks_fails_the_build_and_is_named(tmp_path):
    _, said, status = build(tmp_path, "See ``d2l.no_such_name``.", REFERENCE + "nitpicky = True\n")
    assert status == 1
    assert "index.rst:4: WARNING: py:obj reference target not found: d2lutils.no_such_name" in said


def test_a_public_name_without_an_entry_fails_the_build_and_is_named(tmp_path):
    modules = "checks data devices experiment metrics plotting records report training widgets"
    html, said, status = build(tmp_path, f".. names:: {modules}", REFERENCE)
    assert status == 1
    assert "d2lutils.sgd is on no page of the reference: add its module d2lutils.steps" in said
    assert 'id="d2lutils.train_ch3"' in html


# ---- notes

NOTES = "extensions = ['myst_parser', 'notes']\nmyst_heading_anchors = 2\n"


def map_of(folder, where):
    """Write a data file of one line, and a page that it may link to."""
    line = f'[basics.A01]\ntopic = "Sum"\nsays = "It adds."\nwhere = {where}\n'
    (folder / "index.toml").write_text(line, "utf-8")
    (folder / "book").mkdir()
    page = "---\norphan: true\n---\n# Papers (论文)\n\n## What `sum()` does\n\n## Again\n"
    (folder / "book" / "papers.md").write_text(page, "utf-8")


def test_a_line_of_the_notes_links_to_headings_by_their_names(tmp_path):
    map_of(tmp_path, ["papers#what-sum-does", "papers#again", "papers"])
    html, said, status = build(tmp_path, ".. notes:: basics", NOTES)
    assert (said, status) == ("", 0)
    assert "<strong>Sum</strong>: It adds." in html
    assert 'href="book/papers.html#what-sum-does">Papers: What sum() does</a>' in html
    assert 'href="book/papers.html#again">Again</a>' in html
    assert 'href="book/papers.html">Papers</a>' in html


@pytest.mark.parametrize("place", ["papers#nowhere", "none", "part/01-none#again"])
def test_a_place_of_the_map_that_is_not_there_fails_the_build_and_is_named(tmp_path, place):
    map_of(tmp_path, ["papers#again", place])
    _, said, status = build(tmp_path, ".. notes:: basics", NOTES)
    assert (said.count("WARNING"), status) == (1, 1)
    assert f"index.rst:4: WARNING: 'heading' reference target not found: {place}" in said


def test_a_part_that_the_map_lacks_fails_the_build_and_is_named(tmp_path):
    map_of(tmp_path, ["papers"])
    _, said, status = build(tmp_path, ".. notes:: rnn", NOTES)
    assert status == 1
    assert "index.toml has no part 'rnn'." in said


# ---- paths

@pytest.mark.parametrize(
    ("text", "said"),
    [
        (".. pages::\n\n   basics/99-none", "notebooks/basics/99-none is no page of the book"),
        (".. aloud::", "Which pages?"),
    ],
)
def test_a_path_without_pages_or_with_a_wrong_one_fails_the_build(tmp_path, text, said):
    _, words, status = build(tmp_path, text, "extensions = ['paths']\n")
    assert status == 1
    assert "index.rst:4: " in words and said in words


# ---- payloads

def test_large_data_of_a_component_move_into_a_file_and_small_ones_stay(tmp_path):
    payloads = importlib.import_module("payloads")
    element = '<script type="text/plain" class="d2l-payload" data-key="{}">{}</script>'
    small, large = element.format("1a", '"ab"'), element.format("2b", f'"{"x" * 30_000}"')
    context = {"body": f"<p>{small}{large}{large}</p>", "pathto": lambda name, _: f"../{name}"}
    payloads.move(SimpleNamespace(outdir=tmp_path), "page", "page.html", context, None)
    moved = large.replace('"2b"', '"2b" data-file="../_static/payloads/2b.js"')
    moved = moved.replace(f'"{"x" * 30_000}"', "")
    assert context["body"] == f"<p>{small}{moved}{moved}</p>"
    [file] = tmp_path.rglob("*.js")
    assert file.read_text("utf-8") == (
        f'(window.d2lPayloads ??= {{}})["2b"] = "{"x" * 30_000}";\n')


# ---- downloads

def test_the_book_as_one_file_is_offered_once_it_is_there(tmp_path):
    settings = "extensions = ['downloads']"
    html, _, status = build(tmp_path, ".. downloads::", settings)
    assert status == 0
    assert "<code>make pdf</code>" in html and "download>" not in html

    name = f"{NAME}.pdf"
    site = next(tmp_path.rglob("index.html")).parent
    (site.parent / name).write_bytes(bytes(2_600_000))
    html, _, _ = build(tmp_path, ".. downloads::", settings)
    assert f'<a href="{name}" download>a PDF to print</a> (3 MB, ' in html
    assert "EPUB" not in html and (site / name).stat().st_size == 2_600_000

    (site.parent / name).unlink()
    html, _, _ = build(tmp_path, ".. downloads::", settings)
    assert "<code>make pdf</code>" in html and not (site / name).exists()


# ---- executions

def executed(folder, **seconds):
    """Write the report of an execution of notebooks of one part."""
    rows = [{"notebook": f"basics/{name}", "seconds": took, "date": "2026-11-02T09:00:00+00:00",
             "machine": "Linux (x86_64), 2 cores"} for name, took in seconds.items()]
    (folder / "book").mkdir(exist_ok=True)
    (folder / "notebooks" / "basics").mkdir(parents=True, exist_ok=True)
    for page in ("book/basics", *(f"notebooks/{row['notebook']}" for row in rows)):
        title = page.split("/")[-1].capitalize()
        (folder / f"{page}.md").write_text(f"---\norphan: true\n---\n# {title}\n", "utf-8")
    report = {"notebooks": rows, "versions": {"python": "3.13.1", "torch": "2.15.0"}}
    (folder / "execution.json").write_text(json.dumps(report), "utf-8")


EXECUTIONS = "extensions = ['myst_parser', 'executions']\n"


def test_the_execution_times_are_read_again_when_there_are_others(tmp_path):
    executed(tmp_path, one=4.2, two=98.6)
    html, said, status = build(tmp_path, ".. execution-times::", EXECUTIONS)
    assert (said, status) == ("", 0)
    assert "from Linux (x86_64), 2 cores, with python 3.13.1 and torch 2.15.0." in html
    assert cells_of(html) == [
        f"<strong>{link('book/basics')}</strong>", "<strong>103</strong>", "",
        link("notebooks/basics/one"), "4", "2 November 2026",
        link("notebooks/basics/two"), "99", "2 November 2026",
        "<strong>The book</strong>", "<strong>103</strong>", "",
    ]
    executed(tmp_path, one=4.2, two=50.0)
    html, _, _ = build(tmp_path, ".. execution-times::", EXECUTIONS)
    assert cells_of(html)[-2] == "<strong>54</strong>"


def cells_of(html):
    return re.findall(r"<td><p>(.*?)</p></td>", html)


def link(page):
    title = page.split("/")[-1].capitalize()
    return f'<a class="reference internal" href="{page}.html">{title}</a>'


def test_without_an_execution_there_are_no_times(tmp_path):
    _, said, status = build(tmp_path, ".. execution-times::", EXECUTIONS)
    assert status == 1 and "There are no times yet" in said

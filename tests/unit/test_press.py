"""The book as one file: chapters from pages of the site, the EPUB, and where a PDF's links lead."""

import base64
import doctest
import importlib
import json
import posixpath
import xml.etree.ElementTree as ET
import zipfile
from io import BytesIO

import pytest

pytest.importorskip("tools.build", reason="needs the extra 'book'")
from tools.press import chapters, epub, pdf, pdffile, stills, xhtml  # noqa: E402
from tools.press.book import Book  # noqa: E402

XHTML = "{http://www.w3.org/1999/xhtml}"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)  # nothing here looks at the picture
PART = """<html><nav><a href="elsewhere.html">x</a></nav>
<article class="bd-article"><section id="one">
<h1>One (一)<a class="headerlink" href="#one">#</a></h1>
<p>See <a href="../notebooks/a/two.html#deep">two</a>, <a href="../search.html">search</a> and
<a href="https://example.org/">afar</a>.</p>
<details><summary>An aside</summary><p>Said in passing.</p></details>
</section></article></html>"""
PAGE = """<html><article class="bd-article"><section id="two"><h1>Two</h1>
<details><summary>Why?</summary><p>Because.</p></details>
<h2 id="deep">Deep</h2>
<div class="cell tag_hide-input"><details class="fold above-input"><summary>Show code</summary>
<div class="cell_input"><pre>d2l.Explorer()</pre></div></details>
<div class="cell_output"><div class="d2l-component d2l-explorer" data-d2l="abc">
<p class="d2l-caption">Which wins?</p></div><script>alert("still?")</script></div></div>
<div class="cell tag_predict"><div class="d2l-component d2l-predict" data-d2l="def">
<p class="d2l-question">More or fewer?</p><div class="d2l-choice">More</div>
<details class="d2l-actions"><summary>Show the answer</summary><p>More. It is so.</p></details>
</div></div>
<p><strong>In an interview:</strong> <em>why at all?</em></p>
<details><summary>A model answer</summary><p>For practice.</p></details>
<div class="cell tag_solution"><details class="fold above-input"><summary>Show solution</summary>
<div class="cell_input"><pre><span class="k">return</span> <span class="n">x</span></pre></div>
</details></div>
<p id="deep-2">Back to <a href="../../book/one.html">one</a>, <a href="#deep">deep</a>,
<a href="#gone">gone</a>: <math><mi>x</mi></math> <img src="../../_images/a.svg">
<svg viewBox="0 0 9 9"><marker id="m" markerWidth="3"></marker>
<path marker-end="url(#m)"/></svg></p>
</section></article></html>"""
SVG = '<!DOCTYPE svg PUBLIC "a" "b"><svg xmlns="http://www.w3.org/2000/svg"><path id="a"/></svg>'


@pytest.fixture
def book(tmp_path):
    """A book of two pages that was built."""
    site = tmp_path / "_build" / "html"
    for name, text in {
        "book/one.html": PART,
        "notebooks/a/two.html": PAGE,
        "_images/a.svg": SVG,
        "_static/math.woff2": "font",
        "../execution.json": json.dumps(
            {"date": "2026-11-22T07:00:00", "versions": {"python": "3.11", "torch": "2.15"}}
        ),
    }.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")
    (tmp_path / "_config.yml").write_text("title: A & B\ncopyright: 2026, us\n")
    (tmp_path / "_toc.yml").write_text(
        "root: index\nchapters:\n- file: book/one\n  sections:\n  - file: notebooks/a/two\n"
    )
    (tmp_path / "pyproject.toml").write_text(
        '[project.urls]\nRepository = "https://github.com/you/your-fork"\n'
    )
    return Book.whole(tmp_path)


@pytest.fixture
def read(book):
    return chapters.read(book.site, list(book.pages), {"abc": PNG})


def hrefs(chapter):
    return [tag["href"] for tag in chapter.body.select("a[href]")]


@pytest.mark.parametrize("name", ["chapters", "epub", "folds", "pdf", "pdffile", "stills", "xhtml"])
def test_the_examples_hold(name):
    assert doctest.testmod(importlib.import_module(f"tools.press.{name}")).failed == 0


def test_the_chapters_are_those_of_the_contents_with_their_levels(book, read):
    assert book.pages == (("book/one", 1), ("notebooks/a/two", 2))
    assert [(c.key, c.title, c.level) for c in read] == [("c01", "One (一)", 1), ("c02", "Two", 2)]


def test_links_lead_to_chapters_and_those_to_what_is_not_printed_to_its_chapter(read):
    one, two = read
    assert hrefs(one) == ["#c02-deep", "https://example.org/"]
    assert "search" in one.body.get_text()
    assert hrefs(two)[-3 - 4 : -4] == ["#c01", "#c02-deep", "#c02"]  # four answers lead back


def test_all_identifiers_of_a_chapter_begin_with_its_key(read):
    for found in read:
        ids = [tag["id"] for tag in found.body.find_all(id=True)]
        assert len(set(ids)) == len(ids)
        assert all(name.startswith(f"{found.key}-") for name in ids)
    assert read[1].body.svg.path["marker-end"] == "url(#c02-m)"


def test_a_component_is_its_still_and_the_code_of_a_figure_is_left_out(read):
    body = read[1].body
    picture = body.select_one("figure img")
    assert base64.b64decode(picture["src"].partition(",")[2]) == PNG
    assert picture["alt"] == "Which wins?"
    assert body.figcaption.get_text() == "Which wins? On the site this figure can be moved."
    assert "Explorer" not in body.get_text()
    assert not body.select("script, details, summary, noscript")


def test_answers_stand_at_the_end_of_a_notebook_and_lead_back(read):
    body = read[1].body
    heads = [head.get_text() for head in body.select(".answers .answer-head")]
    assert heads == ["1 Why?", "2 More or fewer?", "3 In an interview: why at all?", "4 Solution"]
    asked = [line.get_text() for line in body.select(".asked")]
    assert asked == ["Why? Answer 1", "Answer 2", "A model answer Answer 3", "Solution 4"]
    for number, entry in enumerate(body.select(".answer"), 1):
        assert entry.a["href"] == f"#{body.select('.asked')[number - 1]['id']}"
    solution = body.select_one("#c02-answer-4 pre")
    assert str(solution) == '<pre><span class="k">return</span> x</pre>'


def test_an_aside_of_a_page_of_prose_is_opened_in_its_place(read):
    body = read[0].body
    assert body.select_one(".opened").get_text(" ", strip=True) == "An aside Said in passing."
    assert not body.select(".answers")


def test_stills_come_from_the_cache_by_their_keys(tmp_path):
    data = {"text/html": ['<div data-d2l="abc">', "</div>"]}
    outputs = [{"data": {**data, "image/png": base64.b64encode(PNG).decode()}}, {"text": "hello"}]
    path = tmp_path / "executed" / "key" / "base.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"cells": [{"source": "1"}, {"outputs": outputs}]}))
    assert stills.from_cache(tmp_path) == {"abc": PNG}


# The EPUB


@pytest.fixture
def archive(book, tmp_path, monkeypatch):
    monkeypatch.setattr(stills, "from_cache", lambda folder: {"abc": PNG})
    return zipfile.ZipFile(BytesIO(epub.make(book, tmp_path, tmp_path)))


def test_an_epub_begins_with_its_kind_and_lists_all_files(archive):
    first = archive.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert archive.read("mimetype") == b"application/epub+zip"
    manifest = ET.fromstring(archive.read("EPUB/package.opf"))
    listed = {f"EPUB/{item.get('href')}" for item in manifest.findall(".//{*}item")}
    there = set(archive.namelist()) - {"mimetype", "META-INF/container.xml", "EPUB/package.opf"}
    assert listed == there
    ids = {item.get("id"): item.get("properties") for item in manifest.findall(".//{*}item")}
    assert [row.get("idref") for row in manifest.findall(".//{*}itemref")] == [
        *("cover", "about", "nav", "c01", "c02")
    ]
    assert (ids["c01"], ids["c02"], ids["nav"]) == (None, "mathml svg", "nav")


def test_the_links_and_pictures_of_an_epub_are_inside_it(archive):
    pages = {n: ET.fromstring(archive.read(n)) for n in archive.namelist() if n.endswith(".xhtml")}
    ids = {name: {tag.get("id") for tag in page.iter()} for name, page in pages.items()}
    for page in pages.values():
        assert not list(page.iter(f"{XHTML}script"))
        for picture in page.iter(f"{XHTML}img"):
            assert posixpath.join("EPUB", picture.get("src")) in archive.namelist()
        for link in page.iter(f"{XHTML}a"):
            file, _, fragment = link.get("href").partition("#")
            if not file.startswith("https:"):
                assert not fragment or fragment in ids[f"EPUB/{file}"]
    [nav] = pages["EPUB/nav.xhtml"].iter(f"{XHTML}nav")
    below = nav.findall(f".//{XHTML}ol//{XHTML}ol//{XHTML}a")
    assert [link.get("href") for link in below] == ["c02.xhtml"]


def test_svg_and_mathml_in_an_epub_have_their_names_and_namespaces(archive):
    page = ET.fromstring(archive.read("EPUB/c02.xhtml"))
    [svg] = page.iter("{http://www.w3.org/2000/svg}svg")
    assert svg.get("viewBox") == "0 0 9 9"
    assert len(list(page.iter("{http://www.w3.org/1998/Math/MathML}mi"))) == 1
    assert b"DOCTYPE" not in archive.read("EPUB/images/a.svg")


def test_what_is_not_well_formed_is_refused():
    with pytest.raises(ValueError, match="not well-formed"):
        xhtml.page("A page", "<p>1 < 2</p>")


# The PDF


def written(objects, trailer):
    """Return a PDF file of these objects, numbered from 1."""
    pdf_file, starts = b"%PDF-1.4\n", [0]
    for number, text in enumerate(objects, 1):
        starts.append(len(pdf_file))
        pdf_file += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    rows = b"".join(b"%010d 00000 n \n" % start for start in starts)
    table = b"xref\n0 %d\n%strailer\n%s\n" % (len(starts), rows, trailer)
    return pdf_file + table + b"startxref\n%d\n%%%%EOF\n" % len(pdf_file)


def test_the_pages_of_a_pdf_s_destinations_are_found():
    objects = [
        b"<</Type /Catalog /Pages 2 0 R /Dests 6 0 R>>",
        b"<</Type /Pages /Kids [3 0 R 5 0 R]>>",
        b"<</Type /Pages /Kids [4 0 R]>>",
        b"<</Type /Page>>",
        b"<</Type /Page>>",
        b"<</c01 [5 0 R /XYZ 6 8 0] /c02#2da [4 0 R /XYZ 6 8 0]>>",
    ]
    found = pdffile.destinations(written(objects, b"<</Root 1 0 R>>"))
    assert found == {"c01": 2, "c02-a": 1}


def test_another_kind_of_pdf_is_refused():
    with pytest.raises(ValueError, match="not written by Chromium"):
        pdffile.destinations(b"%PDF-1.7\nstartxref\n9\n%%EOF")


def test_a_link_to_another_chapter_is_followed_by_its_page(book, read):
    for found in read:
        pdf.prepare(found, "../html")
    text = pdf.document(book, read, {"c02": 7, "c02-deep": 8, "c01": 3}, "../html")
    assert 'src="../html/_images/a.svg"' in text and "../html/_static/math.woff2" in text
    assert 'two</a><span class="page" data-to="c02-deep"> (p. 8)</span>' in text
    assert text.count("(p. ") == 2
    assert "<span>7</span>" in text and "A &amp; B" in text
    assert [h.name for h in read[1].body.select(".h1, .h2")] == ["h2", "h3", "h3"]

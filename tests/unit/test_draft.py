"""The draft: one page is executed and shown in the book, the others without outputs."""

import json

import pytest

pytest.importorskip("tools.build", reason="needs the extra 'book'")
from test_build import book, write  # noqa: E402, F401 (book is a fixture)

from tools import draft  # noqa: E402


def shown(book, page):  # noqa: F811
    html = book / "_build" / "draft" / "_build" / "html" / "notebooks" / "a" / f"{page}.html"
    return html.read_text(encoding="utf-8").replace("\n", "")


def test_one_page_is_executed_and_the_others_have_no_outputs(book, capfd):  # noqa: F811
    assert draft.main(["a/one"]) == 0
    text = capfd.readouterr().out
    assert "[1/1] a/one" in text and "a/two" not in text
    assert text.rstrip().endswith("/_build/draft/_build/html/notebooks/a/one.html")
    assert ">42<" in shown(book, "one") and ">42<" not in shown(book, "two")
    assert not (book / "_build" / "html").exists()
    report = json.loads((book / "_build" / "draft" / "_build" / "execution.json").read_text())
    assert [row["notebook"] for row in report["notebooks"]] == ["a/one"]


def test_it_is_executed_again_when_it_or_the_package_has_changed(book, capfd):  # noqa: F811
    other = book / "d2lutils" / "__init__.py"
    write(book / "notebooks" / "a" / "one.ipynb", f"open({str(other)!r}).read()")
    for content in ("# first", "# second"):
        other.write_text(content)
        assert draft.main(["a/one"]) == 0
        assert "[1/1] a/one" in capfd.readouterr().out
        assert content in shown(book, "one")
    assert draft.main(["a/one"]) == 0
    assert "[1/1]" not in capfd.readouterr().out


def test_a_notebook_that_fails_is_told_with_its_cell(book, capfd):  # noqa: F811
    write(book / "notebooks" / "a" / "one.ipynb", "1 / 0")
    assert draft.main(["a/one"]) == 1
    said = capfd.readouterr()
    assert "cell 2" in said.out and "the page was not built" in said.err


def test_what_sphinx_complains_of_is_told_each_time(book, capfd):  # noqa: F811
    path = write(book / "notebooks" / "a" / "one.ipynb", "1")
    path.write_text(path.read_text().replace("# Title", "# Title [nowhere](not-there.md)"))
    for _ in range(2):
        assert draft.main(["a/one"]) == 1
        assert "not-there.md" in capfd.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["a/one", "a/two"], ["a/three"], ["index"]])
def test_a_wrong_name_is_refused(book, capsys, arguments):  # noqa: F811
    assert draft.main(arguments) == 2
    assert capsys.readouterr().err
    assert not (book / "_build").exists()

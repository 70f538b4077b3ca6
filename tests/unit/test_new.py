"""The skeletons: they pass the tests that pages have to pass, and are written whole or not."""

import doctest
import subprocess
import sys

import pytest
from copies import ROOT, contents, copied

from tools import new

MADE = {
    "notebook": "regularization/90-my-page",
    "component": "my-dial",
    "data": "my-data",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A copy of the book with one skeleton of each kind."""
    folder = copied(tmp_path_factory.mktemp("book"))
    for kind, name in MADE.items():
        assert new.main([kind, name], folder) == 0
    return folder


def test_the_examples_hold():
    assert doctest.testmod(new).failed == 0


def test_new_skeletons_pass_what_pages_components_and_data_sets_have_to_pass(book):
    """As they are, before anything in them is replaced; the browser's part: tests/site.

    They are made in a copy of this book, so what is wrong in the book fails here once more.
    """
    tests = [f"tests/notebooks/test_{n}.py" for n in ("format", "papers", "same_code", "smoke")]
    tests += [f"tests/unit/test_{n}.py" for n in (
        "concepts", "docstrings", "functions", "my_data", "my_dial", "paths",
        "troubleshooting", "widgets",
    )]  # fmt: skip
    # Of the tests with a case for each page or name, those of the new ones; and those over all.
    chosen = "my or My or table_of_contents or course or every or each_message"
    command = [sys.executable, "-m", "pytest", "-q", "--tb=line", "-k", chosen, *tests]
    ran = subprocess.run(command, cwd=book, capture_output=True, text=True)
    assert ran.returncode == 0, f"in a copy of the book, with skeletons beside:\n{ran.stdout}"


def test_what_has_to_be_replaced_is_found_until_it_is(book):
    found = {line.split(":")[0] for line in new.left(book)}
    assert found >= {
        f"notebooks/{MADE['notebook']}.ipynb", "book/regularization.md",
        "d2lutils/widgets/my_dial.py", "d2lutils/widgets/my_dial.js",
        "d2lutils/data/my_data.py", "d2lutils/data/shipped.py", "d2lutils/data/files/README.md",
        "tools/make_my_data.py",
    }  # fmt: skip


@pytest.mark.page
def test_nothing_is_left_to_be_replaced_here():
    assert list(new.left(ROOT)) == []


@pytest.mark.parametrize("kind, name, words", [
    ("notebook", "my-page", "has to look like cnn/12-my-page"),
    ("notebook", "vision/01-my-page", "a part of appendix, basics, cnn"),
    ("notebook", "cnn/12_my_page", "small letters, digits and hyphens"),
    ("notebook", "cnn/../12-my-page", "has to look like"),
    ("notebook", "cnn/06-my-page", "the next one that is free is 12"),
    ("notebook", "cnn/00-my-page", "before its first page"),
    ("component", "MyDial", "small letters, digits and hyphens"),
    ("component", "my_dial", "such as my-dial"),
    ("component", "quiz", "Quiz is a name"),
    ("component", "vocab", "Vocab is a name"),
    ("component", "class", "class is a name"),
    ("component", "legend", "kit.css has a class d2l-legend"),
    ("component", "training", "training is a name"),
    ("component", "format", "format is a name"),
    ("component", "ladder-picture", "there is d2lutils/widgets/ladder_picture.js already"),
    ("data", "my-dial", "there is tests/unit/test_my_dial.py already"),
    ("data", "list", "list is a name"),
    ("data", "my data", "is no name"),
])  # fmt: skip
def test_a_bad_name_is_refused_and_nothing_is_written(book, capsys, kind, name, words):
    before = contents(book)
    assert new.main([kind, name], book) == 2
    assert words in capsys.readouterr().err
    assert contents(book) == before


@pytest.mark.parametrize("kind", MADE)
def test_nothing_is_overwritten(book, capsys, kind):
    before = contents(book)
    assert new.main([kind, MADE[kind]], book) == 2
    assert "error: " in capsys.readouterr().err
    assert contents(book) == before


@pytest.mark.parametrize("kind", MADE)
def test_a_write_that_fails_leaves_nothing_behind(book, monkeypatch, kind):
    before, written = contents(book), []

    def write(path, text):
        if len(written) == 2:
            monkeypatch.undo()
            raise KeyboardInterrupt
        written.append(path)
        real(path, text)

    real = new.write_at_once
    monkeypatch.setattr(new, "write_at_once", write)
    other = MADE[kind].replace("90-", "91-").replace("my-", "other-")
    with pytest.raises(KeyboardInterrupt):
        new.main([kind, other], book)
    assert len(written) == 2
    assert contents(book) == before


@pytest.mark.parametrize("arguments", [[], ["page", "cnn/12-a"], ["data"], ["data", "a", "b"]])
def test_a_wrong_command_says_how_to_call_it(book, capsys, arguments):
    assert new.main(arguments, book) == 2
    assert "python -m tools.new component my-dial" in capsys.readouterr().err

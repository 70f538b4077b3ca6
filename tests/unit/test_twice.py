"""Two executions of the notebooks compared: what differs, and what is left out."""

import base64
import doctest
import io
import json

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

build = pytest.importorskip("tools.build", reason="needs the extra 'book'")
from tools import execution, twice  # noqa: E402


def text(words, kind="stream"):
    if kind == "stream":
        return new_output("stream", text=words)
    return new_output("execute_result", {kind: words})


def png(value, size=4):
    """Return the output of a gray square, its first pixel brighter by a value."""
    pixels = np.full((size, size), 100, dtype=np.uint8)
    pixels[0, 0] += value
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return new_output("display_data", {"image/png": base64.b64encode(file.getvalue()).decode()})


def notebook(*outputs, tags=()):
    """Return a notebook with a title and a cell with these outputs."""
    cell = new_code_cell("1", id="cell-a", outputs=list(outputs), metadata={"tags": list(tags)})
    return new_notebook(cells=[new_markdown_cell("# Title"), cell])


SVG = '<svg>\n<g id="axes_1">\n<g id="line2d_1">\n<path d="M 30 {}"/>\n</g></g></svg>'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ([text("loss 0.51\n")], [text("loss 0.52\n")],
         "output 1, stdout: line 1 of 2: 'loss 0.51' -> 'loss 0.52'"),
        ([text("same"), text("1", "text/html")], [text("same"), text("1\n2", "text/html")],
         "output 2, text/html: line 2 of 2: '' -> '2'"),
        ([text(SVG.format(4), "image/svg+xml")], [text(SVG.format(5), "image/svg+xml")],
         "output 1, image/svg+xml: line 4 of 5 in line2d_1: "
         "'<path d=\"M 30 4\"/>' -> '<path d=\"M 30 5\"/>'"),
        ([png(0)], [png(7)], "output 1, image/png: 6.2% of the pixels, by at most 7 of 255"),
        ([png(0)], [png(0, size=5)], "output 1, image/png: 4 x 4 -> 5 x 5 pixels"),
        ([text("1")], [text("1"), png(0)],
         "outputs: stdout -> stdout; image/png"),
        ([text("1")], [], "outputs: stdout -> none"),
    ],
    ids=["text", "html", "svg", "png", "size", "one more", "one less"],
)
def test_a_difference_is_named_with_its_cell_and_kind(old, new, said):
    assert twice.compare_notebooks(notebook(*old), notebook(*new)) == [
        f"cell 2 (id cell-a), {said}"]
    assert twice.compare_notebooks(notebook(*old), notebook(*old)) == []


def test_cells_that_show_time_are_left_out():
    old, new = (notebook(text(words), tags=["timing"]) for words in ("1 s", "2 s"))
    assert twice.compare_notebooks(old, new) == []


def test_of_a_long_line_the_place_is_shown():
    said = twice.compare_texts("x" * 500 + "1" + "y" * 500, "x" * 500 + "2" + "y" * 500)
    assert "'" + "x" * twice.BEFORE + "1yy" in said and len(said) < 200


def test_the_examples_hold():
    assert doctest.testmod(twice).failed == 0


# Folders of results


@pytest.fixture
def results(tmp_path, monkeypatch):
    """A book of two notebooks, and two folders with equal results of both."""
    paths = [tmp_path / "notebooks" / "a" / f"{name}.ipynb" for name in ("01-one", "02-two")]
    paths[0].parent.mkdir(parents=True)
    for number, path in enumerate(paths):
        cell = new_code_cell(f"{number}", id="cell-a")
        nbformat.write(new_notebook(cells=[new_markdown_cell("# Title"), cell]), path)
    monkeypatch.setattr(build, "notebooks", lambda root: paths)
    folders = [tmp_path / "results" / name for name in ("old", "new")]
    for folder in folders:
        for path in paths:
            put(folder, path, "1")
    return paths, folders


def put(folder, path, words):
    """Put a notebook with a text as the output of its cell into a folder of results."""
    executed = nbformat.read(path, as_version=4)
    executed.cells[1].outputs = [text(words)]
    cache = execution.open_cache(folder)
    execution.store(cache, execution.Result(path, executed, 1.0, ""))


def call(folders, *names):
    return twice.main([*names, "--between", *map(str, folders)])


def test_equal_folders_agree_and_a_difference_is_an_error(results, capsys):
    [one, two], [old, new] = results
    assert call([old, new]) == 0
    assert capsys.readouterr().out == "0 of 2 notebooks differ\n"
    put(new, two, "2")
    assert call([old, new]) == 1
    assert capsys.readouterr().out == (
        "a/02-two, cell 2 (id cell-a), output 1, stdout: line 1 of 1: '1' -> '2'\n"
        "1 of 2 notebooks differ: a/02-two\n")
    assert call([old, new], "a/01") == 0


def test_a_notebook_without_results_differs(results, capsys):
    [one, _], [old, new] = results
    changed = nbformat.read(one, as_version=4)
    changed.cells[1].source = "other code"
    nbformat.write(changed, one)
    put(old, one, "1")
    assert call([old, new]) == 1
    assert f"a/01-one, no result in {new}\n" in capsys.readouterr().out


def test_what_is_not_there_is_an_error(results, capsys):
    _, [old, _] = results
    assert call([old, old.parent / "none"]) == 1
    assert "none holds no results of notebooks" in capsys.readouterr().err
    assert call([old, old], "b") == 1
    assert "nothing here begins with 'b'; there are: a/01-one, a/02-two" in capsys.readouterr().err


def test_the_second_results_are_made_from_nothing(results, monkeypatch, capsys):
    """The build's own runner executes them; a second call does not find those of the first."""
    paths, [old, _] = results
    folder = old.parent.parent / "_build"
    (folder / "cache").mkdir(parents=True)
    old.rename(folder / "cache" / "key")
    (folder / "execution.json").write_text(json.dumps({"data": "full"}))
    monkeypatch.setattr(build, "BUILD", folder)
    monkeypatch.setattr(build, "REPORT", folder / "execution.json")
    monkeypatch.setattr(build, "cache_folder", lambda data: folder / "cache" / "key")
    words = iter("122")

    def execute(chosen, data, keep):
        for path in chosen:
            executed = nbformat.read(path, as_version=4)
            executed.cells[1].outputs = [text(next(words))]
            keep(execution.Result(path, executed, 1.0, ""))

    monkeypatch.setattr(build, "execute_in_full", execute)
    assert twice.main([]) == 1
    assert "1 of 2 notebooks differ: a/02-two" in capsys.readouterr().out
    assert twice.main(["a/02"]) == 1
    again = twice.opened(folder / "again" / "key")
    assert [twice.result_of(path, again) is None for path in paths] == [True, False]

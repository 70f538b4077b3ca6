"""The ids and descriptions that figures are given when a page is read."""

import importlib
import io
import re
import sys

import pytest
from conftest import ROOT
from matplotlib.figure import Figure
from nbformat import v4
from test_extensions import build

sys.path.insert(0, str(ROOT / "book" / "_ext"))


def notebook(*cells):
    """Return a notebook of executed cells, given by their ids, code, and outputs by MIME type."""
    made = [v4.new_markdown_cell("# Title\n\n## Waves")]
    for name, code, outputs in cells:
        shown = [v4.new_output("display_data", data) for data in outputs]
        made.append(v4.new_code_cell(code, id=name, outputs=shown, execution_count=1))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return v4.writes_json(v4.new_notebook(cells=made, metadata={"kernelspec": kernel}))


def plot(**labels):
    """Return a line plot as Jupyter notes it."""
    figure, file = Figure(), io.StringIO()
    ax = figure.subplots()
    ax.plot([1, 2], label="a, b")
    ax.set(**labels)
    ax.legend()
    figure.savefig(file, format="svg")
    return {"image/svg+xml": file.getvalue(), "text/plain": "<Figure size 640x480 with 1 Axes>"}


def page(folder, *cells):
    """Return the HTML of a page with a notebook's cells."""
    (folder / "page.ipynb").write_text(notebook(*cells), "utf-8")
    settings = "extensions = ['myst_nb', 'figures']\nnb_execution_mode = 'off'\n"
    _, said, status = build(folder, ".. toctree::\n\n   page", settings)
    assert (said, status) == ("", 0)
    return (folder / "out" / "page.html").read_text("utf-8")


def ids(html):
    return re.findall(r'id="(figure-[^"]+)"', html)


def test_a_figure_is_named_after_its_cell_whatever_it_shows(tmp_path):
    for number, label in enumerate(["loss", "error"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        one, other = plot(ylabel=label), plot()
        html = page(folder, ("ab12", "draw()", [one, other]), ("cd34", "draw()", [one]))
        assert ids(html) == ["figure-ab12", "figure-ab12-2", "figure-cd34"]
        assert f'alt="Plot: y axis: {label}. Legend: a, b."' in html


def test_a_component_has_an_address_and_questions_and_tables_have_none(tmp_path):
    component = '<div class="d2l-component d2l-{}" data-d2l="1"></div>'
    kinds = ("quiz", "predict", "concept_cards", "explorer")
    shown = ["<table></table>", *map(component.format, kinds)]
    html = page(tmp_path, ("ab12", "show()", [{"text/html": one} for one in shown]))
    assert ids(html) == ["figure-ab12"]
    assert re.search(r'<div class="[^"]*book-figure[^"]*" id="figure-ab12"><div class="d2l-', html)


PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsvVGLwAAAABJRU5ErkJggg=="
)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ax.set(xlabel='step', ylabel='loss')", "Plot: loss against step."),
        ("%time draw()", "Plot in the section “Waves”."),
    ],
)
def test_a_picture_without_words_is_described_by_its_code_or_place(tmp_path, code, words):
    html = page(tmp_path, ("ab12", code, [{"image/png": PIXEL}]))
    assert f'alt="{words}"' in html


def drawn(draw, **layout):
    """Return the words for a figure of axes that a function draws in."""
    figure, file = Figure(layout="constrained"), io.StringIO()
    draw(figure, figure.subplots(**{"nrows": 1, "ncols": 1, **layout}))
    figure.savefig(file, format="svg")
    return importlib.import_module("alttext").of_svg(file.getvalue())


def image_with_scale(figure, ax):
    figure.colorbar(ax.imshow([[1, 2]]), label="weight")
    ax.set_title("boot")


def pictures(figure, axes):
    for ax, name in zip(axes, ["boot", "coat"]):
        ax.imshow([[1, 2]])
        ax.set_axis_off()
        ax.set_title(name)


def shared(figure, axes):
    for ax, name in zip(axes, ["warm", "cold"]):
        ax.plot([1, 2], label="x")
        ax.set(title=name, xlabel="$x_1$")
    axes[0].set_ylabel("loss")
    axes[1].legend()


def bars(figure, ax):
    ax.bar(["shirt", "shoe"], [1, 2])
    ax.text(0, 1, "most", clip_on=True)
    ax.text(0, 0.5, "3.5")


def drawing(figure, ax):
    ax.set_axis_off()
    ax.text(0, 1, "encoder")


@pytest.mark.parametrize(
    ("draw", "columns", "words"),
    [
        (image_with_scale, 1, "Picture: boot. Colors: weight."),
        (pictures, 2, "2 pictures: boot, coat."),
        (shared, 2, "2 plots: warm, cold. loss against x1. Legend: x."),
        (bars, 1, "Plot: Along x: shirt, shoe. Marked: most."),
        (drawing, 1, "Drawing: Words: encoder."),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_the_words_of_a_plot_become_a_description(draw, columns, words):
    assert drawn(draw, ncols=columns) == words

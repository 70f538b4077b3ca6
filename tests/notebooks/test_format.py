"""The form of the notebooks: what is committed, and how a page is put together."""

import re
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.page

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("[!.]*.ipynb"))
TAGS = {
    "setup", "remove-cell", "hide-input", "hide-cell", "record", "timing", "solution", "predict",
    "quiz", "not-executed",
}  # fmt: skip
START, END = ["Before you start"], [
    "What to remember", "Questions", "Exercises", "Where it comes from",
]  # fmt: skip


def name(path: Path) -> str:
    return path.relative_to(ROOT / "notebooks").with_suffix("").as_posix()


def read(path: Path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def headings(notebook, level: int) -> list[str]:
    """Return the headings of one level, without lines of code that look like one."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"^```.*?^```", "", cell.source, flags=re.DOTALL | re.MULTILINE)
            found += re.findall(rf"^{'#' * level} (.+)$", text, re.MULTILINE)
    return found


every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=name)


def test_there_are_notebooks():
    assert NOTEBOOKS


def test_the_table_of_contents_lists_every_notebook():
    listed = re.findall(r"file: notebooks/(\S+)", (ROOT / "_toc.yml").read_text("utf-8"))
    assert sorted(listed) == [name(path) for path in NOTEBOOKS]


@every_notebook
def test_the_file_is_valid_and_its_name_has_the_form(path):
    nbformat.validate(read(path))
    assert re.fullmatch(r"[a-z]+/\d\d-[a-z0-9-]+", name(path))


@every_notebook
def test_it_is_committed_without_outputs(path):
    for cell in code_cells(read(path)):
        assert cell.outputs == [] and cell.execution_count is None, cell.source


@every_notebook
def test_every_cell_has_an_id_of_its_own(path):
    notebook = read(path)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


@every_notebook
def test_metadata_holds_nothing_of_the_machine_it_was_written_on(path):
    """Else opening a notebook and saving it would change the file, and the cache's key."""
    notebook = read(path)
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    stated = {"kernelspec": kernel, "language_info": {"name": "python"}}
    if own := notebook.metadata.pop("d2lutils", None):  # what a page reads: tools/execution.py
        assert set(own) == {"reads"}
        assert all(list(ROOT.glob(pattern)) for pattern in own["reads"])
    assert notebook.metadata == stated
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags", "jupyter"}, cell.source


@every_notebook
def test_it_is_short(path):
    notebook = read(path)
    words = sum(len(c.source.split()) for c in notebook.cells if c.cell_type == "markdown")
    assert len(notebook.cells) <= 35
    assert words <= 1800


@every_notebook
def test_code_fits_a_phone_and_a_screen(path):
    for cell in code_cells(read(path)):
        lines = cell.source.splitlines()
        assert 1 <= len(lines) <= 30, cell.source
        # An address cannot be broken.
        assert not [line for line in lines if len(line) > 78 and "https://" not in line]


@every_notebook
def test_it_starts_with_a_title_in_both_languages(path):
    notebook = read(path)
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")
    [title] = headings(notebook, 1)
    assert re.fullmatch(r"[^(]+ \([^)]*[\u4e00-\u9fff][^)]*\)", title)


@every_notebook
def test_the_sections_stand_in_the_order_of_every_page(path):
    sections = headings(read(path), 2)
    assert sections[:1] == START
    assert sections[-len(END) :] == END
    content = sections[1 : -len(END)]
    assert content and not set(content) & {*START, *END}


@every_notebook
def test_the_first_code_cell_sets_colab_up_and_is_the_same_everywhere(path):
    first, *others = code_cells(read(path))
    assert first.source == code_cells(read(NOTEBOOKS[0]))[0].source
    assert tags(first) == ["setup", "remove-cell"]
    assert not any("setup" in tags(cell) for cell in others)


@every_notebook
def test_tags_are_known_ones(path):
    """A misspelled tag would be ignored without a word."""
    for cell in read(path).cells:
        assert set(tags(cell)) <= TAGS, cell.source


@every_notebook
def test_a_solution_is_folded(path):
    for cell in code_cells(read(path)):
        assert "solution" not in tags(cell) or "hide-cell" in tags(cell), cell.source


@every_notebook
def test_every_column_of_a_table_has_a_name(path):
    """A screen reader says the name of a column with each of its cells."""
    text = "\n".join(c.source for c in read(path).cells if c.cell_type == "markdown")
    for header in re.findall(r"^\|(.+)\|\n\|[ :|-]+\|$", text, re.M):
        assert all(name.strip() for name in header.split("|")), header

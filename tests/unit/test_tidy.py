"""The form of a notebook's file: saved by Jupyter or executed, it comes back as it was."""

import json
import shutil

import pytest
from headings import ROOT

from tools import tidy

PAGES = sorted((ROOT / "notebooks").glob("*/*.ipynb"))


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "notebooks" / "basics" / PAGES[0].name
    path.parent.mkdir(parents=True)
    return shutil.copy(PAGES[0], path)


def test_what_is_committed_is_tidy():
    assert [page for page in PAGES if tidy.tidied(text := page.read_text("utf-8")) != text] == []


def test_what_an_execution_leaves_is_cleared(page, tmp_path, capsys):
    text = page.read_text("utf-8")
    notebook = json.loads(text)
    notebook["metadata"]["language_info"] |= {"version": "3.12.1", "file_extension": ".py"}
    notebook["metadata"]["widgets"] = {}
    for cell in notebook["cells"]:
        cell["metadata"] |= {"editable": True, "execution": {"iopub.status.idle": "now"}}
        if cell["cell_type"] == "code":
            output = {"name": "stdout", "output_type": "stream", "text": ["done\n"]}
            cell |= {"execution_count": 3, "outputs": [output]}
    page.write_text(json.dumps(notebook, indent=1, sort_keys=True) + "\n", "utf-8")
    assert tidy.main(tmp_path) == 0
    assert page.read_text("utf-8") == text
    assert capsys.readouterr().out == f"tidied notebooks/basics/{page.name}\n"


def test_a_tidy_notebook_is_not_touched(page, tmp_path, capsys):
    before = page.stat().st_mtime_ns
    assert tidy.main(tmp_path) == 0
    assert page.stat().st_mtime_ns == before
    assert capsys.readouterr().out == ""

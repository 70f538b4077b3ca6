"""A page's time to read and to run, and the date of its last change."""

import json
import os
import re
import subprocess
from types import SimpleNamespace

import nbformat
import pytest
import test_extensions  # noqa: F401  (puts the extensions on the path)
import times
from conftest import ROOT, contents

from tools.execution import WORKERS

STATED = r"\*\*Time:\*\* (\d+) minutes to read, (.+) to run\."
# What the words allow, in seconds, on two cores that take USUAL seconds for all notebooks. Where all
# of them take longer or shorter, each may, too.
RUNS = {"a few seconds": (0, 20), "under a minute": (0, 60), "about a minute": (30, 120),
        "1–2 minutes": (45, 180)}
USUAL = 1500
NOTEBOOKS = [name for name in contents() if (ROOT / f"{name}.ipynb").exists()]


def stated(name):
    source = nbformat.read(ROOT / f"{name}.ipynb", 4).cells[0].source
    return re.search(STATED, source).groups()


@pytest.mark.parametrize("page", NOTEBOOKS)
def test_the_minutes_to_read_fit_what_there_is_to_read(page):
    cells = nbformat.read(ROOT / f"{page}.ipynb", 4).cells
    words = sum(len(c.source.split()) for c in cells if c.cell_type == "markdown")
    lines = sum(len(c.source.splitlines()) for c in cells if c.cell_type == "code")
    quick = words / 150 + lines / 20
    assert 0.8 * quick <= int(stated(page)[0]) <= 2 * quick


@pytest.fixture(scope="module")
def ran():
    """Return the seconds that each notebook took."""
    rows = json.loads((ROOT / "_build" / "execution.json").read_text("utf-8"))["notebooks"]
    return {f"notebooks/{row['notebook']}": row["seconds"] for row in rows}


@pytest.mark.parametrize("page", NOTEBOOKS)
def test_the_time_to_run_that_a_notebook_states_is_that_of_the_machine(page, ran):
    pace = sum(ran.values()) / USUAL
    low, high = RUNS[stated(page)[1]]
    assert low * min(1, pace) <= ran[page] <= high * max(1, pace)


def test_the_limits_hold_that_the_page_of_execution_times_states(ran):
    said = (ROOT / "book" / "execution-times.md").read_text("utf-8")
    most = re.search(r"takes no more than (\d+) minutes.*\bthan (\d+) seconds", said, re.DOTALL)
    minutes, seconds = map(int, most.groups())
    pace = sum(ran.values()) / USUAL
    assert pace <= WORKERS * 60 * minutes / USUAL
    assert max(ran.values()) <= seconds * max(1, pace)


def test_the_execution_times_link_to_every_notebook_and_add_up(look):
    lines = look("book/execution-times.html").page.locator("table.executions tbody tr").all()
    pages = [line for line in lines if line.locator("strong").count() == 0]
    links = [line.locator("a").get_attribute("href") for line in pages]
    assert links == [f"../{name}.html" for name in NOTEBOOKS]
    rows = json.loads((ROOT / "_build" / "execution.json").read_text("utf-8"))["notebooks"]
    assert [line.locator("td").nth(1).inner_text() for line in pages] == [
        f"{row['seconds']:.0f}" for row in rows]
    name, total, _ = lines[-1].locator("td").all_inner_texts()
    assert name == "The book"
    assert int(total.replace(",", "")) == round(sum(row["seconds"] for row in rows))


def test_a_page_shows_its_times_once(look, name):
    page = look(f"{name}.html").page
    if name == "index":
        assert page.locator(".times").count() == 0
        return
    source = ROOT / f"{name}.md"
    if source.exists() and "\nlook_up: true\n" in source.read_text("utf-8"):
        assert page.get_by_text(re.compile("minutes? to read")).count() == 0
        return
    said = page.locator("h1 + .times").inner_text()
    assert re.match(r"\d+ minutes? to read", said)
    assert ("to run" in said) == (name in NOTEBOOKS)
    assert page.get_by_text("Time:", exact=True).count() == 0
    if name in NOTEBOOKS:
        assert said.startswith(f"{stated(name)[0]} minutes")


@pytest.fixture
def pages(tmp_path):
    """A book of two pages under git, one committed, as Sphinx's environment knows it."""
    for name in ("old", "new"):
        (tmp_path / f"{name}.md").write_text("text")
    day = {**os.environ, "GIT_COMMITTER_DATE": "2024-02-29T12:00:00Z"}
    for command in (["init", "-q"], ["add", "old.md"], ["commit", "-q", "-m", "Add"]):
        author = ["-c", "user.name=A", "-c", "user.email=a@b"]
        subprocess.run(["git", *author, *command], cwd=tmp_path, env=day, check=True)
    return environment(tmp_path)


def environment(folder):
    return SimpleNamespace(
        srcdir=folder, found_docs={"old", "new"}, doc2path=lambda name: folder / f"{name}.md"
    )


def test_the_date_is_that_of_the_last_commit(pages):
    assert times.changes(pages) == {"old": "2024-02-29", "new": ""}


def test_a_shallow_clone_has_no_dates(pages, tmp_path):
    clone = tmp_path / "clone"
    command = ["git", "clone", "-q", "--depth", "1", f"file://{pages.srcdir}", str(clone)]
    subprocess.run(command, check=True)
    assert times.changes(environment(clone)) == {}


def test_without_git_or_a_history_there_are_no_dates(tmp_path, monkeypatch, pages):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    bare = tmp_path / "unpacked"
    bare.mkdir()
    assert times.changes(environment(bare)) == {}
    monkeypatch.setenv("PATH", "")
    assert times.changes(pages) == {}


def test_pages_whose_time_changed_are_written_anew(pages, tmp_path):
    app = SimpleNamespace(outdir=tmp_path / "html")
    assert set(times.note(app, pages)) == {"old", "new"}
    assert times.note(app, pages) == []
    pages.page_times["old"] = (None, "2020-01-01")
    assert times.note(app, pages) == ["old"]

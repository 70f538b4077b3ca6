"""The repository's address: one place, those that repeat it, and the command that changes it."""

import doctest
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest

from tools import address
from tools.address import Address

ROOT = Path(__file__).resolve().parents[2]
THERE = Address("Some-One", "a.fork_2", "draft-1.0")


def tracked() -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("needs a git checkout")
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def naming(name: str, paths: list[Path]) -> set[Path]:
    """Return the files that hold a name, in whichever letters."""
    return {p for p in paths if name.lower().encode() in p.read_bytes().lower()}


def set_up_cell(notebook):
    [cell] = [c for c in notebook.cells if "setup" in c.metadata.get("tags", [])]
    return cell


@pytest.fixture
def checkout(tmp_path):
    """A copy of the files that name the address."""
    for path in address.places(ROOT):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    return tmp_path


def test_the_examples_hold():
    assert doctest.testmod(address).failed == 0


def test_all_places_name_the_address_and_no_other_file_does():
    here = address.current(ROOT)
    assert naming(here.name, tracked()) == set(address.places(ROOT))
    for other_form in (f"github.com:{here.owner}", f"{here.owner}.github.io"):
        assert naming(other_form, tracked()) == set()


def test_a_change_reaches_every_place_and_leaves_nothing_of_the_old_address(checkout):
    here = address.current(checkout)
    assert address.change(checkout, THERE) == address.places(checkout)
    assert address.current(checkout) == THERE
    everything = [p for p in checkout.rglob("*") if p.is_file()]
    assert sorted(everything) == sorted(address.places(checkout))
    assert naming(here.name, everything) == set()
    assert naming(f"archive/{here.branch}.zip", everything) == set()
    for path in (checkout / "notebooks").rglob("*.ipynb"):
        code = set_up_cell(nbformat.read(path, as_version=4)).source
        assert f"https://{THERE.name}'" in code
        assert f"/archive/{THERE.branch}.zip\n" in code


def test_a_change_there_and_back_gives_the_same_bytes(checkout):
    here = address.current(checkout)
    before = {path: path.read_bytes() for path in address.places(checkout)}
    address.change(checkout, THERE)
    assert address.change(checkout, THERE) == []
    address.change(checkout, here)
    assert {path: path.read_bytes() for path in before} == before


def test_a_change_touches_the_source_of_the_set_up_cell_alone(checkout):
    path = address.places(checkout)[0]
    before = nbformat.read(path, as_version=4)
    address.change(checkout, THERE)
    after = nbformat.read(path, as_version=4)
    cell = set_up_cell(after)
    assert cell.source != set_up_cell(before).source
    cell.source = set_up_cell(before).source
    assert after == before


def test_a_change_that_was_cut_off_goes_on(checkout, monkeypatch):
    writes = []
    write = Path.write_bytes

    def fail_at_the_third(path, content):
        writes.append(path)
        if len(writes) == 3:
            raise OSError("no room")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", fail_at_the_third)
    with pytest.raises(OSError):
        address.change(checkout, THERE)
    address.change(checkout, THERE)
    assert naming(THERE.name, address.places(checkout)) == set(address.places(checkout))


def test_line_ends_stay_as_they_are(checkout):
    readme = checkout / "README.md"
    readme.write_bytes(readme.read_bytes().replace(b"\n", b"\r\n"))
    lines = readme.read_bytes().count(b"\r\n")
    address.change(checkout, THERE)
    assert readme.read_bytes().count(b"\r\n") == readme.read_bytes().count(b"\n") == lines


@pytest.mark.parametrize(
    "text",
    [
        "github.com/you/fork",
        "https://github.com/you/fork",
        "https://github.com/you/fork/",
        "https://github.com/you/fork.git",
        "https://GitHub.com/you/fork/tree/main\n",
    ],
)
def test_an_address_is_read_as_a_browser_or_git_shows_it(text):
    assert address.parse(text) == Address("you", "fork", "main")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "you/fork",
        "github.com/you",
        "github.com/you/",
        "github.com/you/..",
        "github.com/-you/fork",
        "github.com/you/fork/tree/",
        "github.com/you/fork/tree/a/b",
        "github.com/you/fork/blob/main",
        "github.com/you/fork'; import os; '",
        "github.com/you/fork name",
        "github.com.example.org/you/fork",
        "git@github.com:you/fork.git",
        "https://gitlab.com/you/fork",
    ],
)
def test_a_malformed_address_is_refused_and_changes_nothing(text, checkout, monkeypatch, capsys):
    monkeypatch.setattr(address, "ROOT", checkout)
    before = [path.read_bytes() for path in address.places(checkout)]
    assert address.main([text]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"error: {text!r} is not an address")
    assert "github.com/you/your-fork" in said.err
    assert [path.read_bytes() for path in address.places(checkout)] == before


def test_the_command_says_what_it_changed(checkout, monkeypatch, capsys):
    monkeypatch.setattr(address, "ROOT", checkout)
    assert address.main(["github.com/you/your-fork/tree/draft"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert len(said) == len(address.places(checkout)) + 1
    assert said[-2:] == [
        "changed pyproject.toml",
        "The book's repository is now github.com/you/your-fork, branch draft.",
    ]
    assert address.main(["github.com/you/your-fork/tree/draft"]) == 0
    assert capsys.readouterr().out.startswith("Nothing to change")
    assert address.main([]) == 2
    assert "your-fork" in capsys.readouterr().err

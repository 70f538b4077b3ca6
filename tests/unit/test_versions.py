"""The notebooks' set-up cell, and what tries them in the versions that readers have."""

import ast
import builtins
import doctest
import importlib.util
import json
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from packaging.requirements import Requirement

versions = pytest.importorskip("tools.versions", reason="needs the extra 'book'")
from tools import address, environment  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def cell():
    """The code of the set-up cell; tests/notebooks sees that it is the same everywhere."""
    path = min((ROOT / "notebooks").glob("*/*.ipynb"))
    cells = nbformat.read(path, as_version=4).cells
    [setup] = [c.source for c in cells if "setup" in c.metadata.get("tags", [])]
    return setup


@pytest.fixture
def run(cell, monkeypatch):
    """A function that runs the set-up cell where d2lutils is found, or not, at each look."""

    def in_shell(*found):
        looks, magics = list(found), []
        shell = SimpleNamespace(run_line_magic=lambda *call: magics.append(call))
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: looks.pop(0))
        monkeypatch.setattr(builtins, "get_ipython", lambda: shell, raising=False)
        exec(TransformerManager().transform_cell(cell), {})
        assert looks == []
        return magics

    return in_shell


# The set-up cell


def test_where_d2lutils_is_the_cell_does_nothing(run):
    assert run("a spec") == []


def test_where_it_is_missing_the_cell_installs_it(run):
    [(magic, line)] = run(None, "a spec")
    assert magic == "pip"
    assert line == f"install --quiet {{book}}/archive/{address.current(ROOT).branch}.zip"


def test_a_failed_installation_ends_in_words_that_help(run):
    """pip fails without an exception; the import below would only say that there is no d2lutils."""
    with pytest.raises(ImportError) as caught:
        run(None, None)
    said = str(caught.value)
    for needed in ("pip", "On Colab", "your own machine", "make live", "README"):
        assert needed in said
    assert f"https://{address.current(ROOT).name}\n" in said
    assert "{" not in said


def test_the_cell_is_short(cell):
    assert len(cell.splitlines()) <= 10


# Its address replaced by a wheel


def test_only_the_address_is_replaced(cell, tmp_path):
    wheel = tmp_path / "a folder" / "d2lutils-1.0-py3-none-any.whl"
    before, after = cell.splitlines(), versions.from_wheel(cell, wheel).splitlines()
    [(old, new)] = [(b, a) for b, a in zip(before, after, strict=True) if b != a]
    assert old.split("--quiet ")[0] == new.split("--quiet ")[0]
    assert new.split("--quiet ")[1] == wheel.as_uri()
    assert "a%20folder" in new


@pytest.mark.parametrize("code", ["import d2lutils", "%pip install --quiet a\n" * 2])
def test_a_cell_that_does_not_install_once_is_refused(code, tmp_path):
    with pytest.raises(ValueError, match="install once"):
        versions.from_wheel(code, tmp_path / "a.whl")


# Which versions


def test_colab_keeps_its_comments_and_markers():
    assert versions.colab() == (ROOT / ".github" / "colab.txt").read_text(encoding="utf-8")


def test_the_oldest_are_all_pinned():
    found = [Requirement(line) for line in versions.oldest().splitlines()]
    assert {"torch", "pandas", "distributed"} < {r.name for r in found}
    assert {s.operator for r in found for s in r.specifier} == {"=="}


def test_the_newest_are_what_pip_would_install_with_all_that_belongs_to_it(monkeypatch):
    commands = []

    def run(command, **_):
        commands.append(command)
        found = [{"name": "torch", "version": "9.0+cpu"}, {"name": "sympy", "version": "2.1"}]
        report = {"install": [{"metadata": metadata} for metadata in found]}
        return SimpleNamespace(stdout=json.dumps(report))

    monkeypatch.setattr(versions.subprocess, "run", run)
    assert versions.newest() == "sympy==2.1\ntorch==9.0+cpu"
    [command] = commands
    # Else pip would say only what this environment lacks, and install it.
    assert {"--ignore-installed", "--dry-run"} < set(command)
    readers = environment.readers_packages(ROOT)
    assert command[-len(readers) :] == readers


def imports(path):
    """The packages that a notebook imports, without those of the standard library."""
    cells = nbformat.read(path, as_version=4).cells
    code = (TransformerManager().transform_cell(c.source) for c in cells if c.cell_type == "code")
    found = set()
    for node in (node for cell in code for node in ast.walk(ast.parse(cell))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module.split(".")[0])
    return found - sys.stdlib_module_names


def test_they_have_what_single_notebooks_import():
    imported = set().union(*map(imports, (ROOT / "notebooks").glob("*/*.ipynb")))
    required = {Requirement(r).name for r in environment.readers_packages(ROOT)}
    ours = {"d2lutils", "IPython", "psutil"}  # IPython under its name; psutil comes with the kernel
    assert imported - ours - required == set()
    assert set(environment.BESIDE) <= imported & required


@pytest.mark.parametrize("arguments, tried", [([], list(versions.SETS)), (["newest"], ["newest"])])
def test_a_set_is_tried_alone_or_all_of_them(monkeypatch, capsys, arguments, tried):
    monkeypatch.setattr(versions, "trial", lambda name, scratch: f"tried {name}")
    assert versions.main(arguments) == 0
    assert capsys.readouterr().out.splitlines() == [f"tried {name}" for name in tried]


def test_an_unknown_set_is_refused_with_the_names_of_those_there_are(capsys):
    assert versions.main(["latest"]) == 2
    said = capsys.readouterr().err
    assert all(f"    {name} " in said for name in versions.SETS)


# Versions before and after


def test_the_example_holds():
    assert doctest.testmod(versions).failed == 0


def test_versions_that_stay_are_no_change_and_new_packages_are_listed():
    before = {"numpy": "2.0.2", "torch": "2.6.0"}
    assert versions.compare(before, before) == ([], [])
    assert versions.compare(before, before | {"pooch": "1.9"}) == ([], ["pooch 1.9"])


def test_a_changed_version_and_a_lost_package_are_changes():
    before = {"numpy": "2.0.2", "torch": "2.6.0+cu124", "backcall": "0.2"}
    changed, added = versions.compare(before, {"numpy": "2.1.0", "torch": "2.6.0"})
    assert changed == ["numpy 2.0.2 -> 2.1.0", "torch 2.6.0+cu124 -> 2.6.0", "backcall 0.2 -> gone"]
    assert added == []


@pytest.fixture
def installed(monkeypatch):
    """What is installed in a pretended environment, and the commands that would be run."""
    found = SimpleNamespace(packages={"numpy": "2.0.2"}, commands=[], misfit="")
    monkeypatch.setattr(environment, "misfit", lambda venv, version: found.misfit)
    monkeypatch.setattr(versions, "freeze", lambda python: dict(found.packages))
    monkeypatch.setattr(versions.subprocess, "run", lambda call, **_: found.commands.append(call))
    return found


def test_a_second_trial_starts_where_the_first_one_did(installed, tmp_path):
    assert versions.note(tmp_path) == {"numpy": "2.0.2"}
    installed.packages["d2lutils"] = "0.1.0"
    versions.undo(tmp_path)
    assert [call[-3:] for call in installed.commands] == [["--quiet", "--yes", "d2lutils"]]
    versions.undo(tmp_path)
    assert len(installed.commands) == 1


def test_an_environment_that_a_trial_changed_is_removed(installed, tmp_path, capsys):
    venv = tmp_path / "venv"
    venv.mkdir()
    versions.note(venv)
    installed.packages = {"numpy": "2.3.0", "pooch": "1.9"}
    versions.undo(venv)
    assert not venv.exists()
    assert "is made again: numpy 2.0.2 -> 2.3.0." in capsys.readouterr().out


def test_an_environment_whose_python_is_gone_is_left_to_be_made_again(installed, tmp_path):
    versions.note(tmp_path)
    installed.misfit = "its Python or pip does not start"
    installed.packages = {}
    versions.undo(tmp_path)
    assert tmp_path.exists() and installed.commands == []


# The wheel


def test_the_wheel_brings_the_packages_files_and_leaves_the_checkout_as_it_was(tmp_path):
    pytest.importorskip("setuptools", minversion="70.1", reason="builds wheels by itself from then")
    before = set(ROOT.iterdir())
    wheel = versions.make_wheel(tmp_path)
    assert set(ROOT.iterdir()) == before
    names = set(zipfile.ZipFile(wheel).namelist())
    files = (p for p in (ROOT / "d2lutils").rglob("*") if p.is_file() and p.suffix != ".pyc")
    assert {p.relative_to(ROOT).as_posix() for p in files} <= names

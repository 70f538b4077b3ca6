"""The notebooks' set-up cell, and what tries it in Colab's versions."""

import builtins
import doctest
import importlib.util
import zipfile
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

colab = pytest.importorskip("tools.colab", reason="needs the extra 'book'")
from tools import address  # noqa: E402

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
    before, after = cell.splitlines(), colab.from_wheel(cell, wheel).splitlines()
    [(old, new)] = [(b, a) for b, a in zip(before, after, strict=True) if b != a]
    assert old.split("--quiet ")[0] == new.split("--quiet ")[0]
    assert new.split("--quiet ")[1] == wheel.as_uri()
    assert "a%20folder" in new


@pytest.mark.parametrize("code", ["import d2lutils", "%pip install --quiet a\n" * 2])
def test_a_cell_that_does_not_install_once_is_refused(code, tmp_path):
    with pytest.raises(ValueError, match="install once"):
        colab.from_wheel(code, tmp_path / "a.whl")


# Versions before and after


def test_the_example_holds():
    assert doctest.testmod(colab).failed == 0


def test_versions_that_stay_are_no_change_and_new_packages_are_listed():
    before = {"numpy": "2.0.2", "torch": "2.6.0"}
    assert colab.compare(before, before) == ([], [])
    assert colab.compare(before, before | {"pooch": "1.9"}) == ([], ["pooch 1.9"])


def test_a_changed_version_and_a_lost_package_are_changes():
    before = {"numpy": "2.0.2", "torch": "2.6.0+cu124", "backcall": "0.2"}
    changed, added = colab.compare(before, {"numpy": "2.1.0", "torch": "2.6.0"})
    assert changed == ["numpy 2.0.2 -> 2.1.0", "torch 2.6.0+cu124 -> 2.6.0", "backcall 0.2 -> gone"]
    assert added == []


@pytest.fixture
def installed(monkeypatch):
    """What is installed in a pretended environment, and the commands that would be run."""
    found = SimpleNamespace(packages={"numpy": "2.0.2"}, commands=[])
    monkeypatch.setattr(colab, "freeze", lambda python: dict(found.packages))
    monkeypatch.setattr(colab.subprocess, "run", lambda call, **_: found.commands.append(call))
    return found


def test_a_second_trial_starts_where_the_first_one_did(installed, tmp_path):
    assert colab.restore(tmp_path) == {"numpy": "2.0.2"}
    installed.packages["d2lutils"] = "0.1.0"
    assert colab.restore(tmp_path) == {"numpy": "2.0.2"}
    assert [call[-3:] for call in installed.commands] == [["--quiet", "--yes", "d2lutils"]]


def test_an_environment_that_changed_is_made_again(installed, tmp_path, monkeypatch, capsys):
    def provide(venv):
        assert not venv.exists()
        venv.mkdir()
        installed.packages = {"numpy": "2.0.2"}

    monkeypatch.setattr(colab, "provide", provide)
    venv = tmp_path / "venv"
    venv.mkdir()
    colab.restore(venv)
    installed.packages = {"numpy": "2.3.0", "pooch": "1.9"}
    assert colab.restore(venv) == {"numpy": "2.0.2"}
    assert "is made again: numpy 2.0.2 -> 2.3.0." in capsys.readouterr().out


# The wheel


def test_the_wheel_brings_the_packages_files_and_leaves_the_checkout_as_it_was(tmp_path):
    pytest.importorskip("setuptools", minversion="70.1", reason="builds wheels by itself from then")
    before = set(ROOT.iterdir())
    wheel = colab.make_wheel(tmp_path)
    assert set(ROOT.iterdir()) == before
    names = set(zipfile.ZipFile(wheel).namelist())
    files = (p for p in (ROOT / "d2lutils").rglob("*") if p.is_file() and p.suffix != ".pyc")
    assert {p.relative_to(ROOT).as_posix() for p in files} <= names

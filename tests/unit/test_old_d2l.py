"""d2l 0.17.6, installed to compare with: whole or not at all, and no failure hidden."""

import os
import sys
import zipfile
from pathlib import Path

import pytest

from tools.old_d2l import FOLDER, NoRegistry, install, old_d2l


def write_wheel(folder, name, version, **files):
    """Write the smallest wheel that pip takes."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        named = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        wheel.writestr(f"{info}/METADATA", named)
        pure = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info}/WHEEL", pure)
        wheel.writestr(f"{info}/RECORD", "")
        for path, content in files.items():
            wheel.writestr(path, content)


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A folder in which pip looks for packages, and nowhere else."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return tmp_path


def test_it_is_put_in_place_whole(registry):
    write_wheel(registry, "d2l", "0.17.6", **{"d2l/torch.py": "DATA_HUB = {}\n"})
    install(registry / "new" / "d2l-0.17.6")
    assert (registry / "new" / "d2l-0.17.6" / "d2l" / "torch.py").exists()
    assert [path.name for path in (registry / "new").iterdir()] == ["d2l-0.17.6"]


def test_no_registry_is_a_reason_to_skip(registry):
    with pytest.raises(NoRegistry, match="no package registry answers"):
        install(registry / "d2l-0.17.6")
    assert not (registry / "d2l-0.17.6").exists()


def test_a_registry_that_answers_and_does_not_have_it_is_a_failure(registry):
    write_wheel(registry, "pip", "1.0")
    with pytest.raises(RuntimeError, match="could not be installed"):
        install(registry / "d2l-0.17.6")
    assert not (registry / "d2l-0.17.6").exists()


def test_what_import_finds_and_the_working_folder_stay(old, monkeypatch):
    monkeypatch.delitem(sys.modules, old.__name__)

    def world():
        return [*sys.path], os.getcwd(), sys.modules.get("d2l"), sys.modules.get("d2l.torch")

    before = world()
    again = old_d2l()
    assert again is not old and Path(again.__file__).is_relative_to(FOLDER)
    assert world() == before

"""The set-up: the environment, the lock and the files that have to agree with pyproject.toml."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections import namedtuple
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import environment
from tools.environment import SetupError

ROOT = Path(__file__).resolve().parents[2]
VERSION = sys.version_info[:2]
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def project():
    """The table [project] of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture
def checkout(tmp_path):
    """A checkout with what the environment is made from."""
    (tmp_path / "requirements.lock").write_text("torch==9.9.9\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return tmp_path


@pytest.fixture
def commands(monkeypatch):
    """The commands that would be run, in words; `fail` holds the word on which one fails."""

    class Commands(list):
        fail = None

        def run(self, command, **_):
            self.append(" ".join(map(str, command)))
            if "-m venv" in self[-1]:
                make_venv(Path(command[-1]))
            if self.fail and self.fail in self[-1]:
                raise subprocess.CalledProcessError(1, command)
            return subprocess.CompletedProcess(command, 0, stdout="")

    recorded = Commands()
    monkeypatch.setattr(environment.subprocess, "run", recorded.run)
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda _: Usage(0, 0, 10**13))
    return recorded


def make_venv(venv: Path, version: str = "{}.{}.1".format(*VERSION), made_at: str = ""):
    """Write what Python notes in an environment."""
    venv.mkdir(exist_ok=True)
    command = f"/usr/bin/python3 -m venv {made_at or venv}"
    (venv / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}\ncommand = {command}\n")


def installs(commands: list[str]) -> int:
    return sum("requirements.lock" in command for command in commands)


# Making the environment


def test_a_complete_environment_is_left_alone(checkout, commands):
    environment.make(checkout)
    assert installs(commands) == 1
    assert commands[-1].endswith(f"--no-deps --no-build-isolation -e {checkout}")
    commands.clear()
    environment.make(checkout)
    assert [c for c in commands if "install" in c or "venv --clear" in c] == []


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_file_updates_the_environment_in_place(checkout, commands, name):
    environment.make(checkout)
    (checkout / name).write_text("# changed\n")
    commands.clear()
    environment.make(checkout)
    assert installs(commands) == 1
    assert not any("venv --clear" in command for command in commands)


@pytest.mark.parametrize("step", ["requirements.lock", "-e"])
def test_a_failed_install_is_tried_again(checkout, commands, step):
    commands.fail = f" {step} " if step == "-e" else step
    with pytest.raises(subprocess.CalledProcessError):
        environment.make(checkout)
    commands.fail = None
    commands.clear()
    environment.make(checkout)
    assert installs(commands) == 1
    assert not any("venv --clear" in command for command in commands)


def test_a_failed_update_does_not_pass_for_the_environment_before_it(checkout, commands):
    environment.make(checkout)
    before = (checkout / "requirements.lock").read_text()
    (checkout / "requirements.lock").write_text("torch==10\n")
    commands.fail = "requirements.lock"
    with pytest.raises(subprocess.CalledProcessError):
        environment.make(checkout)
    (checkout / "requirements.lock").write_text(before)
    commands.fail = None
    commands.clear()
    environment.make(checkout)
    assert installs(commands) == 1


@pytest.mark.parametrize(
    "damage, reason",
    [
        (lambda venv: make_venv(venv, version="3.9.2"), "Python 3.9.2"),
        (lambda venv: make_venv(venv, made_at="/elsewhere/.venv"), "another place"),
        (lambda venv: (venv / "pyvenv.cfg").unlink(), "incomplete"),
    ],
)
def test_an_environment_that_does_not_fit_is_made_again(
    checkout, commands, capsys, damage, reason
):
    environment.make(checkout)
    damage(checkout / ".venv")
    commands.clear()
    environment.make(checkout)
    assert any("venv --clear" in command for command in commands)
    assert installs(commands) == 1
    assert reason in capsys.readouterr().out


def test_an_environment_whose_python_is_gone_does_not_fit(tmp_path):
    make_venv(tmp_path / ".venv")
    assert "does not start" in environment.misfit(tmp_path / ".venv", VERSION)


def test_a_half_installed_package_is_installed_again(tmp_path):
    packages = tmp_path / "lib" / "site-packages"
    for name in ("whole-1.0", "half-1.0", "whole/vendor/inner-1.0"):
        (packages / f"{name}.dist-info").mkdir(parents=True)
        (packages / f"{name}.dist-info" / "METADATA").touch()
    (packages / "whole-1.0.dist-info" / "RECORD").touch()
    assert environment.remove_half_installed(tmp_path) == ["half-1.0.dist-info"]
    assert {p.name for p in packages.iterdir()} == {"whole-1.0.dist-info", "whole"}
    assert (packages / "whole" / "vendor" / "inner-1.0.dist-info").exists()


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_an_unfit_python_is_refused_with_what_to_do(version):
    with pytest.raises(SetupError, match=r"3\.11, 3\.12 or 3\.13.*PYTHON="):
        environment.check_python(version, True)


def test_a_missing_module_is_named_with_its_debian_package():
    with pytest.raises(SetupError, match=r"apt-get install python3\.12-venv"):
        environment.check_python((3, 12), False)


# The download


def test_the_size_is_said_before_the_download_and_not_again(checkout, commands, capsys):
    environment.announce_download(checkout / "requirements.lock", checkout / ".venv")
    assert re.search(r"\d GB to download and \d\.\d GB on disk", capsys.readouterr().out)
    (checkout / ".venv" / "lib" / "torch-9.9.9.dist-info").mkdir(parents=True)
    environment.announce_download(checkout / "requirements.lock", checkout / ".venv")
    assert capsys.readouterr().out == ""


def test_a_full_disk_stops_the_set_up_before_the_download(checkout, commands, monkeypatch):
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda _: Usage(0, 0, 10**9))
    with pytest.raises(SetupError, match=r"has 1\.0 GB free; .* GB are needed"):
        environment.make(checkout)
    assert installs(commands) == 0


def test_needs_on_one_disk_add_up(tmp_path, monkeypatch):
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda _: Usage(0, 0, 100))
    environment.check_disk([(tmp_path, 60), (tmp_path / "not" / "there", 40)])
    with pytest.raises(SetupError):
        environment.check_disk([(tmp_path, 60), (tmp_path / "not" / "there", 41)])


def test_main_reports_an_error_in_one_line(monkeypatch, capsys):
    def fail(_):
        raise SetupError("no room")

    monkeypatch.setattr(environment, "make", fail)
    assert environment.main([]) == 1
    assert capsys.readouterr().err == "error: no room\n"
    assert environment.main(["unknown"]) == 2


# Files that have to agree


def lock_lines():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert text.startswith(environment.LOCK_HEADER)
    return text.removeprefix(environment.LOCK_HEADER).splitlines()


def everything(project) -> list[Requirement]:
    extras = project["optional-dependencies"].values()
    return [Requirement(r) for r in [*project["dependencies"], *(r for e in extras for r in e)]]


def test_the_lock_pins_every_requirement_within_its_bounds(project):
    pins = {}
    for line in lock_lines():
        pin = Requirement(line)
        assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), line
        pins.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier)[2:])
    for requirement in everything(project):
        versions = pins[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(v) for v in versions), requirement


def test_the_lock_names_no_address_and_says_how_to_renew_it():
    assert "make lock" in environment.LOCK_HEADER
    assert not [line for line in lock_lines() if "://" in line or line.startswith(("-", "#"))]


def test_the_lock_brings_what_builds_the_package():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    names = {canonicalize_name(Requirement(line).name) for line in lock_lines()}
    assert {Requirement(r).name for r in build["requires"]} <= names


def test_the_package_has_lower_bounds_only(project):
    """On Colab an upper bound would move a package."""
    for requirement in map(Requirement, project["dependencies"]):
        assert [s.operator for s in requirement.specifier] == [">="], requirement


def test_the_oldest_constraints_are_the_lower_bounds(project):
    bounds = set(map(str, everything(project)))
    oldest = environment.oldest_constraints(ROOT)
    assert [r for r in oldest if "==" not in r] == []
    assert {r.replace("==", ">=") for r in oldest if not r.startswith("d2l==")} <= bounds
    assert len(oldest) == len(project["dependencies"]) + len(environment.BESIDE)


def test_the_conda_environment_lists_the_same_packages(project):
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    from_pip = listed[-1]["pip"]
    assert from_pip[-1] == "-e ."
    requirements = [Requirement(r) for r in [*listed[:-1], *from_pip[:-1]]]
    found = {r.name: r.specifier for r in requirements if r.name not in ("python", "pip")}
    extras = project["optional-dependencies"]
    wanted = map(Requirement, project["dependencies"] + extras["book"] + extras["cluster"])
    renamed = {"torch": "pytorch"}  # what conda-forge calls it
    assert found == {renamed.get(r.name, r.name): r.specifier for r in wanted}


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_alone_lists_every_command():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = " ".join(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)).split()
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  make (\w+) +\w", shown, re.MULTILINE) == phony

"""Try the notebooks in the versions that readers have: python -m tools.versions [NAME...]

    colab     Colab's versions: .github/colab.txt
    oldest    the lower bounds of pyproject.toml
    newest    what pip finds today

Without a name: all three. Each has an environment of its own, .venv-NAME. The notebooks' set-up
cell then installs d2lutils there, from a wheel made here and now instead of from its address. No
package that was there may change its version by that. Then every notebook runs in smoke mode, in
that environment's kernel; what drives the kernel is in the book's own environment.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from tools import environment, execution
from tools.build import ROOT, SAMPLE_WARNING, VERSIONED, notebooks

COLAB = ROOT / ".github" / "colab.txt"
INSTALL = re.compile(r"(?<=%pip install --quiet )\S+")


class TrialError(Exception):
    """What does not work in some versions, in words for whoever runs the trial."""


def colab() -> str:
    """Return what Colab has, as pip's requirements."""
    return COLAB.read_text(encoding="utf-8")


def oldest() -> str:
    """Return the lower bounds of what readers need, as pip's requirements."""
    return "\n".join(environment.oldest_constraints(ROOT))


def newest() -> str:
    """Return what pip would install today for readers, as pip's requirements, all of it pinned."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--dry-run", "--ignore-installed", "--report", "-"]
    command += environment.readers_packages(ROOT)
    report = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = (package["metadata"] for package in json.loads(report)["install"])
    return "\n".join(sorted(f"{package['name']}=={package['version']}" for package in found))


SETS = {"colab": colab, "oldest": oldest, "newest": newest}


def provide(venv: Path, requirements: Path) -> None:
    """Make the environment with the required versions, or bring it up to date."""
    environment.provide(venv, requirements, environment.stamp_key(venv, [requirements]))
    # Else "python3" would be the kernel of the environment that drives it.
    command = [environment.venv_python(venv), "-m", "ipykernel", "install", "--prefix", venv]
    subprocess.run(command, check=True, capture_output=True)
    os.environ["JUPYTER_PATH"] = str(venv / "share" / "jupyter")


def freeze(python: Path) -> dict[str, str]:
    """Return the installed packages of an environment, and their versions."""
    command = [python, "-m", "pip", "list", "--format", "freeze", "--disable-pip-version-check"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return dict(line.split("==") for line in listed.splitlines())


def compare(before: dict[str, str], after: dict[str, str]) -> tuple[list[str], list[str]]:
    """Return a line for each package whose version changed or that went, and for each new one.

    >>> compare({"numpy": "2.0.2"}, {"numpy": "2.1.0", "pooch": "1.8.2"})
    (['numpy 2.0.2 -> 2.1.0'], ['pooch 1.8.2'])
    """
    pairs = ((name, old, after.get(name, "gone")) for name, old in before.items())
    changed = [f"{name} {old} -> {new}" for name, old, new in pairs if new != old]
    return changed, [f"{name} {new}" for name, new in after.items() if name not in before]


def note(venv: Path) -> dict[str, str]:
    """Note in before.txt what is installed before a trial, and return it."""
    found = freeze(environment.venv_python(venv))
    lines = (f"{name}=={version}\n" for name, version in found.items())
    environment.write_at_once(venv / "before.txt", "".join(lines))
    return found


def undo(venv: Path) -> None:
    """Undo what an earlier trial did: remove what it added, or all where it changed versions."""
    python, noted = environment.venv_python(venv), venv / "before.txt"
    if not noted.exists() or environment.misfit(venv, sys.version_info[:2]):
        return
    before = dict(line.split("==") for line in noted.read_text(encoding="utf-8").splitlines())
    changed, added = compare(before, freeze(python))
    if changed:
        environment.say(f"{venv} is made again: {', '.join(changed)}.")
        shutil.rmtree(venv)
        return
    if added:
        command = [python, "-m", "pip", "uninstall", "--quiet", "--yes"]
        subprocess.run([*command, *(line.split()[0] for line in added)], check=True)
    noted.unlink()


def make_wheel(folder: Path) -> Path:
    """Build d2lutils' wheel in a folder, from a copy, since building leaves files behind."""
    source = folder / "source"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "d2lutils", source / "d2lutils", ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", folder, source], check=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def from_wheel(cell: str, wheel: Path) -> str:
    """Return the code of a set-up cell with its address replaced by a wheel.

    Raises
    ------
    ValueError
        If the cell does not install from exactly one address.
    """
    # As an address, in which a space is no space.
    code, count = INSTALL.subn(lambda _: wheel.as_uri(), cell)
    if count != 1:
        raise ValueError(f"the set-up cell has to install once, and does {count} times:\n{cell}")
    return code


def set_up(path: Path, wheel: Path, variables: dict[str, str], folder: Path) -> None:
    """Run the set-up cell of a notebook in a kernel, as a reader on Colab does."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [c for c in notebook.cells if "setup" in c.metadata.get("tags", [])]
    notebook.cells[0].source = from_wheel(notebook.cells[0].source, wheel)
    own = folder / "setup.ipynb"
    nbformat.write(notebook, own)
    result = execution.run(execution.execute(own, variables))
    if result.error:
        said = "".join(o.get("text", "") for o in result.notebook.cells[0].outputs)
        raise TrialError(f"The set-up cell failed.\n{said}\n{result.error}")


def trial(name: str, scratch: Path) -> str:
    """Make the environment, install d2lutils as the notebooks do, and run them; return a summary.

    Parameters
    ----------
    name
        Which versions: a key of `SETS`.
    scratch
        An empty folder for what the trial needs.

    Raises
    ------
    TrialError
        If the set-up cell fails or changes a version, or a notebook fails.
    """
    paths, venv, requirements = notebooks(ROOT), ROOT / f".venv-{name}", scratch / f"{name}.txt"
    requirements.write_text(SETS[name](), encoding="utf-8")
    undo(venv)
    provide(venv, requirements)
    before = note(venv)
    python = environment.venv_python(venv)
    variables = execution.kernel_environment(scratch, fast=True, python=python)
    del variables["D2LUTILS_STATIC"]  # a reader gets the live panels
    variables.pop("PYTHONPATH", None)  # d2lutils has to come from the wheel
    set_up(paths[0], make_wheel(scratch), variables, scratch)
    after = freeze(python)
    changed, added = compare(before, after)
    if changed:
        raise TrialError(f"Installing d2lutils changes versions: {', '.join(changed)}")
    print(f"The set-up cell changed no version and added {', '.join(added)}.")
    shown = ", ".join(f"{package} {after[package]}" for package in VERSIONED if package in after)
    print(f"{name}: Python {platform.python_version()}, {shown}", flush=True)
    empty = scratch / "content"  # on Colab there is nothing around a notebook
    empty.mkdir()
    failed = execution.execute_and_tell(
        paths, variables, keep=lambda result: None, allowed=SAMPLE_WARNING, folder=empty
    )
    if failed:
        raise TrialError(f"{len(failed)} of {len(paths)} notebooks failed: {', '.join(failed)}")
    return f"{name}: all {len(paths)} notebooks run."


def main(arguments: list[str]) -> int:
    """Do the trials and return the exit status."""
    if not set(arguments) <= set(SETS):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        for name in arguments or SETS:
            with tempfile.TemporaryDirectory() as folder:
                print(trial(name, Path(folder)), flush=True)
    except (TrialError, environment.SetupError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"error: this command failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The next run goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

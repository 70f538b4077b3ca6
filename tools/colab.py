"""Try the notebooks in Colab's versions of the packages: python -m tools.colab

An environment of its own, .venv-colab, gets the versions of .github/colab.txt. The notebooks'
set-up cell then installs d2lutils there, from a wheel made here and now instead of from its
address. No package of Colab's may change its version by that. Then every notebook runs in smoke
mode, in that environment's kernel; what drives the kernel is in the book's own environment.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from tools import environment, execution
from tools.build import ROOT, SAMPLE_WARNING, notebooks

VENV = ROOT / ".venv-colab"
VERSIONS = ROOT / ".github" / "colab.txt"
INSTALL = re.compile(r"(?<=%pip install --quiet )\S+")


class TrialError(Exception):
    """What does not work in Colab's versions, in words for whoever runs the trial."""


def provide(venv: Path) -> None:
    """Make the environment with Colab's versions, or bring it up to date."""
    environment.provide(venv, VERSIONS, environment.stamp_key(venv, [VERSIONS]))
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


def restore(venv: Path) -> dict[str, str]:
    """Undo what an earlier trial did; return what is installed, which is Colab's alone.

    The first trial notes in before.txt what there was. Where a later one changed versions, the
    environment is made again.
    """
    python, noted = environment.venv_python(venv), venv / "before.txt"
    if not noted.exists():
        found = freeze(python)
        lines = (f"{name}=={version}\n" for name, version in found.items())
        environment.write_at_once(noted, "".join(lines))
        return found
    before = dict(line.split("==") for line in noted.read_text(encoding="utf-8").splitlines())
    changed, added = compare(before, freeze(python))
    if changed:
        environment.say(f"{venv} is made again: {', '.join(changed)}.")
        shutil.rmtree(venv)
        provide(venv)
        return restore(venv)
    if added:
        command = [python, "-m", "pip", "uninstall", "--quiet", "--yes"]
        subprocess.run([*command, *(line.split()[0] for line in added)], check=True)
    return before


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
    """Run the set-up cell of a notebook in a kernel, as a reader on Colab would."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [c for c in notebook.cells if "setup" in c.metadata.get("tags", [])]
    notebook.cells[0].source = from_wheel(notebook.cells[0].source, wheel)
    own = folder / "setup.ipynb"
    nbformat.write(notebook, own)
    result = execution.run(execution.execute(own, variables))
    if result.error:
        said = "".join(o.get("text", "") for o in result.notebook.cells[0].outputs)
        raise TrialError(f"The set-up cell failed.\n{said}\n{result.error}")


def run_notebooks(paths: list[Path], variables: dict[str, str], folder: Path) -> list[str]:
    """Run notebooks in smoke mode, print a line for each, and return the names of those failed."""
    results: list[execution.Result] = []

    def done(result: execution.Result) -> None:
        results.append(result)
        print(execution.report_line(result, len(results), len(paths)), flush=True)

    execution.run(execution.execute_all(paths, variables, done, SAMPLE_WARNING, folder))
    return [execution.notebook_name(r.path) for r in results if r.error]


def trial(scratch: Path) -> str:
    """Make the environment, install d2lutils as the notebooks do, and run them; return a summary.

    Raises
    ------
    TrialError
        If the set-up cell fails or changes a version, or a notebook fails.
    """
    paths = notebooks(ROOT)
    provide(VENV)
    before = restore(VENV)
    python = environment.venv_python(VENV)
    variables = execution.kernel_environment(scratch, fast=True, python=python)
    del variables["D2LUTILS_STATIC"]  # a reader on Colab gets the live panels
    variables.pop("PYTHONPATH", None)  # d2lutils has to come from the wheel
    set_up(paths[0], make_wheel(scratch), variables, scratch)
    changed, added = compare(before, freeze(python))
    if changed:
        raise TrialError(f"Installing d2lutils changes versions: {', '.join(changed)}")
    print(f"The set-up cell changed no version and added {', '.join(added)}.", flush=True)
    empty = scratch / "content"  # on Colab there is nothing around a notebook
    empty.mkdir()
    failed = run_notebooks(paths, variables, empty)
    if failed:
        raise TrialError(f"{len(failed)} of {len(paths)} notebooks failed: {', '.join(failed)}")
    return f"All {len(paths)} notebooks run in Colab's versions."


def main() -> int:
    """Do the trial and return the exit status."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(trial(Path(folder)))
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
    sys.exit(main())

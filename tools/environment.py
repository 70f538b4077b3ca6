"""Make the environment of the book: the folder .venv with the packages of requirements.lock.

    python tools/environment.py           make it, or bring it up to date
    python tools/environment.py lock      renew requirements.lock from pyproject.toml
    python tools/environment.py oldest    print the lower bounds as pip constraints

Runs with the standard library alone, since nothing is installed yet when it starts.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = (3, 11), (3, 13)
GB = 10**9
# What the packages take to download and on disk. The registry's PyTorch for Linux brings CUDA.
DOWNLOAD, DISK = (3 * GB, 6.3 * GB) if sys.platform == "linux" else (0.5 * GB, 2 * GB)
# What single notebooks import, and d2lutils does not.
BESIDE = ("d2l", "distributed", "pandas")
LOCK_HEADER = """\
# Exact versions for building the book and running its tests, for Python 3.11 to 3.13 on Linux,
# macOS and Windows. Made from pyproject.toml, which has the lower bounds that d2lutils needs.
# Renew it with `make lock` (or `python tools/environment.py lock`), then run `make test book`.
# It names no package index, so that it works with whichever one your pip is set up for.
"""


class SetupError(Exception):
    """What stops the set-up, in words for whoever runs it."""


def say(text: str) -> None:
    """Print at once, so that the line stands above what pip prints next."""
    print(text, flush=True)


def write_at_once(path: Path, text: str) -> None:
    """Write a file, line ends as they are, in one step: it is never there in part."""
    unfinished = path.with_suffix(".new")
    unfinished.write_bytes(text.encode("utf-8"))
    unfinished.replace(path)


def venv_python(venv: Path) -> Path:
    """Return where the interpreter of an environment lies."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def check_python(version: tuple[int, int], has_ensurepip: bool) -> None:
    """Raise SetupError where this Python cannot make the environment."""
    if not OLDEST <= version <= NEWEST:
        raise SetupError(
            f"This is Python {version[0]}.{version[1]}; the book needs Python 3.11, 3.12 or 3.13. "
            "Name one that you have, for example: make book PYTHON=python3.12"
        )
    if not has_ensurepip:
        raise SetupError(
            "This Python has no module ensurepip, which makes environments. On Debian and Ubuntu: "
            f"apt-get install python{version[0]}.{version[1]}-venv"
        )


def stamp_key(venv: Path, files: list[Path]) -> str:
    """Return a key that changes when the environment, made from these files, has to."""
    digest = hashlib.sha256(repr((str(venv), sys.version_info[:2])).encode())
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def misfit(venv: Path, version: tuple[int, int]) -> str:
    """Say why an environment cannot be used as it is; "" when it can.

    Reads pyvenv.cfg, in which Python notes its version and the command that made the environment.
    A folder that was moved or copied keeps the old path there, and in all its scripts.
    """
    config = venv / "pyvenv.cfg"
    if not config.exists():
        return "it is incomplete"
    noted = dict(re.findall(r"^(\w+) = (.*)$", config.read_text(encoding="utf-8"), re.MULTILINE))
    if not noted.get("version", "").startswith(f"{version[0]}.{version[1]}."):
        return f"it was made with Python {noted.get('version', '?')}"
    if not noted.get("command", "").endswith(str(venv)):
        return "it was made in another place"
    try:
        subprocess.run([venv_python(venv), "-c", "import pip"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return "its Python or pip does not start"
    return ""


def remove_half_installed(venv: Path) -> list[str]:
    """Remove the metadata of packages whose installation was cut off, and return their names.

    pip writes a package's RECORD last. Without it pip would still take the package for installed.
    Packages that another one brings inside itself have none, and lie deeper.
    """
    installed = venv.rglob("site-packages/*.dist-info")
    halves = [p for p in installed if not (p / "RECORD").exists()]
    for folder in halves:
        shutil.rmtree(folder)
    return [folder.name for folder in halves]


def folder_size(folder: Path) -> int:
    """Return the bytes in the files of a folder; 0 where there is none."""
    return sum(p.lstat().st_size for p in folder.rglob("*") if p.is_file())


def check_disk(needs: list[tuple[Path, float]]) -> None:
    """Raise SetupError where the disks of the given folders lack the given bytes."""
    wanted: dict[int, tuple[Path, float]] = {}
    for folder, size in needs:
        while not folder.exists():
            folder = folder.parent
        device = folder.stat().st_dev
        first, total = wanted.get(device, (folder, 0.0))
        wanted[device] = (first, total + size)
    for folder, size in wanted.values():
        free = shutil.disk_usage(folder).free
        if free < size:
            raise SetupError(
                f"The disk that holds {folder} has {free / GB:.1f} GB free; {size / GB:.1f} GB are "
                "needed to download and install the packages. Make room, or put pip's working "
                "folders on a larger disk with TMPDIR and PIP_CACHE_DIR."
            )


def announce_download(requirements: Path, venv: Path) -> None:
    """Say how large the download is and check the disk, unless PyTorch is there already."""
    pin = re.search(r"^torch==(\S+)", requirements.read_text(encoding="utf-8"), re.MULTILINE)
    if pin and any(venv.rglob(f"torch-{pin[1]}.dist-info")):
        return
    why = " (PyTorch for Linux brings CUDA)" if sys.platform == "linux" else ""
    say(
        f"The packages take about {DOWNLOAD / GB:.1f} GB to download and {DISK / GB:.1f} GB on "
        f"disk{why}. Interrupt at any time: the next run goes on."
    )
    cache = subprocess.run(
        [venv_python(venv), "-m", "pip", "cache", "dir"], capture_output=True, text=True
    ).stdout.strip()
    needs = [(venv, max(0.0, DISK - folder_size(venv))), (Path(tempfile.gettempdir()), DOWNLOAD)]
    if cache:  # empty where pip was told to keep none
        needs.append((Path(cache), max(0.0, DOWNLOAD - folder_size(Path(cache)))))
    check_disk(needs)


def provide(venv: Path, requirements: Path, key: str, *then: list[object]) -> None:
    """Make or update an environment; return at once if it is current.

    Parameters
    ----------
    venv
        Its folder.
    requirements
        The file with the packages to install, versions included.
    key
        Changes when the environment has to: see `stamp_key`.
    then
        Arguments of the further calls of `pip install` that complete it.

    Raises
    ------
    SetupError
        If this Python or the disk does not do.
    """
    version = sys.version_info[:2]
    check_python(version, importlib.util.find_spec("ensurepip") is not None)
    stamp = venv / "installed"
    reason = misfit(venv, version) if venv.exists() else ""
    if not reason and stamp.exists() and stamp.read_text(encoding="utf-8") == key:
        return
    if reason:
        say(f"{venv} is made again: {reason}.")
    if reason or not venv.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
    stamp.unlink(missing_ok=True)
    for name in remove_half_installed(venv):
        say(f"{name.removesuffix('.dist-info')} was only half installed: it is installed again.")
    announce_download(requirements, venv)
    for arguments in [["-r", requirements], *then]:
        pip = [venv_python(venv), "-m", "pip", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, *arguments], check=True)
    write_at_once(stamp, key)  # last: a stamp always means a complete environment
    say(f"The environment is ready: {venv}")


def make(root: Path) -> None:
    """Make or update the environment of the checkout at root."""
    venv, lock = root / ".venv", root / "requirements.lock"
    key = stamp_key(venv, [lock, root / "pyproject.toml"])
    # The lock has the build tools as well, so building d2lutils fetches nothing.
    provide(venv, lock, key, ["--no-deps", "--no-build-isolation", "-e", root])


def renew_lock(root: Path) -> None:
    """Write requirements.lock anew: the newest versions that pyproject.toml allows."""
    with tempfile.TemporaryDirectory() as folder:
        venv, output = Path(folder) / "venv", Path(folder) / "requirements.lock"
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv_python(venv), "-m", "pip", "install", "--quiet", "uv"], check=True)
        command = [venv_python(venv), "-m", "uv", "pip", "compile", "--quiet", "--universal"]
        command += ["--python-version", "3.11", "--no-header", "--no-annotate"]
        command += ["--all-extras", "-o", output, "pyproject.toml"]
        subprocess.run(command, check=True, cwd=root)
        body = output.read_text(encoding="utf-8")
    (root / "requirements.lock").write_text(LOCK_HEADER + body, encoding="utf-8")


def readers_packages(root: Path) -> list[str]:
    """Return the requirements of d2lutils and of the notebooks."""
    import tomllib  # not at the top: the message about an old Python must come before

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    beside = [r for r in extras["book"] + extras["cluster"] if re.match(r"\w+", r)[0] in BESIDE]
    return project["dependencies"] + beside


def oldest_constraints(root: Path) -> list[str]:
    """Return what readers need, each package pinned to its lower bound."""
    return [requirement.replace(">=", "==") for requirement in readers_packages(root)]


def main(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    commands = {
        (): lambda: make(ROOT),
        ("lock",): lambda: renew_lock(ROOT),
        ("oldest",): lambda: say("\n".join(oldest_constraints(ROOT))),
    }
    command = commands.get(tuple(arguments))
    if command is None:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        command()
    except SetupError as error:
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

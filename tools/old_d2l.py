"""d2l 0.17.6, whose behavior the notes' code needs, to compare with in tests and benchmarks.

Its pins (numpy 1.21.5, pandas 1.2.4) cannot be installed on current Python, so it comes without
its dependencies, into a folder of its own, and runs on the ones that are here.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import d2lutils

FOLDER = Path(__file__).resolve().parent.parent / "_build" / "d2l-0.17.6"


class NoRegistry(Exception):
    """d2l 0.17.6 is not here, and no package registry answers."""


def old_d2l() -> ModuleType:
    """Return the module `d2l.torch` of version 0.17.6, installed at the first call.

    It gets a name of its own: ``import d2l`` goes on to find the version of the environment.

    Raises
    ------
    NoRegistry
        As its name says.
    RuntimeError
        If a registry answers and the installation fails.
    """
    if not FOLDER.exists():
        install(FOLDER)
    name = "d2l_torch_0_17_6"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, FOLDER / "d2l" / "torch.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)  # it looks itself up there
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def install(target: Path) -> None:
    """Install d2l 0.17.6 into a folder, which is there in the end only if it is complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        part = Path(folder) / "d2l"
        installed = _pip("install", "--no-deps", "--target", part, "d2l==0.17.6")
        if installed.returncode == 0:
            part.rename(target)
        # A registry that answers has pip itself.
        elif _pip("download", "--no-deps", "--dest", folder, "pip").returncode:
            *_, said = installed.stderr.splitlines()
            raise NoRegistry(f"no package registry answers ({said})")
        else:
            raise RuntimeError(f"d2l 0.17.6 could not be installed:\n{installed.stderr}")


def _pip(*arguments) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--retries", "1"]
    return subprocess.run([*command, *arguments], capture_output=True, text=True)


def put_fashion_mnist(folder: Path) -> Path:
    """Write Fashion-MNIST, or the sample of it, for d2l; return the folder to work in.

    d2l looks for it in ``../data``, seen from the working folder.
    """
    raw = folder / "data" / "FashionMNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for part, train in [("train", True), ("t10k", False)]:
        images, labels = d2lutils.fashion_mnist(train=train)
        for name, array in [("images", images), ("labels", labels.byte())]:
            sizes = b"".join(n.to_bytes(4, "big") for n in array.shape)  # the format of MNIST
            content = bytes([0, 0, 8, array.ndim]) + sizes + array.numpy().tobytes()
            (raw / f"{part}-{name}-idx{array.ndim}-ubyte").write_bytes(content)
    (folder / "run").mkdir(exist_ok=True)
    return folder / "run"

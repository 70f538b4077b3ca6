"""d2l 0.17.6, whose behaviour the notes' code needs, in a folder of its own.

Its pins (numpy 1.21.5, pandas 1.2.4) cannot be installed on current Python, so it comes without
its dependencies and runs on the ones that are here.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from d2lutils.data.datasets import fetch

FOLDER = Path(__file__).resolve().parent.parent / "_build" / "d2l-0.17.6"


def old_d2l():
    """Return the module `d2l.torch` of version 0.17.6, installed at the first call.

    It looks for data in ``../data`` of the working folder, so the working folder becomes one
    whose neighbour holds Fashion-MNIST.
    """
    if not (FOLDER / "d2l").exists():
        part = FOLDER.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps",
             "--target", str(part), "d2l==0.17.6"],
            check=True,
        )
        part.rename(FOLDER)
    raw = FOLDER / "data" / "FashionMNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for file in fetch("fashion-mnist").folder.iterdir():
        if not (raw / file.name).exists():
            shutil.copy(file, raw)
    (FOLDER / "run").mkdir(exist_ok=True)
    os.chdir(FOLDER / "run")
    # An installed d2l of another version would be found first, or is loaded already.
    for name in [name for name in sys.modules if name.partition(".")[0] == "d2l"]:
        del sys.modules[name]
    sys.path.insert(0, str(FOLDER))
    module = importlib.import_module("d2l.torch")
    version = importlib.import_module("d2l").__version__
    if version != "0.17.6":
        raise ImportError(f"expected d2l 0.17.6 in {FOLDER}, found {version}")
    return module

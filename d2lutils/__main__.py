"""Commands: ``python -m d2lutils download [NAME...]`` and ``python -m d2lutils doctor``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

import torch
from packaging.requirements import Requirement

from .data.corpora import CORPORA, fetch_corpus
from .data.datasets import CARDS, Card, DataNotAvailable, Found, fetch
from .data.shipped import SHIPPED, read_shipped
from .data.storage import StorageError, data_folder, scratch

_MB = 10**6
_SHOWN = ("torch", "torchvision", "matplotlib", "ipywidgets")


class Failure(Exception):
    """A check has failed: what is the matter, and what to do about it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="python -m d2lutils", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("download", help="fetch data sets into the cache")
    command.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(_known())}")
    commands.add_parser("doctor", help="check this machine, and say what to do")
    chosen = parser.parse_args(arguments)
    return download(chosen.names) if chosen.command == "download" else doctor()


def download(names: Sequence[str]) -> int:
    """Fetch the named data sets, or what the pages need, and say where each is."""
    unknown = [name for name in names if name not in _known()]
    if unknown:
        known = ", ".join(_known())
        print(f"There is no data set {unknown[0]!r}, only {known}.", file=sys.stderr)
        return 1
    status = 0
    for name in names or CARDS:
        card = CARDS.get(name) or CORPORA.get(name) or SHIPPED[name]
        print(f"{name}: {card.about}")
        if name in SHIPPED:
            print("  comes with d2lutils, nothing to download")
            continue
        try:
            found = fetch_corpus(name) if name in CORPORA else _fetch(card)
        except OSError as error:
            print(f"  failed: {error}", file=sys.stderr)
            status = 1
        else:
            print(f"  complete in {found.folder} (from {found.source})")
    return status


def _known() -> list[str]:
    return [*CARDS, *CORPORA, *SHIPPED]


def _fetch(card: Card) -> Found:
    """Fetch a data set, after saying how large it is and where it goes."""
    needed = _needed(card)
    if needed:
        print(
            f"  about {_size(card.download_size)} to download and {_size(card.size)} on disk, "
            f"in {card.folder}",
            flush=True,
        )
        free = _free(card.folder)
        if free < needed:
            raise StorageError(
                f"this takes {_size(needed)} for a while, and {card.folder} has {_size(free)} "
                "free; make room, or set D2LUTILS_DATA to another folder"
            )
    return fetch(card.name, allow_package=True)


def doctor() -> int:
    """Print one line a check, OK or FAIL, and what to do where one fails."""
    status = 0
    for name, check in _checks().items():
        try:
            print(f"OK    {name}: {check()}")
        except Failure as failure:
            print(f"FAIL  {name}: {failure}")
            status = 1
    return status


def _checks() -> dict[str, Callable[[], str]]:
    checks: dict[str, Callable[[], str]] = {"python": _python}
    checks |= {name: lambda name=name: _package(name) for name in _SHOWN}
    checks |= {"d2lutils": _itself, "device": _device}
    checks |= {f"data {name}": lambda card=card: _data(card) for name, card in CARDS.items()}
    checks |= {f"data {name}": lambda name=name: _shipped(name) for name in SHIPPED}
    return checks | {"free disk": _disk, "write access": _writing}


def _python() -> str:
    version = sys.version.split()[0]
    if sys.version_info < (3, 11):
        raise Failure(f"{version} is too old; use Python 3.11 or newer")
    return version


def _itself() -> str:
    try:
        return metadata.version("d2lutils")
    except metadata.PackageNotFoundError:
        raise Failure("runs, but is not installed; pip install it, so that pages find it")


def _package(name: str) -> str:
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        raise Failure(f"is missing; pip install {name}")
    try:
        required = map(Requirement, metadata.requires("d2lutils") or [])
    except metadata.PackageNotFoundError:
        return version
    for requirement in required:
        if requirement.name == name and not requirement.specifier.contains(version, True):
            raise Failure(f"{version} is too old; pip install '{requirement}'")
    return version


def _device() -> str:
    if torch.cuda.is_available():
        return f"GPU, {torch.cuda.get_device_name(0)}"
    return f"CPU, {torch.get_num_threads()} threads (every page runs on it)"


def _data(card: Card) -> str:
    if card.missing():
        raise Failure(
            "only the sample that comes with d2lutils; for all of it, run "
            f"python -m d2lutils download {card.name}"
        )
    return f"complete in {card.folder}"


def _shipped(name: str) -> str:
    try:
        read_shipped(name)
    except DataNotAvailable as error:
        raise Failure(str(error))
    return "comes with d2lutils"


def _disk() -> str:
    folder = data_folder()
    needed, free = sum(map(_needed, CARDS.values())), _free(folder)
    if free < needed:
        raise Failure(
            f"{_size(free)} in {folder}, less than the {_size(needed)} that downloads take; "
            "make room, or set D2LUTILS_DATA to another folder"
        )
    return f"{_size(free)} in {folder}"


def _writing() -> str:
    folder = data_folder()
    try:
        with scratch(folder) as inside:
            (inside / "try").write_bytes(b"1")
    except StorageError as error:
        raise Failure(error.strerror or str(error))
    return str(folder)


def _needed(card: Card) -> int:
    """Bytes that fetching a data set takes for a while, 0 where it is there."""
    # The package, what it holds, and the files themselves.
    return 2 * card.download_size + card.size if card.missing() else 0


def _free(folder: Path) -> int:
    # The folder may not be there yet: its nearest parent is on the same disk.
    folder = folder.absolute()
    there = next(path for path in (folder, *folder.parents) if os.path.exists(path))
    return shutil.disk_usage(there).free


def _size(size: float) -> str:
    return f"{size / _MB:,.0f} MB"


if __name__ == "__main__":
    sys.exit(main())

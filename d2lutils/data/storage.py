"""Where downloaded data lies, and how a file gets there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["StorageError", "data_folder", "digest", "put_in_place", "scratch"]

_PREFIX = ".part-"
_STALE = 3600.0  # seconds: a download writes all the time, so an older leftover is dead


class StorageError(OSError):
    """The folder for data cannot be written to: it is full, read-only or not a folder."""


def data_folder() -> Path:
    """Return the folder for downloaded data: D2LUTILS_DATA, or the platform's cache."""
    chosen = os.environ.get("D2LUTILS_DATA")
    if chosen:
        return Path(chosen).expanduser()
    import pooch  # takes longer to import than all of d2lutils

    return Path(pooch.os_cache("d2lutils"))


def digest(path: Path, algorithm: str = "sha256") -> str | None:
    """Return the checksum of a file as hexadecimal digits, or None where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, algorithm).hexdigest()
    except OSError:
        return None


@contextmanager
def scratch(folder: Path, remedy: str = "set D2LUTILS_DATA to another folder") -> Iterator[Path]:
    """Give an empty folder inside `folder` that is gone again at the end.

    It lies in `folder`, so that a file moves from it into place by a rename,
    which happens at once or not at all.

    Raises
    ------
    StorageError
        If `folder` cannot be made or written to, there or inside the ``with`` block.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        with tempfile.TemporaryDirectory(
            dir=folder, prefix=_PREFIX, ignore_cleanup_errors=True
        ) as inside:
            yield Path(inside)
    except StorageError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            error.errno,
            f"cannot store data in {folder}: {reason}. Free space or allow writing there, "
            f"or {remedy}",
        ) from error


def put_in_place(part: Path, target: Path) -> None:
    """Move a finished file to where it belongs, in one step."""
    try:
        os.replace(part, target)
    except PermissionError:
        # On Windows a file that another process has open cannot be replaced. When that
        # process has just put the same content there, nothing is left to do.
        if digest(part) != digest(target):
            raise


def _sweep(folder: Path) -> None:
    """Remove what a killed download has left in `folder` more than an hour ago."""
    for leftover in folder.glob(f"{_PREFIX}*"):
        try:
            touched = max(path.stat().st_mtime for path in (leftover, *leftover.rglob("*")))
        except OSError:  # its own process has just removed it
            continue
        if time.time() - touched > _STALE:
            shutil.rmtree(leftover, ignore_errors=True)

"""Unpack an archive without trusting the names inside it."""

from __future__ import annotations

import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import IO

from .storage import put_in_place, scratch

__all__ = ["UnsafeArchive", "extract"]


class UnsafeArchive(ValueError):
    """An archive holds a file that would land outside the folder, or a link."""


def extract(archive: Path, folder: Path) -> None:
    """Unpack the files of a zip or tar archive, compressed or not, into `folder`.

    All names are checked before the first file is written, and each file is
    put in place whole.

    Raises
    ------
    UnsafeArchive
        If a name is absolute or climbs out of the folder, or a member is not a plain file.
    ValueError
        If it is not an archive.
    StorageError
        If `folder` cannot be written to.
    """
    # A tar may hold a zip without compression, so this order: a zip never starts as a tar does.
    if tarfile.is_tarfile(archive):
        with tarfile.open(archive) as tar:
            members = [member for member in tar.getmembers() if not member.isdir()]
            _check(archive, ((member.name, member.isfile()) for member in members))
            _write(folder, ((m.name, lambda m=m: tar.extractfile(m)) for m in members))
    elif zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            _check(archive, ((entry.filename, not _is_link(entry)) for entry in entries))
            _write(folder, ((e.filename, lambda e=e: packed.open(e)) for e in entries))
    else:
        raise ValueError(f"{archive} must be a zip or tar archive, and is neither")


def _is_link(entry: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(entry.external_attr >> 16)  # where Unix keeps the kind of file


def _check(archive: Path, members: Iterable[tuple[str, bool]]) -> None:
    for name, is_plain in members:
        path = PurePosixPath(name)
        # On Windows a backslash parts folders too, and a colon names a drive.
        leads_out = path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name
        if leads_out or not is_plain:
            reason = "a path that leads out of the folder" if leads_out else "not a plain file"
            raise UnsafeArchive(f"{archive} is not unpacked: it holds {name!r}, {reason}")


def _write(folder: Path, members: Iterable[tuple[str, Callable[[], IO[bytes]]]]) -> None:
    with scratch(folder, "choose another folder") as inside:
        for name, open_member in members:
            with open_member() as source, open(inside / "member", "wb") as out:
                shutil.copyfileobj(source, out)
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            put_in_place(inside / "member", folder / name)

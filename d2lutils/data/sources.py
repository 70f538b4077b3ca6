"""Where the files of a data set come from: a web address, or a Debian package."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .storage import digest, put_in_place, scratch

__all__ = ["DataFile", "DebianPackage", "SourceError", "WebFolder", "download_url"]

TIMEOUT = 10.0  # seconds without an answer, or between two pieces of one
_APT_TIMEOUT = 600.0  # seconds for one whole call of apt-get


class SourceError(Exception):
    """This source does not have the file; another one may."""


@dataclass(frozen=True)
class DataFile:
    """One file of a data set: its name, its size in bytes and its sha256, all uncompressed."""

    name: str
    size: int
    sha256: str

    def is_in(self, folder: Path) -> bool:
        """Say whether `folder` holds this file with the right content."""
        return digest(folder / self.name) == self.sha256

    def store(self, packed: Path, folder: Path) -> None:
        """Unpack `packed`, compare the checksum, and put the result into `folder`.

        `packed` lies in a scratch folder inside `folder`.
        """
        part = packed.with_name(self.name + ".unpacked")
        _unpack(packed, part)
        if digest(part) != self.sha256:
            raise SourceError(f"{self.name} does not have the expected content")
        put_in_place(part, folder / self.name)


@dataclass(frozen=True)
class WebFolder:
    """Files with names like ``NAME.gz`` under one web address, which ends in a slash."""

    address: str

    def __str__(self) -> str:
        return self.address

    def deliver(self, files: Iterable[DataFile], folder: Path) -> None:
        """Download `files` into `folder`."""
        for file in files:
            with scratch(folder) as inside:
                packed = inside / f"{file.name}.gz"
                download_url(self.address + packed.name, packed)
                file.store(packed, folder)


@dataclass(frozen=True)
class DebianPackage:
    """Files with names like ``NAME.gz`` in one folder of a Debian or Ubuntu package.

    The package is downloaded and unpacked, never installed.
    """

    package: str
    inside: str
    size: int

    def __str__(self) -> str:
        return f"the Debian package {self.package}"

    def deliver(self, files: Iterable[DataFile], folder: Path) -> None:
        """Take `files` out of the package and put them into `folder`."""
        if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
            raise SourceError("this system has no apt-get and dpkg-deb")
        with scratch(folder) as work:
            try:
                self._download(work)
            except SourceError:
                # The lists of packages may be empty or old; only root may renew them.
                if os.geteuid() != 0:
                    raise
                _run(["apt-get", "-qq", "update"], work)
                self._download(work)
            (archive,) = work.glob("*.deb")
            _run(["dpkg-deb", "-x", archive.name, "unpacked"], work)
            for file in files:
                packed = work / f"{file.name}.gz"
                try:
                    os.replace(work / "unpacked" / self.inside / packed.name, packed)
                except FileNotFoundError:
                    raise SourceError(f"{packed.name} is not in the package") from None
                file.store(packed, folder)

    def _download(self, work: Path) -> None:
        with _progress(self.package, self.size) as bar:
            def show():
                bar.n = sum(path.stat().st_size for path in work.glob("*.deb"))
                bar.refresh()

            _run(["apt-get", "-qq", "download", self.package], work, show)


def download_url(url: str, target: Path) -> None:
    """Download one address to a file, with a progress bar.

    Raises
    ------
    SourceError
        If there is no complete answer. Errors of the disk pass through as they are.
    """
    import pooch  # both take long to import, and most readers have the data already
    import requests
    from urllib3.exceptions import ReadTimeoutError

    late = f"no answer within {TIMEOUT:g} s"
    try:
        with _progress(target.name) as bar:
            get = pooch.HTTPDownloader(progressbar=bar, chunk_size=2**16, timeout=TIMEOUT)
            get(url, str(target), None)
    except requests.HTTPError as error:
        raise SourceError(f"the server answered {error.response.status_code}") from error
    except requests.Timeout as error:
        raise SourceError(late) from error
    except requests.exceptions.ChunkedEncodingError as error:
        raise SourceError("the connection broke off") from error
    except requests.ConnectionError as error:
        # A pause in the middle of a file arrives as this, too.
        paused = isinstance(error.args[0], ReadTimeoutError)
        raise SourceError(late if paused else "could not be reached") from error
    except requests.RequestException as error:
        raise SourceError(f"{type(error).__name__}: {error}") from error


def _unpack(packed: Path, target: Path) -> None:
    # Some servers announce a .gz as a compressed answer, and it arrives unpacked.
    with open(packed, "rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    try:
        with (gzip.open if is_gzip else open)(packed, "rb") as source, open(target, "wb") as out:
            shutil.copyfileobj(source, out, 2**20)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(f"{packed.name} is damaged: {error}") from error


@contextmanager
def _progress(title: str, total: int = 0) -> Iterator:
    # tqdm.auto draws a widget in a notebook, so that nothing goes to stderr there.
    from tqdm.auto import tqdm

    with tqdm(
        desc=title, total=total, unit="B", unit_scale=True, delay=0.5, mininterval=0.5
    ) as bar:
        yield bar


def _run(command: list[str], folder: Path, show=lambda: None) -> None:
    """Run a command in `folder`, call `show` now and then, and raise its last words."""
    log = folder / "log"
    env = {**os.environ, "LC_ALL": "C"}
    with open(log, "w") as out:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=out, stderr=out)
        try:
            for _ in range(int(_APT_TIMEOUT / 0.2)):
                try:
                    process.wait(0.2)
                    break
                except subprocess.TimeoutExpired:
                    show()
        finally:
            process.kill()  # does nothing where it has ended
            process.wait()
    if process.returncode != 0:
        words = log.read_text().split("\n")
        raise SourceError(" ".join([" ".join(command), "failed:", *words[-3:]]).strip())

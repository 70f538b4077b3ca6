"""Texts that are downloaded, or come with Python: one card each, and their content by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..checks import one_of
from . import hub
from .archives import extract
from .datasets import DataNotAvailable, Found
from .sources import SourceError
from .storage import data_folder, digest, put_in_place, scratch

__all__ = ["CORPORA", "Corpus", "fetch_corpus", "read_corpus"]

#: Where The Time Machine is, should d2l's address not answer.
GUTENBERG = "https://www.gutenberg.org/cache/epub/35/pg35.txt"

_START = re.compile(r"\*\*\* ?START OF TH[EIS]+ PROJECT GUTENBERG EBOOK[^*]*\*\*\*\s*", re.I)
_END = re.compile(r"\s*\*\*\* ?END OF TH[EIS]+ PROJECT GUTENBERG EBOOK", re.I)


@dataclass(frozen=True)
class Corpus:
    """What there is to know about a text.

    Attributes
    ----------
    name, about
        The name it is asked for by, and what it is.
    fetch
        Brings it from the first source that has it; returns its file, and the source's name.
    read
        Returns the text in the file.
    license, citation
        Under what terms it may be used, and whom to cite.
    """

    name: str
    about: str
    fetch: Callable[[], tuple[Path, str]]
    read: Callable[[Path], str]
    license: str
    citation: str


def read_corpus(name: str) -> str:
    """Return a text by its name, as it is at its source; it is downloaded once and kept.

    Parameters
    ----------
    name
        "time-machine" (H. G. Wells' novel), "fra-eng" (a pair of English and French sentences
        a line, with a tab between) or "python-manual" (the help texts that come with Python).

    Raises
    ------
    ValueError
        If there is none of this name.
    DataNotAvailable
        If it is not in the cache and no source answers.
    StorageError
        If the cache folder cannot be written to.

    Examples
    --------
    >>> "assert" in d2l.read_corpus("python-manual")
    True
    """
    corpus = CORPORA[one_of("name", name, CORPORA)]
    path, _ = corpus.fetch()
    return corpus.read(path)


def fetch_corpus(name: str) -> Found:
    """Bring a text of `CORPORA` from the first source that has it, and say where it is.

    Raises as `read_corpus` does.
    """
    path, source = CORPORA[one_of("name", name, CORPORA)].fetch()
    return Found(path.parent, source)


def _from_hub(name: str, folder: Path) -> tuple[Path, str]:
    url, sha1 = hub.DATA_HUB[name]
    there = digest(folder / url.rpartition("/")[2], "sha1") == sha1
    return Path(hub.download(name, folder)), "the cache" if there else hub.DATA_URL


def _fetch_time_machine() -> tuple[Path, str]:
    folder = data_folder() / "time-machine"
    second = folder / "gutenberg-35.txt"
    if second.exists():
        return second, "the cache"
    try:
        return _from_hub("time_machine", folder)
    except DataNotAvailable as error:
        first_failed = error
    try:
        with scratch(folder) as inside:
            hub.download_url(GUTENBERG, inside / second.name)
            _read_novel(inside / second.name)
            put_in_place(inside / second.name, second)
    except (SourceError, ValueError) as error:
        raise DataNotAvailable(f"{first_failed}\nand {GUTENBERG}: {error}") from error
    return second, GUTENBERG


def _read_novel(path: Path) -> str:
    """Return the novel without the notes that Project Gutenberg puts around it."""
    text = path.read_text(encoding="utf-8-sig")
    if path.name != "gutenberg-35.txt":
        return text
    # Its checksum is not known: Project Gutenberg mends its texts and changes the notes.
    start, end = _START.search(text), _END.search(text)
    if not (start and end and "Time Traveller" in text):
        raise ValueError("what came is not The Time Machine")
    return text[start.end() : end.start()] + "\n"


def _fetch_sentences() -> tuple[Path, str]:
    archive, source = _from_hub("fra-eng", data_folder() / "fra-eng")
    extract(archive, archive.parent)
    return archive.parent / archive.stem / "fra.txt", source


def _fetch_manual() -> tuple[Path, str]:
    from pydoc_data import topics

    return Path(topics.__file__), "Python's standard library"


def _read_manual(_: Path) -> str:
    from pydoc_data.topics import topics

    return "\n\n".join(topics[name] for name in sorted(topics))


#: The texts that `read_corpus` knows, by their names.
CORPORA = {
    corpus.name: corpus
    for corpus in [
        Corpus(
            name="time-machine",
            about="The Time Machine, a novel by H. G. Wells, about 180,000 characters",
            fetch=_fetch_time_machine,
            read=_read_novel,
            license="public domain",
            citation="H. G. Wells: The Time Machine, 1895; Project Gutenberg eBook 35",
        ),
        Corpus(
            name="fra-eng",
            about="sentences in English and French, a pair a line",
            fetch=_fetch_sentences,
            read=lambda path: path.read_text(encoding="utf-8"),
            license="CC BY 2.0 FR",
            citation="the contributors of tatoeba.org; pairs put together by manythings.org",
        ),
        Corpus(
            name="python-manual",
            about="the help texts of Python's own manual, which differ from version to version",
            fetch=_fetch_manual,
            read=_read_manual,
            license="PSF License Agreement",
            citation="Python Software Foundation: The Python Language Reference",
        ),
    ]
}

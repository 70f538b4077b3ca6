"""The texts of this book for both sides, in the place of downloads."""

from __future__ import annotations

import d2lutils

from tools.old_d2l import FOLDER


def give_texts(old) -> None:
    """Have both packages read the tale and the number words; `old` is d2l.

    A benchmark needs no network then. What the packages do with a text stays theirs.
    """
    texts = {
        "timemachine.txt": "\n".join(d2lutils.tale_chapters()),
        "fra.txt": "\n".join("\t".join(pair) for pair in d2lutils.number_words()),
    }
    for name, text in texts.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    old.download = lambda name: FOLDER / "timemachine.txt"
    old.download_extract = lambda name: FOLDER

    def read_corpus(name):
        file = {"time-machine": "timemachine.txt", "fra-eng": "fra.txt"}[name]
        return (FOLDER / file).read_text(encoding="utf-8")

    d2lutils.data.text.read_corpus = d2lutils.data.translation.read_corpus = read_corpus

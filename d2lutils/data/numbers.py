"""Numbers in English and in French words: a language pair whose rules are known."""

from __future__ import annotations

import random
import re

from ..checks import positive_int
from ..devices import fast_mode
from .fashion import Sealed
from .loaders import TensorLoader
from .shipped import read_shipped
from .text import Vocab
from .translation import load_pairs

__all__ = [
    "SealedPairs",
    "load_data_number_words",
    "number_breaks",
    "number_parts",
    "number_words",
    "plain_words",
]

# Numbers with these last two digits are never in the parts, nor are those from 7,000 to 7,999.
_NEW_PAIRS, _NEW_PLACE = (37, 58, 92), 7

_TRAIN, _VALID = 8_000, 330

# Pairs of the training part, and of each other, in fast mode.
_FAST_TRAIN, _FAST_EVAL = 600, 60


class SealedPairs(Sealed):
    """Pairs of sentences that are read once, when every choice has been made."""

    def __init__(self, pairs: list[tuple[str, str]]):
        self._pairs = pairs

    def open(self) -> list[tuple[str, str]]:
        """Return the pairs."""
        return self._pairs

    def __repr__(self) -> str:
        return f"SealedPairs({len(self._pairs)} pairs)"


def plain_words(sentence: str) -> str:
    """Return the words of a sentence in lower case, with one space between two of them.

    Examples
    --------
    >>> d2l.plain_words("one thousand, two hundred and thirty-four")
    'one thousand two hundred and thirty four'
    """
    return " ".join(re.findall(r"\w+", sentence.lower()))


def number_words() -> list[tuple[str, str]]:
    """Return the numbers from 0 to 9,999 in English and in French, as num2words writes them.

    Raises
    ------
    DataNotAvailable
        If the file is missing or damaged.

    Examples
    --------
    >>> d2l.number_words()[1080]
    ('one thousand and eighty', 'mille quatre-vingts')
    """
    rows = _rows()
    return [(english, french) for n, english, french in rows if n < 10_000]


def number_parts(
    num_train: int = _TRAIN,
) -> tuple[list[tuple[str, str]], list[tuple[str, str]], SealedPairs]:
    """Return pairs of plain words in three parts: to train, to choose with, and sealed.

    The numbers are those from 0 to 9,999, shuffled once, without those of `number_breaks`. Up to
    8,000 train, 330 validate and 400 are sealed. In fast mode there are at most 600 to train and
    60 in the others.

    Parameters
    ----------
    num_train
        How many to train on, from 1 to 8,000; fewer are the first of more.

    Returns
    -------
    train, valid : list of pairs of str
        English and French.
    test : SealedPairs

    Raises
    ------
    ValueError, TypeError
        If `num_train` is out of range.
    DataNotAvailable
        If the file is missing or damaged.

    Examples
    --------
    >>> train, valid, test = d2l.number_parts(num_train=100)
    >>> len(train), train[0]
    (100, ('five thousand and seventy eight', 'cinq mille soixante dix huit'))
    """
    if positive_int("num_train", num_train) > _TRAIN:
        raise ValueError(f"num_train must be at most {_TRAIN}, got {num_train}")
    pairs = [pair for n, pair in _plain() if n < 10_000 and not _is_new(n)]
    random.Random(0).shuffle(pairs)
    valid, test = pairs[_TRAIN:_TRAIN + _VALID], pairs[_TRAIN + _VALID:]
    if fast_mode():
        num_train, valid, test = min(num_train, _FAST_TRAIN), valid[:_FAST_EVAL], test[:_FAST_EVAL]
    return pairs[:num_train], valid, SealedPairs(test)


def number_breaks() -> dict[str, list[tuple[str, str]]]:
    """Return pairs that ask for more than the parts can teach, by what is new about them.

    In fast mode there are 60 of each.

    Returns
    -------
    dict
        "new pair": numbers that end in 37, 58 or 92, while every digit occurs at both places in
        others, 270; "new place": those from 7,000 to 7,999, while "seven" occurs in all other
        places, 970; "longer": numbers of five digits, while the parts have four at most, 1,000.

    Raises
    ------
    DataNotAvailable
        If the file is missing or damaged.

    Examples
    --------
    >>> {what: pairs[0][0] for what, pairs in d2l.number_breaks().items()}
    {'new pair': 'thirty seven', 'new place': 'seven thousand', 'longer': '...'}
    """
    numbers = _plain()
    breaks = {
        "new pair": [
            p for n, p in numbers if n < 10_000 and _is_new(n) and n // 1000 != _NEW_PLACE],
        "new place": [
            p for n, p in numbers if n // 1000 == _NEW_PLACE and n % 100 not in _NEW_PAIRS],
        "longer": [p for n, p in numbers if n >= 10_000],
    }
    return {what: pairs[:_FAST_EVAL] for what, pairs in breaks.items()} if fast_mode() else breaks


def load_data_number_words(
    batch_size: int, num_steps: int = 10, num_train: int = _TRAIN
) -> tuple[TensorLoader, list[tuple[str, str]], Vocab, Vocab]:
    """Return a loader over the numbers to train on, the validation pairs, and the vocabularies.

    Parameters
    ----------
    batch_size, num_steps
        As for `load_pairs`. No sentence of the parts has more than 9 tokens with its "<eos>".
    num_train
        As for `number_parts`.

    Returns
    -------
    train_iter : TensorLoader
        Gives X, X_valid_len, Y, Y_valid_len.
    valid : list of pairs of str
    src_vocab, tgt_vocab : Vocab
        Those of the training part.

    Raises
    ------
    ValueError, TypeError
        If a size is out of range.
    DataNotAvailable
        If the file is missing or damaged.

    Examples
    --------
    >>> train_iter, valid, src_vocab, tgt_vocab = d2l.load_data_number_words(batch_size=64)
    >>> X, X_valid_len, Y, Y_valid_len = next(iter(train_iter))
    >>> X.shape, len(src_vocab), len(tgt_vocab)
    (torch.Size([64, 10]), 35, 31)
    """
    train, valid, _ = number_parts(num_train)
    train_iter, src_vocab, tgt_vocab = load_pairs(train, batch_size, num_steps)
    return train_iter, valid, src_vocab, tgt_vocab


def _rows() -> list[tuple[int, str, str]]:
    """Return all numbers of the file with their words."""
    lines = read_shipped("number-words").decode("utf-8").splitlines()
    return [(int(n), english, french) for n, english, french in (l.split("\t") for l in lines)]


def _plain() -> list[tuple[int, tuple[str, str]]]:
    return [(n, (plain_words(english), plain_words(french))) for n, english, french in _rows()]


def _is_new(n: int) -> bool:
    return n // 1000 == _NEW_PLACE or n % 100 in _NEW_PAIRS

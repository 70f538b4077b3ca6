"""Pairs of sentences in two languages: tokens, padding, valid lengths, and batches of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import torch

from ..checks import positive_int
from .corpora import read_corpus
from .loaders import TensorLoader, load_array
from .text import Vocab

__all__ = [
    "PAIR_TOKENS",
    "build_array_nmt",
    "load_data_nmt",
    "load_pairs",
    "preprocess_nmt",
    "read_data_nmt",
    "tokenize_nmt",
    "truncate_pad",
]

#: The tokens that every vocabulary of translation starts with, behind "<unk>".
PAIR_TOKENS = ("<pad>", "<bos>", "<eos>")


def read_data_nmt() -> str:
    """Return d2l's English and French sentences, one pair a line, separated by a tab.

    The archive is taken from d2l's address when it is asked for the first time, and kept. The
    sentences are from the Tatoeba project, CC BY 2.0 FR.

    Raises
    ------
    DataNotAvailable
        If it is not in the cache and the address does not answer.
    """
    return read_corpus("fra-eng")


def preprocess_nmt(text: str) -> str:
    """Return the text in lower case, with a plain space before each of ``,.!?``.

    Examples
    --------
    >>> d2l.preprocess_nmt("Go on!\\tContinue\\u202f!")
    'go on !\\tcontinue !'
    """
    text = text.replace("\u202f", " ").replace("\xa0", " ").lower()
    return re.sub(r"(?<=[^ ])(?=[,.!?])", " ", text)


def tokenize_nmt(
    text: str, num_examples: int | None = None
) -> tuple[list[list[str]], list[list[str]]]:
    """Split lines of pairs into tokens at the spaces.

    Parameters
    ----------
    text
        One pair a line, separated by a tab; other lines are skipped.
    num_examples
        The number of the last line to read, counted from 0, as in d2l: one pair more than the
        name says. By default all are read.

    Returns
    -------
    source, target : list of list

    Examples
    --------
    >>> d2l.tokenize_nmt("go on !\\tcontinue !")
    ([['go', 'on', '!']], [['continue', '!']])
    """
    source, target = [], []
    for i, line in enumerate(text.split("\n")):
        if num_examples and i > num_examples:
            break
        parts = line.split("\t")
        if len(parts) == 2:
            source.append(parts[0].split(" "))
            target.append(parts[1].split(" "))
    return source, target


def truncate_pad(line: Sequence, num_steps: int, padding_token) -> list:
    """Cut a line to `num_steps` tokens, or fill it up with `padding_token`.

    Raises
    ------
    ValueError, TypeError
        If `num_steps` is not a whole number of at least 1.

    Examples
    --------
    >>> d2l.truncate_pad([7, 8, 9], 5, 1), d2l.truncate_pad([7, 8, 9], 2, 1)
    ([7, 8, 9, 1, 1], [7, 8])
    """
    num_steps = positive_int("num_steps", num_steps)
    return [*line[:num_steps], *[padding_token] * (num_steps - len(line))]


def build_array_nmt(
    lines: Iterable[Sequence[str]], vocab: Vocab, num_steps: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return lines of tokens as numbers, each ended by "<eos>" and cut or filled up.

    Parameters
    ----------
    lines
        Lists of tokens.
    vocab
        A vocabulary with "<pad>" and "<eos>".
    num_steps
        The length that every line gets. Where a line is longer, its "<eos>" is cut off too.

    Returns
    -------
    array : torch.Tensor
        The numbers, (lines, num_steps).
    valid_len : torch.Tensor
        How many of them are not padding, (lines,), int32 (in d2l int64).

    Examples
    --------
    >>> vocab = d2l.Vocab([["go", "on"]], reserved_tokens=d2l.PAIR_TOKENS)
    >>> d2l.build_array_nmt([["go", "on"], ["go"]], vocab, 4)
    (tensor([[4, 5, 3, 1],
            [4, 3, 1, 1]]), tensor([3, 2], dtype=torch.int32))
    """
    end, pad = vocab["<eos>"], vocab["<pad>"]
    array = torch.tensor([truncate_pad([*vocab[list(l)], end], num_steps, pad) for l in lines])
    return array, (array != pad).sum(1, dtype=torch.int32)


def load_pairs(
    pairs: Sequence[tuple[str, str]], batch_size: int, num_steps: int, min_freq: int = 0
) -> tuple[TensorLoader, Vocab, Vocab]:
    """Return a loader over pairs of sentences, and the vocabularies of the two languages.

    Parameters
    ----------
    pairs
        A sentence and its translation each, with a space between two tokens.
    batch_size
        Pairs in a batch.
    num_steps
        Tokens of every sentence in the batch, "<eos>" included.
    min_freq
        Tokens that occur less often become "<unk>".

    Returns
    -------
    train_iter : TensorLoader
        Gives X, X_valid_len, Y, Y_valid_len, as `build_array_nmt` makes them.
    src_vocab, tgt_vocab : Vocab

    Raises
    ------
    ValueError, TypeError
        If there is no pair, or a size is not a whole number of at least 1.

    Examples
    --------
    >>> train_iter, src_vocab, tgt_vocab = d2l.load_pairs([("two", "deux"), ("six", "six")], 2, 3)
    >>> X, X_valid_len, Y, Y_valid_len = next(iter(train_iter))
    >>> X.shape, X_valid_len, len(tgt_vocab)
    (torch.Size([2, 3]), tensor([2, 2], dtype=torch.int32), 6)
    """
    if not pairs:
        raise ValueError("pairs must hold at least one pair, got none")
    arrays, vocabs = [], []
    for sentences in zip(*pairs):
        lines = [sentence.split(" ") for sentence in sentences]
        vocabs.append(Vocab(lines, min_freq, PAIR_TOKENS))
        arrays += build_array_nmt(lines, vocabs[-1], num_steps)
    return load_array(arrays, batch_size), *vocabs


def load_data_nmt(
    batch_size: int, num_steps: int, num_examples: int = 600
) -> tuple[TensorLoader, Vocab, Vocab]:
    """Return a loader over d2l's English and French sentences, and the two vocabularies.

    Words that occur once become "<unk>".

    Parameters
    ----------
    batch_size, num_steps
        As for `load_pairs`.
    num_examples
        As for `tokenize_nmt`.

    Raises
    ------
    DataNotAvailable
        As `read_data_nmt` does.
    """
    source, target = tokenize_nmt(preprocess_nmt(read_data_nmt()), num_examples)
    pairs = [(" ".join(s), " ".join(t)) for s, t in zip(source, target)]
    return load_pairs(pairs, batch_size, num_steps, min_freq=2)

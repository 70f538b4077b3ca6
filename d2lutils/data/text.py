"""Text as numbers: tokens, a vocabulary, and batches of subsequences of a long text."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import torch

from ..checks import one_of, positive_int
from ..devices import fast_mode
from .corpora import read_corpus
from .fashion import Sealed
from .shipped import read_shipped

__all__ = [
    "SealedText",
    "SeqDataLoader",
    "TextLoader",
    "Vocab",
    "count_corpus",
    "load_corpus_time_machine",
    "load_data_tale",
    "load_data_time_machine",
    "read_time_machine",
    "seq_data_iter_random",
    "seq_data_iter_sequential",
    "tale_chapters",
    "tale_parts",
    "tokenize",
]

# The chapters by which a model is chosen, and those that are sealed; they were picked once,
# spread over the story.
_VALID, _TEST = (8, 17, 26, 34), (6, 15, 23, 32)

# Characters of each part in fast mode.
_FAST = 6_000


class SealedText(Sealed):
    """A text that is read once, when every choice has been made."""

    def __init__(self, text: str):
        self._text = text

    def open(self) -> str:
        """Return the text."""
        return self._text

    def __repr__(self) -> str:
        return f"SealedText({len(self._text)} characters)"


def tale_chapters() -> list[str]:
    """Return the chapters of the tale, a story written for this book, each with its heading.

    It comes with d2lutils, under CC0: anyone may do anything with it.

    Raises
    ------
    DataNotAvailable
        If the file is missing or damaged.

    Examples
    --------
    >>> chapters = d2l.tale_chapters()
    >>> len(chapters), chapters[0].splitlines()[0]
    (36, 'Chapter One: The Ferry at Saltmouth')
    """
    text = read_shipped("tale").decode("ascii")
    return re.split(r"\n(?=Chapter [A-Z])", text)


def tale_parts() -> tuple[str, str, SealedText]:
    """Return the tale in three parts, split by chapters: to train, to choose with, and sealed.

    28 chapters train, four validate and four are sealed. In fast mode the parts are cut to
    6,000 characters each.

    Returns
    -------
    train, valid : str
    test : SealedText
        ``test.open()`` is a string too.

    Raises
    ------
    DataNotAvailable
        If the file is missing or damaged.

    Examples
    --------
    >>> train, valid, test = d2l.tale_parts()
    >>> train.splitlines()[0]
    'Chapter One: The Ferry at Saltmouth'
    """
    parts: dict[str, list[str]] = {"train": [], "valid": [], "test": []}
    for number, chapter in enumerate(tale_chapters(), start=1):
        name = "valid" if number in _VALID else "test" if number in _TEST else "train"
        parts[name].append(chapter)
    train, valid, test = ("\n".join(chapters) for chapters in parts.values())
    if fast_mode():
        train, valid, test = train[:_FAST], valid[:_FAST], test[:_FAST]
    return train, valid, SealedText(test)


def read_time_machine() -> list[str]:
    """Return the lines of H. G. Wells' "The Time Machine", in lower case, letters and spaces only.

    The text is taken from d2l's address when it is asked for the first time, and kept; where that
    does not answer, from Project Gutenberg, whose lines break elsewhere.

    Raises
    ------
    DataNotAvailable
        If it is not in the cache and neither address answers.
    """
    lines = read_corpus("time-machine").splitlines()
    return [re.sub("[^A-Za-z]+", " ", line).strip().lower() for line in lines]


def tokenize(lines: Sequence[str], token: str = "word") -> list[list[str]]:
    """Split lines into tokens: words between white space, or characters.

    Parameters
    ----------
    lines
        Strings.
    token
        "word" or "char".

    Raises
    ------
    ValueError
        If `token` is anything else (d2l prints a line and returns None).

    Examples
    --------
    >>> d2l.tokenize(["the lark", "sang"])
    [['the', 'lark'], ['sang']]
    >>> d2l.tokenize(["lark"], "char")
    [['l', 'a', 'r', 'k']]
    """
    one_of("token", token, ["word", "char"])
    return [line.split() if token == "word" else list(line) for line in lines]


def count_corpus(tokens: Sequence) -> Counter:
    """Count how often each token occurs.

    Parameters
    ----------
    tokens
        A list of tokens, or a list of lists of tokens.

    Examples
    --------
    >>> d2l.count_corpus([["the", "bell"], ["the", "gate"]])
    Counter({'the': 2, 'bell': 1, 'gate': 1})
    """
    if len(tokens) and isinstance(tokens[0], list):
        tokens = [token for line in tokens for token in line]
    return Counter(tokens)


class Vocab:
    """The tokens of a text and their numbers, the most frequent token first.

    Number 0 is "<unk>" and stands for every token that is not in the vocabulary.

    Parameters
    ----------
    tokens
        A list of tokens, or a list of lists of tokens.
    min_freq
        Tokens that occur less often are left out.
    reserved_tokens
        Tokens that get the first numbers after 0, such as "<pad>".

    Attributes
    ----------
    idx_to_token : list of str
    token_to_idx : dict

    Examples
    --------
    >>> vocab = d2l.Vocab([["the", "bell"], ["the", "gate"]])
    >>> len(vocab), vocab["the"], vocab[["gate", "moon"]]
    (4, 1, [3, 0])
    >>> vocab.to_tokens([1, 2])
    ['the', 'bell']
    """

    def __init__(
        self,
        tokens: Sequence | None = None,
        min_freq: int = 0,
        reserved_tokens: Sequence[str] | None = None,
    ):
        counter = count_corpus([] if tokens is None else tokens)
        self._token_freqs = sorted(counter.items(), key=lambda item: item[1], reverse=True)
        self.idx_to_token = ["<unk>", *(reserved_tokens or [])]
        self.token_to_idx = {token: i for i, token in enumerate(self.idx_to_token)}
        for token, freq in self._token_freqs:
            if freq < min_freq:
                break
            if token not in self.token_to_idx:
                self.token_to_idx[token] = len(self.idx_to_token)
                self.idx_to_token.append(token)

    def __len__(self) -> int:
        return len(self.idx_to_token)

    def __getitem__(self, tokens):
        """Return the number of a token, or a list of numbers for a list of tokens."""
        if not isinstance(tokens, (list, tuple)):
            return self.token_to_idx.get(tokens, self.unk)
        return [self[token] for token in tokens]

    def to_tokens(self, indices):
        """Return the token of a number, or a list of tokens for a list of numbers."""
        if not isinstance(indices, (list, tuple)):
            return self.idx_to_token[indices]
        return [self.idx_to_token[index] for index in indices]

    @property
    def unk(self) -> int:
        """The number of every token that is not in the vocabulary, which is 0."""
        return 0

    @property
    def token_freqs(self) -> list[tuple[str, int]]:
        """Pairs of a token and how often it occurs, the most frequent first."""
        return self._token_freqs


def load_corpus_time_machine(max_tokens: int = -1) -> tuple[list[int], Vocab]:
    """Return the characters of "The Time Machine" as numbers, and the vocabulary.

    Parameters
    ----------
    max_tokens
        How many characters to return, from the beginning; all of them if it is not above 0.

    Raises
    ------
    DataNotAvailable
        As `read_time_machine` does.
    """
    tokens = tokenize(read_time_machine(), "char")
    vocab = Vocab(tokens)
    wanted = itertools.islice(
        itertools.chain.from_iterable(tokens), max_tokens if max_tokens > 0 else None)
    return [vocab.token_to_idx[token] for token in wanted], vocab


def seq_data_iter_random(
    corpus: Sequence[int], batch_size: int, num_steps: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield batches of subsequences of a text in random order, from a random start.

    Parameters
    ----------
    corpus
        The numbers of the tokens.
    batch_size, num_steps
        Subsequences in a batch, and tokens in each.

    Yields
    ------
    X, Y : torch.Tensor
        Each (batch_size, num_steps); Y is X one token later.

    Raises
    ------
    ValueError, TypeError
        If a size is not a whole number of at least 1, or the text is too short for one batch.

    Examples
    --------
    >>> X, Y = next(d2l.seq_data_iter_random(list(range(35)), batch_size=2, num_steps=5))
    >>> X.shape, bool((Y == X + 1).all())
    (torch.Size([2, 5]), True)
    """
    _check_length(corpus, batch_size, num_steps)
    # A cut at the front, so that the subsequences of two epochs do not begin at the same places.
    corpus = torch.as_tensor(corpus)[random.randint(0, num_steps - 1):]
    num_subseqs = (len(corpus) - 1) // num_steps
    starts = list(range(0, num_subseqs * num_steps, num_steps))
    random.shuffle(starts)
    windows = torch.tensor(starts).unsqueeze(1) + torch.arange(num_steps)
    for i in range(0, num_subseqs // batch_size * batch_size, batch_size):
        rows = windows[i: i + batch_size]
        yield corpus[rows], corpus[rows + 1]


def seq_data_iter_sequential(
    corpus: Sequence[int], batch_size: int, num_steps: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield batches of subsequences such that each row goes on where it ended in the batch before.

    Parameters
    ----------
    corpus, batch_size, num_steps
        As for `seq_data_iter_random`.

    Yields
    ------
    X, Y : torch.Tensor
        Each (batch_size, num_steps); Y is X one token later.

    Raises
    ------
    ValueError, TypeError
        As `seq_data_iter_random` does.

    Examples
    --------
    >>> batches = d2l.seq_data_iter_sequential(list(range(35)), batch_size=2, num_steps=5)
    >>> (X, _), (X_next, _) = next(batches), next(batches)
    >>> bool((X_next == X + 5).all())
    True
    """
    _check_length(corpus, batch_size, num_steps)
    corpus, offset = torch.as_tensor(corpus), random.randint(0, num_steps)
    num_tokens = (len(corpus) - offset - 1) // batch_size * batch_size
    Xs = corpus[offset: offset + num_tokens].reshape(batch_size, -1)
    Ys = corpus[offset + 1: offset + 1 + num_tokens].reshape(batch_size, -1)
    for i in range(0, Xs.shape[1] // num_steps * num_steps, num_steps):
        yield Xs[:, i: i + num_steps], Ys[:, i: i + num_steps]


class TextLoader:
    """Hand out a text in batches of subsequences; every pass starts at another place.

    Parameters
    ----------
    corpus
        The numbers of the tokens.
    batch_size, num_steps
        Subsequences in a batch, and tokens in each.
    use_random_iter
        Whether the subsequences come in random order. Otherwise each row goes on where it
        ended in the batch before, so that a state can be carried along.

    Raises
    ------
    ValueError, TypeError
        If a size is not a whole number of at least 1, or the text is too short for one batch.

    Examples
    --------
    >>> for X, Y in d2l.TextLoader(list(range(30)), batch_size=2, num_steps=5):
    ...     print(X.shape)
    torch.Size([2, 5])
    torch.Size([2, 5])
    """

    def __init__(
        self,
        corpus: Sequence[int],
        batch_size: int,
        num_steps: int,
        use_random_iter: bool = False,
    ):
        _check_length(corpus, batch_size, num_steps)
        self.corpus, self._tokens = corpus, torch.as_tensor(corpus)
        self.batch_size, self.num_steps = batch_size, num_steps
        self.use_random_iter = use_random_iter

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        iterate = seq_data_iter_random if self.use_random_iter else seq_data_iter_sequential
        # A copy, since the batches may be views of it, and a reader may change them in place.
        return iterate(self._tokens.clone(), self.batch_size, self.num_steps)


class SeqDataLoader(TextLoader):
    """Hand out the characters of "The Time Machine" in batches of subsequences.

    Parameters
    ----------
    batch_size, num_steps, use_random_iter
        As for `TextLoader`.
    max_tokens
        How many characters to use, as for `load_corpus_time_machine`.

    Attributes
    ----------
    corpus, vocab
        The numbers of the characters, and the vocabulary.

    Raises
    ------
    DataNotAvailable
        As `read_time_machine` does.
    """

    def __init__(self, batch_size: int, num_steps: int, use_random_iter: bool, max_tokens: int):
        corpus, self.vocab = load_corpus_time_machine(max_tokens)
        super().__init__(corpus, batch_size, num_steps, use_random_iter)


def load_data_time_machine(
    batch_size: int, num_steps: int, use_random_iter: bool = False, max_tokens: int = 10000
) -> tuple[SeqDataLoader, Vocab]:
    """Return a loader over the characters of "The Time Machine", and the vocabulary.

    Parameters
    ----------
    batch_size, num_steps, use_random_iter, max_tokens
        As for `SeqDataLoader`.

    Raises
    ------
    DataNotAvailable
        As `read_time_machine` does.
    """
    data_iter = SeqDataLoader(batch_size, num_steps, use_random_iter, max_tokens)
    return data_iter, data_iter.vocab


def load_data_tale(
    batch_size: int, num_steps: int, use_random_iter: bool = False
) -> tuple[TextLoader, torch.Tensor, Vocab]:
    """Return a loader over the tale's training part, the validation part, and the vocabulary.

    The tokens are characters, and the vocabulary is that of the training part.

    Parameters
    ----------
    batch_size, num_steps, use_random_iter
        As for `TextLoader`.

    Returns
    -------
    train_iter : TextLoader
    valid : torch.Tensor
        The numbers of the characters, (characters,): what `perplexity` takes.
    vocab : Vocab

    Raises
    ------
    ValueError, TypeError
        If a size is not a whole number of at least 1, or the text is too short for one batch.
    DataNotAvailable
        If the file is missing or damaged.

    Examples
    --------
    >>> train_iter, valid, vocab = d2l.load_data_tale(batch_size=32, num_steps=35)
    >>> X, Y = next(iter(train_iter))
    >>> X.shape, "".join(vocab.to_tokens(valid[:13].tolist()))
    (torch.Size([32, 35]), 'Chapter Eight')
    """
    train, valid, _ = tale_parts()
    vocab = Vocab(list(train))
    train_iter = TextLoader(vocab[list(train)], batch_size, num_steps, use_random_iter)
    return train_iter, torch.tensor(vocab[list(valid)]), vocab


def _check_length(corpus: Sequence[int], batch_size: int, num_steps: int) -> None:
    batch_size = positive_int("batch_size", batch_size)
    num_steps = positive_int("num_steps", num_steps)
    least = batch_size * num_steps + num_steps + 1
    if len(corpus) < least:
        raise ValueError(
            f"corpus must have at least {least} tokens for {batch_size} subsequences of "
            f"{num_steps} from any start, got {len(corpus)}"
        )

"""n-grams: language models that count which token follows a short context."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from ..checks import number_in, one_of, positive_int

__all__ = ["NGram"]


class _Table(NamedTuple):
    """What follows the contexts of one length; contexts are numbered 0, 1, ..."""

    keys: np.ndarray  # (pairs,), sorted: number of the context * vocab_size + token
    counts: np.ndarray  # (pairs,)
    totals: np.ndarray  # (contexts,): the sum of a context's counts
    types: np.ndarray  # (contexts,): how many different tokens follow it

    def find(self, keys: np.ndarray) -> np.ndarray:
        """Return the positions of keys; -1 for those that are not there."""
        found = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[found] == keys, found, -1)


class NGram:
    """A language model that looks at the last ``order - 1`` tokens and counts what followed them.

    Parameters
    ----------
    order
        1 looks at no token before (a unigram model), 2 at one, and so on.
    vocab_size
        Tokens are the numbers 0 to ``vocab_size - 1``.
    smoothing
        How a token that never followed a context gets a probability. "laplace" adds `alpha` to
        every count, and knows nothing of a context that it has not seen: all tokens are then
        equally likely. "kneser-ney" takes `discount` off every count, and spreads what it took
        as the model of the next lower order says; that one counts in how many different
        contexts a token was seen (interpolated Kneser-Ney, in the form of S. F. Chen and
        J. Goodman, "An empirical study of smoothing techniques for language modeling",
        Computer Speech & Language 13, 1999). A context that was not seen is left to the next
        lower order.
    alpha
        For "laplace": at least 0. At 0 nothing is smoothed.
    discount
        For "kneser-ney": from 0 to 1.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.

    Examples
    --------
    >>> vocab = d2l.Vocab(list("to be or not to be"))
    >>> model = d2l.NGram(2, len(vocab), "laplace", alpha=0).fit(vocab[list("to be or not to be")])
    >>> probs = model.probs(vocab[["t"]])
    >>> {vocab.to_tokens(i): round(p, 2) for i, p in enumerate(probs.tolist()) if p}
    {' ': 0.33, 'o': 0.67}
    """

    def __init__(
        self,
        order: int,
        vocab_size: int,
        smoothing: str = "kneser-ney",
        alpha: float = 1,
        discount: float = 0.9,
    ):
        self.order = positive_int("order", order)
        self.vocab_size = positive_int("vocab_size", vocab_size)
        self.smoothing = one_of("smoothing", smoothing, ["laplace", "kneser-ney"])
        self.alpha = number_in("alpha", alpha, 0)
        self.discount = number_in("discount", discount, 0, 1)
        self._tables: list[_Table] = []  # one for contexts of 0, 1, ... order - 1 tokens

    def fit(self, corpus: Sequence[int] | torch.Tensor) -> NGram:
        """Count a text, and return the model. What was counted before is forgotten.

        Parameters
        ----------
        corpus
            The numbers of the tokens, (tokens,), at least `order` of them.

        Raises
        ------
        ValueError
            If there are too few, or a number is outside the vocabulary.
        """
        corpus = self._checked("corpus", corpus, least=self.order)
        found = []  # for each length of context its keys and how often each occurs
        contexts, shorter = np.zeros(len(corpus), dtype=np.int64), None
        for length in range(self.order):
            # keys[i] stands for the token at i + length and the context before it.
            keys, first, numbers, counts = np.unique(
                contexts * self.vocab_size + corpus[length:],
                return_index=True, return_inverse=True, return_counts=True)
            if length and self.smoothing == "kneser-ney":
                # In how many different contexts does a shorter n-gram occur?
                found[-1][1] = np.bincount(shorter[1:][first], minlength=len(found[-1][0]))
            found.append([keys, counts])
            contexts, shorter = numbers[:-1], numbers
        sizes = [1, *(len(keys) for keys, _ in found)]
        self._tables = [
            self._table(keys, counts, size) for (keys, counts), size in zip(found, sizes)]
        return self

    def probs(self, context: Sequence[int] | torch.Tensor) -> torch.Tensor:
        """Return the probability of every token after a context, (vocab_size,).

        Parameters
        ----------
        context
            The numbers of the tokens before, (tokens,). The last ``order - 1`` count; there may
            be fewer, as at the beginning of a text, or none.

        Raises
        ------
        RuntimeError
            Before `fit`.
        ValueError
            If a number is outside the vocabulary.
        """
        tables = self._fitted()
        context = self._checked("context", context)[max(0, len(context) - self.order + 1):]
        probs = np.full(self.vocab_size, 1 / self.vocab_size)
        for length in range(len(context) + 1):
            number = self._number(context[len(context) - length:])
            if number < 0:
                probs = self._mixed(np.zeros(self.vocab_size), 0, 0, probs)
                continue
            table = tables[length]
            start, stop = np.searchsorted(
                table.keys, [number * self.vocab_size, (number + 1) * self.vocab_size])
            counts = np.zeros(self.vocab_size)
            counts[table.keys[start:stop] - number * self.vocab_size] = table.counts[start:stop]
            probs = self._mixed(counts, table.totals[number], table.types[number], probs)
        return torch.tensor(probs, dtype=torch.float32)

    def perplexity(self, corpus: Sequence[int] | torch.Tensor) -> float:
        """Return the perplexity on a text: of every token but the first, as `d2l.perplexity` does.

        Parameters
        ----------
        corpus
            The numbers of the tokens, (tokens,), at least two.

        Returns
        -------
        float
            Infinite if a token of the text has the probability 0.

        Raises
        ------
        RuntimeError
            Before `fit`.
        ValueError
            If there are fewer than two tokens, or a number is outside the vocabulary.
        """
        tables, corpus = self._fitted(), self._checked("corpus", corpus, least=2)
        probs = np.full(len(corpus), 1 / self.vocab_size)  # of the token that came
        contexts = np.zeros(len(corpus), dtype=np.int64)  # -1: not seen
        for length, table in enumerate(tables[:len(corpus)]):
            keys = contexts * self.vocab_size + corpus[length:]
            numbers = np.where(contexts < 0, -1, table.find(keys))
            counts = np.where(numbers < 0, 0, table.counts[numbers])
            totals = np.where(contexts < 0, 0, table.totals[contexts])
            probs[length:] = self._mixed(counts, totals, table.types[contexts], probs[length:])
            contexts = numbers[:-1]
        if (probs[1:] == 0).any():
            return math.inf
        return math.exp(-np.log(probs[1:]).mean())

    def _mixed(self, counts, totals, types, lower):
        """Return probabilities from the counts after a context, and those of the order below."""
        if self.smoothing == "laplace":
            lower, spread = 1 / self.vocab_size, self.alpha * self.vocab_size
            kept, whole = counts, totals + spread
        else:
            spread = self.discount * types
            kept, whole = np.maximum(counts - self.discount, 0), totals
        seen = np.asarray(totals) > 0
        return np.where(seen, (kept + spread * lower) / np.where(seen, whole, 1), lower)

    def _number(self, context: np.ndarray) -> int:
        """Return the number of a context among those of its length, -1 if it was not seen."""
        number = 0
        for table, token in zip(self._tables, context):
            number = int(table.find(np.array(number * self.vocab_size + token)))
            if number < 0:
                break
        return number

    def _table(self, keys: np.ndarray, counts: np.ndarray, num_contexts: int) -> _Table:
        contexts = keys // self.vocab_size
        totals = np.bincount(contexts, weights=counts, minlength=num_contexts)
        types = np.bincount(contexts[counts > 0], minlength=num_contexts)
        return _Table(keys, counts, totals, types)

    def _fitted(self) -> list[_Table]:
        if not self._tables:
            raise RuntimeError("the model has counted no text yet: call fit(corpus) first")
        return self._tables

    def _checked(self, name: str, tokens, least: int = 0) -> np.ndarray:
        """Return the numbers of tokens as an array, or say what is wrong with them."""
        tokens = np.asarray(tokens)
        if tokens.ndim != 1 or len(tokens) < least:
            raise ValueError(
                f"{name} must hold at least {least} tokens in one row, got the shape "
                f"{tokens.shape}")
        outside = tokens[(tokens < 0) | (tokens >= self.vocab_size)]
        if len(outside):
            raise ValueError(
                f"{name} must hold numbers from 0 to {self.vocab_size - 1}, got {outside[0]}")
        return tokens.astype(np.int64)

    def __repr__(self) -> str:
        strength = (
            f"alpha={self.alpha:g}" if self.smoothing == "laplace"
            else f"discount={self.discount:g}")
        return f"NGram({self.order}, {self.vocab_size}, {self.smoothing!r}, {strength})"

"""Searching for the likeliest sequence under a model that gives one token after the other."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch

from ..checks import number_in, positive_int

__all__ = ["Hypothesis", "beam_search", "exhaustive_search"]

# The most sequences that exhaustive_search looks at.
_MOST = 1_000_000

Step = Callable[[object, int], tuple[torch.Tensor, object]]


class Hypothesis(NamedTuple):
    """A sequence that a search has completed.

    Attributes
    ----------
    tokens
        Its tokens without the first, with the token that ends it, if it ends.
    log_prob
        The sum of the logs of their probabilities, in nats.
    score
        ``log_prob / len(tokens) ** alpha``, by which the search ranks.
    """

    tokens: tuple[int, ...]
    log_prob: float
    score: float


def beam_search(
    step: Step,
    state: object,
    start: int,
    end: int | None,
    width: int,
    max_len: int,
    alpha: float = 0,
) -> list[Hypothesis]:
    """Search for the likeliest sequence, keeping the `width` best beginnings of each length.

    Width 1 is greedy search. The search stops early once no beginning can overtake the best
    complete sequence.

    Parameters
    ----------
    step
        A function of a state and a token that returns the log-probabilities of the next token,
        (vocab_size,), and the new state. It leaves the state that it is given as it is.
    state, start
        The first state, and the token that `step` is given with it.
    end
        The token that ends a sequence; None if only the length does.
    width
        How many beginnings are kept, at least 1.
    max_len
        A sequence is cut off after this many tokens, at least 1, and counts as complete.
    alpha
        Strength of the length normalization, at least 0: the log-probability is divided by the
        number of tokens to this power. 0 ranks by probability, 1 by the mean log-probability.

    Returns
    -------
    list of Hypothesis
        The complete sequences that were met, the best score first.

    Raises
    ------
    ValueError, TypeError
        If a number is out of range.

    References
    ----------
    Graves, "Sequence transduction with recurrent neural networks", 2012; Sutskever, Vinyals and
    Le, "Sequence to sequence learning with neural networks", NeurIPS 2014. Wu et al., "Google's
    neural machine translation system", 2016, divide by ((5 + length) / 6) ** alpha instead.

    Examples
    --------
    >>> chances = torch.tensor([[0.0, 0.5, 0.4, 0.1], [0.0, 0.3, 0.3, 0.4], [0.0, 0.0, 0.1, 0.9]])
    >>> def step(state, token): return chances[token].log(), state
    >>> for width in (1, 2):
    ...     best = d2l.beam_search(step, None, 0, 3, width, max_len=5)[0]
    ...     print(best.tokens, round(best.log_prob, 3))
    (1, 3) -1.609
    (2, 3) -1.022
    """
    width, max_len = positive_int("width", width), positive_int("max_len", max_len)
    alpha = number_in("alpha", alpha, 0)
    beam, complete = [(0.0, (), state)], []
    for length in range(1, max_len + 1):
        candidates = []
        for log_prob, tokens, state in beam:
            log_probs, state = step(state, tokens[-1] if tokens else start)
            top = log_probs.topk(min(width, len(log_probs)))
            for value, token in zip(top.values.tolist(), top.indices.tolist()):
                candidates.append((log_prob + value, (*tokens, token), state))
        candidates.sort(key=lambda candidate: -candidate[0])
        beam = []
        for log_prob, tokens, state in candidates[:width]:
            if tokens[-1] == end or length == max_len:
                score = log_prob / length ** alpha
                complete.append(Hypothesis(tokens, log_prob, score))
            else:
                beam.append((log_prob, tokens, state))
        # The most that the best beginning can come to: sure of all the rest.
        bound = beam[0][0] / max_len ** alpha if beam else -math.inf
        if any(hypothesis.score >= bound for hypothesis in complete):
            break
    return sorted(complete, key=lambda hypothesis: -hypothesis.score)


def exhaustive_search(
    step: Step,
    state: object,
    start: int,
    end: int | None,
    max_len: int,
    alpha: float = 0,
) -> list[Hypothesis]:
    """Look at every sequence of at most `max_len` tokens.

    Parameters
    ----------
    step, state, start, end, max_len, alpha
        As for `beam_search`.

    Returns
    -------
    list of Hypothesis
        All sequences, the best score first.

    Raises
    ------
    ValueError, TypeError
        If a number is out of range, or there are more than a million sequences.

    Examples
    --------
    >>> def step(state, token): return torch.tensor([0.6, 0.4]).log(), state
    >>> for found in d2l.exhaustive_search(step, None, 0, 1, max_len=2):
    ...     print(found.tokens, round(found.log_prob, 3))
    (1,) -0.916
    (0, 0) -1.022
    (0, 1) -1.427
    """
    max_len, alpha = positive_int("max_len", max_len), number_in("alpha", alpha, 0)
    if len(step(state, start)[0]) ** max_len > _MOST:
        raise ValueError(f"max_len must leave at most {_MOST:,} sequences, got {max_len} for "
                         f"{len(step(state, start)[0])} tokens")

    def longer(tokens, log_prob, state):
        log_probs, state = step(state, tokens[-1] if tokens else start)
        for token, value in enumerate(log_probs.tolist()):
            path, total = (*tokens, token), log_prob + value
            if token == end or len(path) == max_len:
                score = total / len(path) ** alpha
                yield Hypothesis(path, total, score)
            else:
                yield from longer(path, total, state)

    found = longer((), 0.0, state)
    return sorted(found, key=lambda hypothesis: -hypothesis.score)

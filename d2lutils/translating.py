"""Translation: what an encoder and decoder writes, and how much of it is right."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import torch
from torch import nn

from .checks import positive_int
from .data import Vocab, build_array_nmt, number_breaks, truncate_pad
from .devices import usable_device
from .loops import evaluating

__all__ = [
    "bleu",
    "exact_match",
    "measure_breaks",
    "measure_translation",
    "predict_seq2seq",
    "translate",
]


def predict_seq2seq(
    net: nn.Module,
    src_sentence: str,
    src_vocab: Vocab,
    tgt_vocab: Vocab,
    num_steps: int,
    device: torch.device | str,
    save_attention_weights: bool = False,
) -> tuple[str, list]:
    """Translate one sentence, taking the likeliest token at every step.

    Parameters
    ----------
    net
        An `EncoderDecoder`. It is put into evaluation mode.
    src_sentence
        Tokens with a space between two of them.
    src_vocab, tgt_vocab
        The vocabularies of the two languages.
    num_steps
        The length that the source is cut or filled up to, and the longest translation.
    device
        Where `net` lives.
    save_attention_weights
        Whether to collect ``net.decoder.attention_weights`` after every step.

    Returns
    -------
    translation : str
    attention_weights : list
    """
    net.eval()
    device, end = usable_device(device), tgt_vocab["<eos>"]
    tokens = [*src_vocab[src_sentence.lower().split(" ")], src_vocab["<eos>"]]
    valid_len = torch.tensor([min(len(tokens), num_steps)], device=device)
    X = torch.tensor([truncate_pad(tokens, num_steps, src_vocab["<pad>"])], device=device)
    output, weights = [], []
    with torch.no_grad():
        state = net.decoder.init_state(net.encoder(X, valid_len), valid_len)
        y = torch.tensor([[tgt_vocab["<bos>"]]], device=device)
        for _ in range(num_steps):
            y_hat, state = net.decoder(y, state)
            y = y_hat.argmax(dim=2)
            if save_attention_weights:
                weights.append(net.decoder.attention_weights)
            if y.item() == end:
                break
            output.append(y.item())
    return " ".join(tgt_vocab.to_tokens(output)), weights


def translate(
    net: nn.Module,
    sentences: Sequence[str],
    src_vocab: Vocab,
    tgt_vocab: Vocab,
    num_steps: int = 16,
) -> list[str]:
    """Translate many sentences at once, taking the likeliest token at every step.

    Parameters
    ----------
    net
        An `EncoderDecoder`.
    sentences
        Tokens with a space between two of them.
    src_vocab, tgt_vocab
        The vocabularies of the two languages.
    num_steps
        Tokens of the longest translation.

    Returns
    -------
    list of str

    Examples
    --------
    >>> _, *vocabs = d2l.load_pairs([("two", "deux"), ("six", "six")], 2, 3)
    >>> net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(6, 4, 8, 1), d2l.Seq2SeqDecoder(6, 4, 8, 1))
    >>> len(d2l.translate(net, ["two", "six", "two six"], *vocabs))
    3
    """
    num_steps, device = positive_int("num_steps", num_steps), next(net.parameters()).device
    if not sentences:
        return []
    lines = [sentence.split(" ") for sentence in sentences]
    X, valid_len = build_array_nmt(lines, src_vocab, 1 + max(map(len, lines)))
    X, valid_len = X.to(device), valid_len.to(device)
    with evaluating(net):
        state = net.decoder.init_state(net.encoder(X, valid_len), valid_len)
        y = torch.full((len(X), 1), tgt_vocab["<bos>"], device=device)
        steps = []
        for _ in range(num_steps):
            y_hat, state = net.decoder(y, state)  # (sentences, 1, vocab_size)
            y = y_hat.argmax(dim=2)
            steps.append(y)
    return [_words(row, tgt_vocab) for row in torch.cat(steps, dim=1).tolist()]


def bleu(pred_seq: str, label_seq: str, k: int) -> float:
    """Return the BLEU of one translation against one reference, with n-grams up to length `k`.

    It is the product of the precisions of the n-grams, that of length n to the power of 1/2^n,
    times a penalty for a translation that is shorter than the reference. Lengths that the
    translation is too short for are left out; d2l's fails there.

    Parameters
    ----------
    pred_seq, label_seq
        The translation and the reference, with a space between two tokens.
    k
        The longest n-grams, at least 1.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError, TypeError
        If `k` is not a whole number of at least 1.

    References
    ----------
    Papineni et al., "BLEU: a method for automatic evaluation of machine translation", ACL 2002,
    where the score is taken over a whole corpus and the powers are equal.

    Examples
    --------
    >>> d2l.bleu("deux cent six", "deux cent six", k=2)
    1.0
    >>> round(d2l.bleu("deux mille six", "deux cent six", k=1), 3)
    0.816
    """
    k = positive_int("k", k)
    pred, label = pred_seq.split(" "), label_seq.split(" ")

    def ngrams(tokens, n):
        return Counter(" ".join(tokens[i:i + n]) for i in range(len(tokens) - n + 1))

    score = math.exp(min(0, 1 - len(label) / len(pred)))
    for n in range(1, min(k, len(pred)) + 1):
        wanted, given = ngrams(label, n), ngrams(pred, n)
        score *= ((wanted & given).total() / given.total()) ** (0.5**n)
    return score


def exact_match(predictions: Sequence[str], targets: Sequence[str]) -> float:
    """Return the share of translations that equal their target, from 0 to 1.

    Parameters
    ----------
    predictions, targets
        Equally many sentences, at least one.

    Raises
    ------
    ValueError
        If there are none, or not equally many.

    Examples
    --------
    >>> d2l.exact_match(["six", "deux"], ["six", "dix"])
    0.5
    """
    if not targets or len(predictions) != len(targets):
        raise ValueError(
            f"predictions and targets must be equally many, at least one, "
            f"got {len(predictions)} and {len(targets)}")
    return sum(p == t for p, t in zip(predictions, targets)) / len(targets)


def measure_translation(
    net: nn.Module, pairs: Sequence[tuple[str, str]], src_vocab: Vocab, tgt_vocab: Vocab
) -> dict[str, float]:
    """Return how good the greedy translations of some pairs are.

    Parameters
    ----------
    net
        An `EncoderDecoder`.
    pairs
        A sentence and its translation each, with a space between two tokens.
    src_vocab, tgt_vocab
        The vocabularies of the two languages.

    Returns
    -------
    dict
        "exact match"; "BLEU", the mean over the pairs, with n-grams up to length 4.

    Raises
    ------
    ValueError
        If there is no pair.

    Examples
    --------
    >>> pairs = [("two", "deux"), ("six", "six")]
    >>> _, *vocabs = d2l.load_pairs(pairs, 2, 3)
    >>> net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(6, 4, 8, 1), d2l.Seq2SeqDecoder(6, 4, 8, 1))
    >>> list(d2l.measure_translation(net, pairs, *vocabs))
    ['exact match', 'BLEU']
    """
    if not pairs:
        raise ValueError("pairs must hold at least one pair, got none")
    sources, targets = zip(*pairs)
    written = translate(net, sources, src_vocab, tgt_vocab)
    scores = [bleu(w, t, k=4) for w, t in zip(written, targets)]
    return {"exact match": exact_match(written, targets), "BLEU": sum(scores) / len(scores)}


def measure_breaks(net: nn.Module, src_vocab: Vocab, tgt_vocab: Vocab) -> dict[str, float]:
    """Return the exact match of a translator of numbers on each kind of `number_breaks`.

    Parameters
    ----------
    net
        An `EncoderDecoder`, trained on the training part of `number_parts`.
    src_vocab, tgt_vocab
        The vocabularies of the two languages.

    Examples
    --------
    >>> _, _, *vocabs = d2l.load_data_number_words(batch_size=64)
    >>> net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(35, 4, 8, 1), d2l.Seq2SeqDecoder(31, 4, 8, 1))
    >>> list(d2l.measure_breaks(net, *vocabs))
    ['new pair', 'new place', 'longer']
    """
    return {
        what: measure_translation(net, pairs, src_vocab, tgt_vocab)["exact match"]
        for what, pairs in number_breaks().items()
    }


def _words(numbers: list[int], vocab: Vocab) -> str:
    """Return the tokens before the first "<eos>"."""
    end = vocab["<eos>"]
    return " ".join(vocab.to_tokens(numbers[:numbers.index(end)] if end in numbers else numbers))


"""Translation: load_data_nmt, train_seq2seq, fit_seq2seq, and what a model translates."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn

import d2lutils

from .measure import Comparison, bare, d2l, quiet
from .texts import give_texts

BATCH, STEPS, PAIRS, EPOCHS = 64, 10, 2_000, 2


def comparisons(old) -> Iterator[Comparison]:
    """Yield the comparisons of translation; `old` is d2l."""
    give_texts(old)
    yield Comparison(
        "load_data_nmt", PAIRS, "pairs",
        lambda: d2lutils.load_data_nmt(BATCH, STEPS, PAIRS), (
            d2l(lambda: old.load_data_nmt(BATCH, STEPS, PAIRS)),))

    train_iter, *vocabs = d2lutils.load_data_nmt(BATCH, STEPS, PAIRS)
    old_iter, *old_vocabs = old.load_data_nmt(BATCH, STEPS, PAIRS)
    sizes = [len(vocab) for vocab in vocabs]
    tokens = sum(int(lengths.sum()) for *_, lengths in train_iter)

    def model(package):
        # d2l has no decoder: the page that builds it leaves it to the reader.
        return package.EncoderDecoder(
            package.Seq2SeqEncoder(sizes[0], 32, 128, 1),
            d2lutils.Seq2SeqDecoder(sizes[1], 32, 128, 1))

    def train_seq2seq(package, data_iter, vocab):
        with quiet():
            package.train_seq2seq(model(package), data_iter, 0.005, EPOCHS, vocab, "cpu")

    def bare_training():
        net = model(d2lutils)
        optimizer = adam(net)
        for _ in range(EPOCHS):
            bare_epoch(net, train_iter.dataset.tensors, vocabs[1], optimizer)

    yield Comparison(
        "train_seq2seq", EPOCHS * tokens, "tokens",
        lambda: train_seq2seq(d2lutils, train_iter, vocabs[1]), (
            d2l(lambda: train_seq2seq(old, old_iter, old_vocabs[1])), bare(bare_training)))

    net, pairs = model(d2lutils), d2lutils.number_parts()[1]
    sentences = [english for english, _ in pairs]

    def fit_seq2seq():
        list(d2lutils.fit_seq2seq(net, train_iter, pairs, *vocabs, 1, adam(net)))

    def bare_fit():
        bare_epoch(net, train_iter.dataset.tensors, vocabs[1], adam(net))
        bare_translation(net, sentences, *vocabs)

    yield Comparison("fit_seq2seq", tokens, "tokens", fit_seq2seq, (bare(bare_fit),))
    yield Comparison(
        "translate, all at once", len(sentences), "sentences",
        lambda: d2lutils.translate(net, sentences, *vocabs), (
            bare(lambda: bare_translation(net, sentences, *vocabs)),))

    few = sentences[:30]

    def predict_seq2seq(package, words):
        for sentence in few:
            package.predict_seq2seq(net, sentence, *words, STEPS, "cpu")

    yield Comparison(
        "predict_seq2seq, one by one", len(few), "sentences",
        lambda: predict_seq2seq(d2lutils, vocabs), (
            d2l(lambda: predict_seq2seq(old, old_vocabs)),))


def adam(net: nn.Module) -> torch.optim.Optimizer:
    """Return the optimizer of train_seq2seq."""
    return torch.optim.Adam(net.parameters(), lr=0.005)


def bare_epoch(net, tensors, tgt_vocab, optimizer: torch.optim.Optimizer) -> None:
    """Train for one pass, with gradients clipped to a norm of 1, and count nothing."""
    start = tgt_vocab["<bos>"]
    for rows in torch.randperm(len(tensors[0])).split(BATCH):
        X, X_valid_len, Y, Y_valid_len = (tensor[rows] for tensor in tensors)
        dec_X = torch.cat([Y.new_full((len(Y), 1), start), Y[:, :-1]], 1)
        y_hat, _ = net(X, dec_X, X_valid_len)
        optimizer.zero_grad()
        d2lutils.masked_cross_entropy(y_hat, Y, Y_valid_len).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1)
        optimizer.step()


@torch.no_grad()
def bare_translation(net, sentences, src_vocab, tgt_vocab, steps: int = 16) -> list[list[str]]:
    """Return the likeliest tokens, one after the other, for all sentences at once."""
    lines = [[*src_vocab[s.split(" ")], src_vocab["<eos>"]] for s in sentences]
    valid_len, longest = torch.tensor([len(line) for line in lines]), max(map(len, lines))
    pad = src_vocab["<pad>"]
    X = torch.tensor([line + [pad] * (longest - len(line)) for line in lines])
    state = net.decoder.init_state(net.encoder(X, valid_len), valid_len)
    y, written = torch.full((len(X), 1), tgt_vocab["<bos>"]), []
    for _ in range(steps):
        y_hat, state = net.decoder(y, state)
        y = y_hat.argmax(2)
        written.append(y)
    return [tgt_vocab.to_tokens(row) for row in torch.cat(written, 1).tolist()]

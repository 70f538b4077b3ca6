"""Language models: the loader of a text, train_ch8, fit_text, and what a model writes."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn import functional as F

import d2lutils

from .measure import Comparison, bare, d2l, drain, quiet
from .texts import give_texts

BATCH, STEPS, HIDDENS, EPOCHS = 32, 35, 256, 10

# What train_ch8 has a model write at its end.
PREFIXES = "time traveller", "traveller"


def comparisons(old) -> Iterator[Comparison]:
    """Yield the comparisons of language models; `old` is d2l."""
    give_texts(old)
    characters = sum(map(len, d2lutils.read_time_machine()))
    yield Comparison(
        "load_data_time_machine", characters, "characters",
        lambda: d2lutils.load_data_time_machine(BATCH, STEPS), (
            d2l(lambda: old.load_data_time_machine(BATCH, STEPS)),))

    for order in (False, True):
        iters = [p.load_data_time_machine(BATCH, STEPS, order)[0] for p in (d2lutils, old)]
        yield Comparison(
            f"a pass of it, {'random' if order else 'sequential'}", len(iters[0].corpus),
            "characters", lambda: drain(iters[0]), (d2l(lambda: drain(iters[1])),))

    train_iter, vocab = d2lutils.load_data_time_machine(BATCH, STEPS)
    old_iter, old_vocab = old.load_data_time_machine(BATCH, STEPS)
    tokens = EPOCHS * sum(X.numel() for X, _ in train_iter)

    def by_hand(package):
        return package.RNNModelScratch(
            len(vocab), HIDDENS, "cpu", d2lutils.rnn_params, d2lutils.rnn_state, d2lutils.rnn)

    def of_torch(layer):
        return lambda package: package.RNNModel(layer(len(vocab), HIDDENS), len(vocab))

    def train_ch8(package, make, iterator, words):
        with quiet():
            package.train_ch8(make(package), iterator, words, 1, EPOCHS, "cpu")

    for name, make in (("RNN by hand", by_hand), ("nn.RNN", of_torch(nn.RNN)),
                       ("nn.GRU", of_torch(nn.GRU))):
        yield Comparison(
            f"train_ch8, {name}", tokens, "characters",
            lambda: train_ch8(d2lutils, make, train_iter, vocab), (
                d2l(lambda: train_ch8(old, make, old_iter, old_vocab)),
                bare(lambda: bare_training(make(d2lutils), train_iter.corpus, vocab))))

    corpus = torch.tensor(train_iter.corpus)
    net = of_torch(nn.GRU)(d2lutils)

    def fit_text():
        list(d2lutils.fit_text(net, train_iter, corpus, 1, adam(net)))

    def bare_fit():
        bare_epoch(net, corpus, adam(net))
        bare_loss(net, corpus)

    yield Comparison(
        "fit_text, nn.GRU", 2 * len(corpus), "characters", fit_text, (bare(bare_fit),))

    written = 200
    yield Comparison(
        "predict_ch8, nn.GRU", written, "characters",
        lambda: d2lutils.predict_ch8(PREFIXES[0], written, net, vocab, "cpu"), (
            d2l(lambda: old.predict_ch8(PREFIXES[0], written, net, old_vocab, "cpu")),
            bare(lambda: bare_writing(net, vocab, PREFIXES[0], written))))


def adam(net: nn.Module) -> torch.optim.Optimizer:
    """Return an optimizer."""
    return torch.optim.Adam(net.parameters(), lr=0.001)


def bare_training(net, corpus: list[int], vocab) -> None:
    """Train as train_ch8 does, and let the model write, but count and check nothing."""
    optimizer = torch.optim.SGD(parameters(net), lr=1)
    for _ in range(EPOCHS):
        bare_epoch(net, torch.tensor(corpus), optimizer)
    for prefix in PREFIXES:
        bare_writing(net, vocab, prefix, 50)


def bare_epoch(net, corpus: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:
    """Train for one pass, with gradients clipped to a norm of 1."""
    state = net.begin_state(batch_size=BATCH, device="cpu")
    rows = corpus[: (len(corpus) - 1) // BATCH * BATCH].reshape(BATCH, -1)
    targets = corpus[1: 1 + rows.numel()].reshape(BATCH, -1)
    for i in range(0, rows.shape[1] // STEPS * STEPS, STEPS):
        state = tuple(h.detach() for h in state) if type(state) is tuple else state.detach()
        y_hat, state = net(rows[:, i: i + STEPS], state)
        optimizer.zero_grad()
        F.cross_entropy(y_hat, targets[:, i: i + STEPS].T.reshape(-1)).backward()
        nn.utils.clip_grad_norm_(parameters(net), 1)
        optimizer.step()


@torch.no_grad()
def bare_loss(net, corpus: torch.Tensor, steps: int = 500) -> float:
    """Return the mean loss of a token."""
    total, state = 0.0, net.begin_state(batch_size=1, device="cpu")
    for i in range(0, len(corpus) - 1, steps):
        part = corpus[i: i + steps + 1]
        y_hat, state = net(part[None, :-1], state)
        total += F.cross_entropy(y_hat, part[1:], reduction="sum").item()
    return total / (len(corpus) - 1)


@torch.no_grad()
def bare_writing(net, vocab, prefix: str, count: int) -> str:
    """Return the prefix and the likeliest characters behind it."""
    text, state = vocab[list(prefix)], net.begin_state(batch_size=1, device="cpu")
    inputs = torch.tensor([text])
    for _ in range(count):
        y_hat, state = net(inputs, state)
        inputs = y_hat[-1:].argmax(1, keepdim=True)
        text.append(inputs.item())
    return "".join(vocab.to_tokens(text))


def parameters(net) -> list[torch.Tensor]:
    """Return the parameters of a module, or of a model by hand."""
    return list(net.parameters()) if isinstance(net, nn.Module) else net.params

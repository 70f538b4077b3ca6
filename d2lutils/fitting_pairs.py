"""Training an encoder and decoder on pairs of sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import nn

from .checks import number_in
from .data import Vocab
from .devices import cut_epochs, usable_device
from .metrics import Accumulator, Timer
from .models import MaskedSoftmaxCELoss, init_xavier, masked_cross_entropy
from .plotting import Animator
from .steps import grad_clipping
from .translating import measure_translation

__all__ = ["fit_seq2seq", "train_seq2seq"]


def train_seq2seq(
    net: nn.Module,
    data_iter: Iterable,
    lr: float,
    num_epochs: int,
    tgt_vocab: Vocab,
    device: torch.device | str,
) -> None:
    """Train an encoder and decoder by Adam with clipped gradients, and draw the loss.

    The weights of GRUs and dense layers start by Xavier's rule. The steps are d2l's, on the sum
    of `MaskedSoftmaxCELoss` over a batch. The loss drawn and printed is in nats a token; d2l's is
    that divided by the steps of a sentence. In fast mode there are at most two epochs.

    Parameters
    ----------
    net
        An `EncoderDecoder`.
    data_iter
        Gives X, X_valid_len, Y, Y_valid_len, as `load_data_nmt` does.
    lr
        Learning rate, at least 0.
    num_epochs
        Passes over `data_iter`, at least 1. The curve gets a point every ten.
    tgt_vocab
        The vocabulary of the targets.
    device
        Where to compute.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.
    FloatingPointError
        If the loss becomes nan; it names the epoch.
    """
    num_epochs, lr = cut_epochs(num_epochs), number_in("lr", lr, 0)
    device = usable_device(device)
    net.apply(_init_xavier)
    net.to(device).train()
    optimizer, loss = torch.optim.Adam(net.parameters(), lr), MaskedSoftmaxCELoss()
    with Animator("epoch", "loss", xlim=[min(10, num_epochs), num_epochs]) as animator:
        for epoch in range(1, num_epochs + 1):
            metric, timer = Accumulator(2), Timer()
            for batch in data_iter:
                X, X_valid_len, Y, Y_valid_len = (part.to(device) for part in batch)
                start = torch.full((len(Y), 1), tgt_vocab["<bos>"], device=device)
                y_hat, _ = net(X, torch.cat([start, Y[:, :-1]], dim=1), X_valid_len)
                # Not the mean over the tokens that `fit_seq2seq` takes: clipping and Adam would
                # lead to other weights than d2l's.
                l = loss(y_hat, Y, Y_valid_len).sum()
                optimizer.zero_grad()
                l.backward()
                grad_clipping(net, 1)
                optimizer.step()
                metric.add(l.detach() * Y.shape[1], Y_valid_len.sum())
            if not metric[1]:
                raise ValueError("data_iter must give at least one batch, got none")
            mean, speed = metric[0] / metric[1], metric[1] / timer.stop()
            if math.isnan(mean):
                raise FloatingPointError(
                    f"the loss is nan in epoch {epoch}: try a smaller learning rate")
            if epoch % 10 == 0 or epoch == num_epochs:
                animator.add(epoch, [mean])
    print(f"loss {mean:.3f}, {speed:,.0f} tokens/sec on {device}")


def fit_seq2seq(
    net: nn.Module,
    train_iter: Iterable,
    valid: Sequence[tuple[str, str]],
    src_vocab: Vocab,
    tgt_vocab: Vocab,
    num_epochs: int,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler | None = None,
    theta: float = 1,
) -> Iterator[dict[str, float]]:
    """Train an encoder and decoder; after every epoch yield what was measured.

    In fast mode there are at most two epochs.

    Parameters
    ----------
    net
        An `EncoderDecoder`.
    train_iter
        Gives X, X_valid_len, Y, Y_valid_len, as `load_pairs` does.
    valid
        Pairs of sentences that nothing is trained on.
    src_vocab, tgt_vocab
        The vocabularies of the two languages.
    num_epochs
        Passes over `train_iter`, at least 1.
    optimizer
        Over the parameters of `net`.
    schedule
        A schedule of learning rates, moved on after every step.
    theta
        The norm that the gradients are clipped to.

    Yields
    ------
    dict
        "train loss", in nats a token, taken while the weights change; "valid exact match" and
        "valid BLEU" of the greedy translations.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.
    FloatingPointError
        If the loss becomes nan; it names the epoch.

    Examples
    --------
    >>> pairs = [("two", "deux"), ("six", "six")]
    >>> train_iter, *vocabs = d2l.load_pairs(pairs, 2, 3)
    >>> net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(6, 4, 8, 1), d2l.Seq2SeqDecoder(6, 4, 8, 1))
    >>> optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    >>> for measured in d2l.fit_seq2seq(net, train_iter, pairs, *vocabs, 1, optimizer):
    ...     print(*measured, sep=", ")
    train loss, valid exact match, valid BLEU
    """
    num_epochs, device = cut_epochs(num_epochs), next(net.parameters()).device
    for epoch in range(1, num_epochs + 1):
        net.train()
        loss, _ = _train_epoch(
            net, train_iter, optimizer, tgt_vocab, device, epoch, schedule, theta)
        measured = measure_translation(net, valid, src_vocab, tgt_vocab)
        yield {"train loss": loss} | {f"valid {name}": value for name, value in measured.items()}
    net.eval()


def _train_epoch(
    net, data_iter, optimizer, tgt_vocab, device, epoch, schedule=None, theta=1
) -> tuple[float, float]:
    """Train for one pass; return the mean loss of a token, and how many tokens there were."""
    metric = Accumulator(2)
    for batch in data_iter:
        X, X_valid_len, Y, Y_valid_len = (part.to(device) for part in batch)
        start = torch.full((len(Y), 1), tgt_vocab["<bos>"], device=device)
        dec_X = torch.cat([start, Y[:, :-1]], dim=1)  # teacher forcing
        y_hat, _ = net(X, dec_X, X_valid_len)
        l = masked_cross_entropy(y_hat, Y, Y_valid_len)
        optimizer.zero_grad()
        l.backward()
        grad_clipping(net, theta)
        optimizer.step()
        if schedule is not None:
            schedule.step()
        num_tokens = Y_valid_len.sum()
        metric.add(l.detach() * num_tokens, num_tokens)
    if not metric[1]:
        raise ValueError("data_iter must give at least one batch, got none")
    if math.isnan(metric[0]):
        raise FloatingPointError(
            f"the loss is nan in epoch {epoch}: try a smaller learning rate")
    return metric[0] / metric[1], metric[1]


def _init_xavier(module: nn.Module) -> None:
    """Draw weights anew as `init_xavier` does, those of a GRU too."""
    init_xavier(module)
    if isinstance(module, nn.GRU):
        for name, param in module.named_parameters():
            if "weight" in name:
                nn.init.xavier_uniform_(param)

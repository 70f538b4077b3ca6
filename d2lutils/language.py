"""Language models: how good they are (perplexity), how they are trained, and how they write."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

import torch
from torch import nn

from .checks import number_in, positive_int
from .data import SealedText, Vocab
from .devices import cut_epochs, usable_device
from .loops import evaluating
from .metrics import Accumulator, Timer
from .plotting import Animator
from .steps import grad_clipping, sgd

__all__ = [
    "fit_text",
    "generate",
    "perplexity",
    "predict_ch8",
    "train_ch8",
    "train_epoch_ch8",
]


def perplexity(net: Callable, corpus: torch.Tensor, num_steps: int = 500) -> float:
    """Return the perplexity of a language model on a text, read from its beginning to its end.

    It is the exponential of the mean cross-entropy of the next token, in nats: 1 if every token
    is foreseen with certainty, the size of the vocabulary for a guess among all.

    Parameters
    ----------
    net
        An `RNNModel` or `RNNModelScratch`.
    corpus
        The numbers of the tokens, (tokens,), at least two.
    num_steps
        Tokens read at once; it changes the memory used, not the result.

    Raises
    ------
    ValueError
        If there are fewer than two tokens.

    Examples
    --------
    >>> net = d2l.RNNModel(nn.RNN(28, 16), 28)
    >>> for param in net.parameters(): _ = nn.init.zeros_(param)
    >>> round(d2l.perplexity(net, torch.arange(20)), 3)
    28.0
    """
    corpus = torch.as_tensor(corpus)
    if corpus.ndim != 1 or len(corpus) < 2:
        raise ValueError(
            f"corpus must hold at least two tokens in one row, got the shape {tuple(corpus.shape)}")
    device, total = _device_of(net), 0.0
    state = net.begin_state(batch_size=1, device=device)
    with evaluating(net):
        for i in range(0, len(corpus) - 1, num_steps):
            part = corpus[i: i + num_steps + 1].to(device)
            y_hat, state = net(part[None, :-1], state)
            total += nn.functional.cross_entropy(y_hat, part[1:], reduction="sum").item()
    return math.exp(total / (len(corpus) - 1))


def train_epoch_ch8(
    net: Callable,
    train_iter: Iterable,
    loss: Callable,
    updater,
    device: torch.device | str,
    use_random_iter: bool,
) -> tuple[float, float]:
    """Train a language model for one pass, with gradients clipped to a norm of 1.

    Parameters
    ----------
    net
        An `RNNModel` or `RNNModelScratch`.
    train_iter
        Gives batches (X, Y) of tokens, (batch_size, num_steps) each.
    loss
        A function of (y_hat, y), such as ``nn.CrossEntropyLoss()``.
    updater
        A torch optimizer, or a function of the batch size such as a call of `sgd`.
    device
        Where to compute.
    use_random_iter
        Whether the batches come in random order. Otherwise the state of a batch starts the
        next one, cut off from its gradients.

    Returns
    -------
    perplexity : float
        On the training text, taken while the weights change.
    speed : float
        Tokens a second.
    """
    if isinstance(net, nn.Module):
        net.train()
    timer, metric = Timer(), Accumulator(2)  # the sum of the losses, the number of tokens
    for l, y in _text_steps(net, train_iter, loss, updater, device, use_random_iter, 1):
        metric.add(l * y.numel(), y.numel())
    if not metric[1]:
        raise ValueError("train_iter must give at least one batch, got none")
    mean = metric[0] / metric[1]
    return mean if math.isnan(mean) else _exp(mean), metric[1] / timer.stop()


def train_ch8(
    net: Callable,
    train_iter: Iterable,
    vocab: Vocab,
    lr: float,
    num_epochs: int,
    device: torch.device | str,
    use_random_iter: bool = False,
) -> None:
    """Train a language model by SGD with clipped gradients, draw its perplexity, let it write.

    The perplexity drawn is that on the training text; `perplexity` gives that on another. It
    writes at the end alone; what d2l writes every ten epochs vanishes from a notebook again. In
    fast mode there are at most two epochs.

    Parameters
    ----------
    net, train_iter, device, use_random_iter
        As for `train_epoch_ch8`.
    vocab
        The vocabulary of the tokens.
    lr
        Learning rate, at least 0.
    num_epochs
        Passes over `train_iter`, at least 1. The curve gets a point every ten.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.
    FloatingPointError
        If the training loss becomes nan; it names the epoch.
    """
    num_epochs, lr = cut_epochs(num_epochs), number_in("lr", lr, 0)
    device, loss = usable_device(device), nn.CrossEntropyLoss()
    if isinstance(net, nn.Module):
        net.to(device)
        updater = torch.optim.SGD(net.parameters(), lr)
    else:
        def updater(batch_size):
            sgd(net.params, lr, batch_size)
    xlim = [min(10, num_epochs), num_epochs]
    with Animator("epoch", "perplexity", ["train"], xlim=xlim) as animator:
        for epoch in range(num_epochs):
            ppl, speed = train_epoch_ch8(net, train_iter, loss, updater, device, use_random_iter)
            if math.isnan(ppl):
                raise FloatingPointError(
                    f"the training loss is nan in epoch {epoch + 1}: try a smaller learning rate")
            if (epoch + 1) % 10 == 0 or epoch + 1 == num_epochs:
                animator.add(epoch + 1, [ppl])
    print(f"perplexity {ppl:.1f}, {speed:,.0f} tokens/sec on {device}")
    for prefix in ["time traveller", "traveller"]:
        print(predict_ch8(prefix, 50, net, vocab, device))


def fit_text(
    net: nn.Module,
    train_iter: Iterable,
    valid: torch.Tensor,
    num_epochs: int,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler | None = None,
    theta: float = 1,
    test: SealedText | None = None,
    vocab: Vocab | None = None,
) -> Iterator[dict[str, float]]:
    """Train a language model; after every epoch yield what was measured.

    The state of a batch starts the next one, unless the loader gives its batches in random
    order. In fast mode there are at most two epochs.

    Parameters
    ----------
    net
        An `RNNModel`.
    train_iter
        A `TextLoader`.
    valid
        Tokens that nothing is trained on, (tokens,).
    num_epochs
        Passes over `train_iter`, at least 1.
    optimizer
        Over the parameters of `net`.
    schedule
        A schedule of learning rates, moved on after every step.
    theta
        The norm that the gradients are clipped to.
    test, vocab
        A sealed text, opened after the last epoch, and only then, and the vocabulary for it.

    Yields
    ------
    dict
        "train perplexity", taken while the weights change; "valid perplexity"; "tokens a
        second" in training; with `test` also "test perplexity", not a number before the last
        epoch.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit.
    FloatingPointError
        If the training loss becomes nan; it names the epoch.

    Examples
    --------
    >>> corpus = torch.arange(4).repeat(50)
    >>> net = d2l.RNNModel(nn.RNN(4, 8), 4)
    >>> optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    >>> train_iter = d2l.TextLoader(corpus, 4, 10)
    >>> for measured in d2l.fit_text(net, train_iter, corpus, 1, optimizer):
    ...     print(*measured, sep=", ")
    train perplexity, valid perplexity, tokens a second
    """
    num_epochs, loss, device = cut_epochs(num_epochs), nn.CrossEntropyLoss(), _device_of(net)
    if test is not None and vocab is None:
        raise ValueError("vocab must be given beside test, got None")
    random_order = getattr(train_iter, "use_random_iter", False)
    for epoch in range(1, num_epochs + 1):
        net.train()
        metric, timer = Accumulator(2), Timer()
        for l, y in _text_steps(
                net, train_iter, loss, optimizer, device, random_order, theta):
            metric.add(l * y.numel(), y.numel())
            if schedule is not None:
                schedule.step()
        speed = metric[1] / timer.stop()
        if math.isnan(metric[0]):
            raise FloatingPointError(
                f"the training loss is nan in epoch {epoch}: try a smaller learning rate")
        measured = {
            "train perplexity": _exp(metric[0] / metric[1]),
            "valid perplexity": perplexity(net, valid),
            "tokens a second": speed,
        }
        if test is not None:
            measured["test perplexity"] = (
                perplexity(net, torch.tensor(vocab[list(test.open())]))
                if epoch == num_epochs else math.nan)
        yield measured
    net.eval()


def predict_ch8(
    prefix: Sequence[str], num_preds: int, net: Callable, vocab: Vocab, device: torch.device | str
) -> str:
    """Read `prefix`, then write `num_preds` tokens, each time the likeliest one.

    Parameters
    ----------
    prefix
        At least one token, such as a string of characters.
    num_preds
        How many tokens to write.
    net, vocab, device
        A language model, its vocabulary, and where it lives.

    Returns
    -------
    str
        The prefix and what was written.
    """
    return generate(net, vocab, prefix, num_preds, temperature=0, device=device)


def generate(
    net: Callable,
    vocab: Vocab,
    prefix: Sequence[str],
    num_preds: int,
    temperature: float = 1,
    top_k: int | None = None,
    device: torch.device | str | None = None,
) -> str:
    """Read `prefix`, then write `num_preds` tokens, each drawn from the model's probabilities.

    Parameters
    ----------
    net, vocab
        A language model and its vocabulary.
    prefix
        At least one token, such as a string of characters.
    num_preds
        How many tokens to write.
    temperature
        The scores are divided by it: below 1 the likely tokens gain, 0 takes the likeliest.
    top_k
        Draw among this many of the likeliest tokens only.
    device
        Where `net` lives; by default where its parameters are.

    Returns
    -------
    str
        The prefix and what was written.

    Raises
    ------
    ValueError, TypeError
        If `prefix` is empty, or a number is out of range.

    Examples
    --------
    >>> vocab = d2l.Vocab(list("the lark"))
    >>> net = d2l.RNNModel(nn.RNN(len(vocab), 8), len(vocab))
    >>> len(d2l.generate(net, vocab, "the", 10))
    13
    """
    num_preds = positive_int("num_preds", num_preds, least=0)
    temperature = number_in("temperature", temperature, 0)
    if top_k is not None:
        top_k = min(positive_int("top_k", top_k), len(vocab))
    if not len(prefix):
        raise ValueError("prefix must have at least one token, got none")
    device = _device_of(net) if device is None else usable_device(device)
    outputs = vocab[list(prefix)]
    state = net.begin_state(batch_size=1, device=device)
    with evaluating(net):
        inputs = torch.tensor([outputs], device=device)  # (1, num_steps)
        for _ in range(num_preds):
            y_hat, state = net(inputs, state)
            outputs.append(_draw(y_hat[-1], temperature, top_k))
            inputs = torch.tensor([outputs[-1:]], device=device)
    return "".join(vocab.to_tokens(outputs))


def _draw(scores: torch.Tensor, temperature: float, top_k: int | None) -> int:
    """Draw the number of a token from its scores, (vocab_size,)."""
    if temperature == 0:
        return int(scores.argmax())
    if top_k is not None:
        scores = scores.masked_fill(scores < scores.topk(top_k).values[-1], -math.inf)
    return int(torch.multinomial(torch.softmax(scores / temperature, dim=0), 1))


def _text_steps(net, train_iter, loss, updater, device, use_random_iter, theta):
    """Train on one batch after the other; after each, yield its mean loss and its targets."""
    state = None
    for X, Y in train_iter:
        if state is None or use_random_iter:
            state = net.begin_state(batch_size=X.shape[0], device=device)
        else:
            state = _cut(state)
        X, y = X.to(device), Y.T.reshape(-1).long().to(device)
        y_hat, state = net(X, state)
        l = loss(y_hat, y).mean()
        if isinstance(updater, torch.optim.Optimizer):
            updater.zero_grad()
            l.backward()
            grad_clipping(net, theta)
            updater.step()
        else:
            l.backward()
            grad_clipping(net, theta)
            updater(batch_size=1)  # the loss is a mean already
        yield l.detach(), y


def _cut(state):
    """Return the state without the graph behind it: gradients stop here."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def _device_of(net) -> torch.device:
    params = net.parameters() if isinstance(net, nn.Module) else net.params
    return next(iter(params)).device


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf

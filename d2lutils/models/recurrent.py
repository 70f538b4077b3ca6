"""Recurrent networks: RNN, GRU and LSTM by hand, and the language models around them.

The functions by hand take a list of one-hot inputs, a state and a list of parameters, as the pages
that build them do. Gates are those of PyTorch: the reset gate of the GRU acts behind the product
with the state, so that its bias stands apart.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

from ..checks import positive_int

__all__ = [
    "RNNModel",
    "RNNModelScratch",
    "gru",
    "gru_params",
    "gru_state",
    "lstm",
    "lstm_params",
    "lstm_state",
    "rnn",
    "rnn_params",
    "rnn_state",
]


def _normal(shape: tuple[int, ...], device) -> torch.Tensor:
    return torch.randn(shape, device=device) * 0.01


def _params(num_gates: int, vocab_size: int, num_hiddens: int, device) -> list[torch.Tensor]:
    """Return (W_x, W_h, b) for each gate, then W_hq and b_q of the output, all to be learned."""
    params = []
    for _ in range(num_gates):
        params += [
            _normal((vocab_size, num_hiddens), device),
            _normal((num_hiddens, num_hiddens), device),
            torch.zeros(num_hiddens, device=device)]
    params += [_normal((num_hiddens, vocab_size), device), torch.zeros(vocab_size, device=device)]
    for param in params:
        param.requires_grad_(True)
    return params


def rnn_params(vocab_size: int, num_hiddens: int, device=None) -> list[torch.Tensor]:
    """Return the parameters of `rnn`: W_xh, W_hh, b_h, W_hq, b_q.

    Parameters
    ----------
    vocab_size, num_hiddens
        Inputs (and outputs), and units of the state.
    device
        Where to put them.

    Examples
    --------
    >>> [tuple(param.shape) for param in d2l.rnn_params(28, 16)]
    [(28, 16), (16, 16), (16,), (16, 28), (28,)]
    """
    def normal(shape):
        return torch.randn(shape, device=device) * 0.01

    W_xh = normal((vocab_size, num_hiddens))
    W_hh = normal((num_hiddens, num_hiddens))
    b_h = torch.zeros(num_hiddens, device=device)
    W_hq = normal((num_hiddens, vocab_size))
    b_q = torch.zeros(vocab_size, device=device)
    params = [W_xh, W_hh, b_h, W_hq, b_q]
    for param in params:
        param.requires_grad_(True)
    return params


def rnn_state(batch_size: int, num_hiddens: int, device=None) -> tuple[torch.Tensor]:
    """Return the first state of `rnn` and `gru`: zeros, (batch_size, num_hiddens), in a tuple.

    Examples
    --------
    >>> d2l.rnn_state(2, 3)[0].shape
    torch.Size([2, 3])
    """
    return (torch.zeros((batch_size, num_hiddens), device=device),)


def rnn(inputs: torch.Tensor, state: tuple, params: list) -> tuple[torch.Tensor, tuple]:
    """Read a batch of sequences with a plain recurrent network (tanh).

    Parameters
    ----------
    inputs
        (num_steps, batch_size, vocab_size).
    state
        As `rnn_state` returns it.
    params
        As `rnn_params` returns them.

    Returns
    -------
    outputs : torch.Tensor
        The scores of the next token, (num_steps * batch_size, vocab_size), step by step.
    state : tuple
        After the last step.

    Examples
    --------
    >>> X = F.one_hot(torch.arange(10).reshape(5, 2), 28).float()
    >>> Y, (H,) = d2l.rnn(X, d2l.rnn_state(2, 16), d2l.rnn_params(28, 16))
    >>> Y.shape, H.shape
    (torch.Size([10, 28]), torch.Size([2, 16]))
    """
    W_xh, W_hh, b_h, W_hq, b_q = params
    H, = state
    outputs = []
    for X in inputs:
        H = torch.tanh(X @ W_xh + H @ W_hh + b_h)
        outputs.append(H @ W_hq + b_q)
    return torch.cat(outputs), (H,)


def gru_params(vocab_size: int, num_hiddens: int, device=None) -> list[torch.Tensor]:
    """Return the parameters of `gru`: W_x, W_h, b of reset, update, candidate; b_hn; W_hq, b_q.

    Parameters
    ----------
    vocab_size, num_hiddens, device
        As for `rnn_params`.

    Examples
    --------
    >>> len(d2l.gru_params(28, 16))
    12
    """
    *gates, W_hq, b_q = _params(3, vocab_size, num_hiddens, device)
    b_hn = torch.zeros(num_hiddens, device=device, requires_grad=True)
    return [*gates, b_hn, W_hq, b_q]


gru_state = rnn_state


def gru(inputs: torch.Tensor, state: tuple, params: list) -> tuple[torch.Tensor, tuple]:
    """Read a batch of sequences with a gated recurrent unit.

    Parameters
    ----------
    inputs, state, params
        As for `rnn`, with the parameters of `gru_params`.

    Returns
    -------
    tuple
        Outputs and state, as of `rnn`.

    References
    ----------
    Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical
    machine translation", EMNLP 2014; the reset gate behind the product as in cuDNN.

    Examples
    --------
    >>> X = F.one_hot(torch.arange(10).reshape(5, 2), 28).float()
    >>> Y, (H,) = d2l.gru(X, d2l.gru_state(2, 16), d2l.gru_params(28, 16))
    >>> Y.shape, H.shape
    (torch.Size([10, 28]), torch.Size([2, 16]))
    """
    W_xr, W_hr, b_r, W_xz, W_hz, b_z, W_xn, W_hn, b_n, b_hn, W_hq, b_q = params
    H, = state
    outputs = []
    for X in inputs:
        R = torch.sigmoid(X @ W_xr + H @ W_hr + b_r)  # reset
        Z = torch.sigmoid(X @ W_xz + H @ W_hz + b_z)  # update
        N = torch.tanh(X @ W_xn + b_n + R * (H @ W_hn + b_hn))  # candidate
        H = Z * H + (1 - Z) * N
        outputs.append(H @ W_hq + b_q)
    return torch.cat(outputs), (H,)


def lstm_params(vocab_size: int, num_hiddens: int, device=None) -> list[torch.Tensor]:
    """Return the parameters of `lstm`: W_x, W_h, b of input, forget, cell, output; W_hq, b_q.

    Parameters
    ----------
    vocab_size, num_hiddens, device
        As for `rnn_params`.

    Examples
    --------
    >>> len(d2l.lstm_params(28, 16))
    14
    """
    return _params(4, vocab_size, num_hiddens, device)


def lstm_state(batch_size: int, num_hiddens: int, device=None) -> tuple:
    """Return the first state of `lstm`: H and C, zeros, (batch_size, num_hiddens) each.

    Examples
    --------
    >>> [tuple(part.shape) for part in d2l.lstm_state(2, 3)]
    [(2, 3), (2, 3)]
    """
    return (torch.zeros((batch_size, num_hiddens), device=device),
            torch.zeros((batch_size, num_hiddens), device=device))


def lstm(inputs: torch.Tensor, state: tuple, params: list) -> tuple[torch.Tensor, tuple]:
    """Read a batch of sequences with a long short-term memory.

    Parameters
    ----------
    inputs, state, params
        As for `rnn`, with the state of `lstm_state` and the parameters of `lstm_params`.

    Returns
    -------
    tuple
        Outputs and state, as of `rnn`; the state is (H, C).

    References
    ----------
    Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997; the
    forget gate: Gers, Schmidhuber and Cummins, "Learning to forget", Neural Computation 12(10),
    2000.

    Examples
    --------
    >>> X = F.one_hot(torch.arange(10).reshape(5, 2), 28).float()
    >>> Y, (H, C) = d2l.lstm(X, d2l.lstm_state(2, 16), d2l.lstm_params(28, 16))
    >>> Y.shape, C.shape
    (torch.Size([10, 28]), torch.Size([2, 16]))
    """
    (W_xi, W_hi, b_i, W_xf, W_hf, b_f, W_xg, W_hg, b_g, W_xo, W_ho, b_o,
     W_hq, b_q) = params
    H, C = state
    outputs = []
    for X in inputs:
        I = torch.sigmoid(X @ W_xi + H @ W_hi + b_i)  # input gate
        F_ = torch.sigmoid(X @ W_xf + H @ W_hf + b_f)  # forget gate
        G = torch.tanh(X @ W_xg + H @ W_hg + b_g)  # what may be written
        O = torch.sigmoid(X @ W_xo + H @ W_ho + b_o)  # output gate
        C = F_ * C + I * G
        H = O * torch.tanh(C)
        outputs.append(H @ W_hq + b_q)
    return torch.cat(outputs), (H, C)


class RNNModelScratch:
    """A language model out of three functions: parameters, first state, and the network.

    Parameters
    ----------
    vocab_size, num_hiddens
        Tokens, and units of the state.
    device
        Where the parameters live.
    get_params, init_state, forward_fn
        Such as `rnn_params`, `rnn_state` and `rnn`.

    Attributes
    ----------
    params
        What `get_params` returned.

    Examples
    --------
    >>> net = d2l.RNNModelScratch(28, 16, "cpu", d2l.rnn_params, d2l.rnn_state, d2l.rnn)
    >>> Y, state = net(torch.zeros(2, 5), net.begin_state(2, "cpu"))
    >>> Y.shape
    torch.Size([10, 28])
    """

    def __init__(
        self,
        vocab_size: int,
        num_hiddens: int,
        device,
        get_params: Callable,
        init_state: Callable,
        forward_fn: Callable,
    ):
        positive_int("vocab_size", vocab_size), positive_int("num_hiddens", num_hiddens)
        self.vocab_size, self.num_hiddens = vocab_size, num_hiddens
        self.params = get_params(vocab_size, num_hiddens, device)
        self.init_state, self.forward_fn = init_state, forward_fn

    def __call__(self, X: torch.Tensor, state: tuple) -> tuple[torch.Tensor, tuple]:
        """Return the scores of the next token, (num_steps * batch_size, vocab_size), and the state.

        `X` holds the numbers of tokens, (batch_size, num_steps).
        """
        X = F.one_hot(X.T.long(), self.vocab_size).float()
        return self.forward_fn(X, state, self.params)

    def begin_state(self, batch_size: int, device) -> tuple:
        """Return the first state."""
        return self.init_state(batch_size, self.num_hiddens, device)


class RNNModel(nn.Module):
    """A language model around a recurrent layer of PyTorch.

    Parameters
    ----------
    rnn_layer
        An `nn.RNN`, `nn.GRU` or `nn.LSTM` with `vocab_size` inputs, not batch first.
    vocab_size
        Tokens.

    Examples
    --------
    >>> net = d2l.RNNModel(nn.GRU(28, 16), 28)
    >>> Y, state = net(torch.zeros(2, 5), net.begin_state("cpu", batch_size=2))
    >>> Y.shape, state.shape
    (torch.Size([10, 28]), torch.Size([1, 2, 16]))
    """

    def __init__(self, rnn_layer: nn.RNNBase, vocab_size: int, **kwargs):
        super().__init__(**kwargs)
        if getattr(rnn_layer, "batch_first", False):
            raise ValueError("rnn_layer must take (steps, batch, features): batch_first=False")
        self.rnn = rnn_layer
        self.vocab_size = positive_int("vocab_size", vocab_size)
        self.num_hiddens = rnn_layer.hidden_size
        self.num_directions = 2 if rnn_layer.bidirectional else 1
        self.linear = nn.Linear(self.num_hiddens * self.num_directions, vocab_size)

    def forward(self, inputs: torch.Tensor, state) -> tuple[torch.Tensor, object]:
        """Return the scores of the next token, (num_steps * batch_size, vocab_size), and the state.

        `inputs` holds the numbers of tokens, (batch_size, num_steps).
        """
        X = F.one_hot(inputs.T.long(), self.vocab_size).float()
        Y, state = self.rnn(X, state)
        return self.linear(Y.reshape(-1, Y.shape[-1])), state

    def begin_state(self, device, batch_size: int = 1):
        """Return the first state: zeros, (directions * layers, batch_size, num_hiddens)."""
        shape = (self.num_directions * self.rnn.num_layers, batch_size, self.num_hiddens)
        H = torch.zeros(shape, device=device)
        return (H, torch.zeros_like(H)) if isinstance(self.rnn, nn.LSTM) else H

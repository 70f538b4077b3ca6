"""Encoder and decoder: one network reads a sentence, another writes its translation.

Lengths go along with the sentences, so that padding changes nothing: not the encoder's state, not
a loss, not a gradient.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

__all__ = [
    "Decoder",
    "DecoderState",
    "Encoder",
    "EncoderDecoder",
    "MaskedSoftmaxCELoss",
    "Seq2SeqDecoder",
    "Seq2SeqEncoder",
    "masked_cross_entropy",
    "sequence_mask",
]


class Encoder(nn.Module):
    """What reads the source sentences; a class of one's own says how.

    Examples
    --------
    >>> class Plain(d2l.Encoder):
    ...     def forward(self, X, *args):
    ...         return X
    >>> Plain()(torch.ones(2))
    tensor([1., 1.])
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def forward(self, X: torch.Tensor, *args):
        """Return what the decoder needs to know of X, (batch_size, num_steps)."""
        raise NotImplementedError


class Decoder(nn.Module):
    """What writes the target sentences; a class of one's own says how."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def init_state(self, enc_outputs, *args):
        """Return the first state, made from what the encoder returned."""
        raise NotImplementedError

    def forward(self, X: torch.Tensor, state):
        """Return the scores of the next tokens, (batch_size, num_steps, vocab_size), and the state.

        `X` holds the tokens so far, (batch_size, num_steps).
        """
        raise NotImplementedError

    def select(self, state, rows: torch.Tensor):
        """Return the state of the sentences with the numbers `rows`, in that order."""
        raise NotImplementedError


class EncoderDecoder(nn.Module):
    """An encoder and a decoder in one network.

    Parameters
    ----------
    encoder, decoder
        An `Encoder` and a `Decoder`.

    Examples
    --------
    >>> net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(10, 8, 16, 2), d2l.Seq2SeqDecoder(12, 8, 16, 2))
    >>> X, Y = torch.zeros(4, 7).long(), torch.zeros(4, 5).long()
    >>> Y_hat, state = net(X, Y, torch.tensor([7, 3, 2, 1]))
    >>> Y_hat.shape
    torch.Size([4, 5, 12])
    """

    def __init__(self, encoder: Encoder, decoder: Decoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, enc_X: torch.Tensor, dec_X: torch.Tensor, *args):
        """Return the scores and the state of the decoder; `args`, the lengths, go to both."""
        enc_outputs = self.encoder(enc_X, *args)
        return self.decoder(dec_X, self.decoder.init_state(enc_outputs, *args))


class Seq2SeqEncoder(Encoder):
    """A GRU that reads the source sentences.

    Given their lengths, each sentence's state is that behind its last token. d2l's encoder reads
    the padding too, so that its state depends on how much there is of it; so does this one if it
    is called without lengths.

    Parameters
    ----------
    vocab_size, embed_size
        Tokens, and numbers that stand for each.
    num_hiddens, num_layers
        Units of a layer's state, and layers.
    dropout
        Between layers.

    Examples
    --------
    >>> encoder = d2l.Seq2SeqEncoder(vocab_size=10, embed_size=8, num_hiddens=16, num_layers=2)
    >>> output, state = encoder(torch.zeros(4, 7).long(), torch.tensor([7, 3, 2, 1]))
    >>> output.shape, state.shape
    (torch.Size([7, 4, 16]), torch.Size([2, 4, 16]))
    """

    def __init__(
        self,
        vocab_size: int,
        embed_size: int,
        num_hiddens: int,
        num_layers: int,
        dropout: float = 0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = nn.GRU(embed_size, num_hiddens, num_layers, dropout=dropout)

    def forward(self, X: torch.Tensor, *args) -> tuple[torch.Tensor, torch.Tensor]:
        """Return all outputs, (num_steps, batch_size, num_hiddens), and the last state.

        The first of `args`, if there is one, holds the lengths, (batch_size,), each at least 1;
        the outputs behind them are 0. The state is (num_layers, batch_size, num_hiddens).
        """
        X = self.embedding(X).permute(1, 0, 2)  # (num_steps, batch_size, embed_size)
        if not args or args[0] is None:
            return self.rnn(X)
        packed = pack_padded_sequence(X, args[0].cpu(), enforce_sorted=False)
        output, state = self.rnn(packed)
        return pad_packed_sequence(output, total_length=len(X))[0], state


class DecoderState(NamedTuple):
    """What a `Seq2SeqDecoder` carries from step to step.

    Attributes
    ----------
    hidden
        The state of its GRU, (num_layers, batch_size, num_hiddens).
    context
        The encoder's last state, (batch_size, num_hiddens), which every step is shown.
    """

    hidden: torch.Tensor
    context: torch.Tensor

    @property
    def shape(self) -> torch.Size:
        """The shape of `hidden`, which is the whole state in d2l."""
        return self.hidden.shape


class Seq2SeqDecoder(Decoder):
    """A GRU that writes the target sentences; every step is shown the encoder's last state.

    d2l's decoder carries its GRU's state alone and takes the context from there. When it writes one
    token a call, its context is then its own last state, not the encoder's with which it was
    trained. Here the context stays.

    Parameters
    ----------
    vocab_size, embed_size, num_hiddens, num_layers, dropout
        As for `Seq2SeqEncoder`.

    References
    ----------
    Sutskever, Vinyals and Le, "Sequence to sequence learning with neural networks", NeurIPS 2014;
    the context at every step: Cho et al., "Learning phrase representations using RNN
    encoder-decoder for statistical machine translation", EMNLP 2014.

    Examples
    --------
    >>> encoder, decoder = d2l.Seq2SeqEncoder(10, 8, 16, 2), d2l.Seq2SeqDecoder(10, 8, 16, 2)
    >>> X = torch.zeros(4, 7).long()
    >>> output, state = decoder(X, decoder.init_state(encoder(X)))
    >>> output.shape, state.shape
    (torch.Size([4, 7, 10]), torch.Size([2, 4, 16]))
    """

    def __init__(
        self,
        vocab_size: int,
        embed_size: int,
        num_hiddens: int,
        num_layers: int,
        dropout: float = 0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.rnn = nn.GRU(embed_size + num_hiddens, num_hiddens, num_layers, dropout=dropout)
        self.dense = nn.Linear(num_hiddens, vocab_size)

    def init_state(self, enc_outputs, *args) -> DecoderState:
        """Return the encoder's last state, as the GRU's first state and as the context."""
        return DecoderState(enc_outputs[1], enc_outputs[1][-1])

    def forward(self, X: torch.Tensor, state: DecoderState) -> tuple[torch.Tensor, DecoderState]:
        """Return the scores of the next tokens, (batch_size, num_steps, vocab_size), and the state.

        `X` holds the tokens so far, (batch_size, num_steps).
        """
        X = self.embedding(X).permute(1, 0, 2)  # (num_steps, batch_size, embed_size)
        context = state.context.expand(len(X), -1, -1)
        output, hidden = self.rnn(torch.cat([X, context], 2), state.hidden)
        return self.dense(output).permute(1, 0, 2), DecoderState(hidden, state.context)

    def select(self, state: DecoderState, rows: torch.Tensor) -> DecoderState:
        """Return the state of the sentences with the numbers `rows`, in that order."""
        return DecoderState(state.hidden[:, rows], state.context[rows])


def sequence_mask(X: torch.Tensor, valid_len: torch.Tensor, value: float = 0) -> torch.Tensor:
    """Return X with everything behind the valid lengths replaced.

    Unlike d2l's, it leaves the tensor that it is given as it was.

    Parameters
    ----------
    X
        (batch_size, num_steps, ...).
    valid_len
        (batch_size,).
    value
        What to put there.

    Examples
    --------
    >>> d2l.sequence_mask(torch.tensor([[1, 2, 3], [4, 5, 6]]), torch.tensor([1, 2]))
    tensor([[1, 0, 0],
            [4, 5, 0]])
    """
    behind = torch.arange(X.shape[1], device=X.device) >= valid_len.to(X.device)[:, None]
    return X.masked_fill(behind.reshape(behind.shape + (1,) * (X.ndim - 2)), value)


class MaskedSoftmaxCELoss(nn.CrossEntropyLoss):
    """d2l's cross-entropy with padding left out: one number a sentence.

    It divides by all steps, padding included, so that the more padding a sentence has, the less
    it counts. `masked_cross_entropy` does not.

    Examples
    --------
    >>> loss = d2l.MaskedSoftmaxCELoss()
    >>> loss(torch.ones(3, 4, 10), torch.ones((3, 4)).long(), torch.tensor([4, 2, 0]))
    tensor([2.3026, 1.1513, 0.0000])
    """

    def forward(
        self, pred: torch.Tensor, label: torch.Tensor, valid_len: torch.Tensor
    ) -> torch.Tensor:
        """Return the losses, (batch_size,).

        `pred` holds scores, (batch_size, num_steps, vocab_size); `label` the right tokens,
        (batch_size, num_steps); `valid_len` how many of them count, (batch_size,).
        """
        l = F.cross_entropy(
            pred.permute(0, 2, 1), label, self.weight, ignore_index=self.ignore_index,
            reduction="none", label_smoothing=self.label_smoothing)
        return sequence_mask(l, valid_len).mean(dim=1)


def masked_cross_entropy(
    y_hat: torch.Tensor, y: torch.Tensor, valid_len: torch.Tensor
) -> torch.Tensor:
    """Return the mean cross-entropy of a batch over its tokens, padding left out.

    Parameters
    ----------
    y_hat
        Scores, (batch_size, num_steps, vocab_size).
    y
        The right tokens, (batch_size, num_steps).
    valid_len
        How many tokens of each sentence count, (batch_size,).

    Returns
    -------
    torch.Tensor
        One number, in nats.

    Examples
    --------
    >>> y_hat, y = torch.ones(3, 4, 10), torch.ones((3, 4)).long()
    >>> d2l.masked_cross_entropy(y_hat, y, torch.tensor([4, 2, 0]))
    tensor(2.3026)
    """
    l = F.cross_entropy(y_hat.permute(0, 2, 1), y, reduction="none")
    return sequence_mask(l, valid_len).sum() / valid_len.sum()

"""Attention: at every step a decoder looks at the encoder's states and takes what it needs."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import nn

from .seq2seq import Decoder

__all__ = [
    "AttentionState",
    "DotProductAttention",
    "Seq2SeqAttentionDecoder",
    "masked_softmax",
]


def masked_softmax(X: torch.Tensor, valid_lens: torch.Tensor | None) -> torch.Tensor:
    """Return the softmax over the last axis, with exactly 0 behind the valid lengths.

    Parameters
    ----------
    X
        Scores, (batch_size, queries, keys).
    valid_lens
        How many keys count, at least 1: (batch_size,), or (batch_size, queries) where it
        differs from query to query. None if all count.

    Raises
    ------
    ValueError
        If a length is below 1: there is nothing to choose from.

    Examples
    --------
    >>> d2l.masked_softmax(torch.zeros(2, 1, 4), torch.tensor([2, 4]))
    tensor([[[0.5000, 0.5000, 0.0000, 0.0000]],
    <BLANKLINE>
            [[0.2500, 0.2500, 0.2500, 0.2500]]])
    """
    if valid_lens is not None and valid_lens.min() < 1:
        raise ValueError(f"valid_lens must be at least 1, got {valid_lens.min().item()}")
    if valid_lens is not None:
        places = torch.arange(X.shape[-1], device=X.device)
        behind = places >= valid_lens.to(X.device).reshape(len(X), -1, 1)
        X = X.masked_fill(behind, -math.inf)
    return X.softmax(dim=-1)


class DotProductAttention(nn.Module):
    """Weighs values by how well their keys fit a query: the scaled dot product of the two.

    Parameters
    ----------
    dropout
        Of the weights, while training.

    Attributes
    ----------
    attention_weights
        Those of the last call, (batch_size, queries, keys); each row sums to 1.

    References
    ----------
    The dot product: Luong, Pham and Manning, "Effective approaches to attention-based neural
    machine translation", EMNLP 2015; its scale: Vaswani et al., "Attention is all you need",
    NeurIPS 2017.

    Examples
    --------
    >>> attention = d2l.DotProductAttention(dropout=0)
    >>> keys = values = torch.tensor([[[10.0, 0.0], [0.0, 10.0]]])
    >>> attention(torch.tensor([[[1.0, 1.0]]]), keys, values)  # it fits both alike
    tensor([[[5., 5.]]])
    """

    def __init__(self, dropout: float, **kwargs):
        super().__init__(**kwargs)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        queries: torch.Tensor,
        keys: torch.Tensor,
        values: torch.Tensor,
        valid_lens: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Return a mixture of the values for each query, (batch_size, queries, value_size).

        `queries` are (batch_size, queries, size), `keys` (batch_size, keys, size), `values`
        (batch_size, keys, value_size); `valid_lens` is as for `masked_softmax`.
        """
        scores = queries @ keys.transpose(1, 2) / math.sqrt(queries.shape[-1])
        self.attention_weights = masked_softmax(scores, valid_lens)
        return self.dropout(self.attention_weights) @ values


class AttentionState(NamedTuple):
    """What a `Seq2SeqAttentionDecoder` carries from step to step.

    Attributes
    ----------
    hidden
        The state of its GRU, (num_layers, batch_size, num_hiddens).
    memory
        The encoder's outputs, one for each source token, (batch_size, num_steps, num_hiddens).
    valid_lens
        How many of them count, (batch_size,), or None.
    """

    hidden: torch.Tensor
    memory: torch.Tensor
    valid_lens: torch.Tensor | None


class Seq2SeqAttentionDecoder(Decoder):
    """A GRU that writes the target sentences and looks at every state of the encoder on the way.

    d2l's class of this name scores by a small network (additive attention) and looks before each
    step of its GRU; this one scores by the dot product and looks after it, so that it needs no
    loop over the steps.

    Parameters
    ----------
    vocab_size, embed_size, num_hiddens, num_layers, dropout
        As for `Seq2SeqDecoder`; `num_hiddens` is also the encoder's.

    References
    ----------
    Luong, Pham and Manning, "Effective approaches to attention-based neural machine translation",
    EMNLP 2015; attention for translation first: Bahdanau, Cho and Bengio, "Neural machine
    translation by jointly learning to align and translate", ICLR 2015.

    Examples
    --------
    >>> encoder = d2l.Seq2SeqEncoder(10, 8, 16, 2)
    >>> decoder = d2l.Seq2SeqAttentionDecoder(12, 8, 16, 2)
    >>> X, valid_len = torch.zeros(4, 7).long(), torch.tensor([7, 3, 2, 1])
    >>> state = decoder.init_state(encoder(X, valid_len), valid_len)
    >>> output, state = decoder(torch.zeros(4, 5).long(), state)
    >>> output.shape, decoder.attention_weights.shape
    (torch.Size([4, 5, 12]), torch.Size([4, 5, 7]))
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
        self.attention = DotProductAttention(dropout)
        self.mix = nn.Linear(2 * num_hiddens, num_hiddens)
        self.dense = nn.Linear(num_hiddens, vocab_size)

    @property
    def attention_weights(self) -> torch.Tensor:
        """The weights of the last call, (batch_size, target steps, source steps)."""
        return self.attention.attention_weights

    def init_state(self, enc_outputs, *args) -> AttentionState:
        """Return the state: the encoder's last one, all its outputs, and the lengths in `args`."""
        outputs, hidden = enc_outputs
        return AttentionState(hidden, outputs.permute(1, 0, 2), args[0] if args else None)

    def forward(
        self, X: torch.Tensor, state: AttentionState
    ) -> tuple[torch.Tensor, AttentionState]:
        """Return the scores of the next tokens, (batch_size, num_steps, vocab_size), and the state.

        `X` holds the tokens so far, (batch_size, num_steps).
        """
        X = self.embedding(X).permute(1, 0, 2)  # (num_steps, batch_size, embed_size)
        output, hidden = self.rnn(X, state.hidden)
        queries = output.permute(1, 0, 2)  # (batch_size, num_steps, num_hiddens)
        context = self.attention(queries, state.memory, state.memory, state.valid_lens)
        output = torch.tanh(self.mix(torch.cat([queries, context], dim=2)))
        return self.dense(output), state._replace(hidden=hidden)

    def select(self, state: AttentionState, rows: torch.Tensor) -> AttentionState:
        """Return the state of the sentences with the numbers `rows`, in that order."""
        lengths = None if state.valid_lens is None else state.valid_lens[rows]
        return AttentionState(state.hidden[:, rows], state.memory[rows], lengths)

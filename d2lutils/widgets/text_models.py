"""Language models small enough to travel in a page; text_models.js runs them there."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from ..data import Vocab
from ..models import NGram, RNNModel
from .packed import quantized, split_weight

__all__: list[str] = []

KINDS = {nn.RNN: "RNN", nn.GRU: "GRU", nn.LSTM: "LSTM"}
MOST_BYTES = 100_000
MOST_MODELS = 4


def checked_models(models: Mapping[str, RNNModel], vocab: Vocab) -> dict[str, RNNModel]:
    """Return the models by name, their weights those of eight bits, or say why one cannot travel.

    Raises
    ------
    TypeError, ValueError
        If `models` is no dict of one to four models, a model is no `RNNModel` over the
        vocabulary with one layer in one direction, or it is larger than 100,000 bytes; or if
        `vocab` is not one of single characters.
    """
    checked_vocab(vocab)
    if not isinstance(models, Mapping) or not 1 <= len(models) <= MOST_MODELS:
        raise TypeError(f"models must be a dict of 1 to {MOST_MODELS} models, got {models!r}")
    for name, net in models.items():
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"a name in models must be a text, got {name!r}")
        _check_model(f"models[{name!r}]", net, vocab)
    return {name: quantized(net).cpu() for name, net in models.items()}


def checked_vocab(vocab: Vocab) -> list[str]:
    """Return the characters of a vocabulary, the unknown one first."""
    if not isinstance(vocab, Vocab):
        raise TypeError(f"vocab must be a Vocab, got {type(vocab).__name__}")
    if longer := [token for token in vocab.idx_to_token[1:] if len(token) != 1]:
        raise ValueError(f"vocab must hold single characters beside <unk>, got {longer[0]!r}")
    return list(vocab.idx_to_token)


def checked_letters(name: str, text: str, vocab: Vocab) -> str:
    """Return a text of at least one character that has no characters beyond the vocabulary."""
    if not isinstance(text, str) or not text:
        raise ValueError(f"{name} must be a text of at least one character, got {text!r}")
    if unknown := sorted(set(text) - set(vocab.idx_to_token[1:])):
        raise ValueError(f"{name} must be made of the vocabulary's characters, got {unknown}")
    return text


def _check_model(name: str, net: RNNModel, vocab: Vocab) -> None:
    if not isinstance(net, RNNModel):
        raise TypeError(f"{name} must be an RNNModel, got {type(net).__name__}")
    layer = net.rnn
    plain = (type(layer) in KINDS and layer.num_layers == 1 and not layer.bidirectional
             and layer.bias and not layer.proj_size
             and getattr(layer, "nonlinearity", "tanh") == "tanh")
    if not plain:
        raise TypeError(
            f"{name} must have an nn.RNN (tanh), nn.GRU or nn.LSTM of one layer in one direction, "
            f"with biases and without projection, got {layer}")
    if net.vocab_size != len(vocab):
        raise ValueError(f"{name} must have as many outputs as vocab has characters, {len(vocab)}, "
                         f"got {net.vocab_size}")
    if (size := len(packed_weights(net))) > MOST_BYTES:
        raise ValueError(f"{name} must have at most {MOST_BYTES:,} bytes to travel in a page, got "
                         f"{size:,}: fewer hidden units?")


@torch.no_grad()
def packed_weights(net: RNNModel) -> bytes:
    """Return the weights of a model as bytes: steps and biases in float32, weights in int8.

    In this order: the steps of the input's, the state's and the output's rows; their biases; the
    three matrices.
    """
    layer = net.rnn
    split = [split_weight(weight.cpu()) for weight in
             (layer.weight_ih_l0, layer.weight_hh_l0, net.linear.weight)]
    biases = [layer.bias_ih_l0, layer.bias_hh_l0, net.linear.bias]
    numbers = [step for _, step in split] + [bias.cpu() for bias in biases]
    parts = [number.numpy().astype("<f4") for number in numbers]
    parts += [whole.numpy().astype("i1") for whole, _ in split]
    return b"".join(part.tobytes() for part in parts)


def described(name: str, net: RNNModel) -> tuple[dict, str]:
    """Return what the script has to know of a model at once, and its data for later."""
    data = packed_weights(net)
    about = {"name": name, "kind": KINDS[type(net.rnn)], "hidden": net.num_hiddens,
             "size": net.vocab_size, "bytes": len(data)}
    return about, base64.b64encode(data).decode()


@torch.no_grad()
def foreseen(net: RNNModel, vocab: Vocab, before: str, text: str) -> np.ndarray:
    """Return the distributions of the next character after `before` and after each one of `text`.

    Their shape is (len(text) + 1, len(vocab)).
    """
    scores = net.linear(torch.zeros(1, net.num_hiddens))  # before anything was read
    if before + text:
        tokens = torch.tensor([vocab[list(before + text)]])
        read, _ = net(tokens, net.begin_state("cpu", batch_size=1))
        scores = torch.cat([scores, read])
    return scores[len(before):].double().softmax(1).numpy()


def counted(model: NGram, vocab: Vocab, before: str, text: str) -> np.ndarray:
    """Return what `foreseen` does, of an n-gram model."""
    tokens = vocab[list(before + text)]
    ends = range(len(before), len(tokens) + 1)
    return np.stack([model.probs(tokens[:end]).double().numpy() for end in ends])

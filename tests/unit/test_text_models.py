"""Models that write in a page, in Python: what is packed, what is compared, what is refused."""

import base64

import numpy as np
import pytest
import torch
from torch import nn

import d2lutils as d2l
from d2lutils.widgets.base import payload_key
from d2lutils.widgets.text_models import foreseen, packed_weights

TEXT = 'the lark sang, and the bell rang; "ring," said the old bell'
VOCAB = d2l.Vocab(list(TEXT))
LAYERS = {"RNN": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}


def model(kind="GRU", hidden=8, **options):
    torch.manual_seed(1)
    net = d2l.RNNModel(LAYERS[kind](len(VOCAB), hidden, **options), len(VOCAB))
    for param in net.parameters():
        param.data *= 3
    return net


def writer(**changed):
    given = {"models": {"GRU": model()}, "vocab": VOCAB, "prompt": "the "}
    return d2l.TextWriter(**{**given, **changed})


def remember(**changed):
    given = {"models": {kind: model(kind) for kind in LAYERS}, "vocab": VOCAB, "text": TEXT,
             "changes": [("a letter", "lark", "bark"), ("lark → bell", "lark ", "bell "),
                         ("no mark", '"ring', "ring")], "ngram": (3, TEXT)}
    return d2l.Remember(**{**given, **changed})


# ---- eight bits

@pytest.mark.parametrize("kind", LAYERS)
def test_every_row_of_a_recurrent_layer_gets_a_step_of_its_own(kind):
    net = model(kind)
    with torch.no_grad():
        net.rnn.weight_hh_l0[2] *= 50
    found = d2l.quantized(net)
    for name, given in net.rnn.named_parameters():
        kept = getattr(found.rnn, name)
        if name.startswith("bias"):
            assert torch.equal(kept, given)
        else:
            step = given.abs().amax(1, keepdim=True) / 127
            assert 0 < ((kept - given).abs() / step).max() <= 0.501


@pytest.mark.parametrize("kind, gates", [("RNN", 1), ("GRU", 3), ("LSTM", 4)])
def test_what_travels_are_the_weights_of_the_quantized_model(kind, gates):
    net, rows, size = model(kind), gates * 8, len(VOCAB)
    data = packed_weights(net)
    numbers = np.frombuffer(data, "<f4", 2 * (2 * rows + size))
    whole = np.frombuffer(data, "i1", offset=numbers.nbytes)
    assert len(whole) == rows * size + rows * 8 + size * 8
    steps, kept = numbers[: 2 * rows + size], d2l.quantized(net)
    first = whole[: rows * size].reshape(rows, size) * steps[:rows, None]
    last = whole[-8 * size:].reshape(size, 8) * steps[-size:, None]
    assert np.allclose(first, kept.rnn.weight_ih_l0.detach(), atol=1e-7)
    assert np.allclose(last, kept.linear.weight.detach(), atol=1e-7)
    assert np.array_equal(numbers[-size:], net.linear.bias.detach())


def test_a_model_of_96_units_is_small_enough_whatever_its_kind():
    vocab = d2l.Vocab([chr(i) for i in range(32, 96)])
    for layer in LAYERS.values():
        made = d2l.TextWriter({"net": d2l.RNNModel(layer(len(vocab), 96), len(vocab))}, vocab,
                              prompt="A")
        assert made.state()["models"][0]["bytes"] < 100_000


def test_data_stand_apart_from_what_the_script_reads_at_once():
    made = writer(models={"a": model(), "b": model("LSTM")})
    html, state = made.html(), made.state()
    for about, data in zip(state["models"], made.payloads()):
        assert about["payload"] == payload_key(data)
        assert html.count(data) == 1 == html.count(f'data-key="{about["payload"]}"')
        assert len(base64.b64decode(data)) == about["bytes"]


# ---- what is expected

def test_expectations_are_the_softmax_of_the_scores():
    net = model("LSTM")
    p = foreseen(net, VOCAB, "the ", "lark")
    scores, _ = net(torch.tensor([VOCAB[list("the lark")]]), net.begin_state("cpu"))
    assert p.shape == (5, len(VOCAB))
    assert np.allclose(p, scores[3:].detach().softmax(1), atol=1e-6)
    assert np.allclose(foreseen(net, VOCAB, "", "the lark")[4:], p, atol=1e-6)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_an_n_gram_forgets_a_change_exactly_where_its_context_ends(order):
    made = remember(ngram=(order, TEXT), changes=[("a", "lark", "lask")])
    gaps = made.differences()[f"{order}-gram"]
    assert not gaps[order - 1:].any() and gaps[: order - 1].any() == (order > 1)


def test_differences_are_total_variation_distances():
    found = remember().differences()
    assert list(found) == ["3-gram", "RNN", "GRU", "LSTM"]
    net = d2l.quantized(model("RNN"))
    p, q = (foreseen(net, VOCAB, words, TEXT[5:])  for words in ("the l", "the b"))
    assert np.allclose(found["RNN"], np.abs(p - q).sum(1) / 2)
    assert all((0 <= gaps).all() and (gaps <= 1).all() for gaps in found.values())


def test_a_change_is_cut_to_what_differs_but_words_stay_whole():
    made = remember().state()["changes"]
    assert [(c["at"], c["old"], c["fresh"]) for c in made] == [
        (4, "l", "b"), (4, "lark", "bell"), (34, '"', "")]


# ---- what is refused

@pytest.mark.parametrize(("changed", "error", "words"), [
    ({"models": {}}, TypeError, "1 to 4 models"),
    ({"models": {"": model()}}, ValueError, "a name in models"),
    ({"models": {"GRU": nn.GRU(3, 3)}}, TypeError, "RNNModel, got GRU"),
    ({"models": {"GRU": model(num_layers=2)}}, TypeError, "one layer"),
    ({"models": {"GRU": model(bidirectional=True)}}, TypeError, "one direction"),
    ({"models": {"RNN": model("RNN", nonlinearity="relu")}}, TypeError, "tanh"),
    ({"models": {"GRU": model(hidden=200)}}, ValueError, "100,000 bytes"),
    ({"models": {"GRU": d2l.RNNModel(nn.GRU(5, 5), 5)}}, ValueError, "as many outputs"),
    ({"vocab": ["a"]}, TypeError, "Vocab, got list"),
    ({"vocab": d2l.Vocab(["the", "lark"])}, ValueError, "single characters"),
    ({"prompt": ""}, ValueError, "prompt"),
    ({"prompt": "The"}, ValueError, "prompt .*'T'"),
    ({"temperature": 0.55}, ValueError, "temperature"),
    ({"top_k": 4}, ValueError, "top_k"),
    ({"seed": -1}, ValueError, "seed"),
    ({"length": 0}, ValueError, "length"),
])  # fmt: skip
def test_what_cannot_write_is_refused_with_the_reason(changed, error, words):
    with pytest.raises(error, match=words):
        writer(**changed)


@pytest.mark.parametrize(("changed", "error", "words"), [
    ({"text": "the lark"}, ValueError, "20 to 600"),
    ({"text": "THE " * 10}, ValueError, "vocabulary"),
    ({"changes": []}, ValueError, "at least one"),
    ({"changes": "lark"}, TypeError, "list of"),
    ({"changes": [("a", "b")]}, TypeError, "three texts"),
    ({"changes": [("", "lark", "bark")]}, ValueError, "label"),
    ({"changes": [("a", "moon", "bark")]}, ValueError, "occur in text"),
    ({"changes": [("a", "lark", "lark")]}, ValueError, "change something"),
    ({"changes": [("a", "lark", "LARK")]}, ValueError, "vocabulary"),
    ({"changes": [("a", "old bell", "old bed")]}, ValueError, "before the end"),
    ({"ngram": 3}, TypeError, "ngram"),
    ({"ngram": (0, TEXT)}, ValueError, "order"),
    ({"ngram": (3, "THE")}, ValueError, "training text"),
])  # fmt: skip
def test_what_cannot_be_compared_is_refused_with_the_reason(changed, error, words):
    with pytest.raises(error, match=words):
        remember(**changed)

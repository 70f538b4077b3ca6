"""The numbers of d2l 0.17.6: texts as numbers, and language models."""

import random

import pytest
import torch
from drawn import curves
from torch import nn

import d2lutils

# d2l takes the float of a loss that carries its graph.
pytestmark = pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad")

CPU = torch.device("cpu")
WORDS = "the time traveller smiled at us and went on with a machine of brass by night".split()
LINES = ["The Time Machine, by H. G. Wells [1898]", "", "I", "",
         *(" ".join(random.Random(i).choices(WORDS, k=9)) + "." for i in range(60))]
CORPUS = torch.randint(50, (203,), generator=torch.Generator().manual_seed(0)).tolist()


def vocabs(d2l):
    tokens = d2l.tokenize(LINES)
    found = [d2l.Vocab(), d2l.Vocab(tokens), d2l.Vocab(WORDS), d2l.Vocab(
        tokens, min_freq=3, reserved_tokens=["<pad>", "<bos>"])]
    return [[len(vocab), vocab.idx_to_token, list(vocab.token_to_idx.items()), vocab.unk,
             vocab.token_freqs, vocab["time"], vocab[["a", "moon", ["of", "by"]]],
             vocab.to_tokens(0), vocab.to_tokens([0, len(vocab) - 1])] for vocab in found]


def two_passes(iterate, *sizes):
    return lambda d2l: [list(getattr(d2l, iterate)(CORPUS, *sizes)) for _ in range(2)]


EQUAL = {
    "tokenize": lambda d2l: [d2l.tokenize(LINES), d2l.tokenize(LINES, "char")],
    "count_corpus": lambda d2l: [list(d2l.count_corpus(tokens).items()) for tokens in (
        [], WORDS, d2l.tokenize(LINES))],
    "Vocab": vocabs,
} | {
    f"{name} {sizes}": two_passes(name, *sizes)
    for name in ("seq_data_iter_random", "seq_data_iter_sequential")
    for sizes in [(2, 5), (3, 10), (1, 1)]
}


@pytest.mark.parametrize("run", EQUAL.values(), ids=EQUAL)
def test_texts_become_the_same_numbers(run, same):
    same(run)


@pytest.fixture
def novel(put):
    put("time_machine", "\n".join(LINES).encode())


@pytest.mark.parametrize("max_tokens", [-1, 500])
def test_the_corpus_of_the_time_machine(max_tokens, novel, same):
    def run(d2l):
        corpus, vocab = d2l.load_corpus_time_machine(max_tokens)
        return [d2l.read_time_machine(), corpus, vocab.idx_to_token]

    assert same(run)[0][0] == "the time machine by h g wells"


@pytest.mark.parametrize("use_random_iter", [False, True])
def test_the_batches_of_the_time_machine(use_random_iter, novel, same):
    def run(d2l):
        data_iter, vocab = d2l.load_data_time_machine(4, 7, use_random_iter, max_tokens=900)
        own = d2l.SeqDataLoader(4, 7, use_random_iter, 900)
        return [list(data_iter), list(data_iter), list(own), vocab.idx_to_token,
                own.batch_size, own.num_steps, own.corpus]

    same(run)


# Language models


def scratch(d2l, vocab_size):
    """Return an RNN by hand; the functions are the notes' own, whichever package they use."""
    def get_params(vocab_size, num_hiddens, device):
        shapes = [(vocab_size, num_hiddens), (num_hiddens, num_hiddens), (num_hiddens,),
                  (num_hiddens, vocab_size), (vocab_size,)]
        return [(torch.randn(shape, device=device) * 0.1).requires_grad_() for shape in shapes]

    def init_state(batch_size, num_hiddens, device):
        return (torch.zeros(batch_size, num_hiddens, device=device),)

    def forward(inputs, state, params):
        W_xh, W_hh, b_h, W_hq, b_q = params
        (H,), outputs = state, []
        for X in inputs:
            H = torch.tanh(X @ W_xh + H @ W_hh + b_h)
            outputs.append(H @ W_hq + b_q)
        return torch.cat(outputs), (H,)

    return d2l.RNNModelScratch(vocab_size, 16, CPU, get_params, init_state, forward)


def layer(kind, **options):
    return lambda d2l, vocab_size: d2l.RNNModel(kind(vocab_size, 16, **options), vocab_size)


MODELS = {
    "scratch": scratch,
    "RNN": layer(nn.RNN),
    "GRU": layer(nn.GRU),
    "LSTM": layer(nn.LSTM),
    "deep GRU": layer(nn.GRU, num_layers=2),
    "bidirectional LSTM": layer(nn.LSTM, bidirectional=True),
}


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_models_start_equal_and_give_the_same_scores(make, same):
    def run(d2l):
        net = make(d2l, 20)
        state = net.begin_state(batch_size=3, device=CPU)
        scores, state = net(torch.randint(20, (3, 5)), state)
        again, _ = net(torch.randint(20, (3, 5)), state)
        names = list(net.state_dict()) if isinstance(net, nn.Module) else len(net.params)
        return [scores, again, list(state), names]

    same(run)


@pytest.mark.parametrize("use_random_iter", [False, True])
@pytest.mark.parametrize("make", list(MODELS.values())[:4], ids=list(MODELS)[:4])
def test_train_ch8_reaches_the_same_perplexity_and_writes_the_same(
        make, use_random_iter, novel, same, capsys):
    def run(d2l):
        train_iter, vocab = d2l.load_data_time_machine(8, 10, use_random_iter, max_tokens=330)
        net = make(d2l, len(vocab))
        d2l.train_ch8(net, train_iter, vocab, 1.0, 20, CPU, use_random_iter)
        *_, last, first_text, second_text = capsys.readouterr().out.splitlines()
        written = d2l.predict_ch8("machine ", 30, net, vocab, CPU)
        return [last.split(",")[0], first_text, second_text, written, curves()]

    # Where gradients are clipped, torch adds 1e-6 to the norm that it divides by.
    _, first_text, _, _, [[epochs, perplexities]] = same(run, rel=1e-3)
    assert first_text.startswith("time traveller")
    assert epochs == [10, 20] and perplexities[1] < perplexities[0]

"""Language models: perplexity, training, and writing."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import d2lutils as d2l
from d2lutils.data import SealedText

TEXT = "the lark. " * 60
VOCAB = d2l.Vocab(list(TEXT))
CORPUS = torch.tensor(VOCAB[list(TEXT)])


def scratch(num_hiddens=16):
    return d2l.RNNModelScratch(
        len(VOCAB), num_hiddens, "cpu", d2l.rnn_params, d2l.rnn_state, d2l.rnn)


def concise(kind=nn.GRU, num_hiddens=16):
    return d2l.RNNModel(kind(len(VOCAB), num_hiddens), len(VOCAB))


MODELS = [scratch, concise, lambda: concise(nn.RNN), lambda: concise(nn.LSTM)]
NAMES = ["scratch", "GRU", "RNN", "LSTM"]


@pytest.fixture(autouse=True)
def seeded(monkeypatch):
    monkeypatch.delenv("D2LUTILS_FAST", raising=False)
    d2l.seed_everything(0)
    yield
    d2l.plt.close("all")


def loader(use_random_iter=False):
    return d2l.TextLoader(CORPUS, 4, 10, use_random_iter)


def trained(net=None, epochs=6):
    net = net or concise()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.03)
    return net, list(d2l.fit_text(net, loader(), CORPUS, epochs, optimizer))


@pytest.mark.parametrize("make", MODELS, ids=NAMES)
@pytest.mark.parametrize("num_steps", [1, 7, 500])
def test_perplexity_is_the_exponential_of_the_mean_surprise(make, num_steps):
    net, corpus, total = make(), CORPUS[:30], 0.0
    state = net.begin_state(batch_size=1, device="cpu")
    for token, following in zip(corpus, corpus[1:]):
        scores, state = net(token.reshape(1, 1), state)
        total -= torch.log_softmax(scores[0], 0)[following].item()
    assert d2l.perplexity(net, corpus, num_steps) == pytest.approx(math.exp(total / 29), rel=1e-5)


def test_measuring_perplexity_leaves_the_network_in_its_mode():
    net = d2l.RNNModel(nn.GRU(len(VOCAB), 8, num_layers=2, dropout=0.5), len(VOCAB)).train()
    assert d2l.perplexity(net, CORPUS[:50]) == d2l.perplexity(net, CORPUS[:50])  # no dropout
    assert net.training


@pytest.mark.parametrize("corpus", [torch.arange(1), torch.zeros(2, 5)])
def test_perplexity_needs_one_row_of_two_tokens(corpus):
    with pytest.raises(ValueError, match="corpus must hold at least two tokens in one row"):
        d2l.perplexity(concise(), corpus)


def test_fit_text_learns_a_text_that_repeats_itself():
    net = concise()
    assert d2l.perplexity(net, CORPUS) > 5
    _, measured = trained(net)
    assert measured[-1]["valid perplexity"] == pytest.approx(d2l.perplexity(net, CORPUS))
    assert measured[-1]["valid perplexity"] < 1.2
    assert measured[-1]["tokens a second"] > 0
    assert not net.training


def test_fit_text_opens_a_sealed_text_after_the_last_epoch():
    opened = []

    class Watched(SealedText):
        def open(self):
            opened.append(epoch)
            return super().open()

    net, epoch = concise(), 0
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    steps = d2l.fit_text(
        net, loader(), CORPUS, 3, optimizer, test=Watched("the lark"), vocab=VOCAB)
    found = []
    for epoch, measured in enumerate(steps, start=1):
        found.append(measured["test perplexity"])
    assert opened == [2]  # asked for the third
    assert [math.isnan(v) for v in found] == [True, True, False]
    corpus = torch.tensor(VOCAB[list("the lark")])
    assert found[-1] == pytest.approx(d2l.perplexity(net, corpus))


def test_fit_text_moves_the_schedule_at_every_step():
    net = concise()
    optimizer = torch.optim.SGD(net.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (1 + step))
    batches = sum(1 for _ in loader())
    list(d2l.fit_text(net, loader(), CORPUS, 1, optimizer, schedule))
    assert schedule.last_epoch == pytest.approx(batches, abs=1)  # the start of a pass varies


def test_fit_text_names_what_does_not_fit():
    net = concise()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with pytest.raises(ValueError, match="vocab must be given beside test"):
        next(d2l.fit_text(net, loader(), CORPUS, 1, optimizer, test=SealedText("the")))
    with pytest.raises(ValueError, match="num_epochs"):
        next(d2l.fit_text(net, loader(), CORPUS, 0, optimizer))
    with torch.no_grad():
        net.linear.bias.fill_(math.nan)
    with pytest.raises(FloatingPointError, match="nan in epoch 1"):
        next(d2l.fit_text(net, loader(), CORPUS, 1, optimizer))


def one_batch():
    X = CORPUS[:40].reshape(4, 10)
    return [(X, CORPUS[1:41].reshape(4, 10))]


@pytest.mark.parametrize("use_torch", [True, False])
def test_a_step_of_training_clips_to_a_norm_of_1(use_torch):
    net, other = scratch(), scratch()
    for p, q in zip(net.params, other.params):
        with torch.no_grad():
            p *= 100  # steep, so that there is something to clip
            q.copy_(p)
    [(X, Y)] = one_batch()
    y_hat, _ = other(X, other.begin_state(4, "cpu"))
    F.cross_entropy(y_hat, Y.T.flatten()).backward()
    norm = nn.utils.clip_grad_norm_(other.params, 1)
    assert norm > 1.5
    updater = (torch.optim.SGD(net.params, lr=0.5) if use_torch
               else lambda batch_size: d2l.sgd(net.params, 0.5, batch_size))
    d2l.train_epoch_ch8(net, one_batch(), nn.CrossEntropyLoss(), updater, "cpu", False)
    for p, q in zip(net.params, other.params):
        assert torch.allclose(p, q - 0.5 * q.grad, atol=1e-6)


@pytest.mark.parametrize("use_random_iter", [False, True])
def test_the_state_is_carried_on_unless_the_order_is_random(use_random_iter):
    seen = []

    class Watching(d2l.RNNModelScratch):
        def __call__(self, X, state):
            seen.append(state[0].abs().sum().item())
            assert not state[0].requires_grad  # cut off from the batch before
            return super().__call__(X, state)

    net = Watching(len(VOCAB), 8, "cpu", d2l.rnn_params, d2l.rnn_state, d2l.rnn)
    d2l.train_epoch_ch8(net, one_batch() * 3, nn.CrossEntropyLoss(),
                        lambda batch_size: d2l.sgd(net.params, 0.1, batch_size),
                        "cpu", use_random_iter)
    assert seen[0] == 0
    assert [value == 0 for value in seen[1:]] == [use_random_iter] * 2


def test_an_epoch_without_batches_is_refused():
    with pytest.raises(ValueError, match="train_iter must give at least one batch"):
        d2l.train_epoch_ch8(concise(), [], nn.CrossEntropyLoss(), None, "cpu", False)


@pytest.mark.parametrize("make, lr", [(scratch, 1), (concise, 2)], ids=["scratch", "GRU"])
@pytest.mark.parametrize("use_random_iter", [False, True])
def test_train_ch8_learns_and_lets_the_network_write(make, lr, use_random_iter, capsys):
    net = make()
    before = d2l.perplexity(net, CORPUS)
    d2l.train_ch8(net, loader(use_random_iter), VOCAB, lr, 30, "cpu", use_random_iter)
    assert d2l.perplexity(net, CORPUS) < before / 4
    first, *written = capsys.readouterr().out.replace("<unk>", "?").strip().splitlines()
    assert first.startswith("perplexity") and first.endswith("tokens/sec on cpu")
    assert [len(line) for line in written] == [64, 59]  # 50 more than the two beginnings


def test_train_ch8_stops_at_a_loss_that_is_no_number():
    net = scratch()
    with torch.no_grad():
        net.params[0].fill_(math.nan)
    with pytest.raises(FloatingPointError, match="try a smaller learning rate"):
        d2l.train_ch8(net, loader(), VOCAB, 0.1, 1, "cpu")


def test_a_trained_network_goes_on_as_the_text_does():
    net, _ = trained()
    assert d2l.predict_ch8("the l", 15, net, VOCAB, "cpu") == "the lark. the lark. "
    assert d2l.generate(net, VOCAB, "the l", 15, temperature=0) == "the lark. the lark. "
    assert d2l.generate(net, VOCAB, "the l", 15, top_k=1) == "the lark. the lark. "
    assert d2l.generate(net, VOCAB, "the", 0) == "the"


class Fixed:
    """A model that always gives the same scores."""

    def __init__(self, scores):
        self.params = [torch.tensor(scores)]

    def __call__(self, X, state):
        return self.params[0].expand(X.numel(), -1), state

    def begin_state(self, batch_size, device):
        return ()


def shares(temperature, top_k=None, num_preds=4000):
    """How often tokens 1, 2 and 3 are drawn at scores of log 1, log 2 and log 4."""
    vocab = d2l.Vocab(list("aaabbc"))
    net = Fixed([-math.inf, 0.0, math.log(2), math.log(4)])
    text = d2l.generate(net, vocab, "a", num_preds, temperature, top_k)[1:]
    return [text.count(token) / num_preds for token in "abc"]


@pytest.mark.parametrize("temperature, top_k, expected", [
    (1, None, [1 / 7, 2 / 7, 4 / 7]),
    (0.5, None, [1 / 21, 4 / 21, 16 / 21]),
    (1000, None, [1 / 3, 1 / 3, 1 / 3]),
    (1, 2, [0, 1 / 3, 2 / 3]),
    (1, 100, [1 / 7, 2 / 7, 4 / 7]),
    (0, 2, [0, 0, 1]),
])
def test_tokens_are_drawn_with_the_probabilities_of_the_model(temperature, top_k, expected):
    assert shares(temperature, top_k) == pytest.approx(expected, abs=0.03)
    assert [v == 0 for v in shares(temperature, top_k, 500)] == [p == 0 for p in expected]


@pytest.mark.parametrize("arguments, said", [
    (dict(prefix=""), "prefix must have at least one token"),
    (dict(num_preds=-1), "num_preds"),
    (dict(temperature=-0.1), "temperature"),
    (dict(top_k=0), "top_k"),
])
def test_generate_names_what_does_not_fit(arguments, said):
    with pytest.raises(ValueError, match=said):
        d2l.generate(concise(), VOCAB, **dict(prefix="the", num_preds=3) | arguments)


def test_rnn_params_are_small_and_to_be_learned():
    W_xh, W_hh, b_h, W_hq, b_q = params = d2l.rnn_params(200, 100)
    assert all(p.requires_grad and p.is_leaf for p in params)
    for W in (W_xh, W_hh, W_hq):
        assert W.std().item() == pytest.approx(0.01, rel=0.05)
    assert not b_h.any() and not b_q.any()


@pytest.mark.parametrize("sizes, name", [((0, 4), "vocab_size"), ((4, 1.5), "num_hiddens")])
def test_the_model_by_hand_names_a_size_that_does_not_fit(sizes, name):
    with pytest.raises((ValueError, TypeError), match=name):
        d2l.RNNModelScratch(*sizes, "cpu", d2l.rnn_params, d2l.rnn_state, d2l.rnn)

"""Encoder and decoder: padding changes nothing; training, translation and its measures."""

import math

import pytest
import torch
from torch import nn

import d2lutils as d2l

PAIRS = [("one two", "un deux"), ("two", "deux"), ("three one two", "trois un deux")]


@pytest.fixture
def vocabs():
    return d2l.load_pairs(PAIRS, 3, 4)[1:]


def network(layers=2, seed=0):
    torch.manual_seed(seed)
    return d2l.EncoderDecoder(
        d2l.Seq2SeqEncoder(7, 5, 6, layers), d2l.Seq2SeqDecoder(7, 5, 6, layers)).double()


def batch(vocabs, num_steps):
    arrays = []
    for sentences, vocab in zip(zip(*PAIRS), vocabs):
        arrays += d2l.build_array_nmt([s.split() for s in sentences], vocab, num_steps)
    return arrays


def loss_and_gradients(net, vocabs, num_steps):
    X, X_valid_len, Y, Y_valid_len = batch(vocabs, num_steps)
    dec_X = torch.cat([torch.full((len(Y), 1), vocabs[1]["<bos>"]), Y[:, :-1]], 1)
    net.zero_grad()
    y_hat, _ = net(X, dec_X, X_valid_len)
    l = d2l.masked_cross_entropy(y_hat, Y, Y_valid_len)
    l.backward()
    return l.detach(), [param.grad.clone() for param in net.parameters()]


@pytest.mark.parametrize("num_steps", [5, 9, 30])
@pytest.mark.parametrize("layers", [1, 2])
def test_padding_changes_neither_a_loss_nor_a_gradient(vocabs, layers, num_steps):
    net = network(layers)
    l, grads = loss_and_gradients(net, vocabs, 4)
    padded_l, padded_grads = loss_and_gradients(net, vocabs, num_steps)
    assert abs(l - padded_l) < 1e-6
    assert all((a - b).abs().max() < 1e-6 for a, b in zip(grads, padded_grads))
    assert any(grad.abs().max() > 1e-3 for grad in grads)


@pytest.mark.parametrize("part", ["loss", "encoder"])
def test_the_check_above_would_notice_padding(vocabs, part):
    """Without lengths in the encoder, or with the mean over all steps, it does matter."""
    net, found = network(), []
    for num_steps in (4, 9):
        X, X_valid_len, Y, Y_valid_len = batch(vocabs, num_steps)
        y_hat, _ = net(X, Y, None if part == "encoder" else X_valid_len)
        if part == "encoder":
            found.append(d2l.masked_cross_entropy(y_hat, Y, Y_valid_len))
        else:
            found.append(d2l.MaskedSoftmaxCELoss()(y_hat, Y, Y_valid_len).sum())
    assert abs(found[0] - found[1]) > 1e-3


def test_the_state_of_a_batch_is_that_of_each_sentence_alone(vocabs):
    net = network()
    X, X_valid_len, *_ = batch(vocabs, 9)
    output, state = net.encoder(X, X_valid_len)
    for i, n in enumerate(X_valid_len.tolist()):
        alone_output, alone_state = net.encoder(X[i:i + 1, :n])
        assert torch.allclose(alone_state[:, 0], state[:, i], atol=1e-12)
        assert torch.allclose(alone_output[:, 0], output[:n, i], atol=1e-12)
        assert not output[n:, i].any()


def test_one_token_a_call_gives_the_scores_of_all_at_once(vocabs):
    net = network()
    X, X_valid_len, Y, _ = batch(vocabs, 6)
    whole, _ = net(X, Y, X_valid_len)
    state, steps = net.decoder.init_state(net.encoder(X, X_valid_len), X_valid_len), []
    for y in Y.split(1, dim=1):
        y_hat, state = net.decoder(y, state)
        steps.append(y_hat)
    assert torch.allclose(torch.cat(steps, 1), whole, atol=1e-12)


def test_the_state_of_some_sentences_goes_on_as_theirs(vocabs):
    net, rows = network(), torch.tensor([2, 0, 2])
    X, X_valid_len, Y, _ = batch(vocabs, 6)
    _, state = net(X, Y, X_valid_len)
    y_hat, _ = net.decoder(Y, state)
    picked, _ = net.decoder(Y[rows], net.decoder.select(state, rows))
    assert torch.allclose(picked, y_hat[rows], atol=1e-12)


def test_the_mask_leaves_its_input_alone_and_takes_further_dimensions():
    X = torch.arange(12.0).reshape(2, 3, 2)
    before = X.clone()
    masked = d2l.sequence_mask(X, torch.tensor([1, 3]), value=-1)
    assert torch.equal(X, before)
    assert masked.tolist() == [[[0, 1], [-1, -1], [-1, -1]], X[1].tolist()]


def test_the_losses_agree_with_torch_where_nothing_is_padding():
    torch.manual_seed(0)
    y_hat, y, full = torch.randn(3, 4, 7), torch.randint(7, (3, 4)), torch.tensor([4, 4, 4])
    expected = nn.functional.cross_entropy(y_hat.reshape(-1, 7), y.reshape(-1))
    assert torch.allclose(d2l.masked_cross_entropy(y_hat, y, full), expected)
    assert torch.allclose(d2l.MaskedSoftmaxCELoss()(y_hat, y, full).mean(), expected)


def test_the_masked_loss_is_torchs_with_the_padding_ignored(vocabs):
    *_, Y, Y_valid_len = batch(vocabs, 9)
    y_hat = torch.randn(3, 9, 7)
    expected = nn.functional.cross_entropy(y_hat.permute(0, 2, 1), Y, ignore_index=1)
    assert torch.allclose(d2l.masked_cross_entropy(y_hat, Y, Y_valid_len), expected)


# -- BLEU and exact match --------------------------------------------------------------------


@pytest.mark.parametrize("pred, label, k, expected", [
    ("a b c", "a b c", 4, 1),
    ("a b c d e f", "a b c d e f", 2, 1),
    ("x y", "a b", 1, 0),
    # Precisions 4/5 and 3/4 of A B B C D against A B C D E F, too short by one.
    ("A B B C D", "A B C D E F", 2, math.exp(1 - 6 / 5) * (4 / 5) ** 0.5 * (3 / 4) ** 0.25),
    # An n-gram counts as often as it is wanted, no more.
    ("a a a", "a b c", 1, (1 / 3) ** 0.5),
    ("a", "a", 4, 1),
    ("a b", "a b c d", 1, math.exp(-1)),
    ("", "a", 2, 0),
])
def test_bleu_is_the_product_of_precisions_and_the_penalty(pred, label, k, expected):
    assert d2l.bleu(pred, label, k) == pytest.approx(expected)


def test_bleu_counts_words_not_letters():
    assert d2l.bleu("ab c", "a bc", 2) == 0


def test_exact_match_counts_equal_sentences():
    assert d2l.exact_match(["a b", "c", "d"], ["a b", "c", "e"]) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="equally many, at least one, got 1 and 2"):
        d2l.exact_match(["a"], ["a", "b"])
    with pytest.raises(ValueError, match="got 0 and 0"):
        d2l.exact_match([], [])


# -- training and translation ----------------------------------------------------------------


def trained(num_epochs=60):
    torch.manual_seed(0)
    train_iter, *vocabs = d2l.load_pairs(PAIRS, 3, 4)
    net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(7, 8, 16, 1), d2l.Seq2SeqDecoder(7, 8, 16, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    measured = list(d2l.fit_seq2seq(net, train_iter, PAIRS, *vocabs, num_epochs, optimizer))
    return net, vocabs, measured


def test_three_pairs_are_learned_and_translated_in_a_batch_and_alone(monkeypatch):
    monkeypatch.delenv("D2LUTILS_FAST", raising=False)
    net, vocabs, measured = trained()
    sources, targets = zip(*PAIRS)
    assert measured[-1]["valid exact match"] == measured[-1]["valid BLEU"] == 1
    assert measured[-1]["train loss"] < measured[0]["train loss"] / 5
    assert d2l.translate(net, sources, *vocabs) == list(targets)
    for num_steps in (4, 12):  # padding does not change a translation either
        alone = [d2l.predict_seq2seq(net, s, *vocabs, num_steps, "cpu") for s in sources]
        assert alone == [(target, []) for target in targets]


def test_a_translation_ends_after_the_longest_allowed(vocabs):
    net = network().float()
    with torch.no_grad():
        net.decoder.dense.bias[vocabs[1]["<eos>"]] = -1e9
    assert [len(t.split()) for t in d2l.translate(net, ["one", "two"], *vocabs, 5)] == [5, 5]
    assert d2l.translate(net, [], *vocabs) == []


def test_weights_of_attention_are_collected_on_request(vocabs):
    net = network().float()
    net.decoder.attention_weights = "seen"
    words, weights = d2l.predict_seq2seq(net, "one two", *vocabs, 6, "cpu", True)
    assert len(weights) >= len(words.split()) and set(weights) == {"seen"}


def test_training_as_d2l_calls_it_draws_and_reports(vocabs, capsys, monkeypatch):
    monkeypatch.setenv("D2LUTILS_FAST", "1")
    train_iter, *_ = d2l.load_pairs(PAIRS, 3, 4)
    net = network().float()
    before = net.decoder.dense.weight.clone()
    d2l.train_seq2seq(net, train_iter, 0.01, 300, vocabs[1], "cpu")
    d2l.plt.close("all")
    assert not torch.equal(before, net.decoder.dense.weight)
    assert "tokens/sec on cpu" in capsys.readouterr().out


def test_training_that_explodes_names_the_epoch(vocabs):
    train_iter, *_ = d2l.load_pairs(PAIRS, 3, 4)
    net = network().float()
    with torch.no_grad():
        net.decoder.dense.bias.fill_(math.nan)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with pytest.raises(FloatingPointError, match="nan in epoch 1"):
        list(d2l.fit_seq2seq(net, train_iter, PAIRS, *vocabs, 2, optimizer))


def test_no_batches_and_no_pairs_are_refused(vocabs):
    net = network().float()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with pytest.raises(ValueError, match="at least one batch"):
        list(d2l.fit_seq2seq(net, [], PAIRS, *vocabs, 1, optimizer))
    with pytest.raises(ValueError, match="at least one pair"):
        d2l.measure_translation(net, [], *vocabs)

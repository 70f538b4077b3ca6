"""Attention against PyTorch's and against a sum written out; padding changes nothing."""

import math
import re

import pytest
import torch
from torch import nn

import d2lutils as d2l


def numbers(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def network(num_layers=2, dropout=0):
    torch.manual_seed(0)
    encoder = d2l.Seq2SeqEncoder(11, 6, 8, num_layers, dropout)
    decoder = d2l.Seq2SeqAttentionDecoder(13, 6, 8, num_layers, dropout)
    return d2l.EncoderDecoder(encoder, decoder).double()


def batch(padding=0, what=1):
    """Three source and target sentences of 5, 3 and 1 tokens with more padding behind them."""
    generator = torch.Generator().manual_seed(1)
    X = torch.randint(4, 11, (3, 5), generator=generator)
    Y = torch.randint(4, 13, (3, 5), generator=generator)
    lens = torch.tensor([5, 3, 1])
    grown = [torch.cat([d2l.sequence_mask(Z, lens, what), torch.full((3, padding), what)], 1)
             for Z in (X, Y)]
    return grown[0], lens, grown[1]


def loss_of(net, padding=0, what=1):
    X, lens, Y = batch(padding, what)
    dec_X = torch.cat([torch.full((3, 1), 2), Y[:, :-1]], 1)
    y_hat, _ = net(X, dec_X, lens)
    return d2l.masked_cross_entropy(y_hat, Y, lens)


@pytest.mark.parametrize("lens", [[1, 4, 6], [[1, 2], [4, 4], [6, 3]]])
def test_weights_sum_to_one_and_are_zero_behind_the_lengths(lens):
    lens = torch.tensor(lens)
    weights = d2l.masked_softmax(numbers(3, 2, 6), lens)
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, 2).double())
    behind = torch.arange(6) >= lens.reshape(3, -1, 1)
    assert (weights[behind.expand(3, 2, 6)] == 0).all()
    assert (weights[~behind.expand(3, 2, 6)] > 0).all()


def test_without_lengths_it_is_the_softmax():
    X = numbers(3, 2, 6)
    assert torch.equal(d2l.masked_softmax(X, None), X.softmax(-1))


@pytest.mark.parametrize("lens", [torch.tensor([0, 2]), torch.tensor([[3, -1], [1, 1]])])
def test_nothing_to_choose_from_is_refused(lens):
    words = f"valid_lens must be at least 1, got {lens.min().item()}"
    with pytest.raises(ValueError, match=re.escape(words)):
        d2l.masked_softmax(numbers(2, 2, 3), lens)


@pytest.mark.parametrize("lens", [None, torch.tensor([1, 4, 6])])
def test_dot_product_attention_is_that_of_torch(lens):
    queries, keys, values = numbers(3, 2, 4), numbers(3, 6, 4, seed=1), numbers(3, 6, 5, seed=2)
    attention = d2l.DotProductAttention(dropout=0)
    mask = None if lens is None else (torch.arange(6) < lens[:, None])[:, None]
    theirs = nn.functional.scaled_dot_product_attention(queries, keys, values, mask)
    torch.testing.assert_close(attention(queries, keys, values, lens), theirs)
    by_hand = sum(attention.attention_weights[1, 0, k] * values[1, k] for k in range(6))
    torch.testing.assert_close(theirs[1, 0], by_hand)


def test_the_scale_is_the_root_of_the_size():
    attention = d2l.DotProductAttention(dropout=0)
    attention(torch.ones(1, 1, 16), torch.stack([torch.ones(16), torch.zeros(16)])[None],
              torch.ones(1, 2, 1))
    ratio = attention.attention_weights[0, 0, 0] / attention.attention_weights[0, 0, 1]
    assert math.log(ratio) == pytest.approx(4, abs=1e-5)


def test_dropout_acts_on_the_weights_in_training_alone():
    attention = d2l.DotProductAttention(dropout=0.5)
    given = numbers(1, 1, 4), numbers(1, 40, 4), torch.ones(1, 40, 1).double()
    assert attention.train()(*given).item() != pytest.approx(1)
    assert attention.eval()(*given).item() == pytest.approx(1)


def test_the_decoder_looks_at_no_padding():
    net = network()
    X, lens, Y = batch(padding=2)
    net(X, Y, lens)
    weights = net.decoder.attention_weights  # (3, 7, 7)
    assert weights.shape == (3, 7, 7)
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, 7).double())
    for row, length in enumerate(lens):
        assert (weights[row, :, length:] == 0).all()


@pytest.mark.parametrize("padding, what", [(1, 1), (6, 1), (3, 7)])
def test_padding_changes_neither_loss_nor_gradient(padding, what):
    net = network()
    found = []
    for more, token in ((0, 1), (padding, what)):
        net.zero_grad()
        loss = loss_of(net, more, token)
        loss.backward()
        found.append([loss.detach(), *(param.grad.clone() for param in net.parameters())])
    for plain, padded in zip(*found, strict=True):
        torch.testing.assert_close(padded, plain, rtol=1e-10, atol=1e-12)
    assert all(grad.abs().max() > 0 for grad in found[0])


def test_one_token_a_call_gives_what_all_at_once_give():
    net = network().eval()
    X, lens, Y = batch()
    state = net.decoder.init_state(net.encoder(X, lens), lens)
    whole, _ = net.decoder(Y, state)
    weights = net.decoder.attention_weights
    for t in range(Y.shape[1]):
        one, state = net.decoder(Y[:, t:t + 1], state)
        torch.testing.assert_close(one[:, 0], whole[:, t])
        torch.testing.assert_close(net.decoder.attention_weights[:, 0], weights[:, t])


def test_select_takes_the_state_of_some_sentences():
    net = network().eval()
    X, lens, Y = batch()
    state = net.decoder.init_state(net.encoder(X, lens), lens)
    rows = torch.tensor([2, 0, 0])
    some, _ = net.decoder(Y[rows], net.decoder.select(state, rows))
    whole, _ = net.decoder(Y, state)
    torch.testing.assert_close(some, whole[rows])
    nothing = net.decoder.select(state._replace(valid_lens=None), rows)
    assert nothing.valid_lens is None


def test_it_learns_to_look_up_what_it_has_to_write():
    torch.manual_seed(0)
    net = d2l.EncoderDecoder(d2l.Seq2SeqEncoder(20, 16, 32, 1),
                             d2l.Seq2SeqAttentionDecoder(20, 16, 32, 1))
    optimizer = torch.optim.Adam(net.parameters(), 0.01)
    lens = torch.full((64,), 6)
    for _ in range(300):
        X = torch.randint(4, 20, (64, 6))
        Y = X.flip(1)
        y_hat, _ = net(X, torch.cat([torch.full((64, 1), 2), Y[:, :-1]], 1), lens)
        loss = d2l.masked_cross_entropy(y_hat, Y, lens)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.3  # a guess costs log 16 = 2.8
    state = net.decoder.init_state(net.encoder(X, lens), lens)
    blind, _ = net.decoder(torch.cat([torch.full((64, 1), 2), Y[:, :-1]], 1),
                           state._replace(memory=torch.zeros_like(state.memory)))
    assert d2l.masked_cross_entropy(blind, Y, lens).item() > 2

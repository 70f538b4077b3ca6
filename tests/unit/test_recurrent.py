"""Recurrent networks by hand give what torch gives: outputs, final states, gradients."""

import pytest
import torch
from torch import nn

import d2lutils as d2l

BY_HAND = {
    "rnn": (d2l.rnn, d2l.rnn_params, d2l.rnn_state, nn.RNN),
    "gru": (d2l.gru, d2l.gru_params, d2l.gru_state, nn.GRU),
    "lstm": (d2l.lstm, d2l.lstm_params, d2l.lstm_state, nn.LSTM),
}
# Steps, batch, tokens, units.
SIZES = [(1, 1, 2, 1), (7, 3, 5, 4), (40, 2, 11, 16)]


def random_params(kind, vocab_size, num_hiddens):
    """Parameters as large as trained ones, so that gates open and close."""
    params = BY_HAND[kind][1](vocab_size, num_hiddens)
    with torch.no_grad():
        for param in params:
            param.normal_(0, 0.5)
    return params


def layer_with(kind, params):
    """Return torch's layer with our weights, and the function from its gradients to ours.

    Torch keeps the gates one below the other, transposed, and has two biases a gate; only the
    candidate of the GRU needs both, where the second stands behind the reset gate.
    """
    *gates, W_hq, _ = params
    b_hn = gates.pop() if kind == "gru" else None
    num_hiddens = len(W_hq)
    layer = BY_HAND[kind][3](len(gates[0]), num_hiddens)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(torch.cat([W.T for W in gates[0::3]]))
        layer.weight_hh_l0.copy_(torch.cat([W.T for W in gates[1::3]]))
        layer.bias_ih_l0.copy_(torch.cat(gates[2::3]))
        layer.bias_hh_l0.zero_()
        if b_hn is not None:
            layer.bias_hh_l0[2 * num_hiddens :] = b_hn

    def gradients():
        W_x, W_h, b = (
            p.grad.split(num_hiddens)
            for p in (layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0)
        )
        ours = []
        for gate in zip(W_x, W_h, b, strict=True):
            ours += [gate[0].T, gate[1].T, gate[2]]
        return ours + ([layer.bias_hh_l0.grad[2 * num_hiddens :]] if b_hn is not None else [])

    return layer, gradients


def both(kind, size):
    """Run ours and torch's from the same random state; return pairs to be equal."""
    torch.manual_seed(0)
    num_steps, batch_size, vocab_size, num_hiddens = size
    params = random_params(kind, vocab_size, num_hiddens)
    layer, gradients = layer_with(kind, params)
    X = torch.randn(num_steps, batch_size, vocab_size)
    first = [torch.randn_like(part) for part in BY_HAND[kind][2](batch_size, num_hiddens)]
    ends = []
    for ours in (True, False):
        own = [part.clone().requires_grad_() for part in (X, *first)]
        if ours:
            Y, state = BY_HAND[kind][0](own[0], tuple(own[1:]), params)
        else:
            states = [part[None] for part in own[1:]]
            H, state = layer(own[0], tuple(states) if kind == "lstm" else states[0])
            state = [part[0] for part in (state if kind == "lstm" else [state])]
            Y = H.reshape(-1, num_hiddens) @ params[-2].detach() + params[-1].detach()
        weights = torch.linspace(-1, 1, Y.numel()).reshape(Y.shape)
        (sum((part**2).sum() for part in state) + (weights * Y**2).mean()).backward()
        ends.append((Y, list(state), [part.grad for part in own]))
    mine, its = ends
    return mine, its, ([p.grad for p in params[:-2]], gradients())


def assert_equal(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("kind", BY_HAND)
def test_outputs_and_final_states_are_those_of_torch(kind, size):
    (Y, state, _), (torch_Y, torch_state, _), _ = both(kind, size)
    assert_equal(Y, torch_Y)
    assert_equal(state, torch_state)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("kind", BY_HAND)
def test_gradients_of_inputs_first_states_and_weights_are_those_of_torch(kind, size):
    (*_, inputs), (*_, torch_inputs), (weights, torch_weights) = both(kind, size)
    assert_equal(inputs, torch_inputs)
    assert_equal(weights, torch_weights)


@pytest.mark.parametrize("kind", BY_HAND)
def test_a_text_read_in_two_parts_ends_where_it_ends_in_one(kind):
    read, _, state, _ = BY_HAND[kind]
    params, X = random_params(kind, 5, 4), torch.randn(9, 2, 5)
    Y, end = read(X, state(2, 4), params)
    first, middle = read(X[:4], state(2, 4), params)
    second, end_of_two = read(X[4:], middle, params)
    assert_equal(torch.cat([first, second]), Y)
    assert_equal(end_of_two, end)


@pytest.mark.parametrize("kind", BY_HAND)
def test_the_model_around_it_is_that_around_torchs_layer(kind):
    read, get_params, state, _ = BY_HAND[kind]
    ours = d2l.RNNModelScratch(6, 8, "cpu", get_params, state, read)
    theirs = d2l.RNNModel(layer_with(kind, ours.params)[0], 6)
    with torch.no_grad():
        theirs.linear.weight.copy_(ours.params[-2].T)
        theirs.linear.bias.copy_(ours.params[-1])
    X = torch.randint(6, (2, 10))
    assert_equal(ours(X, ours.begin_state(2, "cpu"))[0],
                 theirs(X, theirs.begin_state("cpu", batch_size=2))[0])


def test_a_gru_whose_update_gate_is_shut_keeps_its_state():
    params = random_params("gru", 5, 4)
    with torch.no_grad():
        for W in params[3:5]:
            W.zero_()
        params[5].fill_(100)
    H = torch.randn(2, 4)
    assert_equal(d2l.gru(torch.randn(30, 2, 5), (H,), params)[1], (H,))


def test_an_lstm_that_forgets_nothing_and_lets_nothing_in_keeps_its_cell():
    params = random_params("lstm", 5, 4)
    with torch.no_grad():
        for W in (*params[0:2], *params[3:5]):
            W.zero_()
        params[2].fill_(-100)
        params[5].fill_(100)
    C = torch.randn(2, 4)
    assert_equal(d2l.lstm(torch.randn(30, 2, 5), (torch.randn(2, 4), C), params)[1][1], C)

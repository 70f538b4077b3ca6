"""Beam search against greedy search written out, and against a look at every sequence."""

import math
import re

import pytest
import torch
from samples import table_step
from torch import nn

import d2lutils as d2l


def random_step(seed, vocab_size=4):
    """A small recurrent network that nobody has trained, its scores spread out."""
    torch.manual_seed(seed)
    cell, out = nn.GRUCell(vocab_size, 8).double(), nn.Linear(8, vocab_size).double()
    embed = torch.eye(vocab_size, dtype=torch.float64)

    @torch.no_grad()
    def step(state, token):
        state = cell(embed[token][None], state)
        return (6 * out(state)[0]).log_softmax(0), state

    return step, torch.zeros(1, 8, dtype=torch.float64)


@pytest.mark.parametrize("alpha", [0, 0.7, 1, 2])
@pytest.mark.parametrize("seed", range(6))
def test_a_beam_that_holds_all_finds_what_a_look_at_all_finds(seed, alpha):
    step, state = random_step(seed)
    everything = d2l.exhaustive_search(step, state, 0, 3, max_len=5, alpha=alpha)
    wide = d2l.beam_search(step, state, 0, 3, width=4 ** 5, max_len=5, alpha=alpha)
    assert wide[0].tokens == everything[0].tokens
    assert wide[0].score == pytest.approx(everything[0].score, abs=1e-12)
    assert set(h.tokens for h in wide) <= set(h.tokens for h in everything)


@pytest.mark.parametrize("seed", range(6))
def test_without_an_end_the_wide_beam_lists_every_sequence_in_the_same_order(seed):
    step, state = random_step(seed, vocab_size=3)
    everything = d2l.exhaustive_search(step, state, 0, None, max_len=4)
    wide = d2l.beam_search(step, state, 0, None, width=81, max_len=4)
    assert len(wide) == 81
    assert [h.tokens for h in wide] == [h.tokens for h in everything]


@pytest.mark.parametrize("seed", range(10))
def test_width_one_is_greedy(seed):
    step, state = random_step(seed)
    tokens, total, now, token = [], 0.0, state, 0
    while len(tokens) < 7 and (not tokens or token != 3):
        log_probs, now = step(now, token)
        token = int(log_probs.argmax())
        total += log_probs[token].item()
        tokens.append(token)
    found, = d2l.beam_search(step, state, 0, 3, width=1, max_len=7, alpha=0.7)
    assert found.tokens == tuple(tokens)
    assert found.log_prob == pytest.approx(total)
    assert found.score == pytest.approx(total / len(tokens) ** 0.7)


@pytest.mark.parametrize("width, tokens, chance", [
    (1, (0, 1, 2, 3), 0.42 * 0.5 * 0.6 * 0.9),
    (2, (1, 2, 3), 0.33 * 0.6 * 0.9),
    (3, (2, 3), 0.23 * 0.9),
    (4, (2, 3), 0.23 * 0.9),
])
def test_each_width_finds_a_likelier_sentence_in_the_small_language(width, tokens, chance):
    best = d2l.beam_search(table_step, None, None, 3, width, max_len=5)[0]
    assert best.tokens == tokens
    assert math.exp(best.log_prob) == pytest.approx(chance)


def test_no_sentence_of_the_small_language_is_likelier_than_the_one_of_width_three():
    found = d2l.exhaustive_search(table_step, None, None, 3, max_len=5)
    assert len(found) == 1 + 3 + 9 + 27 + 81 + 243
    assert sum(math.exp(h.log_prob) for h in found) == pytest.approx(1)
    assert found[0].tokens == (2, 3)


def test_normalized_by_length_the_longer_sentence_wins():
    plain = d2l.beam_search(table_step, None, None, 3, 4, max_len=5)[0]
    normed = d2l.beam_search(table_step, None, None, 3, 4, max_len=5, alpha=1)[0]
    assert (plain.tokens, normed.tokens) == ((2, 3), (0, 1, 2, 3))
    assert normed.log_prob < plain.log_prob
    assert normed.score == pytest.approx(normed.log_prob / 4)


def test_a_sequence_that_does_not_end_is_cut_and_counts():
    found = d2l.beam_search(table_step, None, None, 3, 2, max_len=2)
    assert [h.tokens for h in found] == [(0, 1), (1, 2)]


def test_a_state_is_handed_on_along_its_own_branch():
    def step(state, token):
        seen.append((state, token))
        return torch.tensor([0.5, 0.3, 0.2]).log(), (*state, token)
    seen = []
    d2l.beam_search(step, (), 0, None, width=3, max_len=3)
    assert {(*state, token) for state, token in seen} >= {(0,), (0, 0), (0, 1), (0, 2), (0, 0, 0)}
    assert all(len(state) <= 2 for state, _ in seen)


def test_the_search_stops_when_nothing_can_overtake():
    calls = []

    def step(state, token):
        calls.append(token)
        return torch.tensor([0.04, 0.06, 0.9]).log(), state
    best = d2l.beam_search(step, None, 0, 2, width=2, max_len=50)[0]
    assert best.tokens == (2,) and len(calls) == 1


@pytest.mark.parametrize("change, error, words", [
    ({"width": 0}, ValueError, "width must be an integer of at least 1, got 0"),
    ({"width": 1.5}, TypeError, "width must be an integer of at least 1, got 1.5"),
    ({"max_len": 0}, ValueError, "max_len must be an integer of at least 1, got 0"),
    ({"alpha": -1}, ValueError, "alpha must be a finite number from 0 to inf, got -1"),
    ({"alpha": "1"}, TypeError, "alpha must be a number, got '1'"),
])
def test_numbers_out_of_range_are_refused(change, error, words):
    given = {"width": 2, "max_len": 3, "alpha": 0, **change}
    with pytest.raises(error, match=re.escape(words)):
        d2l.beam_search(table_step, None, None, 3, **given)


def test_a_look_at_too_many_sequences_is_refused():
    words = "max_len must leave at most 1,000,000 sequences, got 30 for 4 tokens"
    with pytest.raises(ValueError, match=words):
        d2l.exhaustive_search(table_step, None, None, 3, max_len=30)

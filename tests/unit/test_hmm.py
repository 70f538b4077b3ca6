"""Hidden Markov models: equal to the sum and the maximum over all paths, and alive after 10,000."""

import itertools
import re

import pytest
import torch

import d2lutils as d2l

STATES, SYMBOLS = 3, 4


def model(seed, states=STATES):
    generator = torch.Generator().manual_seed(seed)
    return [torch.rand(shape, generator=generator, dtype=torch.float64).softmax(-1)
            for shape in ((states,), (states, states), (states, SYMBOLS))]


def symbols(seed, *shape):
    return torch.randint(SYMBOLS, shape, generator=torch.Generator().manual_seed(seed))


def all_paths(start, move, emit, observed):
    """Return every path with its probability, multiplied out in plain floating point."""
    found = {}
    for path in itertools.product(range(len(start)), repeat=len(observed)):
        p = start[path[0]] * emit[path[0], observed[0]]
        for t in range(1, len(observed)):
            p = p * move[path[t - 1], path[t]] * emit[path[t], observed[t]]
        found[path] = p.item()
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("steps", [1, 2, 6])
def test_forward_and_viterbi_equal_brute_force_over_all_paths(seed, steps):
    given, observed = model(seed), symbols(seed, steps)
    paths = all_paths(*given, observed)
    log_prob, log_alpha = d2l.hmm_forward(*given, observed)
    assert log_prob.exp().item() == pytest.approx(sum(paths.values()), rel=1e-12)
    for state in range(STATES):
        ending = sum(p for path, p in paths.items() if path[-1] == state)
        assert log_alpha[-1, state].exp().item() == pytest.approx(ending, rel=1e-12)
    path, best = d2l.viterbi(*given, observed)
    assert tuple(path.tolist()) == max(paths, key=paths.get)
    assert best.exp().item() == pytest.approx(max(paths.values()), rel=1e-12)


def test_ten_thousand_steps_keep_their_logarithms():
    given, observed = model(0), symbols(1, 10_000)
    start, move, emit = given
    alpha, expected = start * emit[:, observed[0]], 0.0
    plain = alpha
    for x in observed[1:]:  # the other way to avoid underflow: scale to the sum 1 at each step
        expected += alpha.sum().log().item()
        alpha = (alpha / alpha.sum() @ move) * emit[:, x]
        plain = (plain @ move) * emit[:, x]
    expected += alpha.sum().log().item()
    assert plain.sum() == 0
    log_prob, _ = d2l.hmm_forward(*given, observed)
    assert log_prob.item() == pytest.approx(expected, rel=1e-12) and expected < -10_000
    path, best = d2l.viterbi(*given, observed)
    again = start[path[0]].log() + move[path[:-1], path[1:]].log().sum()
    again += emit[path, observed].log().sum()
    assert best.item() == pytest.approx(again.item(), rel=1e-12) and best < log_prob


def test_a_batch_gives_what_its_rows_give():
    given, observed = model(2), symbols(2, 5, 7)
    log_prob, log_alpha = d2l.hmm_forward(*given, observed)
    path, best = d2l.viterbi(*given, observed)
    assert log_alpha.shape == (5, 7, STATES)
    for i, row in enumerate(observed):
        assert torch.equal(path[i], d2l.viterbi(*given, row)[0])
        assert torch.allclose(log_prob[i], d2l.hmm_forward(*given, row)[0])
        assert torch.allclose(best[i], d2l.viterbi(*given, row)[1])


def test_what_cannot_happen_has_the_probability_zero():
    move = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    emit = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    log_prob, _ = d2l.hmm_forward(torch.tensor([0.5, 0.5]), move, emit, torch.tensor([0, 1]))
    assert log_prob == -torch.inf


def test_a_gradient_step_makes_what_was_observed_more_likely():
    free, observed = [table.log().requires_grad_() for table in model(3)], symbols(3, 4, 20)
    before = d2l.hmm_forward(*(f.softmax(-1) for f in free), observed)[0].sum()
    before.backward()
    with torch.no_grad():
        after = d2l.hmm_forward(*((f + 0.01 * f.grad).softmax(-1) for f in free), observed)[0].sum()
    assert after > before


GOOD = {"start": torch.tensor([0.5, 0.5]), "move": torch.eye(2), "emit": torch.full((2, 3), 1 / 3),
        "observed": torch.tensor([0, 2])}


@pytest.mark.parametrize("algorithm", [d2l.hmm_forward, d2l.viterbi])
@pytest.mark.parametrize("change, words", [
    ({"move": torch.eye(3)}, "move must have the shape (2, 2), got (3, 3)"),
    ({"emit": torch.ones(3)}, "emit must have the shape (2, symbols), got (3,)"),
    ({"start": torch.tensor([0.5, 0.6])}, "start must hold probabilities, each row with the sum 1"),
    ({"move": torch.tensor([[2.0, -1.0], [0.5, 0.5]])}, "move must hold probabilities"),
    ({"observed": torch.tensor([0, 3])}, "observed must be from 0 to 2, got 0 to 3"),
    ({"observed": torch.tensor([0.0])}, "observed must be whole numbers"),
    ({"observed": torch.zeros(0, dtype=torch.long)}, "observed must be whole numbers"),
])
def test_what_makes_no_model_is_refused(algorithm, change, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        algorithm(**{**GOOD, **change})

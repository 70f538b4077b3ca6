"""n-gram models: against counts by hand, and against sums written out."""

import math
from collections import Counter

import pytest
import torch

import d2lutils as d2l
from d2lutils.models import NGram

V = 5
GENERATOR = torch.Generator().manual_seed(0)
TEXT = torch.randint(V - 1, (60,), generator=GENERATOR).tolist()  # token 4 is never seen
HELD_OUT = torch.randint(V - 1, (40,), generator=GENERATOR).tolist()
SMOOTHINGS = [
    dict(smoothing="laplace", alpha=0),
    dict(smoothing="laplace", alpha=0.3),
    dict(smoothing="kneser-ney", discount=0.4),
    dict(smoothing="kneser-ney", discount=1),
]
SEEN, END, UNSEEN = TEXT[10:13], TEXT[-2:], [4, 4, 4]
every_smoothing = pytest.mark.parametrize("smoothing", SMOOTHINGS, ids=str)
every_order = pytest.mark.parametrize("order", [1, 2, 3, 5])


@every_smoothing
@every_order
@pytest.mark.parametrize("context", [[], SEEN[:1], SEEN, END, UNSEEN, [4], SEEN + [4], [4] + SEEN])
def test_probabilities_sum_to_one_in_every_context(order, smoothing, context):
    probs = NGram(order, V, **smoothing).fit(TEXT).probs(context)
    assert probs.shape == (V,) and probs.min() >= 0
    assert probs.double().sum().item() == pytest.approx(1, abs=1e-6)


@every_order
def test_laplace_is_the_counts_with_alpha_added(order):
    grams = Counter(tuple(TEXT[i: i + order]) for i in range(len(TEXT) - order + 1))
    for alpha in (0, 0.3):
        model = NGram(order, V, "laplace", alpha=alpha).fit(TEXT)
        for i in range(len(TEXT) - order):
            context = TEXT[i: i + order - 1]
            counts = torch.tensor([grams[(*context, w)] for w in range(V)]) + alpha
            assert torch.allclose(model.probs(context), (counts / counts.sum()).float())


def test_laplace_knows_nothing_of_a_context_that_it_has_not_seen():
    for alpha in (0, 2):
        probs = NGram(3, V, "laplace", alpha=alpha).fit(TEXT).probs([4, 4])
        assert probs.tolist() == pytest.approx([1 / V] * V)


def kneser_ney(text, order, discount, context, w):
    """The formula, read off the paper: slow, and the same only by being right."""
    context = tuple(context[max(0, len(context) - order + 1):])
    n = len(context) + 1
    if n == order:
        counts = Counter(tuple(text[i: i + n]) for i in range(len(text) - n + 1))
    else:
        longer = {tuple(text[i: i + n + 1]) for i in range(len(text) - n)}
        counts = Counter(gram[1:] for gram in longer)
    after = {gram[-1]: c for gram, c in counts.items() if gram[:-1] == context}
    lower = 1 / V if n == 1 else kneser_ney_lower(text, order, discount, context, w)
    if not after:
        return lower
    kept = max(after.get(w, 0) - discount, 0)
    return (kept + discount * len(after) * lower) / sum(after.values())


def kneser_ney_lower(text, order, discount, context, w):
    return kneser_ney(text, order, discount, context[1:], w)


@every_order
def test_kneser_ney_is_its_formula(order):
    model = NGram(order, V, discount=0.7).fit(TEXT)
    for context in ([], [4], SEEN, END, UNSEEN, [4] + SEEN, TEXT[:2], HELD_OUT[:4]):
        expected = [kneser_ney(TEXT, order, 0.7, context, w) for w in range(V)]
        assert model.probs(context).tolist() == pytest.approx(expected, abs=1e-6)


@every_smoothing
@every_order
@pytest.mark.parametrize("text", [TEXT, HELD_OUT, [0, 1], [3, 4, 3, 0]], ids=len)
def test_perplexity_is_the_sum_written_out(order, smoothing, text):
    model = NGram(order, V, **smoothing).fit(TEXT)
    probs = [model.probs(text[:i])[text[i]].item() for i in range(1, len(text))]
    if min(probs) == 0:
        assert model.perplexity(text) == math.inf
    else:
        expected = math.exp(-sum(map(math.log, probs)) / len(probs))
        assert model.perplexity(text) == pytest.approx(expected, rel=1e-5)


def test_a_text_that_the_counts_foresee_has_perplexity_one():
    text = [0, 1, 2, 3] * 10
    assert NGram(2, V, "laplace", alpha=0).fit(text).perplexity(text) == pytest.approx(1)


def test_a_guess_among_all_has_the_size_of_the_vocabulary():
    assert NGram(2, V, "laplace", alpha=1e12).fit(TEXT).perplexity(HELD_OUT) == pytest.approx(V)


def test_kneser_ney_beats_laplace_on_held_out_text():
    train, valid, _ = d2l.tale_parts()
    train, valid = train[:30_000], valid[:5_000]
    vocab = d2l.Vocab(list(train))
    train, valid = vocab[list(train)], vocab[list(valid)]
    best = min(
        NGram(4, len(vocab), "laplace", alpha=a).fit(train).perplexity(valid)
        for a in (0.001, 0.01, 0.1, 1)
    )
    assert NGram(4, len(vocab)).fit(train).perplexity(valid) < 0.95 * best


def test_fitting_again_forgets_what_was_counted():
    model = NGram(3, V).fit(HELD_OUT).fit(TEXT)
    assert torch.equal(model.probs(SEEN), NGram(3, V).fit(TEXT).probs(SEEN))


def test_a_tensor_and_a_list_are_counted_alike():
    as_tensor = NGram(3, V).fit(torch.tensor(TEXT))
    assert torch.equal(as_tensor.probs(torch.tensor(SEEN)), NGram(3, V).fit(TEXT).probs(SEEN))


def test_it_says_what_it_is():
    assert repr(NGram(3, 28, "laplace", alpha=0.5)) == "NGram(3, 28, 'laplace', alpha=0.5)"
    assert repr(NGram(6, 28)) == "NGram(6, 28, 'kneser-ney', discount=0.9)"


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        (dict(order=0), ValueError, "order must be an integer of at least 1, got 0"),
        (dict(vocab_size=2.5), TypeError, "vocab_size must be an integer"),
        (dict(smoothing="good-turing"), ValueError, "smoothing must be one of 'laplace', 'kneser"),
        (dict(alpha=-1), ValueError, "alpha must be a finite number from 0"),
        (dict(discount=1.5), ValueError, "discount must be a finite number from 0 to 1, got 1.5"),
    ],
)
def test_an_argument_that_does_not_fit_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        NGram(**{"order": 2, "vocab_size": V, **arguments})


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda m: NGram(2, V).probs([0]), RuntimeError, "call fit"),
        (lambda m: NGram(2, V).perplexity([0, 1]), RuntimeError, "call fit"),
        (lambda m: m.fit([0]), ValueError, "corpus must hold at least 2 tokens"),
        (lambda m: m.fit([[0, 1], [1, 0]]), ValueError, r"in one row, got the shape \(2, 2\)"),
        (lambda m: m.fit([0, 1, V]), ValueError, "corpus must hold numbers from 0 to 4, got 5"),
        (lambda m: m.perplexity([0]), ValueError, "corpus must hold at least 2 tokens"),
        (lambda m: m.perplexity([0, -1]), ValueError, "numbers from 0 to 4, got -1"),
        (lambda m: m.probs([7]), ValueError, "context must hold numbers from 0 to 4, got 7"),
    ],
)
def test_a_text_that_does_not_fit_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(NGram(2, V).fit(TEXT))

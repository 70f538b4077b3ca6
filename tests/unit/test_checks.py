"""Refused arguments are named with their value; the check of an exercise never raises."""

import numpy as np
import pytest
import torch

import d2lutils as d2l
from d2lutils.checks import number_in, one_of, positive_int


@pytest.mark.parametrize("value", [1, 7, np.int64(3)])
def test_whole_numbers_pass_as_ints(value):
    assert positive_int("n", value) == value
    assert type(positive_int("n", value)) is int


@pytest.mark.parametrize("value", [True, 1.0, "3", None, torch.tensor(3)])
def test_other_types_are_no_whole_numbers(value):
    with pytest.raises(TypeError, match="batch_size must be an integer of at least 1"):
        positive_int("batch_size", value)


@pytest.mark.parametrize("value", [0, -5])
def test_numbers_below_the_least_are_refused(value):
    with pytest.raises(ValueError, match=f"batch_size .* got {value}"):
        positive_int("batch_size", value)


def test_the_least_can_be_chosen():
    assert positive_int("i", 0, least=0) == 0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.1, 1.1])
def test_numbers_outside_a_range_are_refused(value):
    with pytest.raises(ValueError, match="p must be a finite number from 0 to 1"):
        number_in("p", value, 0, 1)


@pytest.mark.parametrize("value", ["0.5", True, None])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(TypeError, match="p must be a number"):
        number_in("p", value, 0, 1)


def test_the_ends_of_a_range_belong_to_it():
    assert [number_in("p", value, 0, 1) for value in (0, 1, np.float32(0.5))] == [0, 1, 0.5]


def test_an_unknown_name_is_answered_with_the_known_ones():
    assert one_of("mode", "a", {"a": 1, "b": 2}) == "a"
    with pytest.raises(ValueError, match="mode must be one of 'a', 'b', got 'c'"):
        one_of("mode", "c", ["a", "b"])


@pytest.mark.parametrize(
    "answer, expected",
    [
        (lambda: 1 + 1, 2),
        (lambda: torch.ones(2, requires_grad=True) * 2, torch.tensor([2.0, 2.0])),
        (lambda: "abc", "abc"),
        (lambda: [1, torch.zeros(3)], [1, torch.zeros(3)]),
        (lambda: (1.00001,), (1,)),
    ],
)
def test_right_answers_are_right(answer, expected, capsys):
    d2l.check(answer, expected)
    assert capsys.readouterr().out == "Right.\n"


@pytest.mark.parametrize(
    "answer, expected, hint",
    [
        (lambda: ..., 2, "a line is still missing"),
        (lambda: None, 2, "a line is still missing"),
        (lambda: unknown, 2, "NameError"),  # noqa: F821
        (lambda: 3, 2, "largest difference from what is expected is 1"),
        (lambda: float("nan"), 2, "nan"),
        (lambda: torch.ones(3), torch.ones(2), "expected the shape (2,), got (3,)"),
        (lambda: [1], [1, 2], "expected 2 values, got 1"),
        (lambda: "a", "b", "expected 'b', got 'a'"),
        (lambda: object(), 2, "Not yet"),
    ],
)
def test_other_answers_are_not_there_yet_and_say_why(answer, expected, hint, capsys):
    d2l.check(answer, expected)
    out = capsys.readouterr().out
    assert out.startswith("Not yet: ") and hint in out

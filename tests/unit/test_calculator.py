"""The convolution calculator in Python: what it hands to its script, and what it refuses."""

import itertools
import re

import pytest
import torch

from d2lutils.widgets import ConvolutionCalculator
from d2lutils.widgets.calculator import IMAGE, LIMITS, WEIGHTS


def test_the_script_gets_the_setting_the_ranges_and_the_numbers():
    state = ConvolutionCalculator(8, 3, padding=1, stride=2, dilation=3, caption="Try.").state()
    assert state["start"] == {"size": 8, "kernel": 3, "padding": 1, "stride": 2, "dilation": 3}
    assert {s["name"]: (s["low"], s["high"]) for s in state["sliders"]} == LIMITS
    assert [s["letter"] for s in state["sliders"]] == ["n", "k", "p", "s", "d"]
    assert (state["image"], state["weights"]) == (IMAGE.tolist(), WEIGHTS.tolist())
    assert state["caption"] == "Try."


def test_the_tables_have_room_for_the_largest_setting():
    assert IMAGE.shape == (LIMITS["size"][1],) * 2
    assert WEIGHTS.shape == (LIMITS["kernel"][1],) * 2


@pytest.mark.parametrize("kernel", range(2, 6))
def test_no_kernel_looks_the_same_turned_or_mirrored(kernel):
    weights = WEIGHTS[:kernel, :kernel]
    for other in (weights.T, weights.flip(0), weights.flip(1), weights.flip(0, 1)):
        assert not torch.equal(weights, other)


def test_the_setting_with_every_slider_at_its_end_has_several_places():
    high = {name: high for name, (_, high) in LIMITS.items()}
    assert repr(ConvolutionCalculator(high.pop("size"), **high)).endswith("output 2 x 2)")


def test_the_size_in_words_is_that_of_torch():
    for size, kernel, padding, stride, dilation in itertools.product(
        (1, 2, 5, 12), (1, 3, 5), (0, 2), (1, 3), (1, 2)
    ):
        made = ConvolutionCalculator(
            size, kernel, padding=padding, stride=stride, dilation=dilation
        )
        conv = torch.nn.Conv2d(1, 1, kernel, stride, padding, dilation)
        try:
            side = conv(torch.zeros(1, 1, size, size)).shape[-1]
        except RuntimeError:
            assert repr(made).endswith(": no output)")
        else:
            assert repr(made).endswith(f": output {side} x {side})")


@pytest.mark.parametrize("name, value, error, words", [
    ("size", 13, ValueError, "size must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, got 13"),
    ("size", 0, ValueError, "size must be an integer of at least 1, got 0"),
    ("kernel", 6, ValueError, "kernel must be one of 1, 2, 3, 4, 5, got 6"),
    ("kernel", "3", TypeError, "kernel must be an integer of at least 1, got '3'"),
    ("padding", -1, ValueError, "padding must be an integer of at least 0, got -1"),
    ("stride", 0, ValueError, "stride must be an integer of at least 1, got 0"),
    ("stride", 1.5, TypeError, "stride must be an integer of at least 1, got 1.5"),
    ("dilation", 4, ValueError, "dilation must be one of 1, 2, 3, got 4"),
])
def test_what_the_sliders_do_not_reach_is_refused(name, value, error, words):
    with pytest.raises(error, match=re.escape(words)):
        ConvolutionCalculator(**{name: value})


@pytest.mark.parametrize("kernel", [1, 5])
def test_the_still_picture_is_drawn_for_small_and_impossible_settings(kernel):
    assert ConvolutionCalculator(1, kernel).still_png().startswith(b"\x89PNG")

"""AThing in Python: what it hands to the page, and what it refuses."""

import base64
import itertools

import pytest
import torch
from samples import EVIL

from d2lutils.widgets import AThing


@pytest.mark.parametrize("throws", [1, 2, 5])
def test_the_distance_is_the_standard_deviation_over_all_that_can_be_thrown(throws):
    thrown = torch.tensor(list(itertools.product(range(1, 7), repeat=throws))).double()
    distance = thrown.mean(1).std(correction=0)
    assert f"within {distance:.2f} of 3.5" in repr(AThing(throws))


def test_it_starts_where_it_is_told_to():
    data = AThing(100).state()
    assert data["stops"][data["at"]]["label"] == "100"
    assert '<span class="d2l-value">100</span>' in AThing(100).still_html()


def test_a_stop_that_the_slider_lacks_is_refused():
    with pytest.raises(ValueError, match="throws must be one of 1, 2, .* got 3"):
        AThing(3)


def test_it_travels_as_html_picture_and_text():
    shown = AThing()._repr_mimebundle_()
    assert base64.b64decode(shown["image/png"]).startswith(b"\x89PNG")
    assert len(base64.b64decode(shown["image/png"])) < 40_000
    assert shown["text/plain"] == repr(AThing())
    assert "http" not in shown["text/html"].replace("http://www.w3.org/2000/svg", "")


def test_no_text_becomes_markup():
    html = AThing(caption=EVIL).html()
    assert html.count("</script") == html.count("<script") == 1
    assert "<img src=x" not in html and "<!--" not in html

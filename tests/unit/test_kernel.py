"""KernelEditor in Python: what it hands to the script, and what it refuses."""

import base64
import gzip
import re

import numpy as np
import pytest
import torch

from d2lutils.widgets import KernelEditor
from d2lutils.widgets.base import bundle
from d2lutils.widgets.kernel import PRESETS

IMAGE = torch.arange(8 * 9.0).reshape(8, 9)


def test_the_picture_travels_as_one_byte_a_pixel():
    state = KernelEditor(IMAGE + 0.4).state()["image"]
    pixels = np.frombuffer(base64.b64decode(state["pixels"]), np.uint8)
    assert (state["height"], state["width"]) == (8, 9)
    assert pixels.tolist() == list(range(72))


def test_a_kernel_is_named_or_given():
    sobel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    named, given = KernelEditor(IMAGE, "vertical edges"), KernelEditor(IMAGE, torch.tensor(sobel))
    assert named.state()["kernel"] == given.state()["kernel"] == sum(sobel, [])
    assert repr(given) == "KernelEditor(8 x 9 pixels, vertical edges: 3 x 3 numbers with the sum 0)"
    assert "own kernel: 5 x 5 numbers with the sum 25" in repr(KernelEditor(IMAGE, torch.ones(5, 5)))


def test_presets_keep_the_brightness_or_find_edges():
    sums = {name: torch.as_tensor(kernel, dtype=torch.float64).sum() for name, kernel in PRESETS.items()}
    assert {name for name, total in sums.items() if abs(total) < 1e-12} == {
        "vertical edges", "horizontal edges", "Laplacian",
    }
    assert all(abs(total) < 1e-12 or abs(total - 1) < 1e-12 for total in sums.values())


def test_own_presets_replace_the_usual_ones():
    made = KernelEditor(IMAGE, "mean", presets={"mean": torch.full((3, 3), 1 / 9)})
    assert [preset["name"] for preset in made.state()["presets"]] == ["mean"]


def test_a_parameter_that_wants_gradients_is_taken_and_left_alone():
    kernel = torch.nn.Parameter(torch.eye(3))
    KernelEditor(IMAGE.requires_grad_(), kernel).html()
    assert kernel.requires_grad and kernel.dtype == torch.float32


def test_the_picture_of_the_start_can_be_drawn_for_every_preset():
    pictures = {KernelEditor(IMAGE, name).still_png() for name in PRESETS}
    assert len(pictures) == len(PRESETS)


def test_the_scripts_stay_small():
    assert len(gzip.compress(bundle("kernel.js").encode())) < 7_000


NAN = float("nan")


@pytest.mark.parametrize("make, error, words", [
    (lambda: KernelEditor([[1, 2], [3, 4]]), TypeError, "image must be a tensor (height, width), got l"),
    (lambda: KernelEditor(torch.ones(3, 9, 9)), ValueError, "pixels each, got (3, 9, 9)"),
    (lambda: KernelEditor(torch.ones(7, 9)), ValueError, "8 to 256 pixels each, got (7, 9)"),
    (lambda: KernelEditor(torch.ones(9, 257)), ValueError, "8 to 256 pixels each, got (9, 257)"),
    (lambda: KernelEditor(torch.rand(9, 9)), ValueError, "image must hold gray values from 0 to 255"),
    (lambda: KernelEditor(IMAGE - 1), ValueError, "got values from -1 to 70"),
    (lambda: KernelEditor(IMAGE * 4), ValueError, "got values from 0 to 284"),
    (lambda: KernelEditor(IMAGE * NAN), ValueError, "got values from nan to nan"),
    (lambda: KernelEditor(IMAGE, "sobel"), ValueError, "kernel must be one of 'identity', 'box blur'"),
    (lambda: KernelEditor(IMAGE, torch.ones(4, 4)), ValueError, "5 x 5 numbers, got (4, 4)"),
    (lambda: KernelEditor(IMAGE, [[1, 2, 3], [4]]), TypeError, "kernel must be 3 x 3 or 5 x 5 numbers"),
    (lambda: KernelEditor(IMAGE, None), TypeError, "kernel must be 3 x 3 or 5 x 5 numbers, got None"),
    (lambda: KernelEditor(IMAGE, torch.eye(3) * 1001), ValueError, "numbers from -1000 to 1000"),
    (lambda: KernelEditor(IMAGE, torch.eye(3) * NAN), ValueError, "numbers from -1000 to 1000"),
    (lambda: KernelEditor(IMAGE, presets=["blur"]), TypeError, "presets must be a dict from names"),
    (lambda: KernelEditor(IMAGE, presets={"": torch.eye(3)}), ValueError, "a name in presets must not"),
    (lambda: KernelEditor(IMAGE, presets={"x": 3}), ValueError, "presets['x'] must be 3 x 3 or 5 x 5"),
])
def test_what_it_cannot_show_is_refused_with_the_reason(make, error, words):
    with pytest.raises(error, match=re.escape(words)):
        make()

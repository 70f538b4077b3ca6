"""The data set a-thing: its card, its file, and the loader."""

import dataclasses
import hashlib
from importlib import resources

import torch

import d2lutils as d2l
from d2lutils.data.shipped import SHIPPED, read_shipped
from tools import make_a_thing


def test_the_card_tells_size_checksum_and_terms():
    card, content = SHIPPED["a-thing"], read_shipped("a-thing")
    assert (len(content), hashlib.sha256(content).hexdigest()) == (card.size, card.sha256)
    assert all(dataclasses.asdict(card).values())
    readme = resources.files("d2lutils.data") / "files" / "README.md"
    assert card.sha256 in readme.read_text(encoding="utf-8")


def test_the_shipped_file_is_what_its_script_makes(tmp_path):
    make_a_thing.main(tmp_path / "made.csv")
    assert (tmp_path / "made.csv").read_bytes() == read_shipped("a-thing")


def test_the_loader_gives_two_tensors_of_floats():
    heights, seconds = d2l.a_thing()
    assert heights.shape == seconds.shape == (20,)
    assert heights.dtype == seconds.dtype == torch.float32


def test_a_fall_takes_as_long_as_physics_says():
    heights, seconds = d2l.a_thing()
    torch.testing.assert_close(9.81 / 2 * seconds**2, heights, atol=0.1, rtol=0)

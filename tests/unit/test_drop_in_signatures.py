"""The names that the notes bring along: d2l 0.17.6's signatures, and what differs on purpose."""

import inspect
import re

import pytest
from test_from_d2l import NAMES

import d2lutils

# What a caller can notice, and why it is so. Signatures are all equal; the other files named
# test_drop_in_* show that numbers are, but for these. Each one's own words tell its caller.
DIFFERENT = {
    "Accumulator": "add takes one value for each sum, where d2l drops the rest; no slices",
    "Animator": "colors that all can tell apart, and curves without end: d2l draws four",
    "DATA_HUB": "the files of the chapters that the notes follow: d2l lists 14 more",
    "Residual": "batch normalization behind the 1 x 1 convolution too, no biases before it",
    "Seq2SeqEncoder": "given lengths, it does not read the padding: d2l's state depends on it",
    "Timer": "stop needs a start before it: d2l counts a stretch twice",
    "accuracy": "(n, 1) against (n,) is n comparisons: d2l makes n * n",
    "bleu": "a number for a translation shorter than k: d2l divides by 0",
    "build_array_nmt": "lengths are int32, as the code asks for: torch's sum widens d2l's to int64",
    "download": "a new file is checked, and takes its place when it is whole",
    "evaluate_accuracy": "the network's mode is put back: d2l leaves it in evaluation mode",
    "evaluate_loss": "without dropout, and by the example where the loss is a mean",
    "get_dataloader_workers": "none: slicing tensors in memory is faster",
    "load_array": "another order of shuffled rows from the same seed",
    "load_data_fashion_mnist": "the same, and no rounding to 256 grays after a resize",
    "plot": "colors and curves as in Animator",
    "predict_ch3": "titles say which label is true and which predicted",
    "sequence_mask": "its argument stays as it was",
    "show_heatmaps": "all on the one scale that the color bar shows; titles above the top row",
    "show_images": "gray, on one scale: d2l stretches each, in false colors",
    "show_trace_2d": "a wider frame where the points leave d2l's",
    "tokenize": "an error for another kind of token: d2l prints a line and returns None",
    "train_ch3": "no assertion on the reader's accuracy; axes that show every point",
    "train_ch6": "axes that show the first epoch",
    "train_ch8": "the text so far is not printed every 10 epochs: d2l clears it away again",
    "train_ch11": "axes that show every point; seconds are those of an epoch, as said beside them",
    "train_concise_ch11": "the same, and any number of features",
    "train_seq2seq": "the loss is per token: d2l divides it by the steps once more",
}


def plain(function) -> list[tuple]:
    """Return the parameters of a function or class without annotations."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_has_the_same_kind_and_signature(name, old):
    theirs, ours = getattr(old, name), getattr(d2lutils, name)
    assert isinstance(ours, type(theirs))
    if inspect.isroutine(theirs):
        assert plain(ours) == plain(theirs)
    if not inspect.isclass(theirs):
        return
    # An inherited __init__ has its own module's parameters, so methods are compared one by one.
    for method, function in vars(theirs).items():
        if inspect.isfunction(function):
            assert plain(getattr(ours, method)) == plain(function)
        elif isinstance(function, property):
            assert isinstance(getattr(ours, method), property)
    torch_bases = {base for base in theirs.__mro__ if base.__module__.startswith("torch")}
    assert torch_bases <= set(ours.__mro__)


def test_pyplot_is_pyplot(old):
    assert d2lutils.plt is old.plt


@pytest.mark.parametrize("name", sorted(DIFFERENT.keys() - {"DATA_HUB"}))
def test_what_differs_on_purpose_is_told_to_the_caller(name):
    words = re.sub(r">>>.*", "", inspect.getdoc(getattr(d2lutils, name)))
    assert re.search(r"\bd2l\b", words)

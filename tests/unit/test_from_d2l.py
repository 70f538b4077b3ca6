"""What the page for readers of d2l promises: the notes' names are here, the substitutes exist."""

import importlib
import re
from pathlib import Path

import pytest

import d2lutils as d2l

PAGE = Path(__file__).resolve().parents[2] / "notebooks" / "appendix" / "04-from-d2l.ipynb"

# The helpers of d2l that the notes, and the chapters they follow, use.
NAMES = """
Accumulator Animator DATA_HUB DATA_URL Decoder Encoder EncoderDecoder MaskedSoftmaxCELoss RNNModel
RNNModelScratch Residual Seq2SeqEncoder SeqDataLoader Timer Vocab accuracy bleu build_array_nmt
corr2d count_corpus download download_extract evaluate_accuracy evaluate_accuracy_gpu evaluate_loss
get_data_ch11 get_dataloader_workers get_fashion_mnist_labels grad_clipping linreg load_array
load_corpus_time_machine load_data_fashion_mnist load_data_nmt load_data_time_machine plot plt
predict_ch3 predict_ch8 predict_seq2seq preprocess_nmt read_data_nmt read_time_machine
seq_data_iter_random seq_data_iter_sequential sequence_mask set_axes set_figsize sgd show_heatmaps
show_images show_trace_2d squared_loss synthetic_data tokenize tokenize_nmt train_2d train_ch11
train_ch3 train_ch6 train_ch8 train_concise_ch11 train_epoch_ch3 train_seq2seq truncate_pad
try_all_gpus try_gpu use_svg_display
""".split()


def substitutes() -> list[tuple[str, str]]:
    """Return the rows of the page's table of names that are not here, as two texts each."""
    text = PAGE.read_text(encoding="utf-8").replace("\\n", "\n")
    table = text.partition("| not here | instead |")[2].partition("Which of them")[0]
    return re.findall(r"\| (`.+?) \| (.+?) \|", table)


def names(text: str) -> list[str]:
    return re.findall(r"`([\w.]+)`", text)


def found(name: str) -> bool:
    """Say whether a full name, such as torch.nn.Linear, leads to something."""
    thing, *rest = name.split(".")
    thing = importlib.import_module(thing)
    for part in rest:
        thing = getattr(thing, part, None)
    return thing is not None


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_the_notes_use_is_here(name):
    assert hasattr(d2l, name)


def test_the_page_counts_these_names():
    said = set(re.findall(r"(\d+) helpers", PAGE.read_text(encoding="utf-8")))
    assert said == {str(len(NAMES))}


def test_what_the_page_calls_missing_is_missing_and_its_substitutes_exist():
    rows = substitutes()
    assert len(rows) == 5
    assert [n for gone, _ in rows for n in names(gone) if hasattr(d2l, n)] == []
    assert [n for _, instead in rows for n in names(instead) if not found(n)] == []

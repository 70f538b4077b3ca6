"""Pairs of sentences: d2l's loader of them, and the numbers in words."""

import gzip
import hashlib
import zipfile
from collections import Counter

import pytest
import torch

import d2lutils as d2l
from d2lutils.data import hub
from d2lutils.data.shipped import SHIPPED, read_shipped

TATOEBA = "Go.\tVa !\nHi.\tSalut\u202f!\nHi.\tSalut.\nRun!\tCours\xa0!\nGo on.\tContinue.\n"


@pytest.fixture(autouse=True)
def whole(monkeypatch):
    monkeypatch.delenv("D2LUTILS_FAST", raising=False)


@pytest.fixture
def fra_eng(own_folders, tmp_path, monkeypatch):
    """A small archive of sentences at d2l's address for them."""
    made = tmp_path / "made.zip"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("fra-eng/fra.txt", TATOEBA)

    def deliver(url, target):
        calls.append(url)
        target.write_bytes(made.read_bytes())

    calls = []
    monkeypatch.setattr(hub, "download_url", deliver)
    url, _ = hub.DATA_HUB["fra-eng"]
    sha1 = hashlib.sha1(made.read_bytes()).hexdigest()
    monkeypatch.setitem(hub.DATA_HUB, "fra-eng", (url, sha1))
    return calls


def test_sentences_are_downloaded_once_into_the_cache(fra_eng, tmp_path):
    assert d2l.read_data_nmt() == TATOEBA == d2l.read_data_nmt()
    assert len(fra_eng) == 1 and fra_eng[0].endswith("/fra-eng.zip")
    assert (tmp_path / "data" / "fra-eng" / "fra-eng" / "fra.txt").exists()


def test_the_loader_of_d2l_gives_four_tensors_and_two_vocabularies(fra_eng):
    train_iter, src_vocab, tgt_vocab = d2l.load_data_nmt(batch_size=5, num_steps=4)
    X, X_valid_len, Y, Y_valid_len = next(iter(train_iter))
    assert X.shape == Y.shape == (5, 4)
    assert X_valid_len.dtype == Y_valid_len.dtype == torch.int32
    # Words that occur once are "<unk>": run, on, and all French words but salut.
    assert src_vocab.idx_to_token == ["<unk>", "<pad>", "<bos>", "<eos>", ".", "go", "hi"]
    assert tgt_vocab.idx_to_token == ["<unk>", "<pad>", "<bos>", "<eos>", "!", "salut", "."]
    rows = {" ".join(src_vocab.to_tokens(row)) for row in X.tolist()}
    assert rows == {"go . <eos> <pad>", "hi . <eos> <pad>", "<unk> <unk> <eos> <pad>",
                    "go <unk> . <eos>"}


@pytest.mark.parametrize("text, expected", [
    ("Go.", "go ."),
    ("Wait...", "wait . . ."),
    ("Oh no ! Why", "oh no ! why"),
    ("Hi!\tSalut\u202f!", "hi !\tsalut !"),
    (".", "."),
    ("Ça\xa0va, toi?", "ça va , toi ?"),
])
def test_punctuation_stands_apart_in_lower_case(text, expected):
    assert d2l.preprocess_nmt(text) == expected


def test_tokenizing_stops_where_d2l_does_and_skips_lines_without_a_pair():
    text = "\n".join(["a\tb", "no pair", *["c d\te"] * 5])
    assert d2l.tokenize_nmt(text) == ([["a"], *[["c", "d"]] * 5], [["b"], *[["e"]] * 5])
    assert d2l.tokenize_nmt(text, 3) == ([["a"], *[["c", "d"]] * 2], [["b"], *[["e"]] * 2])


def test_lines_are_cut_or_filled_up():
    assert d2l.truncate_pad([1, 2, 3], 3, 0) == [1, 2, 3]
    vocab = d2l.Vocab([list("abc")], reserved_tokens=d2l.PAIR_TOKENS)
    array, valid_len = d2l.build_array_nmt([list("abc"), ["a"], []], vocab, 3)
    assert array.tolist() == [[4, 5, 6], [4, 3, 1], [3, 1, 1]]
    assert valid_len.tolist() == [3, 2, 1]
    with pytest.raises(ValueError, match="num_steps must be an integer of at least 1, got 0"):
        d2l.truncate_pad([1], 0, 0)


def test_no_pairs_are_refused():
    with pytest.raises(ValueError, match="pairs must hold at least one pair"):
        d2l.load_pairs([], 2, 3)


# -- the numbers -----------------------------------------------------------------------------


def test_the_card_of_the_numbers_tells_size_and_checksum():
    card, content = SHIPPED["number-words"], read_shipped("number-words")
    assert (len(content), hashlib.sha256(content).hexdigest()) == (card.size, card.sha256)


def test_the_shipped_numbers_are_what_num2words_writes(tmp_path):
    pytest.importorskip("num2words")
    from tools import make_number_words

    target = tmp_path / "numbers.tsv.gz"
    make_number_words.main(target)
    # What is packed, not how: that depends on the version of zlib.
    assert gzip.decompress(target.read_bytes()) == read_shipped("number-words")


@pytest.mark.parametrize("n, english, french", [
    (0, "zero", "zéro"),
    (21, "twenty-one", "vingt et un"),
    (80, "eighty", "quatre-vingts"),
    (200, "two hundred", "deux cents"),
    (9999, "nine thousand, nine hundred and ninety-nine",
     "neuf mille neuf cent quatre-vingt-dix-neuf"),
])
def test_a_number_stands_at_its_place(n, english, french):
    assert d2l.number_words()[n] == (english, french)


def test_no_number_is_in_two_parts_and_none_is_missing():
    train, valid, test = d2l.number_parts()
    breaks = d2l.number_breaks()
    assert (len(train), len(valid), len(test.open())) == (8000, 330, 400)
    four_digits = [*train, *valid, *test.open(), *breaks["new pair"], *breaks["new place"]]
    assert len(set(four_digits)) == len(four_digits)
    # Left out of all: 7,000 to 7,999 with the ends 37, 58 and 92, new in two ways at once.
    assert len(four_digits) == 10_000 - 30
    assert not set(breaks["longer"]) & set(four_digits)


def test_fewer_training_pairs_are_the_first_of_more_and_the_other_parts_stay():
    few, many = d2l.number_parts(num_train=50), d2l.number_parts()
    assert few[0] == many[0][:50]
    assert (few[1], few[2].open()) == (many[1], many[2].open())


@pytest.mark.parametrize(
    "num_train, error", [(0, ValueError), (8001, ValueError), (1.5, TypeError)])
def test_a_wrong_number_of_training_pairs_is_refused(num_train, error):
    with pytest.raises(error, match="num_train must be"):
        d2l.number_parts(num_train=num_train)


def test_the_test_part_is_sealed():
    *_, test = d2l.number_parts()
    assert repr(test) == "SealedPairs(400 pairs)"
    with pytest.raises(RuntimeError, match="sealed"):
        len(test)


def test_each_break_is_new_in_the_way_it_says_and_in_no_other():
    train = [source for source, _ in d2l.number_parts()[0]]
    breaks = {what: [s for s, _ in pairs] for what, pairs in d2l.number_breaks().items()}
    words = {word for source in train for word in source.split()}
    bigrams = Counter(b for s in train for b in zip(s.split(), s.split()[1:]))

    assert all(set(s.split()) <= words for sources in breaks.values() for s in sources)
    ends = ("thirty seven", "fifty eight", "ninety two")
    assert all(s.endswith(ends) for s in breaks["new pair"])
    for pair in ends:
        assert not bigrams[tuple(pair.split())]
    assert all(s.startswith("seven thousand") for s in breaks["new place"])
    assert not bigrams["seven", "thousand"]
    assert bigrams["seven", "hundred"] and bigrams["twenty", "seven"]
    assert max(len(s.split()) for s in train) < max(len(s.split()) for s in breaks["longer"])
    thousands = {s.split(" thousand")[0] for s in breaks["longer"]}
    assert not thousands & {s.split(" thousand")[0] for s in train if "thousand" in s}


def test_fast_mode_cuts_every_part(monkeypatch):
    monkeypatch.setenv("D2LUTILS_FAST", "1")
    train, valid, test = d2l.number_parts()
    assert (len(train), len(valid), len(test.open())) == (600, 60, 60)
    assert {len(pairs) for pairs in d2l.number_breaks().values()} == {60}


def test_every_sentence_of_the_parts_fits_the_steps_that_are_the_default():
    train_iter, *_ = d2l.load_data_number_words(batch_size=8000)
    X, X_valid_len, Y, Y_valid_len = next(iter(train_iter))
    assert X_valid_len.max() < X.shape[1] and Y_valid_len.max() < Y.shape[1]

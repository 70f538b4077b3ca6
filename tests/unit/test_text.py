"""Text as numbers: the vocabulary, the two ways to batch a text, and the texts themselves."""

import hashlib
import random
import re
from collections import Counter

import pytest
import torch

import d2lutils as d2l
from d2lutils.data import corpora, hub, text
from d2lutils.data.datasets import DataNotAvailable

CORPUS = torch.randint(50, (203,), generator=torch.Generator().manual_seed(0)).tolist()
SIZES = [(1, 1), (1, 7), (2, 5), (3, 10), (16, 3)]
LINES = ["The Time Machine, by H. G. Wells [1898]", "", "I", "", "The Time Traveller (for so"] * 40


@pytest.fixture(autouse=True)
def whole(monkeypatch):
    monkeypatch.delenv("D2LUTILS_FAST", raising=False)


@pytest.fixture
def time_machine(tmp_path, monkeypatch):
    """Let the address of The Time Machine answer with a text of this file."""
    content = "\n".join(LINES).encode()
    asked = []

    def answer(url, path):
        asked.append(url)
        path.write_bytes(content)

    url, _ = hub.DATA_HUB["time_machine"]
    monkeypatch.setitem(hub.DATA_HUB, "time_machine", (url, hashlib.sha1(content).hexdigest()))
    monkeypatch.setattr(hub, "download_url", answer)
    monkeypatch.setenv("D2LUTILS_DATA", str(tmp_path))
    return asked


# The two ways to batch


@pytest.mark.parametrize("batch_size, num_steps", SIZES)
@pytest.mark.parametrize("seed", range(3))
def test_random_batches_hold_every_subsequence_once(batch_size, num_steps, seed):
    random.seed(seed)
    start = random.randint(0, num_steps - 1)
    starts = range(start, len(CORPUS) - num_steps, num_steps)
    every = Counter(tuple(CORPUS[i: i + num_steps + 1]) for i in starts)
    random.seed(seed)
    found = Counter()
    for X, Y in d2l.seq_data_iter_random(CORPUS, batch_size, num_steps):
        assert X.shape == Y.shape == (batch_size, num_steps)
        found.update((*x, y[-1]) for x, y in zip(X.tolist(), Y.tolist()))
        assert torch.equal(X[:, 1:], Y[:, :-1])
    assert not found - every
    # Only those that do not fill a batch are left out.
    assert every.total() - found.total() == every.total() % batch_size


@pytest.mark.parametrize("batch_size, num_steps", SIZES)
@pytest.mark.parametrize("seed", range(3))
def test_sequential_batches_read_row_by_row_give_the_text(batch_size, num_steps, seed):
    random.seed(seed)
    start = random.randint(0, num_steps)
    row = (len(CORPUS) - start - 1) // batch_size
    random.seed(seed)
    batches = list(d2l.seq_data_iter_sequential(CORPUS, batch_size, num_steps))
    X, Y = (torch.cat(parts, dim=1) for parts in zip(*batches))
    length = row // num_steps * num_steps
    for b in range(batch_size):
        begin = start + b * row
        assert X[b].tolist() == CORPUS[begin: begin + length]
        assert Y[b].tolist() == CORPUS[begin + 1: begin + 1 + length]


def test_random_batches_are_those_of_d2l_under_the_same_seed():
    random.seed(5)
    batches = [X.tolist() for X, _ in d2l.seq_data_iter_random(list(range(32)), 2, 4)]
    assert batches == [  # printed by d2l 0.17.6
        [[26, 27, 28, 29], [14, 15, 16, 17]],
        [[6, 7, 8, 9], [2, 3, 4, 5]],
        [[18, 19, 20, 21], [10, 11, 12, 13]],
    ]


def test_sequential_batches_are_those_of_d2l_under_the_same_seed():
    random.seed(5)
    batches = [X.tolist() for X, _ in d2l.seq_data_iter_sequential(list(range(32)), 2, 4)]
    assert batches == [  # printed by d2l 0.17.6
        [[4, 5, 6, 7], [17, 18, 19, 20]],
        [[8, 9, 10, 11], [21, 22, 23, 24]],
        [[12, 13, 14, 15], [25, 26, 27, 28]],
    ]


@pytest.mark.parametrize("use_random_iter", [True, False])
def test_a_loader_gives_other_batches_at_every_pass_and_the_same_after_a_seed(use_random_iter):
    def passes():
        random.seed(1)
        loader = d2l.TextLoader(CORPUS, 2, 9, use_random_iter)
        return [[X.tolist() for X, _ in loader] for _ in range(3)]

    first, second, third = passes()
    assert first != second or second != third
    assert passes() == [first, second, third]


def test_the_two_ways_belong_to_the_two_choices():
    for use_random_iter, iterate in (
        (True, d2l.seq_data_iter_random),
        (False, d2l.seq_data_iter_sequential),
    ):
        random.seed(2)
        expected = [X.tolist() for X, _ in iterate(CORPUS, 3, 4)]
        random.seed(2)
        assert [X.tolist() for X, _ in d2l.TextLoader(CORPUS, 3, 4, use_random_iter)] == expected


@pytest.mark.parametrize("iterate", [d2l.seq_data_iter_random, d2l.seq_data_iter_sequential])
def test_the_shortest_text_gives_a_batch_from_every_start(iterate):
    corpus = list(range(2 * 3 + 3 + 1))
    for seed in range(20):
        random.seed(seed)
        assert len(list(iterate(corpus, 2, 3))) >= 1
    with pytest.raises(ValueError, match="corpus must have at least 10 tokens .* got 9"):
        next(iterate(corpus[:-1], 2, 3))


@pytest.mark.parametrize(
    "sizes, error, message",
    [
        ((0, 5), ValueError, "batch_size must be an integer of at least 1, got 0"),
        ((2, 0), ValueError, "num_steps must be an integer of at least 1, got 0"),
        ((2.0, 5), TypeError, "batch_size must be an integer"),
        ((100, 5), ValueError, "corpus must have at least 506 tokens for 100 subsequences of 5"),
    ],
)
def test_a_loader_refuses_what_does_not_fit_at_once(sizes, error, message):
    with pytest.raises(error, match=message):
        d2l.TextLoader(CORPUS, *sizes)


# Tokens and vocabulary


def test_tokens_are_words_or_characters():
    assert d2l.tokenize([" two  words ", ""]) == [["two", "words"], []]
    assert d2l.tokenize(["a b", ""], "char") == [["a", " ", "b"], []]
    with pytest.raises(ValueError, match="token must be one of 'word', 'char', got 'letter'"):
        d2l.tokenize(["a"], "letter")


def test_counts_are_the_same_for_a_list_and_for_lists():
    assert d2l.count_corpus(list("abba")) == d2l.count_corpus([["a", "b"], [], ["b", "a"]])
    assert d2l.count_corpus([]) == Counter()


def test_a_vocabulary_is_that_of_d2l():
    # Both lists were printed by d2l 0.17.6: of equals the first one seen comes first.
    plain = d2l.Vocab(list("to be or not to be"))
    assert plain.idx_to_token == ["<unk>", " ", "o", "t", "b", "e", "r", "n"]
    rare = d2l.Vocab([["to", "be"], ["or", "to"]], 2, ["<pad>", "to"])
    assert rare.idx_to_token == ["<unk>", "<pad>", "to"]


def test_a_vocabulary_reads_back_what_it_wrote():
    train, _, _ = d2l.tale_parts()
    vocab = d2l.Vocab(list(train))
    assert "".join(vocab.to_tokens(vocab[list(train[:5000])])) == train[:5000]
    assert [vocab[t] for t in vocab.idx_to_token] == list(range(len(vocab)))


def test_what_is_not_in_the_vocabulary_is_unknown():
    vocab = d2l.Vocab(list("aab"), min_freq=2, reserved_tokens=["<pad>"])
    assert vocab["b"] == vocab["?"] == vocab.unk == 0
    assert vocab.to_tokens(0) == "<unk>"
    assert vocab[["a", ("<pad>", "b")]] == [2, [1, 0]]
    assert vocab.token_freqs == [("a", 2), ("b", 1)]


def test_an_empty_vocabulary_knows_the_unknown_token_only():
    assert d2l.Vocab().idx_to_token == ["<unk>"] and len(d2l.Vocab([])) == 1


# The tale


def test_the_tale_is_long_and_plain():
    chapters = d2l.tale_chapters()
    whole = "\n".join(chapters)
    assert len(chapters) >= 30 and len(whole) >= 150_000
    assert whole.isascii() and "\t" not in whole and "  " not in whole
    for chapter in chapters:
        assert re.match(r"Chapter [A-Z][a-z]+(-[A-Z][a-z]+)?: \w", chapter)
    assert len({chapter.splitlines()[0] for chapter in chapters}) == len(chapters)


def test_every_chapter_is_in_one_part_and_whole():
    train, valid, test = d2l.tale_parts()
    test = test.open()
    found = []
    for part in (train, valid, test):
        inside = [n for n, chapter in enumerate(d2l.tale_chapters(), 1) if chapter in part]
        assert part == "\n".join(d2l.tale_chapters()[n - 1] for n in inside)
        found.append(inside)
    assert found[1:] == [[8, 17, 26, 34], [6, 15, 23, 32]]
    assert sorted(sum(found, [])) == list(range(1, 37))


def test_no_long_paragraph_of_prose_stands_in_two_parts():
    """Else a model could know held-out text by heart. The verses of the song come again."""
    parts = [part if isinstance(part, str) else part.open() for part in d2l.tale_parts()]
    train, valid, test = (
        {p for p in part.split("\n\n") if len(p) > 40 and "\n" not in p} for part in parts)
    assert min(map(len, (train, valid, test))) > 50
    assert not train & valid and not train & test and not valid & test


def test_the_test_part_is_not_shown_before_it_is_opened():
    sealed = d2l.tale_parts()[2]
    assert repr(sealed) == f"SealedText({len(sealed.open())} characters)"


def test_fast_mode_cuts_every_part(monkeypatch):
    train, valid, test = d2l.tale_parts()
    monkeypatch.setenv("D2LUTILS_FAST", "1")
    for whole, cut in zip((train, valid, test.open()), d2l.tale_parts()):
        cut = cut if isinstance(cut, str) else cut.open()
        assert len(cut) == 6000 and whole.startswith(cut)


def test_the_tale_is_loaded_with_the_vocabulary_of_its_training_part():
    train, valid, _ = d2l.tale_parts()
    train_iter, valid_ids, vocab = d2l.load_data_tale(32, 35)
    assert vocab.idx_to_token == d2l.Vocab(list(train)).idx_to_token
    assert "".join(vocab.to_tokens(valid_ids.tolist())) == valid
    assert "".join(vocab.to_tokens(list(train_iter.corpus))) == train
    X, Y = next(iter(train_iter))
    assert X.shape == Y.shape == (32, 35) and not train_iter.use_random_iter
    assert d2l.load_data_tale(2, 5, use_random_iter=True)[0].use_random_iter


def test_a_damaged_tale_is_a_clear_error(monkeypatch):
    monkeypatch.setattr(text, "read_shipped", lambda name: (_ for _ in ()).throw(
        DataNotAvailable(f"{name}: damaged")))
    with pytest.raises(DataNotAvailable, match="tale"):
        d2l.tale_parts()


# The other texts


def test_the_time_machine_is_read_as_letters_and_spaces(time_machine):
    lines = d2l.read_time_machine()
    assert lines[:5] == [
        "the time machine by h g wells", "", "i", "", "the time traveller for so"]
    d2l.read_time_machine()
    assert len(time_machine) == 1  # kept


def test_the_time_machine_is_loaded_as_d2l_loads_it(time_machine):
    corpus, vocab = d2l.load_corpus_time_machine()
    joined = "".join(d2l.read_time_machine())  # d2l puts the lines together without a space
    assert "".join(vocab.to_tokens(corpus)) == joined
    assert d2l.load_corpus_time_machine(100)[0] == corpus[:100]
    assert len(d2l.load_corpus_time_machine(100)[1]) == len(vocab)
    train_iter, vocab = d2l.load_data_time_machine(4, 10, max_tokens=300)
    assert train_iter.corpus == corpus[:300] and train_iter.vocab is vocab
    X, _ = next(iter(train_iter))
    assert X.shape == (4, 10)


def test_without_a_network_the_error_names_the_address(tmp_path, monkeypatch):
    def refuse(url, path):
        raise hub.SourceError("no network")

    monkeypatch.setattr(hub, "download_url", refuse)
    monkeypatch.setenv("D2LUTILS_DATA", str(tmp_path))
    with pytest.raises(DataNotAvailable, match="timemachine.txt: no network"):
        d2l.load_data_time_machine(4, 10)


def test_pythons_manual_is_a_text_to_load():
    manual = d2l.read_corpus("python-manual")
    assert len(manual) > 100_000
    loader = d2l.TextLoader(d2l.Vocab(list(manual))[list(manual[:2000])], 4, 10)
    assert next(iter(loader))[0].shape == (4, 10)


NOVEL = "The Time Machine\n\nAn Invention\n\nThe Time Traveller (for so it will be convenient"
NOTES = (
    "\ufeffThe Project Gutenberg eBook\r\n*** START OF {} PROJECT GUTENBERG EBOOK {} ***\r\n\r\n{}\r\n"
    "\r\n*** END OF {} PROJECT GUTENBERG EBOOK {} ***\r\nlicense"
)


@pytest.fixture
def gutenberg(tmp_path, monkeypatch):
    """Let only Project Gutenberg answer, with the text that a test puts in."""
    def answer(url, path):
        asked.append(url)
        if url != corpora.GUTENBERG:
            raise hub.SourceError("could not be reached")
        path.write_bytes(text[0].encode("utf-8"))

    asked, text = [], [NOTES.format("THE", "THE TIME MACHINE", NOVEL.replace("\n", "\r\n"),
                                    "THE", "THE TIME MACHINE")]
    monkeypatch.setattr(hub, "download_url", answer)
    monkeypatch.setenv("D2LUTILS_DATA", str(tmp_path))
    return asked, text


@pytest.mark.parametrize("article", ["THE", "THIS"])  # it has been written in both ways
def test_the_time_machine_has_a_second_source_without_its_notes(gutenberg, article, tmp_path):
    asked, text = gutenberg
    text[0] = text[0].replace("THE PROJECT", f"{article} PROJECT")
    assert d2l.read_corpus("time-machine") == NOVEL + "\n"
    assert d2l.read_time_machine()[-1] == "the time traveller for so it will be convenient"
    assert d2l.load_corpus_time_machine(10)[0] == d2l.load_corpus_time_machine()[0][:10]
    assert len(asked) == 2  # d2l's address, then this one, and then it is kept
    assert [p.name for p in (tmp_path / "time-machine").iterdir()] == ["gutenberg-35.txt"]


def test_what_is_not_the_time_machine_is_not_kept(gutenberg, tmp_path):
    gutenberg[1][0] = "<html>Please wait</html>"
    with pytest.raises(DataNotAvailable) as caught:
        d2l.read_corpus("time-machine")
    assert "timemachine.txt: could not be reached" in str(caught.value)
    assert f"{corpora.GUTENBERG}: what came is not The Time Machine" in str(caught.value)
    assert list((tmp_path / "time-machine").iterdir()) == []


def test_an_unknown_text_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="'time-machine', 'fra-eng', 'python-manual'.*'moby'"):
        d2l.read_corpus("moby")


@pytest.mark.parametrize("use_random_iter", [False, True])
def test_a_batch_changed_in_place_leaves_the_next_pass_as_it_was(use_random_iter):
    corpus = list(range(100))
    loader = d2l.TextLoader(corpus, 2, 5, use_random_iter)
    for X, Y in loader:
        X.zero_(), Y.zero_()
    assert all((Y == X + 1).all() for X, Y in loader)
    assert corpus == loader.corpus == list(range(100))

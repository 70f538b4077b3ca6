"""The numbers of d2l 0.17.6: translation, its data, its networks and its score."""

import io
import random
import zipfile

import pytest
import torch
from drawn import curves
from torch import nn

import d2lutils

CPU = torch.device("cpu")
NUMBERS = dict(zip("one two three four five six".split(), "un deux trois quatre cinq six".split()))
STEPS = 6  # of a sentence, in the tests of networks


def sentence(i: int) -> tuple[str, str]:
    words = random.Random(i).choices(list(NUMBERS), k=i % 4 + 1)
    return " ".join(words).capitalize() + "!", " ".join(NUMBERS[word] for word in words) + ", non?"


TEXT = "".join("\t".join(sentence(i)) + "\n" for i in range(80)) + "no tab\na\tb\tc\n"
TRICKY = "Go.\u202f!\tVa\xa0!?\nHi , you!!\t\u202fTOI,\n.\t?\n"
SENTENCES = ["un deux", "un deux trois", "six", "", "deux deux deux un", "trois un deux six six"]


@pytest.fixture
def archive(put):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("fra-eng/fra.txt", TEXT)
    put("fra-eng", content.getvalue())


def arrays(d2l):
    source, target = d2l.tokenize_nmt(d2l.preprocess_nmt(TEXT))
    vocab = d2l.Vocab(source, min_freq=2, reserved_tokens=["<pad>", "<bos>", "<eos>"])
    # d2l's lengths are int64, by no choice of its own: torch's sum widens them.
    return [(array, lengths.int()) for array, lengths in (
        d2l.build_array_nmt(lines, vocab, num_steps)
        for lines in (source, target) for num_steps in (1, 3, 9))]


def some_lengths(d2l):
    return torch.randint(1, 6, (4,))


EQUAL = {
    "preprocess_nmt": lambda d2l: [d2l.preprocess_nmt(text) for text in (TEXT, TRICKY, "", "!")],
    "tokenize_nmt": lambda d2l: [d2l.tokenize_nmt(text, n) for text in (TEXT, TRICKY, "")
                                 for n in (None, 0, 1, 10, 500)],
    "truncate_pad": lambda d2l: [d2l.truncate_pad([1, 2, 3], n, 9) for n in (1, 3, 5)],
    "build_array_nmt": arrays,
    "bleu": lambda d2l: [d2l.bleu(pred, label, k) for pred in SENTENCES for label in SENTENCES
                         for k in (1, 2, 3, 4) if k <= len(pred.split(" "))],
    "sequence_mask": lambda d2l: [
        d2l.sequence_mask(torch.rand(4, 5), some_lengths(d2l)),
        d2l.sequence_mask(torch.rand(4, 5, 3), some_lengths(d2l), value=-1),
        d2l.sequence_mask(torch.randint(9, (4, 5)), some_lengths(d2l), 7)],
    "MaskedSoftmaxCELoss": lambda d2l: [
        loss(torch.rand(4, 5, 7), torch.randint(7, (4, 5)), torch.tensor([5, 3, 1, 0]))
        for loss in (
            d2l.MaskedSoftmaxCELoss(), d2l.MaskedSoftmaxCELoss(weight=torch.rand(7)),
            d2l.MaskedSoftmaxCELoss(ignore_index=2, label_smoothing=0.1))],
}


@pytest.mark.parametrize("run", EQUAL.values(), ids=EQUAL)
def test_numbers_are_equal_to_the_last_digit(run, same):
    same(run)


@pytest.mark.parametrize("num_examples", [600, 30])
def test_the_pairs_of_load_data_nmt(num_examples, archive, same):
    def run(d2l):
        data_iter, *vocabs = d2l.load_data_nmt(16, 8, num_examples)
        columns = [torch.cat(parts) for parts in zip(*data_iter)]
        rows = torch.column_stack([part.reshape(len(part), -1) for part in columns])
        return [len(data_iter), sorted(rows.tolist()), *[vocab.idx_to_token for vocab in vocabs]]

    same(run)


def test_the_archive_is_unpacked_to_the_same_place(archive, same):
    same(lambda d2l: [
        d2l.download_extract("fra-eng"), d2l.download_extract("fra-eng", "inner"),
        d2l.read_data_nmt()])


# Networks


def notes_network(d2l, *sizes: int) -> nn.Module:
    """Return an encoder and decoder on d2l's base classes, as its readers write them."""
    class NotesEncoder(d2l.Encoder):
        def __init__(self, vocab_size, **kwargs):
            super().__init__(**kwargs)
            self.embedding = nn.Embedding(vocab_size, 8)
            self.rnn = nn.GRU(8, 16)

        def forward(self, X, *args):
            return self.rnn(self.embedding(X).permute(1, 0, 2))

    class NotesDecoder(d2l.Decoder):
        def __init__(self, vocab_size, **kwargs):
            super().__init__(**kwargs)
            self.embedding = nn.Embedding(vocab_size, 8)
            self.rnn = nn.GRU(8 + 16, 16)
            self.dense = nn.Linear(16, vocab_size)

        def init_state(self, enc_outputs, *args):
            return enc_outputs[1]

        def forward(self, X, state):
            X = self.embedding(X).permute(1, 0, 2)
            context = state[-1].repeat(len(X), 1, 1)
            output, state = self.rnn(torch.cat((X, context), 2), state)
            self.attention_weights = state.sum().item()  # anything: it is handed on
            return self.dense(output).permute(1, 0, 2), state

    source, target = sizes
    return d2l.EncoderDecoder(NotesEncoder(source), NotesDecoder(target))


@pytest.mark.parametrize("base", ["Encoder", "Decoder"])
def test_base_classes_leave_everything_to_who_inherits(base, old):
    for d2l in (old, d2lutils):
        with pytest.raises(NotImplementedError):
            getattr(d2l, base)()(1, 2)
        if base == "Decoder":
            with pytest.raises(NotImplementedError):
                d2l.Decoder().init_state(1)


def test_seq2seq_encoder_starts_equal_and_reads_the_same(same):
    def run(d2l):
        encoder = d2l.Seq2SeqEncoder(10, 8, 16, 2, dropout=0.1).eval()
        X = torch.randint(10, (4, 7))
        return [list(encoder.state_dict()), encoder(X), encoder(X, torch.tensor([7] * 4))]

    same(run, rel=1e-6)


@pytest.fixture
def pairs(archive):
    """What both packages train on: the batches in one order, and the vocabularies."""
    data_iter, *vocabs = d2lutils.load_data_nmt(32, STEPS)
    return list(data_iter), *vocabs


def test_translations_are_the_same_before_and_after_training(pairs, same, capsys):
    data_iter, src_vocab, tgt_vocab = pairs

    def run(d2l):
        net = notes_network(d2l, len(src_vocab), len(tgt_vocab))

        def translations():
            return [d2l.predict_seq2seq(
                net, source, src_vocab, tgt_vocab, STEPS, CPU, save_attention_weights=True)
                for source in ("one !", "Two moons !", "one two three four five six")]

        before = translations()
        d2l.train_seq2seq(net, data_iter, 0.02, 20, tgt_vocab, CPU)
        after = translations()
        scores = [d2l.bleu(text, "un deux , non ?", k=1) for text, _ in after]
        factor = 1 if d2l is d2lutils else STEPS
        [[epochs, losses]] = curves()
        assert f"loss {losses[-1]:.3f}, " in capsys.readouterr().out
        return [before, after, scores, epochs, [l * factor for l in losses]]

    # Where gradients are clipped, torch adds 1e-6 to the norm that it divides by.
    *_, scores, epochs, losses = same(run, rel=1e-3)
    assert epochs == [10, 20] and losses[1] < losses[0] and max(scores) > 0


# Different on purpose


def test_an_encoder_that_knows_the_lengths_does_not_read_the_padding(old):
    torch.manual_seed(0)
    ours, theirs = d2lutils.Seq2SeqEncoder(10, 8, 16, 1), old.Seq2SeqEncoder(10, 8, 16, 1)
    theirs.load_state_dict(ours.state_dict())
    X, lengths = torch.randint(10, (2, 7)), torch.tensor([7, 3])
    _, state = ours(X, lengths)
    for i, length in enumerate(lengths):
        torch.testing.assert_close(state[:, i: i + 1], theirs(X[i: i + 1, :length])[1])
    assert not torch.allclose(state, theirs(X, lengths)[1])


def test_a_mask_leaves_its_tensor_as_it_was(old):
    X = {d2l: torch.ones(1, 3) for d2l in (old, d2lutils)}
    for d2l in X:
        assert d2l.sequence_mask(X[d2l], torch.tensor([1])).tolist() == [[1, 0, 0]]
    assert X[old].tolist() == [[1, 0, 0]] and X[d2lutils].tolist() == [[1, 1, 1]]


def test_bleu_of_a_translation_too_short_for_the_longest_ngrams_is_a_number(old):
    with pytest.raises(ZeroDivisionError):
        old.bleu("un", "un", k=2)
    assert d2lutils.bleu("un", "un", k=2) == 1

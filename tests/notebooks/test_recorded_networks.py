"""The recorded networks reach what the book promises of them, on the test set, over five seeds."""

import pytest

from d2lutils import records

# Record, setting, and the least mean accuracy on the 10,000 test images.
FLOORS = [
    ("cnn/06-lenet", {"network": "sigmoid, average"}, 0.80),
    ("cnn/06-lenet", {"network": "ReLU, maximum"}, 0.89),
    ("cnn/07-batch-normalization", {"batch_norm": True, "lr": 0.2}, 0.89),
    ("cnn/08-alexnet-and-vgg", {"network": "AlexNet"}, 0.88),
    ("cnn/08-alexnet-and-vgg", {"network": "VGG"}, 0.91),
    ("cnn/09-nin-and-googlenet", {"network": "NiN"}, 0.87),
    ("cnn/09-nin-and-googlenet", {"network": "GoogLeNet"}, 0.89),
    ("cnn/10-resnet-and-densenet", {"network": "ResNet"}, 0.91),
    ("cnn/10-resnet-and-densenet", {"network": "DenseNet"}, 0.90),
]


@pytest.mark.parametrize("name, setting, floor", FLOORS, ids=lambda value: str(value))
def test_the_mean_of_five_seeds_reaches_its_floor(name, setting, floor):
    [row] = records.load(name).table("test accuracy", **setting)
    assert row["n"] == 5
    assert row["mean"] >= floor


def test_the_training_error_of_plain_networks_rises_with_depth_and_of_residual_ones_does_not():
    record = records.load("cnn/10-resnet-and-densenet/depth")

    def errors(kind):
        return {depth: 1 - record.table("train accuracy", kind=kind, depth=depth)[0]["mean"]
                for depth in record.axes["depth"]}

    plain, residual = errors("plain"), errors("residual")
    assert plain[32] > plain[16] > plain[8]
    assert plain[32] - plain[8] > 3 * abs(residual[32] - residual[8])


def test_translation_is_nearly_perfect_on_unseen_numbers_and_breaks_where_the_page_says():
    record = records.load("rnn/13-encoder-decoder")

    def exact_match(metric, num_train):
        return record.table(metric, num_train=num_train)[0]["mean"]

    assert exact_match("valid exact match", 8000) >= 0.99
    assert exact_match("valid BLEU", 8000) >= 0.99
    by_size = [exact_match("valid exact match", n) for n in record.axes["num_train"]]
    assert by_size == sorted(by_size) and by_size[0] < 0.5
    assert exact_match("new place", 8000) < 0.1 and exact_match("longer", 8000) < 0.1

"""The batches of d2l 0.17.6: Fashion-MNIST, where this machine has it, else the sample of it."""

import pytest
import torch

import d2lutils
from d2lutils.data import fashion
from d2lutils.data.datasets import DataNotAvailable, is_present
from tools.old_d2l import put_fashion_mnist


@pytest.fixture(scope="module")
def working_folder(tmp_path_factory):
    """A folder from which d2l finds the images that d2lutils has, in ../data."""
    with pytest.MonkeyPatch.context() as patch:
        if not is_present("fashion-mnist"):
            patch.setattr(fashion, "fetch", not_available)
        yield put_fashion_mnist(tmp_path_factory.mktemp("d2l"))


def not_available(name):
    raise DataNotAvailable("the tests download nothing")


@pytest.fixture(autouse=True)
def there(working_folder, monkeypatch):
    monkeypatch.chdir(working_folder)
    monkeypatch.delenv("D2LUTILS_FAST", raising=False)


@pytest.mark.filterwarnings("ignore:this is a sample of Fashion-MNIST")
def test_the_test_images_come_in_the_same_batches(old):
    loaders = [d2l.load_data_fashion_mnist(256)[1] for d2l in (old, d2lutils)]
    assert len(loaders[0]) == len(loaders[1])
    for (X, y), (X_ours, y_ours) in zip(*loaders, strict=True):
        assert torch.equal(X, X_ours) and torch.equal(y, y_ours)


@pytest.mark.filterwarnings("ignore:this is a sample of Fashion-MNIST")
def test_the_training_images_are_the_same_and_come_shuffled(old):
    theirs, ours = [d2l.load_data_fashion_mnist(512)[0] for d2l in (old, d2lutils)]
    assert len(theirs) == len(ours) and len(theirs.dataset) == len(ours.dataset)
    for i in (0, 1, 1234, len(ours.dataset) - 1):
        assert torch.equal(theirs.dataset[i][0], ours.dataset[i][0])
        assert theirs.dataset[i][1] == ours.dataset[i][1]
    assert not torch.equal(next(iter(ours))[1], next(iter(ours))[1])


@pytest.mark.filterwarnings("ignore:this is a sample of Fashion-MNIST")
@pytest.mark.parametrize("resize", [14, 64, 96, (20, 31)])
def test_resized_images_differ_by_the_rounding_to_256_grays(resize, old):
    batches = [next(iter(d2l.load_data_fashion_mnist(64, resize)[1])) for d2l in (old, d2lutils)]
    (X, y), (X_ours, y_ours) = batches
    assert X.shape == X_ours.shape and torch.equal(y, y_ours)
    difference = (X - X_ours).abs() * 255
    assert 0 < difference.max() < 1.01 and difference.mean() < 0.25

"""Fashion-MNIST: the loaders, the three parts, the sample that is shipped."""

import hashlib
import inspect
import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import FashionMNIST

from d2lutils.data import datasets, fashion
from d2lutils.data.datasets import CARDS, is_present
from d2lutils.data.fashion import (
    FASHION_MNIST_CLASSES,
    Sealed,
    fashion_mnist_parts,
    get_fashion_mnist_labels,
    load_data_fashion_mnist,
)
from d2lutils.data.images import ImageLoader


# Over the bytes of the sample's images and labels.
SAMPLE = "bd56e5df8753af1a1673d7c89b56b9f43c7ba4bfd7abf966c5d24d1322303742"


@pytest.fixture(autouse=True)
def stand_in(monkeypatch):
    """Data of the full size where image i is known by its first four pixels."""

    def fashion_mnist(train=True):
        count = 60_000 if train else 10_000
        pixels = torch.zeros(count, 28, 28, dtype=torch.uint8)
        number = torch.arange(count)
        pixels[:, 0, 0], pixels[:, 0, 1] = number // 256, number % 256
        pixels[:, 0, 2] = int(train)
        return pixels, number % 10

    monkeypatch.delenv("D2LUTILS_FAST", raising=False)
    monkeypatch.setattr(fashion, "fashion_mnist", fashion_mnist)


@pytest.fixture
def some():
    """A few random images and labels."""
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (50, 28, 28), dtype=torch.uint8, generator=generator)
    return pixels, torch.arange(50) % 10


def numbers(loader):
    """Which images a pass over the stand-in brings, in order."""
    found = [(X[:, 0, 0, 0] * 255 * 256 + X[:, 0, 0, 1] * 255).round().int() for X, _ in loader]
    return torch.cat(found).tolist()


def test_the_loaders_hand_out_all_images_as_floats_from_0_to_1():
    train_iter, test_iter = load_data_fashion_mnist(256)
    assert (len(train_iter), len(test_iter)) == (235, 40)
    X, y = next(iter(train_iter))
    assert (X.shape, X.dtype) == ((256, 1, 28, 28), torch.float32)
    assert (y.shape, y.dtype) == ((256,), torch.int64)
    assert 0 <= X.min() and X.max() <= 1
    assert [len(y) for _, y in train_iter][-2:] == [256, 96]


def test_each_pass_brings_every_training_image_once_in_a_new_order():
    train_iter, _ = load_data_fashion_mnist(1000)
    first, second = numbers(train_iter), numbers(train_iter)
    assert sorted(first) == sorted(second) == list(range(60_000))
    assert first != second


def test_images_keep_their_labels_when_shuffled():
    train_iter, _ = load_data_fashion_mnist(4096)
    labels = torch.cat([y for _, y in train_iter])
    torch.manual_seed(3)
    found = numbers(train_iter)
    torch.manual_seed(3)
    labels = torch.cat([y for _, y in train_iter]).tolist()
    assert labels == [number % 10 for number in found]


def test_test_images_come_in_order():
    _, test_iter = load_data_fashion_mnist(256)
    assert numbers(test_iter) == list(range(10_000))


def test_a_seed_repeats_the_order():
    train_iter, _ = load_data_fashion_mnist(1000)
    orders = []
    for _ in range(2):
        torch.manual_seed(7)
        orders.append(numbers(train_iter))
    assert orders[0] == orders[1]


def test_pixels_are_those_of_torchvision(some):
    loader = ImageLoader(*some, 50, shuffle=False)
    X, _ = next(iter(loader))
    expected = torch.stack([transforms.ToTensor()(image.numpy()) for image in some[0]])
    assert torch.equal(X, expected)


@pytest.mark.parametrize("size", [1, 14, 28, 32, 96, (20, 60), (60, 20)])
def test_resizing_is_that_of_torchvision(some, size):
    loader = ImageLoader(*some, 8, shuffle=False, resize=size)
    X = torch.cat([X for X, _ in loader])
    pair = (size, size) if isinstance(size, int) else size
    expected = transforms.Resize(pair, antialias=True)(some[0].unsqueeze(1) / 255)
    assert X.shape == (50, 1, *pair)
    torch.testing.assert_close(X, expected, atol=1e-6, rtol=0)
    # d2l resizes with PIL, which rounds to 256 levels, once for each direction.
    as_images = [transforms.ToPILImage()(image) for image in some[0]]
    with_pil = transforms.Compose([transforms.Resize(pair), transforms.ToTensor()])
    expected = torch.stack([with_pil(image) for image in as_images])
    torch.testing.assert_close(X, expected, atol=1.5 / 255, rtol=0)


def test_resized_white_stays_within_1():
    white = torch.full((2, 28, 28), 255, dtype=torch.uint8), torch.zeros(2, dtype=torch.int64)
    for side in range(1, 40):
        X, _ = next(iter(ImageLoader(*white, 2, resize=side)))
        assert X.max() <= 1


def test_a_batch_may_be_larger_than_the_data(some):
    loader = ImageLoader(*some, 1000)
    assert len(loader) == 1
    assert [len(y) for _, y in loader] == [50]


@pytest.mark.parametrize("shuffle", [True, False])
def test_changing_a_batch_leaves_the_data_alone(some, shuffle):
    loader = ImageLoader(*some, 10, shuffle=shuffle)
    before = some[0].clone(), some[1].clone()
    for X, y in loader:
        X.zero_()
        y.fill_(-1)
    assert torch.equal(some[0], before[0]) and torch.equal(some[1], before[1])


def test_the_dataset_gives_single_examples_that_a_dataloader_takes(some):
    loader = ImageLoader(*some, 10, shuffle=False, resize=32)
    X, y = loader.dataset[3]
    assert (X.shape, X.dtype, y) == ((1, 32, 32), torch.float32, 3)
    assert loader.batch_size == 10 and len(loader.dataset) == 50
    for (X, y), (X2, y2) in zip(loader, DataLoader(loader.dataset, batch_size=10)):
        assert torch.equal(X, X2) and torch.equal(y, y2)
    with pytest.raises(IndexError):
        loader.dataset[50]


def test_the_three_parts_do_not_overlap():
    train_iter, valid_iter, test = fashion_mnist_parts(1000)
    assert sorted(numbers(train_iter)) == list(range(50_000))
    assert numbers(valid_iter) == list(range(50_000, 60_000))
    assert numbers(test.open()) == list(range(10_000))
    X, _ = next(iter(test.open()))
    assert X[0, 0, 0, 2] == 0  # from the test images


def test_fewer_images_may_train_while_validation_stays_the_same():
    train_iter, valid_iter, _ = fashion_mnist_parts(100, num_train=250)
    assert sorted(numbers(train_iter)) == list(range(250))
    assert len(valid_iter.dataset) == 10_000


@pytest.mark.parametrize("use", [iter, len, list, lambda test: test[0], lambda test: [*test]])
def test_sealed_data_can_only_be_opened(use):
    test = fashion_mnist_parts(256)[2]
    assert isinstance(test, Sealed) and repr(test) == "Sealed(10000 examples)"
    with pytest.raises(RuntimeError, match=r"sealed: choose with the validation .*test\.open\(\)"):
        use(test)
    assert len(test.open()) == 40


def test_fast_mode_hands_out_little(monkeypatch):
    monkeypatch.setenv("D2LUTILS_FAST", "1")
    train_iter, valid_iter, test = fashion_mnist_parts(256)
    sizes = [len(part.dataset) for part in (train_iter, valid_iter, test.open())]
    assert sizes == [2000, 500, 500]
    assert numbers(valid_iter)[0] == 50_000
    assert [len(loader.dataset) for loader in load_data_fashion_mnist(256)] == [2000, 500]


@pytest.mark.parametrize("load", [load_data_fashion_mnist, fashion_mnist_parts])
@pytest.mark.parametrize("batch_size", [0, -1, 2.0, "256", None, True])
def test_a_wrong_batch_size_is_refused_before_any_data_is_read(load, batch_size, monkeypatch):
    monkeypatch.setattr(fashion, "fashion_mnist", lambda train=True: pytest.fail("was read"))
    with pytest.raises((TypeError, ValueError), match="batch_size must be an integer of at le"):
        load(batch_size)


@pytest.mark.parametrize("load", [load_data_fashion_mnist, fashion_mnist_parts])
@pytest.mark.parametrize("resize", [0, -3, 1.5, (0, 4), (4, 2.5), (1, 2, 3), ()])
def test_a_wrong_size_is_refused(load, resize):
    with pytest.raises((TypeError, ValueError), match="resize must be"):
        load(256, resize=resize)


@pytest.mark.parametrize("num_train", [0, -1, 50_001, 0.5])
def test_a_wrong_number_of_training_images_is_refused(num_train):
    with pytest.raises((TypeError, ValueError), match="num_train must be"):
        fashion_mnist_parts(256, num_train=num_train)


def test_images_without_labels_are_refused(some):
    with pytest.raises(ValueError, match="same number of rows"):
        ImageLoader(some[0], some[1][:-1], 10)
    with pytest.raises(ValueError, match="at least one row"):
        ImageLoader(some[0][:0], some[1][:0], 10)


def test_labels_have_names():
    assert len(FASHION_MNIST_CLASSES) == 10
    assert get_fashion_mnist_labels(range(10)) == list(FASHION_MNIST_CLASSES)
    assert get_fashion_mnist_labels(torch.tensor([7, 0])) == ["sneaker", "t-shirt"]
    assert get_fashion_mnist_labels([]) == []


@pytest.mark.parametrize("label", [-1, 10, 250])
def test_labels_out_of_range_are_refused(label):
    with pytest.raises(ValueError, match=f"labels must be from 0 to 9, got {label}"):
        get_fashion_mnist_labels(torch.tensor([0, label]))


def test_signatures_are_those_readers_know():
    assert list(inspect.signature(load_data_fashion_mnist).parameters) == ["batch_size", "resize"]
    assert str(inspect.signature(get_fashion_mnist_labels)).startswith("(labels")


def test_the_card_names_the_files_that_torchvision_knows():
    known = [name.removesuffix(".gz") for name, _ in FashionMNIST.resources]
    assert [file.name for file in CARDS["fashion-mnist"].files] == known
    assert [source.address for source in CARDS["fashion-mnist"].web] == FashionMNIST.mirrors


def test_the_sample_has_400_and_100_images_of_each_class():
    for part, count in (("train", 400), ("t10k", 100)):
        pixels, labels = fashion._sample(part)
        assert (pixels.shape, pixels.dtype) == ((10 * count, 28, 28), torch.uint8)
        assert labels.dtype == torch.int64 and labels.bincount().tolist() == [count] * 10
        assert len(set(labels[:20].tolist())) > 5  # shuffled
        assert pixels.flatten(1).amax(1).min() > 100  # every image shows something


def test_the_sample_is_small_and_holds_what_it_always_held():
    file = Path(fashion.__file__).parent / "files" / "fashion-mnist-sample.npz"
    assert file.stat().st_size < 2.5e6
    checksum = hashlib.sha256()
    for part in ("train", "t10k"):
        for tensor in fashion._sample(part):
            checksum.update(tensor.numpy().astype(np.uint8).tobytes())
    assert checksum.hexdigest() == SAMPLE


@pytest.fixture
def real(monkeypatch):
    if not is_present("fashion-mnist"):
        pytest.skip("needs the whole of Fashion-MNIST")
    monkeypatch.undo()


def test_the_real_data_has_its_shapes(real):
    for train, count in ((True, 60_000), (False, 10_000)):
        pixels, labels = fashion.fashion_mnist(train)
        assert (pixels.shape, pixels.dtype) == ((count, 28, 28), torch.uint8)
        assert labels.dtype == torch.int64 and labels.bincount().tolist() == [count // 10] * 10
        assert pixels.flatten(1).amax(1).min() > 50


def test_the_sample_is_what_its_script_makes(real, tmp_path):
    script = Path(__file__).parents[2] / "tools" / "make_sample.py"
    runpy.run_path(str(script))["main"](tmp_path / "sample.npz")
    with np.load(tmp_path / "sample.npz") as made:
        for part in ("train", "t10k"):
            pixels, labels = fashion._sample(part)
            assert np.array_equal(made[f"{part}-images"], pixels)
            assert np.array_equal(made[f"{part}-labels"], labels)


def test_an_unknown_data_set_is_refused():
    for ask in (datasets.fetch, is_present):
        with pytest.raises(ValueError, match="name must be one of 'fashion-mnist', got 'mnist'"):
            ask("mnist")

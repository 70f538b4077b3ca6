"""The augmentation of whole batches against torchvision's transforms of single images."""

import pytest
import torch
from torchvision.transforms import v2

import d2lutils as d2l

# An image whose copies, flipped and moved in any way, all differ.
IMAGE = torch.arange(1.0, 2 * 5 * 6 + 1).reshape(1, 2, 5, 6)


def kinds(X):
    """Count how often each image occurs in a batch."""
    images, counts = torch.unique(X, dim=0, return_counts=True)
    return {tuple(i.flatten().tolist()): int(c) for i, c in zip(images, counts)}


@pytest.mark.parametrize("most", [0, 1, 2])
def test_it_draws_what_torchvision_draws_for_single_images(most):
    torch.manual_seed(0)
    single = v2.Compose([v2.RandomHorizontalFlip(), v2.RandomCrop((5, 6), padding=most)])
    expected = kinds(torch.stack([single(IMAGE[0]) for _ in range(2500)]))
    got = kinds(d2l.flip_and_shift(IMAGE.expand(20_000, -1, -1, -1), most=most))
    assert got.keys() == expected.keys()
    number = 2 * (2 * most + 1) ** 2
    assert len(got) == number
    # Each is drawn with probability 1 / number; five standard deviations are allowed.
    mean = 20_000 / number
    assert all(abs(count - mean) < 5 * mean**0.5 for count in got.values())


def test_the_images_of_a_batch_move_apart_and_the_batch_given_stays():
    X = IMAGE.repeat(50, 1, 1, 1)
    before = X.clone()
    assert len(kinds(d2l.flip_and_shift(X))) > 10
    assert torch.equal(X, before)


def test_what_is_not_a_batch_of_images_is_refused():
    with pytest.raises(TypeError, match=r"X must be images of shape .*, got \(28, 28\)"):
        d2l.flip_and_shift(torch.zeros(28, 28))
    with pytest.raises(TypeError, match="got list"):
        d2l.flip_and_shift([1])
    with pytest.raises(ValueError, match="most must be an integer of at least 0, got -1"):
        d2l.flip_and_shift(IMAGE, most=-1)

"""Make the sample of Fashion-MNIST that comes with d2lutils, from the whole data set.

The first 400 training and the first 100 test images of each class, shuffled
once. Run it where `python -m d2lutils download fashion-mnist` has been run:

    python tools/make_sample.py [TARGET]
"""

import sys
from pathlib import Path

import numpy as np

from d2lutils.data.datasets import fetch
from d2lutils.data.fashion import fashion_mnist

TARGET = Path(__file__).parents[1] / "d2lutils" / "data" / "files" / "fashion-mnist-sample.npz"


def first_of_each_class(images, labels, count, rng):
    """Return the first `count` examples of each class in a new order, as uint8."""
    labels = labels.numpy()
    chosen = np.concatenate([np.flatnonzero(labels == c)[:count] for c in range(10)])
    rng.shuffle(chosen)
    return images.numpy()[chosen], labels[chosen].astype(np.uint8)


def main(target=TARGET):
    """Write the sample to `target`."""
    fetch("fashion-mnist")  # the sample cannot be made from itself: this fails without the data
    rng = np.random.default_rng(0)
    arrays = {}
    for part, train, count in (("train", True, 400), ("t10k", False, 100)):
        images, labels = first_of_each_class(*fashion_mnist(train), count, rng)
        arrays[f"{part}-images"], arrays[f"{part}-labels"] = images, labels
    np.savez_compressed(target, **arrays)
    print(f"{target}: {Path(target).stat().st_size:,} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])

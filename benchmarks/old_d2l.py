"""d2l 0.17.6 beside the images that it looks for."""

from __future__ import annotations

import os

from tools import old_d2l as tool


def old_d2l():
    """Return the module `d2l.torch` of version 0.17.6.

    It looks for data in ``../data`` of the working folder, so the working folder becomes one
    whose neighbour holds Fashion-MNIST.
    """
    module = tool.old_d2l()
    os.chdir(tool.put_fashion_mnist(tool.FOLDER))
    return module

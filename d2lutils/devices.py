"""Where tensors live, how chance is fixed, and how long a run may take."""

from __future__ import annotations

import os
import random

import numpy as np
import torch

from .checks import positive_int

__all__ = ["cut_epochs", "fast_mode", "seed_everything", "try_all_gpus", "try_gpu"]


def try_gpu(i: int = 0) -> torch.device:
    """Return the GPU number `i` where there is one, and the CPU otherwise.

    Parameters
    ----------
    i
        Number of the GPU, counted from 0.

    Raises
    ------
    ValueError, TypeError
        If `i` is not a whole number of at least 0.

    Examples
    --------
    >>> d2l.try_gpu(99)
    device(type='cpu')
    """
    i = positive_int("i", i, least=0)
    return torch.device("cuda", i) if i < torch.cuda.device_count() else torch.device("cpu")


def try_all_gpus() -> list[torch.device]:
    """Return all GPUs, or a list that holds the CPU alone where there is none.

    Examples
    --------
    >>> len(d2l.try_all_gpus()) >= 1
    True
    """
    count = torch.cuda.device_count()
    return [torch.device("cuda", i) for i in range(count)] or [torch.device("cpu")]


def usable_device(device: torch.device | str) -> torch.device:
    """Return `device` as a device, or say that this machine has none of that name.

    Raises
    ------
    ValueError
        If it is not the name of a device, or tensors cannot be made there.
    """
    try:
        torch.empty(0, device=device)
        return torch.device(device)
    except (RuntimeError, AssertionError, TypeError) as error:
        gpus = ", ".join(f"'{gpu}'" for gpu in try_all_gpus() if gpu.type == "cuda")
        raise ValueError(
            f"device must be 'cpu'{' or one of ' + gpus if gpus else ''} on this machine, "
            f"got {device!r}"
        ) from error


def seed_everything(seed: int = 0) -> None:
    """Seed the generators of Python, NumPy and PyTorch, on every device.

    With the same seed, the same versions and the same machine a run repeats itself.
    On a GPU some operations still add numbers in an order that varies.

    Parameters
    ----------
    seed
        A whole number from 0 to 2**32 - 1, which is what NumPy accepts.

    Raises
    ------
    ValueError, TypeError
        If `seed` is anything else.

    Examples
    --------
    >>> d2l.seed_everything(1); a = torch.rand(3)
    >>> d2l.seed_everything(1); b = torch.rand(3)
    >>> torch.equal(a, b)
    True
    """
    seed = positive_int("seed", seed, least=0)
    if seed >= 2**32:
        raise ValueError(f"seed must be an integer from 0 to 2**32 - 1, got {seed}")
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)  # seeds the GPUs too


def fast_mode() -> bool:
    """Say whether runs are to be cut short: the environment has ``D2LUTILS_FAST=1``.

    The tests run every notebook that way. It is read at each call, so that it can be
    set inside a running notebook.

    Examples
    --------
    >>> os.environ["D2LUTILS_FAST"] = "1"
    >>> d2l.fast_mode()
    True
    >>> del os.environ["D2LUTILS_FAST"]
    """
    return os.environ.get("D2LUTILS_FAST") == "1"


def cut_epochs(num_epochs: int) -> int:
    """Return `num_epochs`, or at most 2 in fast mode (see `fast_mode`).

    Raises
    ------
    ValueError, TypeError
        If `num_epochs` is not a whole number of at least 1.

    Examples
    --------
    >>> d2l.cut_epochs(10)
    10
    """
    num_epochs = positive_int("num_epochs", num_epochs)
    return min(num_epochs, 2) if fast_mode() else num_epochs

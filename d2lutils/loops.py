"""What every loop over batches needs, in training and in evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

# Nothing here is for readers: no name is exported.
__all__ = []


def batch_total(l: torch.Tensor, count: int, loss: Callable) -> torch.Tensor:
    """Return the sum of a batch's losses, whatever the loss function did with them.

    Parameters
    ----------
    l
        What `loss` returned: one number per element, or a single number.
    count
        How many elements the batch has.
    loss
        The loss function. One number is a mean over the batch unless its attribute
        ``reduction`` (which torch's own losses have) says that it is a sum.
    """
    if l.ndim:
        return l.sum()
    return l if getattr(loss, "reduction", "mean") == "sum" else l * count


def batches(name: str, data_iter: Iterable) -> Iterator[tuple]:
    """Yield the pairs (X, y) of `data_iter`, which is called `name` in what is refused."""
    empty = True
    for batch in data_iter:
        if not isinstance(batch, (tuple, list)) or len(batch) != 2:
            raise TypeError(f"{name} must give pairs (X, y), got {type(batch).__name__}")
        X, y = batch
        first = X[0] if isinstance(X, list) else X
        if len(first) != len(y):
            raise ValueError(
                f"X and y in {name} must have equally many examples, got {len(first)} and {len(y)}"
            )
        empty = False
        yield X, y
    if empty:
        raise ValueError(
            f"{name} must give at least one batch, got none (a generator is used up after one pass)"
        )


def forward(net: Callable, X, device: torch.device | None) -> torch.Tensor:
    """Return ``net(X)`` computed on `device`, or say which shape `net` could not take."""
    X = [x.to(device) for x in X] if isinstance(X, list) else X.to(device)
    try:
        return net(X)
    except RuntimeError as error:
        if "shape" not in str(error) and "size" not in str(error):
            raise
        shape = [tuple(x.shape) for x in X] if isinstance(X, list) else tuple(X.shape)
        raise ValueError(f"net must take the batches X, got the shape {shape}: {error}") from error


def device_of(net: Callable, updater=None) -> torch.device | None:
    """Return the device of the parameters of `net`, else of a torch optimizer, else None."""
    if isinstance(net, nn.Module):
        for parameter in net.parameters():
            return parameter.device
    if isinstance(updater, torch.optim.Optimizer):
        return updater.param_groups[0]["params"][0].device
    return None


@contextmanager
def evaluating(net: Callable):
    """Run the block with `net` in evaluation mode and no gradients, then restore its modes."""
    modules = list(net.modules()) if isinstance(net, nn.Module) else []
    modes = [module.training for module in modules]
    if modules:
        net.eval()
    try:
        # Not inference_mode: parameters that a lazy layer makes here must be trainable later.
        with torch.no_grad():
            yield
    finally:
        for module, mode in zip(modules, modes):
            module.training = mode


def refuse_empty(name: str, data_iter: Iterable) -> None:
    """Refuse a loader that is known to be empty before any training starts."""
    try:
        size = len(data_iter)
    except TypeError:
        return  # it has no length: `batches` finds out
    if not size:
        raise ValueError(f"{name} must give at least one batch, got none")


@contextmanager
def channels_last(net: nn.Module):
    """Run the block with the weights of convolutions in the order that CPUs are fast with."""
    net.to(memory_format=torch.channels_last)
    try:
        yield
    finally:
        net.to(memory_format=torch.contiguous_format)

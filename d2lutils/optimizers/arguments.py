"""What the updates refuse, and the shapes of their states."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import torch

from ..checks import number_in, one_of, positive_int

# Nothing here is for readers: no name is exported.
__all__ = []

# What a hyperparameter may be: from and to.
RANGES = {name: (0, 1) for name in ("momentum", "gamma", "rho", "beta1", "beta2")}
RANGES |= {"lr": (0, math.inf), "weight_decay": (0, math.inf), "t": (1, math.inf)}


def tensors(name: str, value: Iterable[torch.Tensor] | int) -> list[torch.Tensor]:
    """Return parameters as a list; for a number of features those of a linear model."""
    if not isinstance(value, Iterable):
        return [torch.zeros(positive_int(name, value), 1), torch.zeros(1)]
    params = list(value)
    if not params or not all(isinstance(p, torch.Tensor) for p in params):
        raise TypeError(f"{name} must be tensors or a number of features, got {value!r}")
    return params


def check_step(
    needed: Sequence[str], params: Sequence[torch.Tensor], states: Sequence, hyperparams: Mapping
) -> None:
    """Refuse what an update can't work with: gradients, states or hyperparameters."""
    if not isinstance(params, (list, tuple)):
        raise TypeError(f"params must be a list of tensors, got {type(params).__name__}")
    if any(p.grad is None for p in params):
        raise ValueError("params must all have gradients: call backward() before the update")
    if not isinstance(states, (list, tuple)) or len(states) != len(params):
        raise ValueError(f"states must be {len(params)}, one for each of params, got {states!r}")
    if missing := [name for name in needed if name not in hyperparams]:
        raise ValueError(f"hyperparams must have {missing[0]!r}, got {dict(hyperparams)!r}")
    for name, value in hyperparams.items():
        if name not in RANGES:
            one_of("a name in hyperparams", name, RANGES)  # which says what there is
        number_in(name, value, *RANGES[name])

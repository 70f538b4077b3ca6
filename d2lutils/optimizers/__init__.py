"""Optimizers written by hand, one update a call, each in the form that `torch.optim` has.

They are called as d2l's trainers are: ``trainer(params, states, hyperparams)`` changes the
parameters and the states in place and leaves the gradients zero. Where papers, d2l and PyTorch
write an update differently, PyTorch's form is taken; each docstring says what differs.
"""

from . import adaptive as _adaptive
from . import momentum as _momentum
from . import trying as _trying
from .adaptive import *
from .momentum import *
from .trying import *

__all__ = [*_adaptive.__all__, *_momentum.__all__, *_trying.__all__]

"""The blocks and networks that the pages build, and how large a network is."""

from .convolution import *
from .convolution import __all__ as _convolution_names

__all__ = [*_convolution_names]

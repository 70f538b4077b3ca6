"""Which functions of PyTorch code uses, and tables of those that the book uses."""

from .scan import *
from .table import *

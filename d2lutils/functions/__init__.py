"""Which functions of PyTorch code uses, and tables of those that the book uses."""

from .scan import torch_names, torch_uses
from .table import function_table

__all__ = ["function_table", "torch_names", "torch_uses"]

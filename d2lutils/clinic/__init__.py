"""The patients of the clinic: training scripts that run without an error and do not learn."""

from .patients import *
from .patients import __all__

"""Projects: a question, data, a baseline to beat, and a checker on sealed data."""

from .checking import *
from .checking import __all__

"""Figures: curves, pictures, and curves that grow while a network trains."""

from . import animator as _animator
from . import curves as _curves
from . import pictures as _pictures
from .animator import *
from .curves import *
from .pictures import *

__all__ = [*_animator.__all__, *_curves.__all__, *_pictures.__all__]

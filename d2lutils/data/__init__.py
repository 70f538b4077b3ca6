"""Data sets: where they come from, and the loaders that hand them out in batches."""

from . import augment as _augment
from . import fashion as _fashion
from . import hub as _hub
from . import images as _images
from . import loaders as _loaders
from . import numbers as _numbers
from . import synthetic as _synthetic
from . import tables as _tables
from . import text as _text
from . import translation as _translation
from .augment import *
from .corpora import read_corpus
from .fashion import *
from .hub import *
from .images import *
from .loaders import *
from .numbers import *
from .synthetic import *
from .tables import *
from .text import *
from .translation import *

__all__ = [
    "read_corpus",
    *_augment.__all__,
    *_fashion.__all__,
    *_hub.__all__,
    *_images.__all__,
    *_loaders.__all__,
    *_numbers.__all__,
    *_synthetic.__all__,
    *_tables.__all__,
    *_text.__all__,
    *_translation.__all__,
]

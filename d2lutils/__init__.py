"""The helpers of the textbook, under the names that its readers know from d2l.

Use it as ``import d2lutils as d2l``: code written for ``from d2l import torch as d2l``
runs on after changing that one line. Every public name of the modules below
stands here too.
"""

from .checks import *
from .clinic import *
from .concepts import *
from .data import *
from .devices import *
from .experiment import *
from .fitting import *
from .fitting_pairs import *
from .functions import *
from .language import *
from .metrics import *
from .models import *
from .optimizers import *
from .plotting import *
from .projects import *
from .report import *
from .schedules import *
from .surfaces import *
from .training import *
from .translating import *
from .widgets import *

__version__ = "0.1.0"

"""Components that react on a static page: one Python class and one script each."""

from .broadcasting import Broadcasting
from .clinic import Case, Clinic
from .curves import Curves
from .explorer import Explorer
from .graph import Graph
from .predict import Predict
from .quiz import Choice, Number, Quiz

__all__ = ["Choice", "Curves", "Explorer", "Graph", "Number", "Predict", "Quiz"]
__all__ = ["Broadcasting", "Choice", "Curves", "Explorer", "Number", "Predict", "Quiz"]
from .playground import Playground
from .predict import Predict
from .quiz import Choice, Number, Quiz

__all__ = ["Choice", "Curves", "Explorer", "Number", "Playground", "Predict", "Quiz"]
__all__ = ["Case", "Choice", "Clinic", "Curves", "Explorer", "Number", "Predict", "Quiz"]

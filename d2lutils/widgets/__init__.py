"""Components that react on a static page: one Python class and one script each."""

from .alignment import Alignment
from .augmenter import Augmenter
from .beamtree import BeamTree
from .broadcasting import Broadcasting
from .calculator import ConvolutionCalculator
from .clinic import Case, Clinic
from .concept_cards import ConceptCards
from .curves import Curves
from .explorer import Explorer
from .featuremaps import FeatureMaps
from .graph import Graph
from .kernel import KernelEditor
from .ladder import Ladder
from .normaxes import NormAxes
from .optimizer_race import OptimizerRace
from .packed import quantized
from .playground import Playground
from .predict import Predict
from .quiz import Choice, Number, Quiz
from .receptive import ReceptiveField
from .remember import Remember
from .scatter_table import ScatterTable
from .schedule_explorer import ScheduleExplorer
from .shifter import Shifter
from .text_writer import TextWriter
from .the_bet import TheBet
from .twelve_runs import TwelveRuns
from .word_map import WordMap

__all__ = [
    "Alignment",
    "Augmenter",
    "BeamTree",
    "Broadcasting",
    "Case",
    "Choice",
    "Clinic",
    "ConceptCards",
    "ConvolutionCalculator",
    "Curves",
    "Explorer",
    "FeatureMaps",
    "Graph",
    "KernelEditor",
    "Ladder",
    "NormAxes",
    "Number",
    "OptimizerRace",
    "Playground",
    "Predict",
    "Quiz",
    "ReceptiveField",
    "Remember",
    "ScatterTable",
    "ScheduleExplorer",
    "Shifter",
    "TextWriter",
    "TheBet",
    "TwelveRuns",
    "WordMap",
    "quantized",
]

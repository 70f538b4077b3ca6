"""The blocks and networks that the pages build, and how large a network is."""

from .attention import *
from .attention import __all__ as _attention_names
from .blocks import *
from .blocks import __all__ as _blocks_names
from .convolution import *
from .convolution import __all__ as _convolution_names
from .hmm import *
from .hmm import __all__ as _hmm_names
from .inits import *
from .inits import __all__ as _inits_names
from .networks import *
from .networks import __all__ as _networks_names
from .ngrams import *
from .ngrams import __all__ as _ngrams_names
from .norms import *
from .norms import __all__ as _norms_names
from .recurrent import *
from .recurrent import __all__ as _recurrent_names
from .search import *
from .search import __all__ as _search_names
from .seq2seq import *
from .seq2seq import __all__ as _seq2seq_names
from .size import *
from .size import __all__ as _size_names

__all__ = [
    *_attention_names,
    *_blocks_names,
    *_convolution_names,
    *_hmm_names,
    *_inits_names,
    *_networks_names,
    *_ngrams_names,
    *_norms_names,
    *_recurrent_names,
    *_search_names,
    *_seq2seq_names,
    *_size_names,
]

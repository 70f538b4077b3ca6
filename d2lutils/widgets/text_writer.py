"""TextWriter: trained language models that write on from the reader's words, in the page."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import torch

from ..checks import one_of, positive_int
from ..data import Vocab
from ..language import generate
from ..models import RNNModel
from .base import Component, paragraph, payload_key
from .still import text_png
from .text_models import checked_letters, checked_models, checked_vocab, described

__all__ = ["TextWriter"]

TEMPERATURES = [round(0.1 * i, 1) for i in range(21)]
TOPS = [1, 2, 3, 5, 10, 20, None]  # None: all characters
HINT = "Press Write: the model is loaded, reads the prompt and goes on, character by character."


class TextWriter(Component):
    """Language models that write live: with a prompt, a temperature, top-k and a seed.

    The networks run in the page, on weights of eight bits (see `quantized`); the probabilities
    are those of PyTorch with the same weights. Each character that is written has a shade for the
    probability that the model gave it; a tap on one shows what else could have stood there. A
    model is loaded when it writes for the first time.

    Parameters
    ----------
    models
        One to four models over characters by name: an `RNNModel` with an `nn.RNN`, `nn.GRU` or
        `nn.LSTM` of one layer, at most 100,000 bytes when packed.
    vocab
        Their vocabulary, of single characters.
    prompt
        What they go on from at first.
    temperature
        At first: 0, 0.1, ... 2.
    top_k
        At first: 1, 2, 3, 5, 10, 20 or None, for all.
    seed
        Of the random numbers, 0 to 999.
    length
        Characters written at a press of the button.
    caption
        Plain text above: what to try.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as said above.

    Examples
    --------
    >>> vocab = d2l.Vocab(list("the lark sang"))
    >>> net = d2l.RNNModel(nn.GRU(len(vocab), 8), len(vocab))
    >>> d2l.TextWriter({"GRU": net}, vocab, prompt="the ")
    TextWriter(GRU; 'the ', temperature 0.7)
    """

    script = "text_writer.js"

    def __init__(
        self,
        models: Mapping[str, RNNModel],
        vocab: Vocab,
        *,
        prompt: str = "The river ",
        temperature: float = 0.7,
        top_k: int | None = None,
        seed: int = 0,
        length: int = 300,
        caption: str = "",
    ) -> None:
        self.models = checked_models(models, vocab)
        self.vocab = vocab
        self.prompt = checked_letters("prompt", prompt, vocab)
        self.temperature = one_of("temperature", temperature, TEMPERATURES)
        self.top_k = one_of("top_k", top_k, TOPS)
        self.seed = one_of("seed", seed, range(1000))
        self.length = positive_int("length", length)
        self.caption = str(caption)
        self._described = [described(name, net) for name, net in self.models.items()]

    def payloads(self) -> list[object]:
        return [data for _, data in self._described]

    def state(self) -> dict:
        return {
            "models": [{**about, "payload": payload_key(data)} for about, data in self._described],
            "vocab": checked_vocab(self.vocab),
            "temperatures": TEMPERATURES,
            "tops": TOPS,
            "start": {
                "prompt": self.prompt,
                "temperature": TEMPERATURES.index(self.temperature),
                "top": TOPS.index(self.top_k),
                "seed": self.seed,
            },
            "length": self.length,
            "hint": HINT,
            "caption": self.caption,
        }

    def still_html(self) -> str:
        buttons = "".join(f'<span class="d2l-button">{escape(name)}</span>' for name in self.models)
        blank = '<div class="d2l-field"><span class="d2l-name">{}</span><input disabled></div>'
        control = '<div class="d2l-control"><span class="d2l-name">{}</span></div>'
        rows = "<tr><th>&nbsp;</th><td></td></tr>" * 9
        return (
            paragraph(self.caption, "caption")
            + (f'<div class="d2l-actions">{buttons}</div>' if len(self.models) > 1 else "")
            + f'<div class="d2l-fields">{blank.format("prompt")}{blank.format("seed")}</div>'
            '<p class="d2l-note"></p>'
            f'<div class="d2l-controls">{control.format("temperature")}'
            f'{control.format("top-k")}</div>'
            '<div class="d2l-actions"><span class="d2l-button">Write</span></div>'
            f'<div class="d2l-writing"><div><div class="d2l-paper">{escape(self.prompt)}'
            "<noscript>To write needs JavaScript.</noscript></div>"
            '<p class="d2l-shades">&nbsp;</p></div><div class="d2l-look d2l-reserved">'
            '<p class="d2l-where"></p><div class="d2l-control"></div>'
            f'<table class="d2l-next">{rows}</table></div></div>'
        )

    def still_png(self) -> bytes:
        """Draw what each model writes, by random numbers of PyTorch."""
        lines = []
        for name, net in self.models.items():
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(self.seed)
                text = generate(
                    net, self.vocab, self.prompt, self.length, self.temperature, self.top_k)
            lines += [f"{name}, temperature {self.temperature}:", *text.splitlines(), ""]
        return text_png(lines)

    def __repr__(self) -> str:
        return (f"TextWriter({', '.join(self.models)}; {self.prompt!r}, "
                f"temperature {self.temperature})")

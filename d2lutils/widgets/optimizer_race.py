"""OptimizerRace: methods of optimization run down a surface, from where the reader starts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from ..checks import number_in, one_of, some_of
from ..surfaces import SURFACES, Surface
from .base import Component, paragraph
from .race_still import METHODS, STEPS, STYLES, race_png
from .still import png_uri
from .tour import checked_tour, still_tour

__all__ = ["OptimizerRace"]

INVITE = "Each button sets the start and the knobs."
GUIDE = "The line marks the rate above; a press on the chart, or the arrow keys, choose another."

_MANTISSAS = (*range(10, 20), 20, 22, 25, 28, 30, 33, 36, *range(40, 100, 5))
RATES = [float(f"{m}e{k}") for k in range(-5, 0) for m in _MANTISSAS] + [10.0]
# What stands beside a knob, its values, the one at the start, and who turns it.
KNOBS = {
    "rate": ("learning rate", RATES, 0.1, tuple(METHODS)),
    "momentum": ("momentum", [*(k / 20 for k in range(20)), 0.98, 0.99], 0.9,
                 ("momentum", "Nesterov")),
    "beta1": ("β₁ of Adam", [0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99], 0.9,
              ("Adam", "AdamW")),
    "beta2": ("β₂ of Adam", [0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999], 0.999,
              ("Adam", "AdamW")),
}  # fmt: skip
LIMITS = {"rate": (RATES[0], RATES[-1]), "momentum": (0, 0.999), "beta1": (0, 0.999),
          "beta2": (0, 0.99999)}  # fmt: skip


class OptimizerRace(Component):
    """Surfaces of two parameters, and the ways that methods of optimization take down them.

    The reader drags the start over the contours and turns the knobs; the ways, 100 steps long,
    and the losses beside them are drawn anew at once. A chart to unfold shows the loss after
    these steps for every rate. The methods are those of ``torch.optim`` in double precision,
    with its defaults where there is no knob (RMSprop's alpha 0.99, Adadelta's rho 0.9, AdamW's
    weight decay 0.01).

    Parameters
    ----------
    methods
        Those that can run: any of "gradient descent", "momentum", "Nesterov", "AdaGrad",
        "RMSProp", "Adadelta", "Adam", "AdamW". Momentum and the betas have a knob where one of
        the methods uses them.
    surfaces
        Those to choose from: any of "bowl", "ravine", "saddle", "Rosenbrock", "many minima"
        (see `surface`).
    start
        Values at the start, any of "surface", "methods" (a list: which of them run), "rate"
        (from 0.0001 to 10), "momentum", "beta1", "beta2", and the starting point "x", "y".
        Without them: the first surface from its own start, all methods, rate 0.1, momentum 0.9,
        betas 0.9 and 0.999.
    tour
        Settings to try, each (title, values, text): the title stands on a button, the values
        replace those of the start, the text says what to look at.
    caption
        Plain text above: what to try.

    Raises
    ------
    TypeError, ValueError
        If a method, a surface or a value does not exist, a point lies outside the picture, or a
        text is empty.

    Examples
    --------
    >>> d2l.OptimizerRace(["gradient descent"], ["ravine", "bowl"], start={"rate": 0.9})
    OptimizerRace(gradient descent on ravine or bowl; from (-5, 1.5), rate 0.9)
    >>> d2l.OptimizerRace(["SGD"])
    Traceback (most recent call last):
    ...
    ValueError: an entry of methods must be one of 'gradient descent', 'momentum', 'Nesterov', \
'AdaGrad', 'RMSProp', 'Adadelta', 'Adam', 'AdamW', got 'SGD'
    """

    script = "optimizer_race.js"

    def __init__(
        self,
        methods: Sequence[str],
        surfaces: Sequence[str] = tuple(SURFACES),
        start: Mapping | None = None,
        *,
        tour: Sequence[tuple[str, Mapping, str]] = (),
        caption: str = "",
    ) -> None:
        self.methods = some_of("methods", methods, METHODS)
        self.surfaces = some_of("surfaces", surfaces, SURFACES)
        first = {"surface": self.surfaces[0], "methods": self.methods}
        defaults = first | {name: knob[2] for name, knob in KNOBS.items()}
        self.start = defaults | self._setting("start", start or {}, defaults)
        self.start = self._at_start(self.start)
        self.tour = checked_tour(tour, self._stop)
        self.caption = str(caption)

    def _setting(self, name: str, given, base: Mapping) -> dict:
        """Return checked values; the point must lie in the picture of the surface it is on."""
        if not isinstance(given, Mapping):
            raise TypeError(f"{name} must be a dict, got {given!r}")
        for key in given:
            one_of(f"a key of {name}", key, ["surface", "methods", *KNOBS, "x", "y"])
        there = SURFACES[one_of(f"{name}['surface']", given.get("surface", base["surface"]),
                                self.surfaces)]  # fmt: skip
        limits = LIMITS | {"x": there.xlim, "y": there.ylim}
        checked = {
            key: number_in(f"{name}[{key!r}]", value, *limits[key])
            for key, value in given.items()
            if key in limits
        }
        if "methods" in given:
            checked["methods"] = some_of(f"{name}['methods']", given["methods"], self.methods)
        return checked | ({"surface": there.name} if "surface" in given else {})

    def _at_start(self, setting: dict) -> dict:
        """Return the setting with the surface's own starting point where it names none."""
        return dict(zip("xy", SURFACES[setting["surface"]].start)) | setting

    def _stop(self, name: str, given) -> dict:
        """Return the checked values of a stop; a new surface brings its own starting point."""
        setting = self._setting(name, given, self.start)
        return self._at_start(setting) if "surface" in setting else setting

    def _knobs(self) -> list[dict]:
        """Return the knobs that some method uses, with all values that a stop asks for."""
        settings = [self.start, *(stop["setting"] for stop in self.tour)]
        return [
            {
                "name": name,
                "title": title,
                "values": sorted({*values, *(s[name] for s in settings if name in s)}),
                "users": [method for method in self.methods if method in users],
            }
            for name, (title, values, _, users) in KNOBS.items()
            if set(users) & set(self.methods)
        ]

    def state(self) -> dict:
        return {
            "methods": [{"name": name, "style": STYLES[name]} for name in self.methods],
            "surfaces": [_described(SURFACES[name]) for name in self.surfaces],
            "start": self.start,
            "knobs": self._knobs(),
            "tour": self.tour,
            "steps": STEPS,
            "caption": self.caption,
            "invite": INVITE,
            "guide": GUIDE,
        }

    def still_html(self) -> str:
        titles = ["surface"] * (len(self.surfaces) > 1) + [knob["title"] for knob in self._knobs()]
        controls = "".join(
            f'<div class="d2l-control"><span class="d2l-name">{escape(title)}</span></div>'
            for title in titles
        )
        lanes = "".join(
            f'<div class="d2l-lane"><span class="d2l-runner">{escape(name)}</span>'
            '<span class="d2l-value"></span><span class="d2l-fate"></span></div>'
            for name in self.methods
        )
        return (
            paragraph(self.caption, "caption")
            + still_tour(self.tour, INVITE)
            + f'<div class="d2l-controls">{controls}</div><div class="d2l-course">'
            '<div><div class="d2l-chart"><div class="d2l-map"></div></div><p class="d2l-row"></p>'
            f'</div><div class="d2l-loss"></div><img class="d2l-still" '
            f'alt="{escape(self._words())}" src="{png_uri(self.still_png())}"></div>'
            '<div class="d2l-replay"><div class="d2l-control"><span class="d2l-name">steps shown'
            f'</span></div></div><div class="d2l-lanes">{lanes}</div>'
            "<details><summary>Try every rate</summary></details>"
            '<div class="d2l-foot"><noscript>A still picture: this needs JavaScript.</noscript>'
            "</div>"
        )

    def still_png(self) -> bytes:
        return race_png(self.start)

    def _words(self) -> str:
        return f"Ways of {', '.join(self.start['methods'])} on {self.start['surface']}"

    def __repr__(self) -> str:
        x, y, rate = self.start["x"], self.start["y"], self.start["rate"]
        return (
            f"OptimizerRace({', '.join(self.methods)} on {' or '.join(self.surfaces)}; "
            f"from ({x:g}, {y:g}), rate {rate:g})"
        )


def _described(surface: Surface) -> dict:
    """Return what the script has to know of a surface; the function it has itself."""
    names = ("name", "formula", "xlim", "ylim", "start", "levels", "minima", "local_minima",
             "saddles")  # fmt: skip
    return {name: getattr(surface, name) for name in names}

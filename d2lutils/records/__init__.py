"""Recorded runs: what a train function gave, over a grid of settings and several seeds.

A record is a JSON file beside this module, written by ``make record`` and committed. It
holds the curves of every run, and what one has to know to run them again.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import torch

from ..checks import one_of
from ..devices import fast_mode

__all__ = ["Record", "Run", "load"]

FORMAT = 1
FOLDER = Path(__file__).parent
DIGITS = 5  # significant ones, of a curve's values in a file
_NAME = re.compile(r"[a-z0-9-]+/[a-z0-9-]+(/[a-z0-9-]+)?")


@dataclass(frozen=True)
class Run:
    """One run of a train function.

    Attributes
    ----------
    setting, seed
        The values of the grid's axes, and the seed, that it ran with.
    curves
        For each metric one number an epoch; not a number where it was not finite.
    seconds
        How long it took.
    data
        What it saw: "full" data, a "sample" of it, or "fast" for smoke mode.
    """

    setting: dict
    seed: int
    curves: dict[str, list[float]]
    seconds: float
    data: str = "full"


@dataclass(frozen=True)
class Record:
    """The runs of an experiment, and how they came about.

    Attributes
    ----------
    name
        Like "regularization/03-dropout"; a page's second one has a third part.
    code
        Hash of the train function and of what it uses, see `code.code_hash`.
    axes
        For each axis of the grid its values.
    seeds
        How many seeds each setting was run with, counted from 0.
    runs
        At most settings x seeds of them; fewer if some failed.
    versions, command, date, threads
        Of Python, torch and d2lutils; what was called; the day; CPU threads of a run.
    """

    name: str
    code: str
    axes: dict[str, list]
    seeds: int
    runs: list[Run]
    versions: dict[str, str]
    command: str
    date: str
    threads: int

    @classmethod
    def now(cls, name: str, code: str, axes: dict, seeds: int, runs: list[Run], command: str):
        """Make a record of runs of today, with the versions of this process."""
        from .. import __version__

        versions = {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "d2lutils": __version__,
        }
        today, threads = date.today().isoformat(), torch.get_num_threads()
        return cls(name, code, axes, seeds, runs, versions, command, today, threads)

    @property
    def metrics(self) -> list[str]:
        """The names of the curves."""
        return list(self.runs[0].curves)

    def settings(self) -> Iterator[dict]:
        """Yield each setting of the grid."""
        return settings(self.axes)

    def values(self, metric: str, setting: Mapping) -> np.ndarray:
        """Return the curves of a metric at a setting, shape (seeds, epochs).

        A run that ended early is filled up with values that are not numbers. The shape is
        (0, 0) where nothing was recorded.

        Raises
        ------
        ValueError
            If there is no such metric.
        """
        one_of("metric", metric, self.metrics)
        found = [run.curves[metric] for run in self.runs if same_setting(run.setting, setting)]
        values = np.full((len(found), max(map(len, found), default=0)), np.nan)
        for row, curve in zip(values, found):
            row[: len(curve)] = curve
        return values

    def finals(self, metric: str, setting: Mapping, at: str = "last") -> np.ndarray:
        """Return one value a seed, shape (seeds,): at the last epoch or at the best one.

        Best is the largest of a metric whose name has "accuracy" or "bleu" in it, and the
        smallest of any other.
        """
        one_of("at", at, ["last", "best"])
        one_of("metric", metric, self.metrics)
        runs = [r.curves[metric] for r in self.runs if same_setting(r.setting, setting)]
        if at == "last":
            return np.array([curve[-1] for curve in runs])
        best = max if re.search("accuracy|bleu", metric, re.IGNORECASE) else min
        finite = ([v for v in curve if math.isfinite(v)] for curve in runs)
        return np.array([best(curve, default=math.nan) for curve in finite])

    def table(self, metric: str, at: str = "last", **where) -> list[dict]:
        """Return one row a setting: its values, and mean, std, low, high, n over the seeds.

        The standard deviation is the one of a sample (n - 1), zero for a single seed. Where
        a run gave no finite number, the row has none either.

        Parameters
        ----------
        metric, at
            See `finals`.
        **where
            Values of some axes: only rows with these.
        """
        for name in where:
            one_of("an axis", name, self.axes)
        rows = []
        for setting in self.settings():
            if not same_setting({name: setting[name] for name in where}, where):
                continue
            values = self.finals(metric, setting, at)
            if not len(values):
                continue
            rows.append({
                **setting,
                "mean": float(values.mean()),
                "std": float(values.std(ddof=1)) if len(values) > 1 else 0.0,
                "low": float(values.min()),
                "high": float(values.max()),
                "n": len(values),
            })
        return rows

    def source(self) -> str:
        """Say in a sentence where the runs come from."""
        seeds = f"{self.seeds} seed{'s' * (self.seeds > 1)} a setting"
        threads = f"{self.threads} CPU thread{'s' * (self.threads > 1)}"
        return f"Recorded on {self.date}: {seeds}, PyTorch {self.versions['torch']}, {threads}."

    def save(self) -> Path:
        """Write the file, whole or not at all, and return its path."""
        head = {
            "format": FORMAT, "name": self.name, "code": self.code, "versions": self.versions,
            "command": self.command, "date": self.date, "threads": self.threads,
            "axes": self.axes, "seeds": self.seeds, "metrics": self.metrics,
        }
        lines = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in head.items()]
        runs = [json.dumps(self._packed(run), separators=(",", ":")) for run in self.runs]
        text = "{\n" + ",\n".join(lines) + ',\n"runs": [\n' + ",\n".join(runs) + "\n]}\n"
        path = record_path(self.name)
        part = path.with_name(f".{path.name}.{os.getpid()}")
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
        return path

    def _packed(self, run: Run) -> dict:
        at = [self.axes[name].index(value) for name, value in run.setting.items()]
        curves = [numbers_to_json(run.curves[metric], DIGITS) for metric in self.metrics]
        return {"at": at, "seed": run.seed, "seconds": round(run.seconds, 2), "curves": curves}


def checked_name(name) -> str:
    """Return `name`, or say what the name of an experiment looks like.

    Raises
    ------
    TypeError, ValueError
        If it is no string, or not two or three parts of a-z, 0-9 and - with / between.
    """
    if not isinstance(name, str):
        raise TypeError(f"name must be a string, got {name!r}")
    if not _NAME.fullmatch(name):
        raise ValueError("name must be like 'part/page' or 'part/page/which', in a-z, 0-9 and -, "
                         f"got {name!r}")
    return name


def record_path(name: str) -> Path:
    """Return where the record of this name lies: part-page.json, or part-page.which.json."""
    part, page, *which = checked_name(name).split("/")
    return FOLDER / ".".join([f"{part}-{page}", *which, "json"])


def load(name: str) -> Record:
    """Read a record.

    Raises
    ------
    FileNotFoundError
        If there is none of this name.
    ValueError
        If its file is damaged, or in a format that this version cannot read.
    """
    path = record_path(name)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(f"{name} is not recorded yet ({path.name} is missing)") from None
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}; record it again") from None
    found = data.get("format") if isinstance(data, dict) else None
    if found != FORMAT:
        raise ValueError(f"{path} has the format {found!r}, this version of d2lutils reads "
                         f"{FORMAT}: update d2lutils, or record it again")
    try:
        axes, metrics = data["axes"], data["metrics"]
        runs = [
            Run(
                {name: axes[name][i] for name, i in zip(axes, run["at"], strict=True)},
                run["seed"],
                {m: numbers_from_json(c) for m, c in zip(metrics, run["curves"], strict=True)},
                run["seconds"],
            )
            for run in data["runs"]
        ]
        keys = ("name", "code", "axes", "seeds", "versions", "command", "date", "threads")
        record = Record(runs=runs, **{key: data[key] for key in keys})
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is damaged ({type(error).__name__}: {error}); "
                         "record it again") from None
    if not runs:
        raise ValueError(f"{path} is damaged: it has no runs; record it again")
    return record


def settings(axes: Mapping[str, list]) -> Iterator[dict]:
    """Yield each setting of a grid, the last axis changing fastest."""
    return (dict(zip(axes, values)) for values in itertools.product(*axes.values()))


def same_setting(one: Mapping, other: Mapping) -> bool:
    """Say whether two settings have the same names and values, numbers up to rounding."""
    def same(a, b) -> bool:
        numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (a, b))
        return math.isclose(a, b, rel_tol=1e-9) if numbers else type(a) is type(b) and a == b

    return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)


def numbers_to_json(values: Iterable[float], digits: int = 17) -> list[float | None]:
    """Return numbers as JSON can hold them: rounded, and None for what is not finite."""
    return [float(f"{v:.{digits}g}") if math.isfinite(v) else None for v in values]


def numbers_from_json(values: Iterable[float | None]) -> list[float]:
    """Undo `numbers_to_json`."""
    return [math.nan if v is None else float(v) for v in values]


def data_state() -> str:
    """Say what runs of this process see: "full" data, a "sample", or "fast" for smoke mode."""
    from ..data import datasets

    if fast_mode():
        return "fast"
    return "sample" if datasets.samples_in_use else "full"

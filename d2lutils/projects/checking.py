"""Project: the data of a project, and the check of a hand-in on its sealed part."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from .. import records
from ..checks import one_of, positive_int
from ..data import datasets
from ..data.storage import StorageError, data_folder, put_in_place, scratch
from ..devices import fast_mode
from ..loops import device_of, evaluating
from .tasks import TASKS, opened

__all__ = ["Project", "ProjectScore", "project"]

RECORD = "projects/baselines"
ALONE, MAY_DIFFER = 200, 4  # examples that are predicted again; rounding may change a few


@dataclass(frozen=True)
class ProjectScore:
    """A mean score over examples, and how sure it is.

    Attributes
    ----------
    what, measure, better
        Which data it is from; what the score is; whether "higher" or "lower" is better.
    score, error
        The mean over the examples, and its standard error.
    examples
        How many there are.
    baseline, baseline_error
        The baseline's mean over its seeds on the same data, and its standard error; None
        where there is nothing to compare with.
    luck
        The standard deviation of the baseline over its seeds. Yours was trained once, and is
        taken to depend on its seed as much.
    notes
        What else there is to say.

    Examples
    --------
    >>> d2l.ProjectScore("sealed", "accuracy", "higher", 0.8, 0.01, 1600, 0.75, 0.01, 0.02)
    sealed: accuracy 0.800, standard error 0.010 (1,600 examples)
    baseline: 0.750; yours is better by 0.050, standard error 0.024: more than chance
    """

    what: str
    measure: str
    better: str
    score: float
    error: float
    examples: int
    baseline: float | None = None
    baseline_error: float | None = None
    luck: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def gain(self) -> float:
        """By how much it is better than the baseline; not a number without one."""
        if self.baseline is None:
            return math.nan
        return (self.score - self.baseline) * (1 if self.better == "higher" else -1)

    @property
    def gain_error(self) -> float:
        """The standard error of `gain`, for other seeds too; as if the examples were others."""
        if self.baseline is None:
            return math.nan
        return math.hypot(self.error, self.baseline_error, self.luck)

    @property
    def beats(self) -> bool:
        """Whether it is better than the baseline by more than two standard errors."""
        return self.gain > 2 * self.gain_error

    def __repr__(self) -> str:
        lines = [f"{self.what}: {self.measure} {self.score:.3f}, standard error "
                 f"{self.error:.3f} ({self.examples:,} examples)"]
        if self.baseline is not None:
            which = "better" if self.gain > 0 else "worse"
            chance = abs(self.gain) <= 2 * self.gain_error
            lines.append(f"baseline: {self.baseline:.3f}; yours is {which} by "
                         f"{abs(self.gain):.3f}, standard error {self.gain_error:.3f}: "
                         + ("may be chance" if chance else "more than chance"))
        return "\n".join([*lines, *self.notes])


class Project:
    """The data of a project, and the check of what was made of it; `project` returns one.

    Attributes
    ----------
    name
        The part of the book.
    seed
        Which sealed data was drawn.
    train, valid
        Pairs (X, y).

    Examples
    --------
    >>> project = d2l.project("rnn")
    >>> X, y = project.train
    >>> X[0], y[0][:22]
    ('chapteronetheferryatsaltmouth...', 'chapter one the ferry ')
    """

    def __init__(self, name: str, seed: int = 0) -> None:
        self._task = TASKS[one_of("name", name, TASKS)]
        self.name, self.seed = name, positive_int("seed", seed, least=0)
        self.train, self.valid, self._test = self._task.parts(self.seed)

    def score(self, predict: Callable) -> ProjectScore:
        """Return the score on the validation data: as often as you like, to choose by.

        Parameters
        ----------
        predict
            A function of X, or a module, which is put into evaluation mode meanwhile and gets
            tensors on its own device. What it returns has one entry for each example, in the
            order of X: labels or scores of ten classes, numbers, or lines.

        Raises
        ------
        ValueError, TypeError
            If the predictions do not fit, or depend on which examples come together: a changed
            order, or dropout or batch norm as in training.

        Examples
        --------
        >>> d2l.project("rnn").score(lambda lines: lines)
        validation: share of the words found 0.000, standard error 0.000 (... examples)
        ...
        """
        return self._score("validation", "valid", predict, *self.valid)

    def check(self, predict: Callable) -> ProjectScore:
        """Return the score on the sealed data, and count that it was opened.

        Do it once, when every choice has been made. The data lies on your disk: this is a seal,
        not a lock.

        Parameters
        ----------
        predict
            As for `score`.

        Raises
        ------
        ValueError, TypeError
            As `score` does. Then no score was seen, and it does not count.
        """
        result = self._score("sealed", "sealed", predict, *opened(self._test))
        times = _count(f"{self.name} {self.seed}")
        said = (f"sealed data {self.seed} opened {times} time{'s' * (times > 1)} on this machine"
                if times else "not counted: the folder for data cannot be written to")
        return replace(result, notes=(*result.notes, said))

    def _score(self, what: str, part: str, predict: Callable, X, y) -> ProjectScore:
        if not callable(predict):
            raise TypeError(f"predict must be a function of X or a module, "
                            f"got {type(predict).__name__}")
        predictions = _predictions(predict, X)
        if predictions is None:
            raise TypeError("predict must return its predictions, got None: is a return missing?")
        scores = self._task.scores(predictions, y, X)
        rows = np.linspace(len(y) - 1, 0, min(ALONE, len(y))).astype(int)  # from the last on
        few, few_y = _rows(X, rows), _rows(y, rows)
        again = self._task.scores(_predictions(predict, few), few_y, few)
        if (~np.isclose(again, scores[rows], rtol=1e-3, atol=1e-3)).sum() > MAY_DIFFER:
            raise ValueError(
                "predict must give each example its own prediction, but some examples alone got "
                "others than among all: keep their order (no shuffled loader), and set networks "
                "to evaluation mode (net.eval())"
            )
        baseline, note = self._baseline(part)
        return ProjectScore(what, self._task.measure, self._task.better, float(scores.mean()),
                            float(scores.std(ddof=1) / len(scores) ** 0.5), len(scores),
                            *baseline, notes=(note,) if note else ())

    def _baseline(self, part: str) -> tuple[tuple, str]:
        """Return what `baseline` does; or nothing, and why."""
        if fast_mode():
            return (), "no comparison: this is smoke mode"
        if self._task.images and "fashion-mnist" in datasets.samples_in_use:
            return (), "no comparison: this is a sample of Fashion-MNIST"
        try:
            return baseline(self.name, part), ""
        except FileNotFoundError:
            return (), "no comparison: the baseline is not recorded yet"

    def __repr__(self) -> str:
        return (f"Project {self.name}: {self._task.measure}, {self._task.better} is better; "
                f"{len(self.train[1]):,} examples train, {len(self.valid[1]):,} validate, "
                f"{len(opened(self._test)[1]):,} are sealed")


def project(name: str, seed: int = 0) -> Project:
    """Return the data of a project and its checker.

    Parameters
    ----------
    name
        "basics", "cnn", "rnn", "optimization" or "regularization".
    seed
        Draws the sealed data from a pool; the other parts are always the same. Who grades may
        draw data of their own.

    Raises
    ------
    ValueError, TypeError
        If there is no project of this name, or `seed` is not a whole number of at least 0.
    ModuleNotFoundError, DataNotAvailable
        As the loaders of the data do; "basics" needs pandas.

    Examples
    --------
    >>> d2l.project("rnn")
    Project rnn: share of the words found, higher is better; ... are sealed
    """
    return Project(name, seed)


def baseline(name: str, part: str) -> tuple[float, float, float]:
    """Return a baseline's recorded mean over its seeds, its standard error, and its luck.

    The error holds both sources of luck: the examples, and the seeds. The third number is the
    standard deviation over the seeds: how far a single training may lie from the mean.

    Parameters
    ----------
    name
        The project.
    part
        "valid" or "sealed".
    """
    record, setting = records.load(RECORD), {"project": name}
    scores = record.finals(f"{part} score", setting)
    seeds = scores.var(ddof=1) / len(scores)
    examples = (record.finals(f"{part} error", setting) ** 2).mean()
    return float(scores.mean()), math.sqrt(seeds + examples), float(scores.std(ddof=1))


def _predictions(predict: Callable, X):
    """Return what `predict` makes of a copy of X, on the device of a module."""
    X = X.clone().to(device_of(predict)) if isinstance(X, torch.Tensor) else X.copy()
    with evaluating(predict):
        return predict(X)


def _rows(data, rows: np.ndarray):
    """Return rows of a tensor, an array, a table or a list."""
    if isinstance(data, list):
        return [data[i] for i in rows]
    return data.iloc[rows].reset_index(drop=True) if hasattr(data, "iloc") else data[rows.copy()]


def _count(key: str) -> int | None:
    """Count one more opening, in a file beside the data; return how many, or None."""
    path = data_folder() / "projects-opened.json"
    try:
        counts = json.loads(path.read_text(encoding="utf-8"))
        times = int(counts.get(key, 0)) + 1
    except (OSError, ValueError, AttributeError, TypeError):  # none yet, or damaged
        counts, times = {}, 1
    try:
        with scratch(path.parent) as folder:
            part = folder / path.name
            part.write_text(json.dumps({**counts, key: times}), encoding="utf-8")
            put_in_place(part, path)
    except StorageError:
        return None
    return times

"""Run a train function, once or over many settings, here or through an executor."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, as_completed
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from ..devices import cut_epochs, seed_everything
from ..widgets.grid import plain
from . import Run, data_state

__all__: list[str] = []

# One run at a time in a process: the random generators that a seed fixes are the process's own,
# so that two runs at once would disturb each other's numbers.
TRAINING = threading.Lock()


@dataclass(frozen=True)
class Failure:
    """A run that raised an error, which `error` tells in a line."""

    setting: dict
    seed: int
    error: str


def epochs(train: Callable, arguments: dict, seed: int) -> Iterator[dict[str, float]]:
    """Seed everything, then yield what `train` yields for each epoch, as plain numbers.

    `train` gets `seed` as an argument too, if it has one of that name. In smoke mode its
    argument num_epochs, if it has one, is at most 2.

    Raises
    ------
    TypeError, ValueError
        If `train` yields something else than a dict of numbers, other names than in the
        epoch before, or nothing at all. Whatever `train` raises passes through.
    """
    names = None
    with TRAINING:
        seed_everything(seed)
        with closing(train(**arguments)) as steps:
            for step in steps:
                step = _checked_step(step)
                if names is not None and set(step) != names:
                    raise ValueError(f"train must yield the same names each epoch, got "
                                     f"{sorted(step)} after {sorted(names)}")
                names = set(step)
                yield step
    if names is None:
        raise ValueError("train must yield once an epoch, but it yielded nothing")


def _checked_step(step) -> dict[str, float]:
    if not isinstance(step, dict) or not step:
        raise TypeError(f"train must yield a dict like {{'train loss': 0.5}}, got {step!r}")
    try:
        return {str(name): float(plain(value)) for name, value in step.items()}
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"train must yield a dict of numbers, got {step!r}") from None


def arguments_for(parameters: dict, setting: dict, seed: int) -> dict:
    """Return the arguments of a call of a train function that has `parameters`."""
    arguments = dict(setting)
    if "seed" in parameters:
        arguments["seed"] = seed
    if "num_epochs" in parameters:
        given = setting.get("num_epochs", parameters["num_epochs"].default)
        arguments["num_epochs"] = cut_epochs(given)
    return arguments


def run_once(train: Callable, arguments: dict, setting: dict, seed: int) -> Run:
    """Run `train` to its end. A plain function, so that another process can be handed it."""
    start = time.perf_counter()
    curves: dict[str, list[float]] = {}
    for step in epochs(train, arguments, seed):
        for name, value in step.items():
            curves.setdefault(name, []).append(value)
    return Run(setting, seed, curves, time.perf_counter() - start, data_state())


def run_many(
    jobs: Mapping[int, tuple], executor: Executor | None
) -> Iterator[tuple[int, Run | Failure]]:
    """Run each job, the arguments of `run_once`, and yield key and outcome, as they come.

    An error of one job leaves the others alone. When the caller stops, jobs that have not
    begun are dropped.
    """
    if executor is None:
        for key, job in jobs.items():
            yield key, _outcome(job, partial(run_once, *job))
        return
    futures = {}
    try:
        for key, job in jobs.items():
            futures[executor.submit(run_once, *job)] = key
        for future in as_completed(futures):
            yield futures[future], _outcome(jobs[futures[future]], future.result)
    finally:
        for future in futures:
            future.cancel()


def _outcome(job: tuple, result: Callable[[], Run]) -> Run | Failure:
    try:
        return result()
    except Exception as error:  # of any kind: train is the reader's own code
        _, _, setting, seed = job
        return Failure(setting, seed, one_line(error))


def one_line(error: BaseException) -> str:
    """Return an error's type and the first line of what it says."""
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}".rstrip(": ")

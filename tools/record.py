"""Record the experiments of the notebooks: run what is missing or was changed, and write it down.

    python -m tools.record                      every notebook
    python -m tools.record regularization       one part; or one page: basics/05-softmax-...
    python -m tools.record --check              only say what is missing or stale
    python -m tools.record --verify 2           run two recorded settings again and compare
    python -m tools.record --scheduler tcp://host:8786   on the workers of a dask cluster

A notebook's cells with the tag `record` are executed in order, nothing else of it, in a fresh
module without a kernel; they have to define all they use, and one or more `Experiment`s. The
module with the baselines of the projects, projects/baselines, is executed whole.
Each finished run is kept at once, so a second call goes on where the first was stopped.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import io
import json
import linecache
import math
import multiprocessing
import os
import pickle
import random
import sys
import time
import types
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from pathlib import Path

if __name__ == "__main__":
    # One thread a run, before torch reads it: the numbers depend on it a little. Not where this is
    # imported: it would reach the kernels that others start.
    for _name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[_name] = "1"
    os.environ.setdefault("MPLBACKEND", "agg")

import torch  # noqa: E402

from d2lutils import records  # noqa: E402
from d2lutils.devices import fast_mode  # noqa: E402
from d2lutils.experiment import Experiment  # noqa: E402
from d2lutils.records import Record, same_setting  # noqa: E402
from d2lutils.records.running import Failure, Run  # noqa: E402
from tools.pages import page_name, select  # noqa: E402

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"


def record_cells(path: Path) -> list[str]:
    """Return the code of a notebook's cells with the tag `record`, or of a whole module."""
    if path.suffix == ".py":
        return [path.read_text(encoding="utf-8")]
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    tagged = (c for c in cells if "record" in c["metadata"].get("tags", []))
    return ["".join(c["source"]) for c in tagged if c["cell_type"] == "code"]


def pages(wanted: Iterable[str] = ()) -> list[Path]:
    """Return what records something, notebooks and the baselines of the projects.

    With `wanted` those whose names begin so.

    Raises
    ------
    ValueError
        If a wanted name fits none of them.
    """
    baselines = NOTEBOOKS.parent.glob("d2lutils/projects/baselines.py")
    recording = [p for p in (*sorted(NOTEBOOKS.glob("*/*.ipynb")), *baselines) if record_cells(p)]
    return select(recording, wanted)


def module_name(path: Path) -> str:
    """Return under which name the code of a notebook's tagged cells is registered."""
    return "recorded_" + page_name(path).replace("/", "_").replace("-", "_")


def load_page(path: Path) -> list[Experiment]:
    """Execute a notebook's tagged cells, and return the experiments that they make.

    The module is registered under a name of its own, so that a process which has loaded the
    same page can be handed its train function. The source goes into linecache, where the hash
    of the code looks for it.
    """
    name = module_name(path)
    module = types.ModuleType(name)
    sys.modules[name] = module
    for number, source in enumerate(record_cells(path), start=1):
        file = f"<{page_name(path)}, record cell {number}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        with contextlib.redirect_stdout(io.StringIO()):  # what the page tells its readers
            exec(compile(source, file, "exec"), vars(module))
    found = {id(v): v for v in vars(module).values() if isinstance(v, Experiment)}
    return list(found.values())


def prepare_worker(path: Path) -> None:
    """Make a new process ready for the runs of a page."""
    torch.set_num_threads(1)
    load_page(path)


def lack(experiment: Experiment) -> str:
    """Say what an experiment's record lacks: "missing", "stale", "incomplete"; "" if nothing."""
    record = experiment.recorded
    if record is None:
        return "missing"
    if experiment.stale:
        return "stale"
    complete = math.prod(map(len, record.axes.values())) * record.seeds
    return "incomplete" if len(record.runs) < complete else ""


def check(paths: Iterable[Path]) -> list[str]:
    """Return a line for each experiment whose record is missing, stale or incomplete."""
    return [
        f"{experiment.name}: {problem} (make record NAME={page_name(path)})"
        for path in paths
        for experiment in load_page(path)
        if (problem := lack(experiment))
    ]


def orphans() -> list[str]:
    """Return a line for each record that no notebook's experiment has."""
    names = {experiment.name for path in pages() for experiment in load_page(path)}
    known = {records.record_path(name).name for name in names}
    found = sorted(path.name for path in records.FOLDER.glob("*.json"))
    return [f"{name}: no notebook makes it, so remove it" for name in found if name not in known]


@contextlib.contextmanager
def executor(path: Path, workers: int, scheduler: str = "") -> Iterator[Executor]:
    """Give what runs a page's settings: processes of this machine, or a dask scheduler's workers.

    Raises
    ------
    ValueError
        If dask.distributed is missing, or no scheduler answers at the address.
    """
    if not scheduler:
        context = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
        with ProcessPoolExecutor(workers, context, prepare_worker, (path,)) as pool:
            yield pool
        return
    try:
        from distributed import Client
    except ImportError:
        raise ValueError("scheduler needs dask.distributed: pip install 'd2lutils[cluster]'")
    try:
        client = Client(scheduler, timeout=20)
    except (OSError, ValueError) as error:
        raise ValueError(f"scheduler must be the address of one that answers, such as "
                         f"tcp://host:8786, got {scheduler!r}: {error}") from None
    with client, client.get_executor() as pool:
        yield Whole(pool, path)


class Whole(Executor):
    """Hands functions on as they are, not by name: the workers have d2lutils, but not the page."""

    def __init__(self, pool: Executor, path: Path):
        import cloudpickle  # comes with dask

        self.pool, self.pack = pool, cloudpickle.dumps
        cloudpickle.register_pickle_by_value(sys.modules[module_name(path)])

    def submit(self, function, /, *arguments, **named) -> Future:
        packed = self.pack(functools.partial(function, *arguments, **named))
        return self.pool.submit(lambda: pickle.loads(packed)())


def record_page(path: Path, workers: int, scheduler: str = "") -> None:
    """Record the experiments of a page that need it, with a progress line for each run."""
    for experiment in load_page(path):
        if not (problem := lack(experiment)):
            print(f"{experiment.name}: up to date", flush=True)
            continue
        print(f"{experiment.name}: {problem}", flush=True)
        with executor(path, workers, scheduler) as pool:
            command = f"make record NAME={page_name(path)}"
            written = experiment.record(pool, command=command, progress=progress_lines())
        print(f"{experiment.name}: {written.stat().st_size / 1000:.0f} kB", flush=True)


def progress_lines():
    """Return a function that prints how far the runs are, and when they will be done."""
    start, new = time.monotonic(), 0

    def show(done: int, total: int, outcome: Run | Failure) -> None:
        nonlocal new
        new += 1
        left = (time.monotonic() - start) / new * (total - done)
        said = outcome.error if isinstance(outcome, Failure) else f"{outcome.seconds:.1f} s"
        setting = ", ".join(f"{k}={v}" for k, v in outcome.setting.items())
        print(f"  {done}/{total}  {setting}, seed {outcome.seed}: {said}"
              f"  ({left / 60:.1f} min left)", flush=True)

    return show


def verify(paths: Iterable[Path], count: int, rng: random.Random) -> list[str]:
    """Run `count` recorded runs, chosen at random, again; return a line for each that differs."""
    experiments = [e for path in paths for e in load_page(path) if e.recorded and not e.stale]
    choices = [(e, run) for e in experiments for run in e.recorded.runs]
    wrong = []
    for experiment, old in rng.sample(choices, min(count, len(choices))):
        new = experiment.run(seed=old.seed, **old.setting)
        found = differences(experiment, old, new)
        said = "; ".join(found) or "agrees"
        print(f"{experiment.name} {old.setting}, seed {old.seed}: {said}", flush=True)
        wrong += [f"{experiment.name} {old.setting}, seed {old.seed}: {line}" for line in found]
    return wrong


def differences(experiment: Experiment, old: Run, new: Run) -> list[str]:
    """Return what differs at the end of two runs by more than other machines make it differ.

    The same versions on the same kind of CPU give the same digits. Another CPU adds in another
    order, and training makes such differences grow: to the size of the difference that another
    seed makes, at most. So a last value may be off by the spread (highest minus lowest)
    of the recorded seeds, plus 2 percent of itself; and it is finite if one of theirs is.
    Where a run ends when it has reached something, it may end a little earlier or later too,
    and what both have last is compared.
    """
    found = []
    record = experiment.recorded
    slack = length_slack(record, old.setting)
    if new.data != "full":
        return [f"it ran on other data ({new.data})"]
    if new.curves.keys() != old.curves.keys():
        return [f"curves {sorted(new.curves)}, recorded {sorted(old.curves)}"]
    for metric, curve in old.curves.items():
        last = min(len(curve), len(new.curves[metric])) - 1
        seeds = [c[min(last, len(c) - 1)] for c in curves_at(record, metric, old.setting)]
        before, after = curve[last], new.curves[metric][last]
        finite = [v for v in [*seeds, before] if math.isfinite(v)]
        tolerance = max(finite, default=0) - min(finite, default=0) + 0.02 * abs(before) + 1e-6
        if abs(len(curve) - len(new.curves[metric])) > slack:
            found.append(f"{metric}: {len(new.curves[metric])} epochs, recorded {len(curve)}")
        elif (abs(after - before) > tolerance
              or math.isfinite(after) not in map(math.isfinite, seeds)):
            found.append(f"{metric}: {after:.5g}, recorded {before:.5g}")
    return found


def curves_at(record: Record, metric: str, setting: dict) -> list[list[float]]:
    """Return the curves of a setting, one a seed, each as long as it is."""
    return [run.curves[metric] for run in record.runs if same_setting(run.setting, setting)]


def length_slack(record: Record, setting: dict) -> int:
    """Return how many points more or less a run may have: none where all runs have equally many.

    Otherwise the runs end by themselves: by as many as the seeds of the setting differ, plus 2.
    """
    metric = record.metrics[0]
    if len({len(run.curves[metric]) for run in record.runs}) == 1:
        return 0
    lengths = [len(curve) for curve in curves_at(record, metric, setting)]
    return max(lengths) - min(lengths) + 2


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a part, or a part and page")
    parser.add_argument("--workers", type=int, default=2, help="processes, of one thread each")
    parser.add_argument("--scheduler", default="", metavar="ADDRESS", help="of a dask cluster")
    parser.add_argument("--check", action="store_true", help="say what is missing or stale")
    parser.add_argument("--verify", type=int, metavar="N", help="run N of the runs again")
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    try:
        paths = pages(chosen.names)
        if chosen.check:
            problems = check(paths) + ([] if chosen.names else orphans())
            if not problems:
                print("All records are up to date.")
        elif chosen.verify:
            problems = verify(paths, chosen.verify, random.Random())
        elif fast_mode():
            problems = ["nothing is recorded in smoke mode: unset D2LUTILS_FAST"]
        else:
            problems = []
            for path in paths:
                try:
                    record_page(path, chosen.workers, chosen.scheduler)
                except RuntimeError as error:  # the other pages go on
                    problems.append(str(error))
    except ValueError as error:
        problems = [str(error)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

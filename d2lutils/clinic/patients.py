"""Scripts with a fault in them: to read, to run, and to mend."""

from __future__ import annotations

import linecache
import math
import types
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib.resources import files

from ..checks import number_in, one_of, positive_int
from ..devices import cut_epochs, seed_everything
from ..plotting import plt, use_svg_display
from ..widgets import Case, Curves
from .faults import HEALTHY, PATIENTS, SUSPECTS, Fault

__all__ = ["Patient", "patient"]

NUM_EPOCHS, HEALTHY_SEEDS = 15, 5
SEED = 2  # of the runs that are shown; the symptoms are those of every seed
# The loss of a model that answers the mean price for every flat: the variance of the prices.
MEAN_FOR_ALL = ("variance of the prices", 2.0**2 + 3.4**2)
# For each script its charts: the curves, the range of y, and a line to compare with.
CHARTS = {
    "pictures": {
        "loss": (["train loss"], (0, 3), ("log 10: untrained", math.log(10))),
        "accuracy": (["train accuracy", "valid accuracy"], (0, 1), ("0.1: guessing", 0.1)),
    },
    "prices": {
        "training loss": (["train loss"], (0, 40), MEAN_FOR_ALL),
        "validation loss": (["valid loss"], (0, 40), MEAN_FOR_ALL),
    },
}


class Patient:
    """A script that runs without an error and does not learn as it should.

    Made by `patient`.

    Attributes
    ----------
    number
        From 1 to 10; 0 for the one that is well.
    complaint
        What the owner of the script says.
    code
        The faulty script.
    parts
        What the faulty script defines, after it has run: ``parts.get_net()``.
    """

    def __init__(self, number: int, fault: Fault) -> None:
        self.number, self.fault, self.complaint = number, fault, fault.complaint
        self.code = faulty_script(fault)
        self.parts = run_script(self.code, f"<patient {number}>")

    def curves(self, seed: int = SEED) -> dict[str, list[float]]:
        """Train the faulty script and return what it reports, one number an epoch."""
        return fault_curves(self.fault, seed)

    def healthy(self) -> list[dict[str, list[float]]]:
        """Return what the sound script reports, one dict for each of five seeds."""
        return healthy_curves(self.fault.script)

    def treat(self, **parts) -> None:
        """Train with some functions of the script replaced, draw the curves, and judge them.

        The curves are laid over those of the patient and of healthy runs. It never raises an
        error, since a function that is being mended may fail in any way.

        Parameters
        ----------
        **parts
            For names that the script defines, such as ``loss`` or ``Dense``, what replaces them.
        """
        try:
            module = run_script(self.code, f"<patient {self.number}, treated>")
            for name, part in parts.items():
                one_of("a part", name, [n for n in vars(module) if n[0] != "_"])
                setattr(module, name, part)
            yours = curves_of(module.train, SEED, cut_epochs(NUM_EPOCHS))
            self.plot(yours)
            verdict = self._verdict(yours)
        except Exception as error:
            verdict = f"{type(error).__name__}: {error}"
            if "ellipsis" in verdict:
                verdict = "a line is still missing (the answer is ...)."
        print("It learns." if verdict is None else f"Not yet: {verdict}")

    def plot(self, yours: dict[str, list[float]] | None = None) -> None:
        """Draw the curves of the faulty script, or `yours` over them and the healthy ones."""
        charts, sick = CHARTS[self.fault.script], self.curves()
        use_svg_display()
        fig, axes = plt.subplots(1, len(charts), figsize=(6.4, 2.8), layout="constrained")
        for ax, (chart, (names, ylim, line)) in zip(axes, charts.items()):
            for name in names:
                part = name.partition(" ")[0]
                color = {"train": "C0", "valid": "C1"}[part]
                epochs = range(1, len(sick[name]) + 1)
                if yours is None:
                    ax.plot(epochs, sick[name], f"{color}.-", label=part)
                    continue
                if self.fault.sound:
                    ax.plot(epochs, sick[name], color=color, ls=":", label=f"{part}, sick")
                runs = list(zip(*(run[name] for run in self.healthy())))
                ax.fill_between(epochs, [*map(min, runs)], [*map(max, runs)], color=color,
                                alpha=0.25, lw=0, label=f"{part}, healthy")
                ax.plot(range(1, len(yours[name]) + 1), yours[name], f"{color}.-",
                        label=f"{part}, yours")
            ax.axhline(line[1], color="0.5", lw=0.8, ls="--", label=line[0])
            ax.set(xlabel="epoch", ylabel=chart, ylim=ylim)
        entries = [zip(*reversed(ax.get_legend_handles_labels())) for ax in axes]
        by_label = {label: handle for pairs in entries for label, handle in pairs}
        fig.legend(by_label.values(), by_label, loc="outside lower center", ncols=4, fontsize=8)

    def case(self) -> Case:
        """Train what the clinic shows of this patient, and return it ready for a `Clinic`."""
        suspects = {f.key: f for f in PATIENTS + SUSPECTS if f.script == self.fault.script}
        others = [suspects[key] for key in self.fault.others]
        # The right answer stands at another place each time, always the same for one patient.
        faults = [*others]
        faults.insert(self.number * 7 % 4, self.fault)
        charts = CHARTS[self.fault.script]
        return Case(
            complaint=self.complaint,
            fault=self.fault.name,
            choices={f.name: f.would for f in faults},
            runs={f.name: charts_of(f.script, [fault_curves(f, SEED)]) for f in faults},
            healthy=charts_of(self.fault.script, self.healthy()),
            code=(self.code, script(self.fault.script)),
            why=self.fault.why,
            test=self.fault.test,
            ylim={chart: ylim for chart, (_, ylim, _) in charts.items()},
            lines={chart: line for chart, (_, _, line) in charts.items()},
        )

    def _verdict(self, yours: dict[str, list[float]]) -> str | None:
        """Say what keeps the curves from being those of a healthy run, or None."""
        for names, _, _ in CHARTS[self.fault.script].values():
            for name in names:
                last = yours[name][-1]
                ends = [run[name][-1] for run in self.healthy()]
                slack = max(0.1 * max(ends), 0.05)
                low = -math.inf if "loss" in name else min(ends) - slack
                high = math.inf if name == "train accuracy" else max(ends) + slack
                if not low <= last <= high:
                    return (f"{name} ends at {last:.3g}, in healthy runs between {min(ends):.3g} "
                            f"and {max(ends):.3g}.")
        return None

    def __repr__(self) -> str:
        return f"Patient {self.number}: {self.complaint}"


def patient(number: int) -> Patient:
    """Return one of the ten patients of the clinic, or a healthy script to compare with.

    Parameters
    ----------
    number
        From 1 to 10, as in the clinic; 0 for the healthy script.

    Raises
    ------
    TypeError, ValueError
        If it is none of these.

    Examples
    --------
    >>> patient(8)
    Patient 8: "Every flat in town costs the same, it says."
    >>> patient(8).parts.get_net()
    Linear(in_features=2, out_features=1, bias=True)
    """
    everyone = [HEALTHY["pictures"], *PATIENTS]
    number_in("number", positive_int("number", number, least=0), 0, len(PATIENTS))
    return Patient(number, everyone[number])


@lru_cache(maxsize=None)
def script(name: str) -> str:
    """Return a sound script, less the line that says what it is for."""
    one_of("name", name, CHARTS)
    text = files(__package__).joinpath(f"{name}.py").read_text(encoding="utf-8")
    return text[text.index("import torch"):]


def faulty_script(fault: Fault) -> str:
    """Return a script with a fault in it.

    Raises
    ------
    ValueError
        If the lines that it replaces do not stand in the sound script exactly once.
    """
    sound = script(fault.script)
    if not fault.sound:
        return sound
    if sound.count(fault.sound) != 1:
        raise ValueError(f"sound must stand in {fault.script}.py once, got {fault.sound!r}")
    return sound.replace(fault.sound, fault.faulty)


def run_script(code: str, file: str) -> types.ModuleType:
    """Run a script as a module of its own, whose lines an error can show."""
    module = types.ModuleType(file.strip("<>").replace(" ", "_"))
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    exec(compile(code, file, "exec"), vars(module))
    return module


def curves_of(
    train: Callable[[int], Iterable[dict]], seed: int, num_epochs: int
) -> dict[str, list[float]]:
    """Train with a seed, and return one list for each name that `train` yields."""
    seed_everything(seed)
    rows = list(train(num_epochs))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


@lru_cache(maxsize=None)
def _trained(fault: Fault, seed: int, num_epochs: int) -> dict[str, list[float]]:
    train = run_script(faulty_script(fault), f"<{fault.script}, {fault.key}>").train
    return curves_of(train, seed, num_epochs)


def fault_curves(fault: Fault, seed: int) -> dict[str, list[float]]:
    """Return what a faulty script reports with a seed; it is trained once."""
    return _trained(fault, seed, cut_epochs(NUM_EPOCHS))


def healthy_curves(name: str) -> list[dict[str, list[float]]]:
    """Return what a sound script reports, one dict for each of five seeds."""
    return [fault_curves(HEALTHY[name], seed) for seed in range(HEALTHY_SEEDS)]


def charts_of(name: str, runs: list[dict[str, list[float]]]) -> dict[str, Curves]:
    """Return for each chart of a script the curves of runs, one row a run."""
    epochs = range(1, max(len(v) for run in runs for v in run.values()) + 1)
    return {
        chart: Curves(epochs, **{n: [run[n] for run in runs] for n in names})
        for chart, (names, _, _) in CHARTS[name].items()
    }

"""Records: the files, the hash of code, and tools/record.py on notebooks of its own."""

import json
import linecache
import math
import os
import random
import subprocess
import sys
import textwrap
import types
from pathlib import Path

import numpy as np
import pytest

import d2lutils
from d2lutils import records
from d2lutils.data import datasets
from d2lutils.records import Record, Run
from d2lutils.records.code import code_hash
from tools import record as tool

ROOT = Path(__file__).resolve().parents[2]


pytestmark = pytest.mark.usefixtures("own_folders")


def make_record(**changes) -> Record:
    runs = [
        Run({"lr": lr, "act": act}, seed, {"loss": [2 / 3, lr + seed], "accuracy": [0.9, 0.5]}, 1.0)
        for lr in (0.1, 1) for act in ("relu", "tanh") for seed in range(3)
    ]
    fields = dict(name="test/01-page", code="abc", seeds=3, runs=runs, command="make record",
                  axes={"lr": [0.1, 1], "act": ["relu", "tanh"]})
    return Record.now(**(fields | changes))


# The file

def test_a_record_comes_back_from_its_file_rounded_to_five_digits():
    record = make_record()
    record.save()
    loaded = records.load("test/01-page")
    assert loaded.runs[0].curves["loss"] == [0.66667, 0.1]
    assert loaded.runs[-1].setting == {"lr": 1, "act": "tanh"}
    same = ("name", "code", "axes", "seeds", "versions", "command", "date", "threads")
    assert all(getattr(loaded, field) == getattr(record, field) for field in same)
    assert set(loaded.versions) == {"python", "torch", "d2lutils"}


def test_numbers_that_are_not_finite_are_valid_json_and_come_back_as_nan():
    run = Run({"lr": 0.1}, 0, {"loss": [1.0, math.inf, math.nan]}, 1.0)
    path = make_record(runs=[run], axes={"lr": [0.1]}, seeds=1).save()
    json.loads(path.read_text(), parse_constant=pytest.fail)
    loss = records.load("test/01-page").runs[0].curves["loss"]
    assert loss[0] == 1 and np.isnan(loss[1:]).all()


def test_180_runs_of_two_curves_with_60_epochs_stay_below_500_kB():
    curve = list(np.random.default_rng(0).random(60))
    runs = [Run({"lr": 0.1}, 0, {"a": curve, "b": curve}, 1.0)] * 180
    assert make_record(runs=runs, axes={"lr": [0.1]}).save().stat().st_size < 500_000


@pytest.mark.parametrize("name, file", [
    ("regularization/03-dropout", "regularization-03-dropout.json"),
    ("basics/05-softmax/lr", "basics-05-softmax.lr.json"),
])
def test_a_name_tells_the_file(name, file):
    assert records.record_path(name).name == file


@pytest.mark.parametrize("name", ["", "page", "../x", "a/b/c/d", "A/b", "a/b.json", 3])
def test_a_name_of_another_form_is_refused(name):
    with pytest.raises((ValueError, TypeError), match="name must be"):
        records.checked_name(name)


@pytest.mark.parametrize("text, message", [
    ("{", "is damaged"),
    ("[]", "has the format None"),
    ('{"format": 2}', "has the format 2, this version of d2lutils reads 1: update"),
    ('{"format": 1}', r"is damaged \(KeyError: 'axes'\)"),
])
def test_a_file_that_cannot_be_read_is_named_with_the_reason(text, message):
    records.record_path("test/01-page").write_text(text)
    with pytest.raises(ValueError, match=f"test-01-page.json {message}"):
        records.load("test/01-page")


@pytest.mark.parametrize("change", [
    {"runs": []},
    {"runs": [{"at": [9, 0], "seed": 0, "seconds": 1, "curves": [[1], [1]]}]},
    {"runs": [{"at": [0, 0], "seed": 0, "seconds": 1, "curves": [[1]]}]},
    {"axes": None},
])
def test_a_damaged_record_is_refused(change):
    path = make_record().save()
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ValueError, match="is damaged"):
        records.load("test/01-page")


def test_a_missing_record_is_named():
    with pytest.raises(FileNotFoundError, match="test/02-none is not recorded yet"):
        records.load("test/02-none")


def test_saving_fails_whole_or_not_at_all(monkeypatch):
    before = make_record().save().read_text()
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk")))
    with pytest.raises(OSError):
        make_record(command="other").save()
    assert records.record_path("test/01-page").read_text() == before


# What it tells

def test_values_have_the_shape_seeds_by_epochs_and_short_runs_are_filled_up():
    runs = [Run({"lr": 1}, s, {"loss": [1.0] * (2 + s)}, 1.0) for s in (0, 1)]
    values = make_record(runs=runs, axes={"lr": [1]}).values("loss", {"lr": 1.0})
    np.testing.assert_array_equal(values, [[1, 1, np.nan], [1, 1, 1]])


def test_table_gives_mean_spread_and_count_over_the_seeds():
    rows = make_record().table("loss", lr=1)
    assert [row["act"] for row in rows] == ["relu", "tanh"]
    assert rows[0] == {"lr": 1, "act": "relu", "mean": 2, "std": 1, "low": 1, "high": 3, "n": 3}


def test_best_is_the_largest_accuracy_and_the_smallest_of_anything_else():
    record, setting = make_record(), {"lr": 1, "act": "relu"}
    assert list(record.finals("accuracy", setting, "best")) == [0.9] * 3
    assert list(record.finals("accuracy", setting)) == [0.5] * 3
    np.testing.assert_allclose(record.finals("loss", setting, "best"), [2 / 3] * 3)


def test_a_run_that_diverged_leaves_its_row_without_numbers():
    runs = [Run({"lr": 1}, s, {"loss": [1.0, v]}, 1.0) for s, v in enumerate((1.0, math.nan))]
    row, = make_record(runs=runs, axes={"lr": [1]}).table("loss")
    assert math.isnan(row["mean"]) and row["n"] == 2


@pytest.mark.parametrize("call, message", [
    (lambda r: r.table("los"), "metric must be one of 'loss', 'accuracy', got 'los'"),
    (lambda r: r.table("loss", "end"), "at must be one of 'last', 'best', got 'end'"),
    (lambda r: r.table("loss", rate=1), "an axis must be one of 'lr', 'act', got 'rate'"),
])
def test_unknown_names_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(make_record())


# The hash of code

def cell(source: str, name: str = "__main__", **given) -> dict:
    """Execute source as a notebook does, and return its names."""
    source = textwrap.dedent(source)
    file = f"<cell {abs(hash(source))}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    module = types.ModuleType(name)
    vars(module).update(given)
    exec(compile(source, file, "exec"), vars(module))
    return vars(module)


KNOWN = '''
    import math
    import d2lutils as d2l
    RATE, NAMES = 0.1, {'b', 'a'}

    class Net:
        """A net."""
        width: int = 3

        def forward(self, x):
            return [f'{v:>{self.width}}' for v in x if v != RATE]

    def helper(x: float) -> float:
        """Help."""
        return x * RATE  # a comment

    def train(lr, seed=0, *, steps=RATE):
        net = Net()
        for x in range(3):
            yield {'loss': helper(x) + lr + math.pi, 'n': len(NAMES)}
'''


def test_the_hash_of_known_code_is_the_same_on_every_version_of_python():
    assert code_hash(cell(KNOWN)["train"]) == "59715c77f3446718"


@pytest.mark.parametrize("old, new", [
    ("  # a comment", ""),
    ('"""Help."""', '"""Do help."""'),
    ("x: float) -> float", "x)"),
    ("{'b', 'a'}", "{'a', 'b'}"),
    ("return x * RATE", "return (x *\n                RATE)"),
    ("import math", "import math\n    OTHER = 5"),
])
def test_what_decides_no_number_does_not_count(old, new):
    assert old in KNOWN
    assert code_hash(cell(KNOWN)["train"]) == code_hash(cell(KNOWN.replace(old, new))["train"])


@pytest.mark.parametrize("old, new", [
    ("RATE, NAMES = 0.1", "RATE, NAMES = 0.2"),
    ("{'b', 'a'}", "{'b', 'c'}"),
    ("x * RATE", "x / RATE"),
    ("width: int = 3", "width: int = 4"),
    (":>{self", ":<{self"),
    ("seed=0", "seed=1"),
])
def test_what_train_uses_counts(old, new):
    assert old in KNOWN
    assert code_hash(cell(KNOWN)["train"]) != code_hash(cell(KNOWN.replace(old, new))["train"])


def test_the_hash_is_the_same_in_a_kernel_and_in_the_recording_tool():
    there = cell(KNOWN, name="recorded_test_01_page")
    assert code_hash(cell(KNOWN)["train"]) == code_hash(there["train"])


def hash_of(source: str, **given) -> str:
    return code_hash(cell(source, **given)["train"])


def test_a_local_name_is_not_taken_for_the_global_one():
    source = """
        lr = {}
        def train(lr):
            yield [lr for lr in [lr]]
    """
    assert hash_of(source.format(1)) == hash_of(source.format(2))


@pytest.mark.parametrize("source", [
    "f = lambda x: x + {}\ndef train(): yield f(1)",
    "from functools import partial\ndef f(x, y): pass\ng = partial(f, {})\ndef train(): yield g(1)",
    "def make():\n    k = {}\n    def train(): yield k\n    return train\ntrain = make()",
    "class A:\n    k = {}\ndef train(): yield A.k",
    "class A:\n    def f(self): return {}\nclass B(A):\n    x = 1\ndef train(): yield B()",
    "class A:\n    def f(self): return {}\na = A()\ndef train(): yield a.f()",
    "def f(): return {}\ntable = {{'f': f}}\ndef train(): yield table",
    "import functools\n@functools.cache\ndef f(): return {}\ndef train(): yield f()",
    "def d(f): return f if {} else None\n@d\ndef train(): yield 1",
])
def test_what_is_reached_in_a_roundabout_way_counts(source):
    assert hash_of(source.format(1)) != hash_of(source.format(2))
    assert hash_of(source.format(1)) == hash_of(source.format(1))


def test_functions_that_call_each_other_end():
    source = "def a(): return b()\ndef b(): return a()\ndef train(): yield {}, a()"
    assert hash_of(source.format(1)) != hash_of(source.format(2))


def test_code_of_the_package_counts_but_not_that_of_other_libraries(monkeypatch):
    import torch

    import d2lutils as d2l
    from d2lutils import training

    source = """
        import torch
        import d2lutils as d2l
        from torch import nn
        def train():
            yield d2l.sgd, torch.relu, nn.Linear
    """
    before = hash_of(source)
    monkeypatch.setattr(torch, "relu", lambda x: x)
    assert hash_of(source) == before
    monkeypatch.setattr(d2l, "sgd", training.squared_loss)
    assert hash_of(source) != before


def test_code_without_source_is_refused():
    names = {}
    exec("def train(): yield 1", names)
    names["train"].__module__ = "somewhere"
    with pytest.raises(ValueError, match="the source of train cannot be found"):
        code_hash(names["train"])


# tools/record.py

CELLS = [
    (["record"], "import torch\nimport d2lutils as d2l\nSCALE = 2.0"),
    ([], "raise RuntimeError('only tagged cells run')"),
    (["record"], """
def train(lr, seed):
    w = torch.rand(1)
    for epoch in range(3):
        w = w - lr * SCALE * w
        yield {'loss': w ** 2}

experiment = d2l.Experiment(train, 'test/01-page', lr=[0.1, 0.2], seeds=2)
experiment
"""),
]


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """Write a notebook with the cells given, and make it the only one."""
    monkeypatch.setattr(tool, "NOTEBOOKS", tmp_path / "notebooks")

    def write(cells=CELLS, name="01-page") -> Path:
        path = tmp_path / "notebooks" / "test" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"cells": [
            {"cell_type": "code", "metadata": {"tags": tags}, "source": source.splitlines(True)}
            for tags, source in cells
        ]}))
        return path

    return write


def test_two_processes_record_a_page_whose_train_function_is_in_a_cell(notebook, tmp_path):
    # As the command, since its workers import it as their main module.
    notebook()
    script = tmp_path / "run.py"
    script.write_text(textwrap.dedent(f"""
        import sys
        sys.path[:0] = [{str(ROOT)!r}]
        from pathlib import Path
        from d2lutils import records
        from tools import record
        record.NOTEBOOKS = Path({str(tmp_path / 'notebooks')!r})
        records.FOLDER = Path({str(tmp_path / 'records')!r})
        if __name__ == "__main__":
            sys.exit(record.main(sys.argv[1:]))
    """))

    done = subprocess.run([sys.executable, str(script), "test"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "4/4" in done.stdout and "min left" in done.stdout
    record = records.load("test/01-page")
    assert (record.threads, record.command) == (1, "make record NAME=test/01-page")
    assert len(record.runs) == 4
    # A run of this process has the numbers of the other's.
    experiment, = tool.load_page(tool.pages()[0])
    assert not experiment.stale
    run = experiment.run(seed=1, lr=0.2)
    np.testing.assert_allclose(record.values("loss", {"lr": 0.2})[1], run.curves["loss"], rtol=1e-4)
    assert tool.main(["--check"]) == 0
    assert tool.main(["--verify", "3"]) == 0


def record_here(path: Path) -> None:
    for experiment in tool.load_page(path):
        experiment.record()


def test_check_tells_a_missing_record_changed_code_and_a_changed_grid(notebook, capsys):
    path = notebook()
    assert tool.main(["--check"]) == 1
    assert "test/01-page: missing (make record NAME=test/01-page)" in capsys.readouterr().err
    record_here(path)
    assert tool.main(["--check"]) == 0
    for old, new in [("SCALE = 2.0", "SCALE = 1.0"), ("lr=[0.1, 0.2]", "lr=[0.1]")]:
        notebook([(tags, source.replace(old, new)) for tags, source in CELLS])
        assert tool.main(["--check"]) == 1
        assert "test/01-page: stale (make record NAME=test/01-page)" in capsys.readouterr().err


def test_check_tells_a_record_that_no_notebook_makes(notebook, capsys):
    record_here(notebook())
    make_record(name="test/09-gone").save()
    assert tool.main(["--check"]) == 1
    assert "test-09-gone.json: no notebook makes it" in capsys.readouterr().err


def test_verify_tells_numbers_that_differ(notebook, capsys):
    path = notebook()
    record_here(path)
    file = records.record_path("test/01-page")
    data = json.loads(file.read_text())
    for run in data["runs"]:
        run["curves"][0][-1] += 10.0
    file.write_text(json.dumps(data))
    wrong = tool.verify([path], 1, random.Random(0))
    assert len(wrong) == 1 and "loss: " in wrong[0] and "recorded 10." in wrong[0]


def until_found(lengths: list[int]) -> Record:
    """Two seeds of one setting, which stop when they have found something."""
    runs = [Run({"lr": 0.1}, seed, {"looks": [float(i) for i in range(length)]}, 0.1)
            for seed, length in enumerate(lengths)]
    return Record.now("test/01-page", "0" * 16, {"lr": [0.1]}, len(runs), runs, "none")


@pytest.mark.parametrize("lengths, new, wrong", [
    ([5, 7], 3, 0), ([5, 7], 9, 0), ([5, 7], 10, 1), ([5, 5], 5, 0), ([5, 5], 6, 1)])
def test_runs_that_end_by_themselves_may_end_elsewhere_on_another_machine(lengths, new, wrong):
    record = until_found(lengths)
    again = Run({"lr": 0.1}, 0, {"looks": [float(i) for i in range(new)]}, 0.1)
    found = tool.differences(types.SimpleNamespace(recorded=record), record.runs[0], again)
    assert len(found) == wrong and all("epochs, recorded 5" in line for line in found)


def test_an_unknown_page_and_smoke_mode_are_refused(notebook, capsys, monkeypatch):
    notebook()
    assert tool.main(["nothing"]) == 1
    assert "begins with 'nothing'; there are: test/01-page" in capsys.readouterr().err
    monkeypatch.setenv("D2LUTILS_FAST", "1")
    assert tool.main([]) == 1
    assert "smoke mode" in capsys.readouterr().err


def test_a_notebook_without_tagged_cells_records_nothing(notebook):
    notebook([([], "x = 1")])
    assert tool.pages() == [] and tool.main(["--check"]) == 0


def test_which_data_a_process_found_is_no_part_of_the_code():
    before = code_hash(d2lutils.fashion_mnist_parts)
    datasets.note_sample("fashion-mnist")
    assert code_hash(d2lutils.fashion_mnist_parts) == before

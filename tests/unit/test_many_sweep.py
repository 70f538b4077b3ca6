"""A sweep on the workers of dask.distributed: two here, found by their scheduler's address."""

import contextlib
import logging
import os

import psutil
import pytest
import torch

from d2lutils import Experiment, records
from tools import record as tool

distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster'")

LIMIT = 120  # seconds


def train(lr, momentum, seed, num_epochs=3):
    """Go down a bowl from a place that the seed draws."""
    w = torch.randn(50, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr, momentum)
    for _ in range(num_epochs):
        for _ in range(200):  # long enough for a worker to be killed in it
            optimizer.zero_grad()
            loss = (w**2).sum()
            loss.backward()
            optimizer.step()
        yield {"train loss": loss.item()}


def experiment(name="test/01-sweep") -> Experiment:
    return Experiment(train, name, lr=[0.001, 0.01, 0.1], momentum=[0.0, 0.5], seeds=2)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of a scheduler with two workers of one thread each."""
    busy = contextlib.suppress(TimeoutError)  # on a busy machine workers end later than dask waits
    with busy, distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL,
        local_directory=tmp_path_factory.mktemp("dask"),
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def client(address, own_folders):
    """As it is on another machine: it knows the address alone."""
    with distributed.Client(address, timeout=LIMIT) as client:
        client.wait_for_workers(2, timeout=LIMIT)  # a killed one is started again
        yield client


def test_two_workers_find_what_this_process_finds_alone(client, tmp_path, monkeypatch):
    used = []
    with client.get_executor() as pool:
        together = experiment().run_all(pool, lambda *news: used.append(news))
    assert len(used) == 12 and not together.errors
    monkeypatch.setenv("D2LUTILS_DATA", str(tmp_path / "other"))
    alone = experiment().run_all()
    assert [(r.setting, r.seed) for r in together.runs] == [(r.setting, r.seed) for r in alone.runs]
    for one, other in zip(together.runs, alone.runs):
        assert one.curves["train loss"] == pytest.approx(other.curves["train loss"], rel=1e-6)


def test_a_killed_worker_loses_no_run(client):
    victim, other = client.run(os.getpid).values()
    killed = []

    def kill_one(done, total, outcome):
        if not killed:
            psutil.Process(victim).kill()
            killed.append(done)

    with client.get_executor() as pool:
        runs, errors = experiment().run_all(pool, kill_one)
    assert killed == [1] and not errors
    assert len({(*run.setting.values(), run.seed) for run in runs}) == 12
    # Every run was kept: nothing is run again.
    assert experiment().run_all().runs == runs
    assert not psutil.pid_exists(victim) and psutil.pid_exists(other)


def test_the_runs_of_a_page_are_recorded_by_the_schedulers_address(client, address, tmp_path,
                                                                   monkeypatch, capsys):
    monkeypatch.setattr(tool, "NOTEBOOKS", tmp_path / "notebooks")
    page = tmp_path / "notebooks" / "test" / "01-page.ipynb"
    page.parent.mkdir(parents=True)
    source = (
        "import torch\nimport d2lutils as d2l\nSCALE = 2.0\n"
        "def train(lr, seed):\n    yield {'loss': lr * SCALE * torch.rand(1)}\n"
        "experiment = d2l.Experiment(train, 'test/01-page', lr=[0.1, 0.2], seeds=2)"
    ).replace('"', '\\"').replace("\n", "\\n")
    page.write_text('{"cells": [{"cell_type": "code", "metadata": {"tags": ["record"]}, '
                    f'"source": ["{source}"]}}]}}')
    assert tool.main(["test", "--scheduler", address]) == 0
    assert "4/4" in capsys.readouterr().out
    found, = tool.load_page(page)
    run = found.run(seed=1, lr=0.2)
    loss = records.load("test/01-page").values("loss", {"lr": 0.2})[1]
    assert loss == pytest.approx(run.curves["loss"], rel=1e-4)


def test_an_address_where_nobody_answers_is_told(own_folders, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="scheduler must be the address of one that answers"):
        with tool.executor(tmp_path / "x.ipynb", 2, "nonsense://nowhere"):
            pass

"""The commands: download and doctor."""

import shutil
import subprocess
import sys
from collections import namedtuple
from importlib import metadata

import fault_server
import pytest
import torch
from fault_server import FaultServer

from d2lutils import __main__ as commands
from d2lutils.data import datasets, hub, sources
from d2lutils.data.corpora import CORPORA, GUTENBERG
from d2lutils.data.shipped import SHIPPED, ShippedCard

TEXTS = dict(CORPORA)
NAMES = [*datasets.CARDS, *CORPORA, *SHIPPED]
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache of its own, and no data set but the tiny one, which nobody serves."""
    monkeypatch.setenv("D2LUTILS_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(sources, "TIMEOUT", 0.3)
    monkeypatch.setattr(datasets, "_failed", {})
    for cards in (datasets.CARDS, CORPORA, SHIPPED):
        for name in reversed(list(cards)):  # undone backwards: then they are in order again
            monkeypatch.delitem(cards, name)
    monkeypatch.setitem(datasets.CARDS, "tiny", fault_server.card("http://127.0.0.1:9/"))
    return tmp_path / "cache"


@pytest.fixture
def server(monkeypatch):
    with FaultServer() as running:
        monkeypatch.setitem(datasets.CARDS, "tiny", fault_server.card(running.address))
        yield running


def test_download_says_how_large_where_and_from_where(server, cache, capsys):
    assert commands.main(["download"]) == 0
    first, size, result = capsys.readouterr().out.splitlines()
    assert first == "tiny: two files for tests"
    assert size == f"  about 0 MB to download and 1 MB on disk, in {cache / 'tiny'}"
    assert result == f"  complete in {cache / 'tiny'} (from {server.address})"
    assert commands.main(["download", "tiny"]) == 0
    assert "(from the cache)" in capsys.readouterr().out
    assert len(server.asked) == 2


def test_a_failed_download_says_why_and_exits_with_1(capsys):
    assert commands.main(["download", "tiny"]) == 1
    assert "http://127.0.0.1:9/: could not be reached" in capsys.readouterr().err


def test_an_unknown_name_exits_with_1_and_says_what_there_is(capsys):
    assert commands.main(["download", "mnist"]) == 1
    assert capsys.readouterr().err == "There is no data set 'mnist', only tiny.\n"


def test_texts_are_downloaded_by_name(cache, monkeypatch, capsys):
    def answer(url, path):
        path.write_text("*** START OF THE PROJECT GUTENBERG EBOOK ***\nThe Time Traveller\n"
                        "*** END OF THE PROJECT GUTENBERG EBOOK ***")
        if url != GUTENBERG:
            raise sources.SourceError("could not be reached")

    monkeypatch.setattr(hub, "download_url", answer)
    for name, corpus in TEXTS.items():
        monkeypatch.setitem(CORPORA, name, corpus)
    assert commands.main(["download", "time-machine", "python-manual", "fra-eng"]) == 1
    said = capsys.readouterr()
    assert f"complete in {cache / 'time-machine'} (from {GUTENBERG})" in said.out
    assert "(from Python's standard library)" in said.out
    assert "fra-eng.zip: could not be reached" in said.err
    assert commands.main(["download", "time-machine"]) == 0
    assert "(from the cache)" in capsys.readouterr().out


@pytest.fixture
def shipped(monkeypatch):
    """A card whose file is not there."""
    card = ShippedCard("houses", "a table", "no-such.csv.gz", 1, "0", "", "", "", "")
    monkeypatch.setitem(SHIPPED, "houses", card)


def test_download_says_that_data_comes_with_the_package(shipped, capsys):
    assert commands.main(["download", "houses"]) == 0
    assert "houses: a table\n  comes with d2lutils, nothing to download" in capsys.readouterr().out


def test_doctor_finds_a_damaged_installation(server, shipped, capsys):
    commands.main(["download", "tiny"])
    capsys.readouterr()
    assert commands.main(["doctor"]) == 1
    assert "FAIL  data houses" in (said := capsys.readouterr().out)
    assert "no-such.csv.gz" in said and "install d2lutils again" in said


def test_too_little_room_is_said_before_anything_is_downloaded(server, cache, monkeypatch, capsys):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 9, 1))
    assert commands.main(["download"]) == 1
    assert "make room, or set D2LUTILS_DATA" in capsys.readouterr().err
    assert server.asked == []


def lines(capsys):
    """What doctor said of each thing: its name, and OK or FAIL."""
    said = capsys.readouterr().out.splitlines()
    return {line[6:].partition(":")[0]: line[:4].strip() for line in said}


def test_doctor_is_content_with_a_good_machine(server, capsys):
    commands.main(["download"])
    capsys.readouterr()
    assert commands.main(["doctor"]) == 0
    verdicts = lines(capsys)
    assert set(verdicts.values()) == {"OK"}
    assert set(verdicts) == {
        *("python", "torch", "torchvision", "matplotlib", "ipywidgets", "d2lutils"),
        *("device", "data tiny", "free disk", "write access"),
    }


def test_doctor_says_how_to_get_missing_data(capsys):
    assert commands.main(["doctor"]) == 1
    output = capsys.readouterr().out
    assert "FAIL  data tiny: only the sample" in output
    assert "run python -m d2lutils download tiny" in output


def test_doctor_finds_a_disk_too_full_for_what_is_missing(server, monkeypatch, capsys):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 9, 1))
    assert commands.main(["doctor"]) == 1
    assert lines(capsys)["free disk"] == "FAIL"


def test_doctor_accepts_a_full_disk_with_all_data_on_it(server, monkeypatch, capsys):
    commands.main(["download"])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 9, 1))
    capsys.readouterr()
    assert commands.main(["doctor"]) == 0
    assert lines(capsys)["free disk"] == "OK"


def test_doctor_finds_a_cache_that_cannot_be_written_to(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("D2LUTILS_DATA", str(tmp_path / "file" / "cache"))
    assert commands.main(["doctor"]) == 1
    output = capsys.readouterr().out
    assert "FAIL  write access: cannot store data in" in output and "D2LUTILS_DATA" in output


@pytest.mark.parametrize(("version", "says"), [("1.0", "is too old"), (None, "is missing")])
def test_doctor_finds_old_and_missing_packages(version, says, server, monkeypatch, capsys):
    original = metadata.version

    def pretend(name):
        if name != "matplotlib":
            return original(name)
        if version is None:
            raise metadata.PackageNotFoundError(name)
        return version

    commands.main(["download"])
    monkeypatch.setattr(metadata, "version", pretend)
    capsys.readouterr()
    assert commands.main(["doctor"]) == 1
    failed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAIL")]
    assert len(failed) == 1
    assert failed[0].startswith("FAIL  matplotlib") and says in failed[0]
    assert "pip install" in failed[0]


def test_doctor_names_the_device(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "a fast one")
    commands.main(["doctor"])
    assert "OK    device: GPU, a fast one" in capsys.readouterr().out


def test_the_commands_run_from_the_shell(cache):
    done = subprocess.run(
        [sys.executable, "-m", "d2lutils", "download", "nothing-like-it"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert {"fashion-mnist", "time-machine", "ames-housing"} <= set(NAMES)
    known = ", ".join(NAMES)
    assert done.stderr == f"There is no data set 'nothing-like-it', only {known}.\n"

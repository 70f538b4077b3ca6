"""What happens to data when the network, the disk or another process misbehaves."""

import errno
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

import fault_server
import pytest
from fault_server import CONTENT, FAULTS, FaultServer

from d2lutils.data import datasets, fashion, sources, storage
from d2lutils.data.datasets import DataNotAvailable, fetch
from d2lutils.data.sources import DebianPackage
from d2lutils.data.storage import StorageError

posix_only = pytest.mark.skipif(os.name != "posix", reason="uses shell scripts or signals")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache of its own for each test, short patience, and no remembered failures."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("D2LUTILS_DATA", str(folder))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(sources, "TIMEOUT", 0.3)
    monkeypatch.setattr(datasets, "_failed", {})
    return folder


@pytest.fixture
def server():
    with FaultServer() as running:
        yield running


@pytest.fixture
def use(monkeypatch):
    """Make the tiny data set known, with these addresses."""

    def known(*addresses, package=None, name="tiny"):
        card = fault_server.card(*addresses, package=package, name=name)
        monkeypatch.setitem(datasets.CARDS, name, card)

    return known


def nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/"


def files_in(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def assert_whole(folder):
    """The right content, and nothing else."""
    assert files_in(folder) == set(CONTENT)
    for name, content in CONTENT.items():
        assert (folder / name).read_bytes() == content


def test_a_data_set_arrives_whole_and_is_not_asked_for_again(use, server, cache):
    use(server.address)
    found = fetch("tiny")
    assert (found.folder, found.source) == (cache / "tiny", server.address)
    assert_whole(found.folder)
    assert fetch("tiny").source == "the cache"
    assert len(server.asked) == len(CONTENT)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_a_clear_error_and_leaves_nothing_behind(fault, use, server, cache):
    use(server.address)
    server.fault = fault
    began = time.monotonic()
    with pytest.raises(DataNotAvailable, match=server.address) as caught:
        fetch("tiny")
    assert time.monotonic() - began < 5
    says = {
        "hang": "no answer within 0.3 s",
        "hang midway": "no answer within 0.3 s",
        "cut": "the connection broke off",
        "wrong bytes": "images does not have the expected content",
        "truncated gz": "images.gz is damaged",
        "damaged gz": "images.gz is damaged|does not have the expected content",
    }
    caught.match(says.get(fault, f"the server answered {fault}"))
    assert files_in(cache) == set()


@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_fault_the_next_source_is_asked(fault, use, server, cache):
    with FaultServer() as good:
        use(server.address, good.address)
        server.fault = fault
        assert fetch("tiny").source == good.address
    assert_whole(cache / "tiny")


def test_what_one_source_has_delivered_is_not_fetched_from_the_next(use, server, cache):
    del server.files["/labels.gz"]
    with FaultServer() as good:
        use(server.address, good.address)
        fetch("tiny")
        assert good.asked == ["/labels.gz"]
    assert_whole(cache / "tiny")


def test_an_answer_that_arrives_unpacked_is_taken(use, server, cache):
    server.files = {f"/{name}.gz": content for name, content in CONTENT.items()}
    use(server.address)
    assert_whole(fetch("tiny").folder)


def test_a_source_that_failed_is_not_asked_again_in_the_same_process(use, server):
    use(server.address)
    server.fault = "503"
    for _ in range(3):
        with pytest.raises(DataNotAvailable, match="answered 503"):
            fetch("tiny")
    assert len(server.asked) == 1


def test_no_network_is_a_quick_clear_error(use, cache):
    use(nobody_listens())
    began = time.monotonic()
    with pytest.raises(DataNotAvailable, match="could not be reached"):
        fetch("tiny")
    assert time.monotonic() - began < 5
    assert files_in(cache) == set()


def test_without_network_a_loader_hands_out_the_sample_and_warns(use):
    use(nobody_listens(), name="fashion-mnist")
    with pytest.warns(UserWarning, match="sample of Fashion-MNIST(.|\n)*d2lutils download"):
        train_iter, test_iter = fashion.load_data_fashion_mnist(256)
    assert (len(train_iter.dataset), len(test_iter.dataset)) == (4000, 1000)
    with pytest.warns(UserWarning, match="sample"):
        train_iter, valid_iter, test = fashion.fashion_mnist_parts(256)
    sizes = [len(part.dataset) for part in (train_iter, valid_iter, test.open())]
    assert sizes == [3334, 666, 1000]


@pytest.mark.parametrize("damage", ["a byte", "cut off", "empty"])
def test_a_damaged_file_in_the_cache_is_found_and_fetched_again(damage, use, server, cache):
    use(server.address)
    path = fetch("tiny").folder / "images"
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes({"a byte": content, "cut off": content[:500], "empty": b""}[damage])
    assert fetch("tiny").source == server.address
    assert_whole(cache / "tiny")
    assert server.asked[-1:] == ["/images.gz"] and len(server.asked) == len(CONTENT) + 1


def test_a_damaged_file_is_not_used_where_nothing_replaces_it(use, server):
    use(server.address)
    (fetch("tiny").folder / "images").write_bytes(b"damaged")
    use(nobody_listens())
    with pytest.raises(DataNotAvailable):
        fetch("tiny")


def assert_says_what_to_do(error, folder):
    assert isinstance(error, OSError)
    assert str(folder) in str(error) and "D2LUTILS_DATA" in str(error)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs the device that is always full")
def test_a_disk_that_fills_up_while_downloading(use, server, cache, monkeypatch):
    use(server.address)
    original = sources.download_url
    monkeypatch.setattr(sources, "download_url", lambda url, _: original(url, Path("/dev/full")))
    with pytest.raises(StorageError, match="No space left on device") as caught:
        fetch("tiny")
    assert caught.value.errno == errno.ENOSPC
    assert_says_what_to_do(caught.value, cache)
    assert files_in(cache) == set()


def test_a_disk_that_fills_up_while_unpacking(use, server, cache, monkeypatch):
    def full(source, target, length):
        target.write(source.read(1000))
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    use(server.address)
    monkeypatch.setattr(sources.shutil, "copyfileobj", full)
    with pytest.raises(StorageError) as caught:
        fetch("tiny")
    assert_says_what_to_do(caught.value, cache)
    assert files_in(cache) == set()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_read_only_folder_is_a_clear_error(number, use, server, cache, monkeypatch):
    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    use(server.address)
    monkeypatch.setattr(storage.tempfile, "TemporaryDirectory", refuse)
    with pytest.raises(StorageError, match=os.strerror(number)) as caught:
        fetch("tiny")
    assert_says_what_to_do(caught.value, cache)
    assert server.asked == []


@contextmanager
def as_nobody():
    """Root may write everywhere, so be nobody for a while."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@posix_only
@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_a_folder_without_permission_is_a_clear_error(mode, use, server, monkeypatch):
    use(server.address)
    with tempfile.TemporaryDirectory() as folder:  # pytest's own is closed to others
        monkeypatch.setenv("D2LUTILS_DATA", folder)
        os.chmod(folder, mode)
        with as_nobody(), pytest.raises(StorageError, match="Permission denied") as caught:
            fetch("tiny")
        os.chmod(folder, 0o755)
        assert_says_what_to_do(caught.value, Path(folder))


def test_a_cache_below_a_file_is_a_clear_error(use, server, tmp_path, monkeypatch):
    use(server.address)
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("D2LUTILS_DATA", str(tmp_path / "file" / "cache"))
    with pytest.raises(StorageError) as caught:
        fetch("tiny")
    assert_says_what_to_do(caught.value, tmp_path / "file" / "cache")


def test_complete_data_in_a_read_only_folder_is_used(use, server, monkeypatch):
    use(server.address)
    fetch("tiny")

    def refuse(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(storage.tempfile, "TemporaryDirectory", refuse)
    assert fetch("tiny").source == "the cache"


FETCH = """
import sys
sys.path.insert(0, {folder!r})
import fault_server
from d2lutils.data import datasets
datasets.CARDS["tiny"] = fault_server.card({address!r})
datasets.fetch("tiny")
"""


def fetch_elsewhere(server):
    """Start a process that fetches the tiny data set into the same cache."""
    script = FETCH.format(folder=str(Path(fault_server.__file__).parent), address=server.address)
    return subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)


@posix_only
def test_after_a_kill_in_the_middle_of_a_download_the_next_try_succeeds(use, server, cache):
    server.fault = "hang midway"
    process = fetch_elsewhere(server)
    assert server.midway.wait(60), process.communicate()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not any((cache / "tiny" / name).exists() for name in CONTENT)

    server.fault = None
    use(server.address)
    folder = fetch("tiny").folder
    assert all((folder / name).read_bytes() == content for name, content in CONTENT.items())


def test_what_a_killed_download_left_is_removed_after_an_hour(use, server, cache):
    old, new = (cache / "tiny" / name for name in (".part-old", ".part-new"))
    for leftover in (old, new):
        leftover.mkdir(parents=True)
        (leftover / "images.gz").write_bytes(b"half")
    for path in (old / "images.gz", old):
        os.utime(path, (time.time() - 4000,) * 2)
    use(server.address)
    fetch("tiny")
    assert new.exists() and not old.exists()


def test_files_are_prepared_where_they_go_so_that_a_rename_puts_them_in_place(tmp_path):
    with storage.scratch(tmp_path / "cache") as inside:
        assert inside.parent == tmp_path / "cache"
    assert files_in(tmp_path) == set() and list((tmp_path / "cache").iterdir()) == []


def test_two_processes_may_fetch_the_same_data_at_once(server, cache):
    server.together = threading.Barrier(2)  # no file goes out before both have asked for it
    processes = [fetch_elsewhere(server) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert_whole(cache / "tiny")
    assert len(server.asked) == 2 * len(CONTENT)


def test_a_file_that_another_process_has_open_on_windows_counts_when_it_is_right(
    tmp_path, monkeypatch
):
    def refuse(*_):
        raise PermissionError("in use")

    monkeypatch.setattr(storage.os, "replace", refuse)
    part, target = tmp_path / "part", tmp_path / "target"
    part.write_bytes(b"same")
    target.write_bytes(b"same")
    storage.put_in_place(part, target)
    target.write_bytes(b"other")
    with pytest.raises(PermissionError):
        storage.put_in_place(part, target)


# A package source: scripts stand in for apt-get and dpkg-deb.

PACKAGE = DebianPackage("dataset-tiny", "usr/share/tiny", 1000)

APT_GET = """#!/bin/sh
echo "$@" >> {log}
case "$*" in
    *update) touch {lists} ;;
    *download*)
        test -e {lists} || {{ echo "E: Unable to locate package dataset-tiny" >&2; exit 100; }}
        echo archive > dataset-tiny_1_all.deb ;;
esac
"""
DPKG_DEB = """#!/bin/sh
mkdir -p "$3/usr/share" && cp -r {files} "$3/usr/share/tiny"
"""


@pytest.fixture
def apt(tmp_path, monkeypatch, server):
    """Put an apt-get on the path that has the tiny data set, after its first update."""
    files = tmp_path / "package"
    files.mkdir()
    for name, content in server.files.items():
        (files / name.strip("/")).write_bytes(content)
    programs = tmp_path / "programs"
    programs.mkdir()
    log, lists = tmp_path / "log", tmp_path / "lists"
    for name, text in (("apt-get", APT_GET), ("dpkg-deb", DPKG_DEB)):
        (programs / name).write_text(text.format(log=log, lists=lists, files=files))
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path


@posix_only
def test_the_package_is_asked_when_no_address_answers(use, apt, cache):
    use(nobody_listens(), package=PACKAGE)
    assert fetch("tiny", allow_package=True).source == "the Debian package dataset-tiny"
    assert_whole(cache / "tiny")
    commands = (apt / "log").read_text().splitlines()
    assert [line.split()[1] for line in commands] == ["download", "update", "download"]


@posix_only
def test_a_loader_never_asks_the_package(use, apt):
    use(nobody_listens(), package=PACKAGE, name="fashion-mnist")
    with pytest.warns(UserWarning, match="sample"):
        fashion.load_data_fashion_mnist(256)
    assert not (apt / "log").exists()


@posix_only
def test_only_root_renews_the_lists_of_packages(use, apt, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    use(package=PACKAGE)
    with pytest.raises(DataNotAvailable, match="Unable to locate package dataset-tiny"):
        fetch("tiny", allow_package=True)
    assert "update" not in (apt / "log").read_text()


@posix_only
def test_a_package_without_the_file_or_with_another_content_is_refused(use, apt, cache):
    (apt / "lists").touch()
    (apt / "package" / "labels.gz").write_bytes(b"other")
    use(package=PACKAGE)
    with pytest.raises(DataNotAvailable, match="labels does not have the expected content"):
        fetch("tiny", allow_package=True)
    datasets._failed.clear()
    (apt / "package" / "labels.gz").unlink()
    with pytest.raises(DataNotAvailable, match="labels.gz is not in the package"):
        fetch("tiny", allow_package=True)
    assert files_in(cache) == {"tiny/images"}


def test_without_apt_the_package_is_passed_over(use, monkeypatch):
    monkeypatch.setenv("PATH", "")
    use(package=PACKAGE)
    with pytest.raises(DataNotAvailable, match="no apt-get"):
        fetch("tiny", allow_package=True)


def test_loading_from_the_cache_writes_nothing(use, server, capfd):
    use(server.address)
    fetch("tiny")
    capfd.readouterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fetch("tiny")
    assert capfd.readouterr() == ("", "")

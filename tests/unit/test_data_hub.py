"""The download helpers of d2l: checked files, and archives that are not trusted."""

import hashlib
import inspect
import io
import os
import tarfile
import zipfile

import pytest
from fault_server import FAULTS, FaultServer

from d2lutils.data import hub, sources
from d2lutils.data.archives import UnsafeArchive, extract
from d2lutils.data.datasets import DataNotAvailable
from d2lutils.data.hub import DATA_HUB, DATA_URL, download, download_extract
from d2lutils.data.storage import StorageError

TEXT = b"The time traveler, for so it will be convenient to speak of him.\n" * 500


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(sources, "TIMEOUT", 0.3)


@pytest.fixture
def server():
    with FaultServer() as running:
        yield running


@pytest.fixture
def serve(server, monkeypatch):
    """Put a file on the server and into DATA_HUB under the name 'it'."""

    def put(path, content, sha1=None):
        server.files[f"/{path}"] = content
        sha1 = sha1 or hashlib.sha1(content).hexdigest()
        monkeypatch.setitem(DATA_HUB, "it", (server.address + path, sha1))

    return put


def test_a_file_is_downloaded_once_and_its_path_returned(serve, server, tmp_path):
    serve("machine.txt", TEXT)
    for _ in range(2):
        path = download("it", tmp_path / "new" / "folder")
        assert path == str(tmp_path / "new" / "folder" / "machine.txt")
        assert open(path, "rb").read() == TEXT
    assert len(server.asked) == 1
    assert os.listdir(tmp_path / "new" / "folder") == ["machine.txt"]


def test_the_default_folder_is_that_of_d2l(serve, tmp_path, monkeypatch):
    assert inspect.signature(download).parameters["cache_dir"].default == os.path.join("..", "data")
    serve("machine.txt", TEXT)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert download("it") == os.path.join("..", "data", "machine.txt")
    assert (tmp_path / "data" / "machine.txt").read_bytes() == TEXT


def test_a_changed_file_is_fetched_again(serve, server, tmp_path):
    serve("machine.txt", TEXT)
    (tmp_path / "machine.txt").write_bytes(b"changed")
    assert open(download("it", tmp_path), "rb").read() == TEXT


@pytest.mark.parametrize("fault", [f for f in FAULTS if not f.endswith(" gz")])
def test_a_fault_is_a_clear_error_and_keeps_what_was_there(fault, serve, server, tmp_path):
    serve("machine.txt", TEXT)
    (tmp_path / "machine.txt").write_bytes(b"older")
    server.fault = fault
    with pytest.raises(DataNotAvailable, match=f"{server.address}machine.txt"):
        download("it", tmp_path)
    assert (tmp_path / "machine.txt").read_bytes() == b"older"
    assert os.listdir(tmp_path) == ["machine.txt"]


def test_wrong_content_is_refused_and_both_checksums_are_named(serve, tmp_path):
    serve("machine.txt", TEXT, sha1="0" * 40)
    with pytest.raises(DataNotAvailable, match=f"{hashlib.sha1(TEXT).hexdigest()}.*{'0' * 40}"):
        download("it", tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_a_clear_error(serve, tmp_path):
    serve("machine.txt", TEXT)
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError, match="file.*pass another cache_dir"):
        download("it", tmp_path / "file")


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="name must be one of 'time_machine', .*got 'tardis'"):
        download("tardis")


def test_an_address_without_a_file_name_is_refused(monkeypatch):
    monkeypatch.setitem(DATA_HUB, "it", ("http://127.0.0.1/", "0" * 40))
    with pytest.raises(ValueError, match="must end in the name of a file"):
        download("it")


def test_every_entry_of_the_hub_has_an_address_and_a_sha1():
    for url, sha1 in DATA_HUB.values():
        assert url.startswith(DATA_URL) and len(bytes.fromhex(sha1)) == 20


def zipped(*members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(*members, mode="w:gz"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for member, content in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


GOOD = [("house/train.csv", b"1,2\n"), ("house/deep/er/test.csv", b"3\n")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("house.zip", zipped(*GOOD)),
        ("house.tar", tarred(*GOOD, mode="w:")),
        ("house.tar.gz", tarred(*GOOD)),
        ("house.tgz", tarred((special("house", tarfile.DIRTYPE), b""), *GOOD)),
    ],
)
def test_an_archive_is_unpacked_beside_itself(name, content, serve, tmp_path, monkeypatch):
    serve(name, content)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    for _ in range(2):  # again over what is there
        assert download_extract("it") == os.path.join("..", "data", "house")
    assert download_extract("it", "house/deep") == os.path.join("..", "data", "house/deep")
    for member, expected in GOOD:
        assert (tmp_path / "data" / member).read_bytes() == expected
    assert sorted(os.listdir(tmp_path / "data")) == sorted(["house", name])


LINK = zipfile.ZipInfo("house/link")
LINK.create_system, LINK.external_attr = 3, 0o120777 << 16


@pytest.mark.parametrize(
    "content",
    [
        zipped(("fine.txt", b""), ("../climbs.txt", b"x")),
        zipped(("fine.txt", b""), ("house/../../climbs.txt", b"x")),
        zipped(("fine.txt", b""), ("/absolute.txt", b"x")),
        zipped(("fine.txt", b""), ("..\\climbs.txt", b"x")),
        zipped(("fine.txt", b""), ("C:/absolute.txt", b"x")),
        zipped(("fine.txt", b""), (LINK, b"/etc/passwd")),
        tarred(("fine.txt", b""), ("../climbs.txt", b"x")),
        tarred(("fine.txt", b""), ("/absolute.txt", b"x")),
        tarred(("fine.txt", b""), (special("link", tarfile.SYMTYPE, "/etc"), b"")),
        tarred(("fine.txt", b""), (special("link", tarfile.LNKTYPE, "../x"), b"")),
        tarred(("fine.txt", b""), (special("pipe", tarfile.FIFOTYPE), b"")),
    ],
)
def test_an_archive_that_leads_out_is_refused_before_anything_is_written(content, tmp_path):
    archive = tmp_path / "archive"
    archive.write_bytes(content)
    target = tmp_path / "a" / "b"
    target.mkdir(parents=True)
    with pytest.raises(UnsafeArchive, match="is not unpacked: it holds"):
        extract(archive, target)
    assert os.listdir(target) == [] and os.listdir(tmp_path / "a") == ["b"]
    assert sorted(os.listdir(tmp_path)) == ["a", "archive"]


def test_what_is_no_archive_is_refused(serve, tmp_path, monkeypatch):
    serve("machine.txt", TEXT)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    with pytest.raises(ValueError, match="machine.txt must be a zip or tar archive"):
        download_extract("it")


def test_signatures_are_those_readers_know():
    assert list(inspect.signature(hub.download).parameters) == ["name", "cache_dir"]
    assert list(inspect.signature(hub.download_extract).parameters) == ["name", "folder"]

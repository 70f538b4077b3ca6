"""What the tests share."""

import hashlib
from types import SimpleNamespace

import pytest
import torch
from pretended_gpu import pretended_gpu

import d2lutils
from d2lutils import records
from d2lutils.data import datasets
from tools import old_d2l


@pytest.fixture(autouse=True)
def no_sample_is_in_use():
    """Forget that a test made the loaders fall back on the sample: records refuse that data."""
    yield
    datasets.samples_in_use.clear()


@pytest.fixture
def own_folders(tmp_path, monkeypatch):
    """Give a test folders of its own for records and for finished runs, and full runs."""
    (tmp_path / "records").mkdir()
    monkeypatch.setattr(records, "FOLDER", tmp_path / "records")
    monkeypatch.setenv("D2LUTILS_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("D2LUTILS_FAST", raising=False)


@pytest.fixture(scope="session")
def old():
    """d2l 0.17.6, with two changes that alter no number: it starts no shell and no processes."""
    try:
        d2l = old_d2l.old_d2l()
    except old_d2l.NoRegistry as reason:
        pytest.skip(f"d2l 0.17.6 is not here to compare with: {reason}")
    # Outside a notebook it would make an IPython shell, and print each figure's name.
    d2l.use_svg_display = lambda: None
    d2l.display = SimpleNamespace(display=lambda figure: None, clear_output=lambda wait: None)
    d2l.get_dataloader_workers = lambda: 0
    return d2l


@pytest.fixture
def same(old, monkeypatch):
    """Run a function of the package with d2l 0.17.6 and with d2lutils, and compare what it returns.

    Both runs start from one seed. ``same(run)`` asks for equal numbers, ``same(run, rel)`` for
    relative differences (for numbers near 0: absolute ones) of at most `rel`.
    """
    monkeypatch.delenv("D2LUTILS_FAST", raising=False)

    def compare(run, rel=0.0):
        results = []
        for package in (old, d2lutils):
            d2lutils.seed_everything(0)
            with d2lutils.plt.rc_context():
                results.append(run(package))
            d2lutils.plt.close("all")
        assert_same(*results, rel)
        return results[1]

    return compare


@pytest.fixture
def put(old, tmp_path, monkeypatch):
    """Put a file of DATA_HUB where both packages find it: neither downloads anything."""
    monkeypatch.setenv("D2LUTILS_DATA", str(tmp_path / "cache"))
    (tmp_path / "run").mkdir()
    monkeypatch.chdir(tmp_path / "run")

    def put(name: str, content: bytes) -> None:
        url, _ = d2lutils.DATA_HUB[name]
        for package in (old, d2lutils):
            sha1 = hashlib.sha1(content).hexdigest()
            monkeypatch.setitem(package.DATA_HUB, name, (url, sha1))
        for folder in (tmp_path / "data", tmp_path / "cache" / name.replace("_", "-")):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / url.rpartition("/")[2]).write_bytes(content)

    return put


def assert_same(theirs, ours, rel: float) -> None:
    """Compare tensors, numbers and texts, also in lists, and the lengths of lists."""
    if isinstance(theirs, torch.Tensor):
        torch.testing.assert_close(ours, theirs, rtol=rel, atol=rel)
    elif isinstance(theirs, (list, tuple)):
        assert len(theirs) == len(ours)
        for one, other in zip(theirs, ours):
            assert_same(one, other, rel)
    else:
        near = rel and isinstance(theirs, float)
        assert ours == (pytest.approx(theirs, rel=rel, abs=rel) if near else theirs)


@pytest.fixture(params=[
    "pretended",
    pytest.param("real", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")),
])
def gpu(request, monkeypatch):
    """A pretended GPU, and a real one where this machine has one."""
    if request.param == "real":
        monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)  # it rounds to ten bits
        yield torch.device("cuda", 0)
    else:
        with pretended_gpu() as device:
            yield device

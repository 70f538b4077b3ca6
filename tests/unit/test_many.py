"""Training with many processes: d2lutils/many.py, started by torchrun as a reader starts it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest
import torch
from torch.nn import functional as F

from d2lutils import many
from d2lutils.data import fashion_mnist_parts
from d2lutils.devices import seed_everything
from d2lutils.models import init_xavier, lenet

LIMIT = 120  # seconds; a run takes a tenth of it
HERE = ("--standalone", "--local-addr", "127.0.0.1", "--nproc-per-node", "2")
EPOCHS = 8


@contextlib.contextmanager
def torchrun(folder, *options, launcher=HERE):
    """Start the script in smoke mode, on 2,000 images; at the end nothing of it runs on."""
    command = [sys.executable, "-m", "torch.distributed.run", *launcher, "-m", "d2lutils.many"]
    variables = {**os.environ, "D2LUTILS_FAST": "1", "OMP_NUM_THREADS": "1"}
    variables["TORCH_DISABLE_SHARE_RDZV_TCP_STORE"] = "1"  # see d2lutils/many.py
    process = psutil.Popen(
        [*command, folder, "--device", "cpu", *map(str, options)], env=variables, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):  # as after a run that has ended
            for left in [*process.children(recursive=True), process]:
                left.kill()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def finish(process) -> str:
    """Wait for the end, and return what the run has printed."""
    said, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, said
    return said


def read(folder) -> dict:
    return torch.load(folder / "checkpoint.pt", weights_only=True)


def numbers(folder) -> list[tuple]:
    """Return epoch, loss and accuracy of each epoch: all but the speed."""
    names = ("epoch", "train loss", "valid accuracy")
    return [tuple(epoch[name] for name in names) for epoch in read(folder)["history"]]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The folder of a run of two processes."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with torchrun(folder, "--num-epochs", EPOCHS) as process:
        said = finish(process)
    assert [said.count(f"epoch {n}:") for n in range(1, EPOCHS + 1)] == [1] * EPOCHS
    return folder


# Together

needs_torchrun = pytest.mark.skipif(
    sys.platform == "win32", reason="torchrun does not start on Windows: PyTorch's issue 139990")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads have no names here")
def test_no_thread_of_gloo_is_left_when_python_ends(tmp_path):
    # One that still works then aborts the process now and then: "terminate called ...".
    code = (
        "import sys; from pathlib import Path; from d2lutils import many; many.main(sys.argv[1:]); "
        "print('left:', *(p.read_text() for p in Path('/proc/self/task').glob('*/comm')))"
    )
    alone = {"RANK": "0", "WORLD_SIZE": "1", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "1",
             "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "D2LUTILS_FAST": "1"}
    command = [sys.executable, "-c", code, tmp_path, "--num-epochs", "1", "--device", "cpu"]
    ran = subprocess.run(command, env={**os.environ, **alone}, capture_output=True, text=True,
                         timeout=LIMIT)
    assert "left: python" in ran.stdout, ran.stderr
    assert "gloo" not in ran.stdout.partition("left:")[2]


@needs_torchrun
def test_the_gradient_of_two_processes_is_that_of_one_with_the_whole_batch(tmp_path):
    # One step of SGD with the rate 1: the weights change by the gradient.
    options = {"num-epochs": 1, "num-train": 250, "batch-size": 250, "lr": 1, "momentum": 0}
    with torchrun(tmp_path, *(f"--{k}={v}" for k, v in options.items())) as process:
        finish(process)
    seed_everything(0)
    net = lenet().apply(init_xavier)
    X, y = next(iter(fashion_mnist_parts(250, num_train=250)[0]))
    loss = F.cross_entropy(net(X), y)
    loss.backward()
    found = read(tmp_path)
    assert found["history"][0]["train loss"] == pytest.approx(loss.item(), abs=1e-6)
    for name, weight in net.named_parameters():
        change = weight.detach() - found["net"][name]
        assert torch.allclose(change, weight.grad, rtol=0, atol=1e-6), name
        assert weight.grad.abs().max() > 1e-4


@needs_torchrun
def test_two_hosts_end_where_two_processes_of_one_host_end(tmp_path, undisturbed):
    address = f"127.0.0.1:{free_port()}"
    launcher = ("--nnodes", "2", "--nproc-per-node", "1", "--local-addr", "127.0.0.1",
                "--rdzv-backend", "c10d", "--rdzv-endpoint", address, "--rdzv-id", "test")
    one, other = (torchrun(tmp_path, "--num-epochs", EPOCHS, launcher=launcher) for _ in "12")
    with one as first, other as second:
        said = finish(first) + finish(second)
    assert said.count("epoch 1:") == 1
    assert numbers(tmp_path) == numbers(undisturbed)


@needs_torchrun
@pytest.mark.parametrize("victim", [0, 1])
def test_a_killed_worker_changes_nothing_of_how_the_run_ends(tmp_path, undisturbed, victim):
    launcher = (*HERE, "--max-restarts", "1")
    with torchrun(tmp_path, "--num-epochs", EPOCHS, launcher=launcher) as process:
        deadline = time.monotonic() + LIMIT
        while not (tmp_path / "checkpoint.pt").exists():
            assert process.poll() is None and time.monotonic() < deadline, process.stdout.read()
            time.sleep(0.005)
        [worker] = [w for w in process.children() if w.environ().get("RANK") == str(victim)]
        worker.kill()
        assert len(read(tmp_path)["history"]) < EPOCHS
        said = finish(process)
    assert said.count("goes on after epoch") == 1 and said.count("epoch 1:") <= 1
    assert numbers(tmp_path) == numbers(undisturbed)
    assert os.listdir(tmp_path) == ["checkpoint.pt"]


# The order of the images


@pytest.mark.parametrize("world", [1, 2, 3, 4])
def test_an_epoch_has_every_image_once_and_the_next_another_order(world):
    orders = []
    for epoch in (1, 2):
        shares = [many.shard(12, rank, world, epoch) for rank in range(world)]
        together = torch.stack(shares, dim=1).flatten()  # as the steps take them
        assert sorted(together.tolist()) == list(range(12))
        orders.append(together.tolist())
    assert orders[0] != orders[1]
    assert orders[0] == many.shard(12, 0, 1, 1).tolist() != many.shard(12, 0, 1, 1, 5).tolist()


def test_where_the_images_cannot_be_shared_equally_a_few_come_twice():
    shares = [many.shard(10, rank, 4, epoch=1).tolist() for rank in range(4)]
    assert [len(share) for share in shares] == [3] * 4
    together = sum(shares, [])
    assert set(together) == set(range(10)) and len(together) == 12


# The checkpoint


@pytest.fixture
def group(monkeypatch):
    """A group without processes; `group.rank` is this one, `group.found` what all have found."""
    group = type("Group", (), {"rank": 0, "found": [], "waited": 0})

    def wait():
        group.waited += 1

    def gather(everyone, own):
        everyone[:] = group.found or [own] * 2

    monkeypatch.setattr(many.distributed, "get_rank", lambda: group.rank)
    monkeypatch.setattr(many.distributed, "get_world_size", lambda: 2)
    monkeypatch.setattr(many.distributed, "barrier", wait)
    monkeypatch.setattr(many.distributed, "all_gather_object", gather)
    return group


STATE = {"settings": asdict(many.Settings()), "history": [{"epoch": 1}]}


def test_the_first_process_alone_writes_the_checkpoint_and_all_wait(tmp_path, group):
    path = tmp_path / "checkpoint.pt"
    group.rank = 1
    many.save(path, STATE)
    assert os.listdir(tmp_path) == [] and group.waited == 1
    group.rank = 0
    many.save(path, STATE)
    assert os.listdir(tmp_path) == ["checkpoint.pt"] and group.waited == 2
    assert many.load(path, many.Settings()) == STATE


def test_killed_while_it_writes_it_leaves_the_checkpoint_before(tmp_path, group, monkeypatch):
    path = tmp_path / "checkpoint.pt"
    many.save(path, STATE)

    def killed(state, file):
        file.write_bytes(b"PK half of it")
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(torch, "save", killed)
        many.save(path, {})
    assert many.load(path, many.Settings()) == STATE
    many.save(path, STATE)
    assert os.listdir(tmp_path) == ["checkpoint.pt"]


def test_there_may_be_no_checkpoint_yet(tmp_path):
    assert many.load(tmp_path / "checkpoint.pt", many.Settings()) is None


class Code:
    """Something that a pickle would call."""

    def __reduce__(self):
        return (os.abort, ())


@pytest.mark.parametrize("content", [b"", b"no checkpoint", {"net": 1}, [1], Code()])
def test_a_file_that_is_no_checkpoint_is_refused_and_never_run(tmp_path, content):
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)
    with pytest.raises(ValueError, match="checkpoint.pt is no checkpoint of this script, or dam"):
        many.load(path, many.Settings())


def test_a_checkpoint_of_other_settings_is_refused(tmp_path, group):
    many.save(tmp_path / "checkpoint.pt", STATE)
    with pytest.raises(ValueError, match="is of a run with lr 0.02; train with these settings"):
        many.load(tmp_path / "checkpoint.pt", many.Settings(lr=0.5))


def test_processes_that_found_different_things_do_not_train_together(group):
    many.agree({"epochs done": 3})
    group.found = [{"settings": 1, "epochs done": 3}, {"settings": 1, "epochs done": 0}]
    with pytest.raises(RuntimeError, match=r"epochs done must be the same .*, got \[3, 0\]"):
        many.agree(group.found[0])


# The command line


@pytest.fixture
def started(monkeypatch):
    """The variables that torchrun sets."""
    for name, value in {"RANK": 0, "LOCAL_RANK": 0, "WORLD_SIZE": 3, "LOCAL_WORLD_SIZE": 3}.items():
        monkeypatch.setenv(name, str(value))


@pytest.mark.parametrize("options, message", [
    ("--batch-size 0", "batch_size must be an integer of at least 1, got 0"),
    ("--batch-size 256", "batch_size must be a multiple of the number of processes, 3, got 256"),
    ("--lr -1", "lr must be a finite number from 0 to inf, got -1.0"),
    ("--momentum 2", "momentum must be a finite number from 0 to 1, got 2.0"),
    ("--num-train 60000", "num_train must be at most 50000, got 60000"),
    ("--seed -1", "seed must be an integer of at least 0, got -1"),
    ("--batch-size 255 --num-epochs 0", "num_epochs must be an integer of at least 1, got 0"),
    ("--batch-size 255 --device tpu", "device must be one of 'cpu', 'cuda', got 'tpu'"),
    ("--lr much", "argument --lr: invalid float value: 'much'"),
])
def test_bad_arguments_are_told_once(started, tmp_path, monkeypatch, capsys, options, message):
    with pytest.raises(SystemExit, match="2"):
        many.parse([str(tmp_path / "run"), *options.split()])
    assert message in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
    monkeypatch.setenv("RANK", "1")
    with pytest.raises(SystemExit):
        many.parse([str(tmp_path / "run"), *options.split()])
    said = capsys.readouterr().err
    assert "argument --lr" in said or not said  # argparse speaks for itself


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_trained(
        started, tmp_path, capsys):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(SystemExit):
        many.parse([str(tmp_path / "taken"), "--batch-size", "255"])
    assert f"{tmp_path / 'taken'}" in (said := capsys.readouterr().err)
    assert "name another folder" in said


def test_a_restart_that_would_fail_is_told_before(started, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TORCHELASTIC_RESTART_COUNT", "1")
    monkeypatch.setenv("TORCHELASTIC_USE_AGENT_STORE", "True")
    with pytest.raises(SystemExit):
        many.parse([str(tmp_path), "--batch-size", "255"])
    assert "torchrun needs TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1" in capsys.readouterr().err
    monkeypatch.setenv("TORCHELASTIC_USE_AGENT_STORE", "False")
    assert many.parse([str(tmp_path), "--batch-size", "255"]).settings.batch_size == 255


def test_more_processes_than_gpus_are_refused(started, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(ValueError, match="nproc-per-node must be at most 2, the number of GPUs"):
        many.own_device("cuda")


def test_without_torchrun_it_says_how_to_start_it(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("RANK", raising=False)
    with pytest.raises(SystemExit):
        many.main([str(tmp_path)])
    said = capsys.readouterr().err
    assert "it has to be started by torchrun" in said
    assert "torchrun --nproc-per-node 2 -m d2lutils.many run" in said

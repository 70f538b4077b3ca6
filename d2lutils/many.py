"""Train one network with many processes, on one machine or on many: data parallelism.

    torchrun --nproc-per-node 2 -m d2lutils.many run

trains with two processes here, and keeps the checkpoint in the folder `run`. The same command
serves many machines, once torchrun is told where they meet, and GPUs, one a process. It is part
of the package, so that every machine with d2lutils has it, in the same version.

Each process holds the whole network and takes its share of every batch; gradients are averaged
before every step. Batches do not depend on how many processes share them: two end where one
ends, but for rounding. After every epoch the first process writes a checkpoint; whoever starts
in its folder goes on from there.

With --max-restarts torchrun also needs TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 set: else processes
that it starts again find the addresses of the dead ones (PyTorch's issue 135712).
"""

from __future__ import annotations

import argparse
import os
import pickle
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import torch
from torch import distributed, nn
from torch.nn import functional as F
from torch.utils.data.distributed import DistributedSampler

from .checks import number_in, one_of, positive_int
from .data import fashion_mnist_parts
from .data.images import ImageDataset
from .data.storage import put_in_place, scratch
from .devices import seed_everything
from .metrics import Timer, num_correct
from .models import init_xavier, lenet

__all__ = ["shard"]

# A process whose partner is gone gives up after this; else it would wait for half an hour.
PATIENCE = timedelta(minutes=3)


@dataclass(frozen=True)
class Settings:
    """What the numbers of a training depend on; the count of processes is not part of it."""

    batch_size: int = 256  # of all processes together
    lr: float = 0.02
    momentum: float = 0.9
    num_train: int = 50_000
    seed: int = 0

    def __post_init__(self) -> None:
        positive_int("batch_size", self.batch_size)
        number_in("lr", self.lr, 0)
        number_in("momentum", self.momentum, 0, 1)
        if positive_int("num_train", self.num_train) > 50_000:
            raise ValueError(f"num_train must be at most 50000, got {self.num_train}")
        positive_int("seed", self.seed, least=0)


def shard(num_examples: int, rank: int, world: int, epoch: int, seed: int = 0) -> torch.Tensor:
    """Return the rows that one process trains on in an epoch, in their order.

    All processes shuffle alike and take every `world`-th row: together, the next k of each are
    the next k times `world` of the order. Where the examples cannot be shared equally, up to
    ``world - 1`` rows are used twice, so that the shares are equal all the same.

    Parameters
    ----------
    num_examples
        How many there are in all.
    rank, world
        The number of the process, counted from 0, and how many there are.
    epoch, seed
        The order depends on both.

    Returns
    -------
    torch.Tensor
        Shape (num_examples / world, rounded up,), int64.

    Examples
    --------
    >>> from d2lutils import many
    >>> first, second = (many.shard(6, rank, world=2, epoch=1) for rank in (0, 1))
    >>> sorted([*first.tolist(), *second.tolist()])
    [0, 1, 2, 3, 4, 5]
    """
    sampler = DistributedSampler(range(num_examples), world, rank, shuffle=True, seed=seed)
    sampler.set_epoch(epoch)  # else every epoch would have the order of the first
    return torch.tensor(list(sampler))


def train(
    folder: Path, settings: Settings, num_epochs: int, device: torch.device
) -> Iterator[dict[str, float]]:
    """Train LeNet on Fashion-MNIST, together with the other processes of the group.

    Where the folder has a checkpoint, it goes on after that checkpoint's last epoch.

    Parameters
    ----------
    folder
        Of the checkpoint; all processes see the same.
    settings
        The same in all processes, and as in the checkpoint.
    num_epochs
        In all, those of the checkpoint included.
    device
        Of this process.

    Yields
    ------
    dict
        For each new epoch "epoch", "train loss", "valid accuracy" and "images/s", over all
        processes; the same in each.

    Raises
    ------
    ValueError
        If the checkpoint is damaged, or of other settings.
    RuntimeError
        If the processes have different settings, data or checkpoints.
    """
    rank, world = distributed.get_rank(), distributed.get_world_size()
    loaders = fashion_mnist_parts(settings.batch_size, num_train=settings.num_train)
    images, valid = loaders[0].dataset, loaders[1].dataset
    path = Path(folder) / "checkpoint.pt"
    state = load(path, settings)
    done = state["history"] if state else []
    agree({"settings": settings, "training images": len(images), "epochs done": len(done)})

    seed_everything(settings.seed)
    net = nn.parallel.DistributedDataParallel(
        lenet().apply(init_xavier).to(device), [device] if device.type == "cuda" else None)
    optimizer = torch.optim.SGD(net.parameters(), settings.lr, settings.momentum)
    if state:
        net.module.load_state_dict(state["net"])
        optimizer.load_state_dict(state["optimizer"])
        if rank == 0:
            left = "goes on after" if len(done) < num_epochs else "nothing left to do after"
            print(f"{left} epoch {len(done)} of {num_epochs}", flush=True)
    for epoch in range(len(done) + 1, num_epochs + 1):
        timer = Timer()
        rows = shard(len(images), rank, world, epoch, settings.seed)
        batches = rows.split(settings.batch_size // world)
        total = train_epoch(net, images, batches, optimizer, device)
        loss, count = sum_over_processes([total, len(rows)], device)
        speed = count / timer.stop()
        # Every image counts once: here the shares need not be equal.
        own = torch.arange(rank, len(valid), world)
        right, seen = sum_over_processes([num_right(net, valid, own, device), len(own)], device)
        measured = {"epoch": epoch, "train loss": loss / count, "valid accuracy": right / seen,
                    "images/s": speed}
        done = [*done, measured]
        save(path, {"settings": asdict(settings), "history": done,
                    "net": net.module.state_dict(), "optimizer": optimizer.state_dict()})
        yield measured


def train_epoch(net, images: ImageDataset, batches, optimizer, device) -> torch.Tensor:
    """Train on this process's batches; return the sum of its losses."""
    net.train()
    total = torch.zeros((), dtype=torch.float64, device=device)
    for rows in batches:
        X, y = examples(images, rows, device)
        loss = F.cross_entropy(net(X), y)
        optimizer.zero_grad()
        # Also averages the gradients over the processes. A mean of means is the mean of all,
        # since the shares are equal, in the last batch too: see `shard`.
        loss.backward()
        optimizer.step()
        total += loss.detach() * len(y)
    return total


@torch.no_grad()
def num_right(net, images: ImageDataset, rows: torch.Tensor, device) -> float:
    """Return how many of these images are classified right."""
    net.eval()
    pairs = (examples(images, part, device) for part in rows.split(1000))
    return sum(num_correct(net.module(X), y) for X, y in pairs)


def examples(images: ImageDataset, rows: torch.Tensor, device) -> tuple[torch.Tensor, ...]:
    """Return X, float32 (n, 1, 28, 28), and y (n,) on the device; in memory they are uint8."""
    X = images.prepare(images.images.numpy().take(rows.numpy(), axis=0))
    return X.to(device), images.labels[rows].to(device)


def sum_over_processes(values: list, device: torch.device) -> list[float]:
    """Return the sums of the values over all processes, the same in each."""
    sums = torch.tensor([float(value) for value in values], dtype=torch.float64, device=device)
    distributed.all_reduce(sums)
    return sums.tolist()


def agree(found: dict) -> None:
    """Raise RuntimeError in all processes where they have found different things."""
    everyone = [None] * distributed.get_world_size()
    distributed.all_gather_object(everyone, found)
    for name in found:
        values = [one[name] for one in everyone]
        if values != values[:1] * len(values):
            raise RuntimeError(f"{name} must be the same in all processes, got {values}; the "
                               "folder has to be one that all machines see")


def save(path: Path, state: dict) -> None:
    """Write a checkpoint, in the first process alone; the others wait for it."""
    if distributed.get_rank() == 0:
        part = path.with_name(f"{path.name}.part")
        torch.save(state, part)
        put_in_place(part, path)  # killed before or after: the file is a whole one
    distributed.barrier()


def load(path: Path, settings: Settings) -> dict | None:
    """Return the checkpoint, None if there is none, or say why it cannot be used."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        found = state["settings"]
    except FileNotFoundError:
        return None
    except (RuntimeError, pickle.UnpicklingError, EOFError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is no checkpoint of this script, or damaged; remove it, or "
                         "name another folder") from error
    wanted = asdict(settings)
    if other := [f"{k} {found.get(k)}" for k, v in wanted.items() if found.get(k) != v]:
        raise ValueError(f"{path} is of a run with {', '.join(other)}; train with these settings, "
                         "or name another folder")
    return state


def own_device(kind: str) -> torch.device:
    """Return the device of this process: the CPU, or a GPU that no other process here has."""
    if one_of("device", kind, ["cpu", "cuda"]) == "cpu":
        return torch.device("cpu")
    here, gpus = int(os.environ["LOCAL_WORLD_SIZE"]), torch.cuda.device_count()
    if here > gpus:
        raise ValueError(f"nproc-per-node must be at most {gpus}, the number of GPUs here, got "
                         f"{here}; or choose --device cpu")
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    torch.cuda.set_device(device)
    return device


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Return the command line's values, with `settings` and `device` made of them."""
    command = "torchrun --nproc-per-node 2 -m d2lutils.many run [options]"
    parser = argparse.ArgumentParser("d2lutils.many", command, __doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="of the checkpoint; all machines see the same")
    parser.add_argument("--num-epochs", type=int, default=5, help="in all (%(default)s)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    for name, value in (defaults := asdict(Settings())).items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=type(value), default=value, help="(%(default)s)")
    chosen = parser.parse_args(arguments)
    try:
        if "RANK" not in os.environ:
            raise ValueError("it has to be started by torchrun")
        if (os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") != "0"
                and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"):
            raise ValueError("to restart, torchrun needs TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1")
        chosen.settings = Settings(**{name: getattr(chosen, name) for name in defaults})
        positive_int("num_epochs", chosen.num_epochs)
        if chosen.batch_size % (world := int(os.environ["WORLD_SIZE"])):
            raise ValueError(f"batch_size must be a multiple of the number of processes, {world}, "
                             f"got {chosen.batch_size}")
        chosen.device = own_device(chosen.device)
        with scratch(chosen.folder, "name another folder"):
            pass  # better to learn now than after the first epoch that nothing can be written
    except (TypeError, ValueError, OSError) as error:
        if os.environ.get("RANK", "0") != "0":
            sys.exit(2)  # the first process says it for all
        parser.error(str(error))
    return chosen


def main(arguments: list[str] | None = None) -> None:
    """Train as the command line says; the first process prints a line an epoch."""
    chosen = parse(arguments)
    on_gpu = chosen.device.type == "cuda"
    # DistributedDataParallel imports it. It keeps a group that is there by then for good, Gloo's
    # threads with it, and one that still runs when Python ends may abort the process.
    import torch._dynamo  # noqa: F401

    distributed.init_process_group(
        "nccl" if on_gpu else "gloo", timeout=PATIENCE, device_id=chosen.device if on_gpu else None)
    try:
        for m in train(chosen.folder, chosen.settings, chosen.num_epochs, chosen.device):
            if distributed.get_rank() == 0:
                print(f"epoch {m['epoch']}: train loss {m['train loss']:.4f}, valid accuracy "
                      f"{m['valid accuracy']:.4f}, {m['images/s']:,.0f} images/s", flush=True)
    finally:
        distributed.destroy_process_group()


if __name__ == "__main__":
    main()

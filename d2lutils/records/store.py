"""Finished runs, kept on disk one by one, so that a crash or a stop loses none of them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import torch

from ..data.storage import data_folder, put_in_place, scratch
from . import Run, data_state, numbers_from_json, numbers_to_json

__all__: list[str] = []


def _path(name: str, code: str, setting: dict, seed: int, data: str) -> Path:
    """Return where a run is kept.

    Its key is whatever the numbers depend on: code, setting and seed, the data, and the
    version of PyTorch.
    """
    key = json.dumps([code, setting, seed, data, torch.__version__], sort_keys=True)
    digest = hashlib.sha256(key.encode()).hexdigest()[:24]
    return data_folder() / "runs" / name.replace("/", "-") / f"{digest}.json"


def keep(name: str, code: str, run: Run) -> None:
    """Put a run of an experiment's code in its place, in one step.

    Raises
    ------
    d2lutils.data.storage.StorageError
        If the folder cannot be written to.
    """
    path = _path(name, code, run.setting, run.seed, run.data)
    curves = {metric: numbers_to_json(values) for metric, values in run.curves.items()}
    with scratch(path.parent) as folder:
        part = folder / path.name
        part.write_text(json.dumps({**vars(run), "curves": curves}), encoding="utf-8")
        put_in_place(part, path)


def kept(name: str, code: str, setting: dict, seed: int) -> Run | None:
    """Return the run kept of this code, setting and seed; None if there is none or it is damaged.

    It is one on the data that this process sees now, see `data_state`.
    """
    path = _path(name, code, setting, seed, data_state())
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        curves = {m: numbers_from_json(values) for m, values in content["curves"].items()}
        return Run(**{**content, "curves": curves})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # then it is run again

"""Execute the book's notebooks once more, from nothing, and compare the outputs with the build's.

    python -m tools.twice                      every notebook
    python -m tools.twice rnn                  one part; or one page: rnn/09
    python -m tools.twice --between OLD NEW    compare two folders of results that are there

On one machine both have to give the same outputs, cell by cell. Cells with the tag `timing` show
time, and are left out. The second results stay in _build/again until the next call.
"""

from __future__ import annotations

import argparse
import base64
import functools
import io
import json
import re
import shutil
import sys
from collections.abc import Iterator
from itertools import zip_longest
from os.path import commonprefix
from pathlib import Path

import nbformat
import numpy as np
from jupyter_cache import get_cache
from jupyter_cache.base import JupyterCacheAbstract
from nbformat import NotebookNode
from PIL import Image

from tools import build, execution
from tools.pages import page_name, select

BEFORE, SHOWN = 20, 60  # characters of a line before its first difference, and in all


def result_of(path: Path, cache: JupyterCacheAbstract) -> NotebookNode | None:
    """Return a notebook with the outputs that a cache has for its code; None if it has none."""
    try:
        return cache.merge_match_into_notebook(nbformat.read(path, as_version=4))[1]
    except KeyError:
        return None


def shows_time(cell: NotebookNode) -> bool:
    """Say whether a cell's outputs may differ, since they show how long something took."""
    return "timing" in cell.metadata.get("tags", [])


def parts(output: NotebookNode) -> dict[str, str]:
    """Return what an output holds, by kind: a MIME type, the name of a stream, or "error"."""
    if output.output_type == "stream":
        return {output.name: output.text}
    if output.output_type == "error":
        return {"error": "\n".join(output.traceback)}
    found = {**output.data, **({"metadata": output.metadata} if output.metadata else {})}
    return {k: v if isinstance(v, str) else json.dumps(v, sort_keys=True) for k, v in found.items()}


def compare_notebooks(old: NotebookNode, new: NotebookNode) -> list[str]:
    """Return a line for each part of an output that differs, in cells that do not show time."""
    found = []
    for number, (cell, again) in enumerate(zip(old.cells, new.cells, strict=True), start=1):
        if cell.cell_type == "code" and not shows_time(cell):
            place = f"cell {number} (id {cell.id})"
            found += [f"{place}, {said}" for said in compare_outputs(cell.outputs, again.outputs)]
    return found


def compare_outputs(old: list[NotebookNode], new: list[NotebookNode]) -> Iterator[str]:
    """Yield what differs between a cell's outputs: their kinds, or else the parts of each."""
    pairs = [[parts(output) for output in outputs] for outputs in (old, new)]
    before, after = ("; ".join(map(", ".join, each)) or "none" for each in pairs)
    if before != after:
        yield f"outputs: {before} -> {after}"
        return
    for number, (one, other) in enumerate(zip(*pairs), start=1):
        for kind in one:
            if one[kind] != other[kind]:
                compare = compare_pictures if kind in ("image/png", "image/jpeg") else compare_texts
                yield f"output {number}, {kind}: {compare(one[kind], other[kind])}"


def compare_texts(old: str, new: str) -> str:
    """Say how many lines differ, and show the first from a little before the place where it does.

    In a picture, the group of the SVG file in which that line stands is named.

    >>> compare_texts("one\\nloss 0.5103\\ntwo", "one\\nloss 0.5104\\n")
    "line 2 of 3: 'loss 0.5103' -> 'loss 0.5104', and 1 more"
    """
    pairs = list(zip_longest(old.split("\n"), new.split("\n")))
    wrong = [i for i, (one, other) in enumerate(pairs) if one != other]
    one, other = (line or "" for line in pairs[wrong[0]])
    start = max(0, len(commonprefix([one, other])) - BEFORE)
    groups = re.findall(r'<g id="([^"]+)"', "\n".join(line for line, _ in pairs[: wrong[0]]))
    place = f"line {wrong[0] + 1} of {len(pairs)}" + (f" in {groups[-1]}" if groups else "")
    more = f", and {len(wrong) - 1} more" if wrong[1:] else ""
    one, other = (line[start : start + SHOWN] for line in (one, other))
    return f"{place}: {one!r} -> {other!r}{more}"


def compare_pictures(old: str, new: str) -> str:
    """Say how two pictures differ, given as base64."""
    files = (io.BytesIO(base64.b64decode(picture)) for picture in (old, new))
    one, other = (np.asarray(Image.open(file).convert("RGBA"), dtype=int) for file in files)
    if one.shape != other.shape:
        sizes = (f"{width} x {height}" for height, width, _ in (one.shape, other.shape))
        return f"{' -> '.join(sizes)} pixels"
    gap = abs(one - other).max(axis=2)
    if not gap.any():
        return "the same pixels in another file"
    return f"{(gap > 0).mean():.1%} of the pixels, by at most {gap.max()} of 255"


def compare(paths: list[Path], old: Path, new: Path) -> list[str]:
    """Print each difference between two folders of results; return the pages that differ.

    Raises
    ------
    ValueError
        If a folder holds no results.
    """
    caches = [opened(folder) for folder in (old, new)]
    differing = []
    for path in paths:
        results = [result_of(path, cache) for cache in caches]
        found = [f"no result in {f}" for f, r in zip((old, new), results) if r is None]
        found = found or compare_notebooks(*results)
        for line in found:
            print(f"{page_name(path)}, {line}", flush=True)
        if found:
            differing.append(page_name(path))
    return differing


def opened(folder: Path) -> JupyterCacheAbstract:
    """Open a folder of results that is there; ValueError where there is none."""
    if not (folder / "global.db").exists():
        raise ValueError(f"{folder} holds no results of notebooks: run make book")
    return get_cache(folder)


def execute_again(paths: list[Path]) -> tuple[Path, Path]:
    """Execute notebooks from nothing; return the folders of the build's and of the new results.

    Raises
    ------
    BuildError
        If the book has not been built.
    """
    data = build.noted_data()
    folder = build.cache_folder(data)
    opened(folder)
    again = build.BUILD / "again" / folder.name
    shutil.rmtree(again.parent, ignore_errors=True)
    cache = execution.open_cache(again)
    print(f"Executing {len(paths)} notebooks again, two at a time.", flush=True)
    build.execute_in_full(paths, data, functools.partial(execution.store, cache))
    return folder, again


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit code, 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a part, or a part and page")
    parser.add_argument("--between", nargs=2, type=Path, metavar=("OLD", "NEW"),
                        help="compare two folders of results, such as _build/cache/*")
    chosen = parser.parse_args(arguments)
    try:
        paths = select(build.notebooks(build.ROOT), chosen.names)
        differing = compare(paths, *(chosen.between or execute_again(paths)))
    except (ValueError, build.BuildError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    said = f"differ: {', '.join(differing)}" if differing else "differ"
    print(f"{len(differing)} of {len(paths)} notebooks {said}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())

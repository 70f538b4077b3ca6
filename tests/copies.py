"""A copy of the book's sources, for tests that change them."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("notebooks", "book", "d2lutils", "tests", "tools")
FILES = ("_toc.yml", "pyproject.toml")


def copied(folder):
    """Copy what the tests of pages and of the package read into a folder, and return it."""
    apart = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=apart)
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    return folder


def contents(folder):
    """Return the content of each file that a copy has."""
    paths = (p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}

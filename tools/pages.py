"""The names of the pages that run, and the choice of some of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def page_name(path: Path) -> str:
    """Return part and name of a notebook, like regularization/03-dropout."""
    return f"{path.parent.name}/{path.stem}"


def select(paths: Iterable[Path], wanted: Iterable[str] = ()) -> list[Path]:
    """Return the pages whose names begin as one of `wanted`; all of them where that is empty.

    Raises
    ------
    ValueError
        If a wanted name fits no page.
    """
    found, picked = list(paths), {}
    for name in wanted:
        fits = [p for p in found if page_name(p).startswith(name.strip("/"))]
        if not fits:
            known = ", ".join(map(page_name, found)) or "none"
            raise ValueError(f"nothing here begins with {name!r}; there are: {known}")
        picked |= dict.fromkeys(fits)
    return list(picked) if wanted else found

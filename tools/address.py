"""Name another repository as the book's own, in every place that names it.

    python -m tools.address github.com/you/your-fork
    python -m tools.address github.com/you/your-fork/tree/draft    a branch other than main

The one place that counts is `Repository` in pyproject.toml. README.md, CITATION.cff and the
notebooks' set-up cells repeat it, and the site's buttons follow it when the book is built.
"""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tools.environment import write_at_once

ROOT = Path(__file__).resolve().parent.parent
# What GitHub allows in names; no branch with a slash, which the addresses of Colab cannot carry.
FORM = re.compile(
    r"(?:https://)?github\.com"
    r"/(?P<owner>[a-z\d](?:-?[a-z\d]){0,38})"
    r"/(?!\.+(?:/|$))(?P<repository>[\w.-]{1,100}?)(?:\.git)?"
    r"(?:/tree/(?P<branch>\w[\w.-]*))?/?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class Address:
    """Where a repository on GitHub is, and the branch that readers get."""

    owner: str
    repository: str
    branch: str = "main"

    @property
    def name(self) -> str:
        """The address as one says it: github.com/owner/repository."""
        return f"github.com/{self.owner}/{self.repository}"

    @property
    def forms(self) -> tuple[str, str, str]:
        """What stands in the files: with the branch, the branch's archive, and the name alone."""
        return f"{self.name}/tree/{self.branch}", f"/archive/{self.branch}.zip", self.name


def parse(text: str) -> Address:
    """Read an address; GitHub's alone will do, since Colab opens notebooks from nowhere else.

    Raises
    ------
    ValueError
        If it has another form.

    Examples
    --------
    >>> parse("https://github.com/you/your-fork/tree/draft")
    Address(owner='you', repository='your-fork', branch='draft')
    """
    match = FORM.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"{text!r} is not an address of a repository: it has to look like "
            "github.com/you/your-fork or, for a branch other than main, "
            "github.com/you/your-fork/tree/draft"
        )
    return Address(**{key: value for key, value in match.groupdict().items() if value})


def current(root: Path) -> Address:
    """Return the address in the pyproject.toml of a checkout."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return parse(project["urls"]["Repository"])


def places(root: Path) -> list[Path]:
    """Return the files that name the address.

    The one that counts comes last: a change that was cut off before it can be made again.
    """
    notebooks = sorted((root / "notebooks").glob("*/*.ipynb"))
    return [*notebooks, root / "CITATION.cff", root / "README.md", root / "pyproject.toml"]


def renamed(text: str, old: Address, new: Address) -> str:
    """Return a text that names the new address wherever it named the old one.

    >>> here, there = Address("a", "book"), Address("you", "fork")
    >>> renamed("See github.com/a/book, not github.com/a/bookshop.", here, there)
    'See github.com/you/fork, not github.com/a/bookshop.'
    """
    for before, after in zip(old.forms, new.forms, strict=True):
        text = re.sub(rf"{re.escape(before)}(?!\.?[\w-])", after, text)
    return text


def change(root: Path, new: Address) -> list[Path]:
    """Name the new address in each place; return the files that this changed."""
    old, changed = current(root), []
    for path in places(root):
        # As bytes, so that line ends stay as they are.
        before = path.read_bytes().decode("utf-8")
        after = renamed(before, old, new)
        if after != before:
            write_at_once(path, after)
            changed.append(path)
    return changed


def main(arguments: list[str]) -> int:
    """Change the address and say where; return the exit status."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        new = parse(arguments[0])
        changed = change(ROOT, new)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for path in changed:
        print(f"changed {path.relative_to(ROOT).as_posix()}")
    said = "The book's repository is now" if changed else "Nothing to change: it is already"
    print(f"{said} {new.name}, branch {new.branch}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

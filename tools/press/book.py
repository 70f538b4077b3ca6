"""What both forms of the book need: its title and parts, its chapters, its look, where it goes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import yaml

from tools import address
from tools.press import chapters, stills

FOLDER = Path(__file__).parent
SUBTITLE = "A textbook in PyTorch"
NAME = "deep-learning-one-dial-at-a-time"
ABOUT = (
    "This edition stands still. On the book's site every figure that says so can be moved, and "
    "each page is a notebook that you can run.",
    "Answers, explained questions and worked solutions stand at the end of their chapter, where an "
    "arrow leads. Code that only draws a figure is left out.",
)


@dataclass(frozen=True)
class Book:
    """The book as it was built in a folder: `_toc.yml` and `_config.yml` with `_build` beside them.

    Attributes
    ----------
    root
        The folder.
    pages
        The pages of the table of contents with their levels; fewer of them make a smaller book.
    """

    root: Path
    pages: tuple[tuple[str, int], ...]

    @classmethod
    def whole(cls, root: Path) -> Book:
        """Return the book with all of its pages."""
        return cls(root, tuple(chapters.listed(root / "_toc.yml")))

    @property
    def build(self) -> Path:
        return self.root / "_build"

    @property
    def site(self) -> Path:
        return self.build / "html"

    @cached_property
    def config(self) -> dict:
        return yaml.safe_load((self.root / "_config.yml").read_text(encoding="utf-8"))

    @property
    def title(self) -> str:
        return self.config["title"]

    @property
    def rights(self) -> str:
        return f"© {self.config['copyright']}"

    @property
    def source(self) -> str:
        """Return the address of the book's source, which is also what identifies the book."""
        return f"https://{address.current(self.root).name}"

    @cached_property
    def made(self) -> date:
        """Return the day on which the notebooks were executed."""
        return date.fromisoformat(self._report["date"][:10])

    @cached_property
    def _report(self) -> dict:
        return json.loads((self.build / "execution.json").read_text(encoding="utf-8"))

    def about(self) -> list[str]:
        """Return the paragraphs that say what this edition is."""
        versions = self._report["versions"]
        day = f"{self.made.day} {self.made:%B %Y}"
        used = f"Python {versions['python']} and PyTorch {versions['torch']}"
        ran = f"All code ran on {day} with {used}."
        return [*ABOUT, ran, f"{self.rights}. Source: {self.source}"]

    def read(self, cache: Path) -> list[chapters.Chapter]:
        """Return the chapters; `cache` is the folder of the executed notebooks."""
        return chapters.read(self.site, list(self.pages), stills.from_cache(cache))

    def style(self, *names: str) -> str:
        """Return style sheets of this folder as one."""
        return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)

"""Make the skeleton of a page, a component or a data set; it runs as it is.

    python -m tools.new notebook regularization/09-my-page
    python -m tools.new component my-dial
    python -m tools.new data my-data

What has to be replaced in it is marked TODO, and a test fails until none is left. Files that are
there are never overwritten; if anything is amiss, nothing is written. Skeletons: tools/skeletons.
"""

from __future__ import annotations

import builtins
import hashlib
import json
import keyword
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.environment import write_at_once

ROOT = Path(__file__).resolve().parent.parent
SKELETONS = Path(__file__).parent / "skeletons"
MARK = "TODO"
WORD = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
PAGE = re.compile(rf"(?P<part>[a-z]+)/(?P<number>\d\d)-{WORD.pattern}")


class Refused(Exception):
    """Why nothing was made, in words for whoever asked for it."""


@dataclass(frozen=True)
class Plan:
    """What to write: new files and changed ones, by their paths from the root, and what is next."""

    made: dict[str, str]
    changed: dict[str, str]
    then: tuple[str, ...]


def inserted(text: str, pattern: str, line: str) -> str:
    r"""Return a text with one more line, at its place among the sorted ones that fit a pattern.

    >>> inserted("list:\n- a\n- c\nend\n", "- ", "- b")
    'list:\n- a\n- b\n- c\nend\n'
    """
    lines = text.splitlines()
    block = [i for i, old in enumerate(lines) if re.match(pattern, old)]
    if not block:
        raise Refused(f"there is no line like {pattern!r} to put {line.strip()!r} beside")
    at = next((i for i in block if lines[i] > line), block[-1] + 1)
    return "\n".join([*lines[:at], line, *lines[at:]]) + "\n"


def after(text: str, pattern: str, more: str) -> str:
    r"""Return a text with `more` after the one place that fits a pattern of several lines.

    >>> after("one\ntwo\nthree\n", "one.*two\n", "two and a half\n")
    'one\ntwo\ntwo and a half\nthree\n'
    """
    places = list(re.finditer(pattern, text, re.DOTALL))
    if len(places) != 1:
        raise Refused(f"there are {len(places)} places like {pattern!r} for {more.strip()!r}")
    return text[: places[0].end()] + more + text[places[0].end() :]


def read(root: Path, name: str) -> str:
    return (root / name).read_text(encoding="utf-8")


def notebook(root: Path, name: str) -> Plan:
    """Plan a page such as regularization/09-my-page."""
    parts = sorted(p.name for p in (root / "notebooks").iterdir() if any(p.glob("*.ipynb")))
    match = PAGE.fullmatch(name)
    if match is None or match["part"] not in parts:
        raise Refused(f"{name!r} is no name of a page: it has to look like cnn/12-my-page, with a "
                      f"part of {', '.join(parts)}, and small letters, digits and hyphens")
    part, number = match["part"], match["number"]
    pages = sorted(p.stem for p in (root / "notebooks" / part).glob("[0-9]*.ipynb"))
    taken = [page for page in pages if page.startswith(number)]
    last = [page for page in pages if page < number]
    if taken or not last:
        raise Refused(f"number {number} is taken in {part} or comes before its first page; the "
                      f"next one that is free is {int(pages[-1][:2]) + 1:02}")
    skeleton = json.loads((SKELETONS / "notebook.ipynb").read_text("utf-8"))
    neighbor = json.loads(read(root, f"notebooks/{part}/{last[-1]}.ipynb"))
    for i, cell in enumerate(skeleton["cells"]):
        cell["id"] = hashlib.sha256(f"{name} {i}".encode()).hexdigest()[:8]
        if "setup" in cell["metadata"].get("tags", []):
            [skeleton["cells"][i]] = [
                c for c in neighbor["cells"] if "setup" in c["metadata"].get("tags", [])
            ]
    text = json.dumps(skeleton, indent=1, ensure_ascii=False) + "\n"
    text = text.replace("BEFORE", last[-1]).replace("PART", part)
    path, line = f"notebooks/{name}.ipynb", "      - file: notebooks/"
    # An entry of a list goes on in lines that are indented.
    entry = rf"- \[[^]]*\]\(\.\./notebooks/{part}/{last[-1]}\.ipynb\)[^\n]*\n(?:  [^\n]*\n)*"
    more = f"- [{MARK}: the title](../{path}): {MARK}, what one finds there\n"
    beyond = r"\n## Beyond the twelve weeks .*?```\{pages\}\n(?:[^`\n]+\n)*"
    changed = {
        "_toc.yml": inserted(read(root, "_toc.yml"), f"{line}{part}/", f"{line}{name}"),
        f"book/{part}.md": after(read(root, f"book/{part}.md"), entry, more),
        "book/paths.md": after(read(root, "book/paths.md"), beyond, f"{name}\n"),
    }
    return Plan({path: text}, changed, (
        f"{path}: replace what is marked {MARK}, piece by piece, in `make live`, say; "
        "then `make tidy` clears the outputs",
        f"make draft NAME={name}: execute and build this page alone, and look at it",
        f"book/{part}.md: one line on what the page is about, below the heading that fits; does "
        f"the page before, notebooks/{part}/{last[-1]}.ipynb, lead on to this one?",
        "d2lutils/concepts/concepts.toml: an entry for each new *term* (术语), behind those of "
        "the page before",
        "d2lutils/functions/functions.tsv: a row for each new function of PyTorch",
        "book/references.bib: the papers, and book/papers/methods.md: how to read them",
        ".venv/bin/python -m pytest -m page: what is missing",
    ))


def component(root: Path, name: str) -> Plan:
    """Plan a component such as my-dial."""
    plain, title = spellings(name)
    kit = read(root, "d2lutils/widgets/kit.css")
    if re.search(rf"\.d2l-{plain}\b", kit):
        raise Refused(f"kit.css has a class d2l-{plain} already: take another name")
    folder = "d2lutils/widgets"
    package = read(root, f"{folder}/__init__.py")
    package = inserted(package, r"from \.", f"from .{plain} import {title}")
    package = inserted(package, '    "', f'    "{title}",')
    made = {
        f"{folder}/{plain}.py": "component.py",
        f"{folder}/{plain}.js": "component.js",
        f"{folder}/{plain}.css": "component.css",
        f"tests/unit/test_{plain}.py": "component_unit.py",
        f"tests/site/test_components_{plain}.py": "component_site.py",
    }
    return Plan(filled(made, name), {f"{folder}/__init__.py": package}, (
        f"{folder}/{plain}.py: what it computes; `d2l.{title}()` in a notebook shows it",
        f"{folder}/{plain}.js and {plain}.css: what it shows",
        f"tests/unit/test_{plain}.py: its numbers against an independent computation",
        f".venv/bin/python -m pytest tests/site/test_components_{plain}.py: in a browser",
        'book/troubleshooting.md: an entry for each message unlike "rate must be ..., got ..."',
        ".venv/bin/python -m pytest -m component: what is missing",
    ))


def data(root: Path, name: str) -> Plan:
    """Plan a data set such as my-data."""
    plain, _ = spellings(name)
    folder = "d2lutils/data"
    made = filled({
        f"{folder}/{plain}.py": "data.py",
        f"{folder}/files/{name}.csv": "data.csv",
        f"tools/make_{plain}.py": "data_make.py",
        f"tests/unit/test_{plain}.py": "data_unit.py",
    }, name)
    content = made[f"{folder}/files/{name}.csv"].encode()
    facts = {"SIZE": str(len(content)), "CHECKSUM": hashlib.sha256(content).hexdigest()}
    parts = filled({
        "card": "data_card.txt", "readme": "data_readme.md", "reference": "data_reference.md",
    }, name, facts)
    package, shipped, readme, reference = (
        f"{folder}/__init__.py", f"{folder}/shipped.py", f"{folder}/files/README.md",
        "book/reference/data.md",
    )
    text = inserted(read(root, package), r"from \. import", f"from . import {plain} as _{plain}")
    text = inserted(text, r"from \.\w", f"from .{plain} import *")
    last_card = r"\nSHIPPED = .*?\n        \),\n(?=    \])"
    before_loaders = r"\n(?=## Loaders\n)"
    return Plan(made, {
        package: inserted(text, r"    \*_", f"    *_{plain}.__all__,"),
        shipped: after(read(root, shipped), last_card, parts["card"]),
        readme: read(root, readme) + parts["readme"],
        reference: after(read(root, reference), before_loaders, parts["reference"]),
    }, (
        f"tools/make_{plain}.py: how the file is made; run it, it prints size and checksum",
        f"{shipped}: the card, with size and checksum, where it is from, and under what terms",
        f"{readme}: the same for those who open the folder",
        f"{folder}/{plain}.py: the loader, and its tests in tests/unit/test_{plain}.py",
        f"{reference}: the heading of its entry",
    ))


def spellings(name: str) -> tuple[str, str]:
    """Return a name as those of Python's functions and of its classes are written.

    >>> spellings("my-dial")
    ('my_dial', 'MyDial')
    """
    if not WORD.fullmatch(name):
        raise Refused(f"{name!r} is no name: small letters, digits and hyphens, such as my-dial")
    plain, title = name.replace("-", "_"), name.title().replace("-", "")
    import d2lutils  # takes a second, so not for a notebook

    for taken in (plain, title):
        if keyword.iskeyword(taken) or hasattr(builtins, taken) or hasattr(d2lutils, taken):
            raise Refused(f"{taken} is a name of Python's or of d2lutils: take another")
    return plain, title


def filled(files: dict[str, str], name: str, known: dict[str, str] | None = None) -> dict[str, str]:
    """Return the texts of skeletons, which call their thing a-thing, with its name in its place."""
    names = dict(zip(("a-thing", "a_thing", "AThing"), (name, *spellings(name)), strict=True))
    texts = {}
    for path, skeleton in files.items():
        texts[path] = (SKELETONS / skeleton).read_text(encoding="utf-8")
        for old, new in (names | (known or {})).items():
            texts[path] = texts[path].replace(old, new)
    return texts


def write(root: Path, plan: Plan) -> None:
    """Write all files of a plan, or none of them."""
    there = [name for name in plan.made if (root / name).exists()]
    if there:
        raise Refused(f"there is {', '.join(there)} already: take another name")
    old = {root / name: read(root, name) for name in plan.changed}
    try:
        for name, text in (plan.made | plan.changed).items():
            write_at_once(root / name, text)
    except BaseException:  # Ctrl-C, too
        for name in plan.made:
            for path in (root / name, (root / name).with_suffix(".new")):
                path.unlink(missing_ok=True)
        for path, text in old.items():
            write_at_once(path, text)
        raise


def left(root: Path) -> Iterator[str]:
    """Yield file, line and text of what is still marked to be replaced."""
    for folder in ("notebooks", "book", "d2lutils", "tests", "tools"):
        for path in sorted((root / folder).rglob("*.*")):
            own = path.parent == SKELETONS or path.stem in ("new", "test_new")
            if own or path.suffix not in (".ipynb", ".md", ".py", ".js", ".css"):
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if MARK in line:
                    yield f"{path.relative_to(root).as_posix()}:{number}: {line.strip()}"


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Make what the command line says, and say what comes next; return the exit status."""
    kinds = {"notebook": notebook, "component": component, "data": data}
    if len(arguments) != 2 or arguments[0] not in kinds:
        print(__doc__, file=sys.stderr)
        return 2
    kind, name = arguments
    try:
        plan = kinds[kind](root, name)
        write(root, plan)
    except Refused as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for word, files in (("made", plan.made), ("changed", plan.changed)):
        for path in files:
            print(f"{word:8}{path}")
    print("\nWhat comes next:")
    for number, step in enumerate(plan.then, start=1):
        print(f"{number}. {step}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

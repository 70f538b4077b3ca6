"""Make the book as one file from the built site: python -m tools.press pdf|epub [PAGE ...]

Pages, named as in _toc.yml, make a book of these alone, to look at a change of its print. What the
whole book became is put where the home page offers it.
"""

from __future__ import annotations

import json
import sys
import time

from tools import build
from tools.press import epub, pdf
from tools.press.book import NAME, Book
from tools.press.printer import CannotPrint

FORMS = {"pdf": pdf.make, "epub": epub.make}


def main(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    if not arguments or arguments[0] not in FORMS:
        print(__doc__, file=sys.stderr)
        return 2
    form, *names = arguments
    start = time.perf_counter()
    try:
        if not (build.REPORT.exists() and (build.HTML / "index.html").exists()):
            raise CannotPrint("There is no built site to print. make book builds it.")
        book = Book.whole(build.ROOT)
        if unknown := set(names) - {name for name, _ in book.pages}:
            raise CannotPrint(f"No page of _toc.yml: {', '.join(sorted(unknown))}")
        if names:
            book = Book(build.ROOT, tuple(page for page in book.pages if page[0] in names))
        for name, _ in book.pages:
            if not (build.HTML / f"{name}.html").exists():
                raise CannotPrint(f"The built site lacks {name}. make book builds it.")
        data = json.loads(build.REPORT.read_text(encoding="utf-8"))["data"]
        made = FORMS[form](book, build.cache_folder(data), build.BUILD / "press")
        path = build.BUILD / (f"press/some.{form}" if names else f"{NAME}.{form}")
        path.write_bytes(made)
        if not names:
            build.require_results()
            build.site()  # the home page says what is there
    except (CannotPrint, build.BuildError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    megabytes, seconds = len(made) / 1e6, time.perf_counter() - start
    print(f"{megabytes:.1f} MB in {seconds:.0f} s: {path.as_uri()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

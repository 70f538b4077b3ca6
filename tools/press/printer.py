"""Print with Chromium, and say in one sentence what is missing where that cannot be done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

from tools import browsers

INSTALL = "On Debian: apt-get install chromium fonts-liberation fonts-dejavu fonts-wqy-microhei"
MINUTES = 10
# Two characters that differ look the same where no font has them.
DRAWS_CHINESE = """() => {
    const drawn = text => {
        const canvas = Object.assign(document.createElement('canvas'), {width: 40, height: 40})
        const context = canvas.getContext('2d')
        context.font = '30px serif'
        context.fillText(text, 2, 32)
        return canvas.toDataURL()
    }
    return drawn('学') !== drawn('习')
}"""


class CannotPrint(Exception):
    """What is missing, in words for whoever runs it."""


@contextmanager
def printer() -> Iterator[Page]:
    """Yield a page of a browser that can print the book.

    Raises
    ------
    CannotPrint
        If there is no browser, or no font with Chinese characters.
    """
    with sync_playwright() as playwright:
        path = browsers.installed()
        own = Path(playwright.chromium.executable_path)
        if path is None and not own.exists():
            raise CannotPrint(f"There is no Chromium or Chrome to print with. {INSTALL}")
        try:
            browser = playwright.chromium.launch(
                executable_path=path or own, args=browsers.ARGUMENTS
            )
        except Error as error:
            raise CannotPrint(f"The browser does not start: {error}") from None
        try:
            page = browser.new_page()
            page.set_default_timeout(MINUTES * 60_000)
            if not page.evaluate(DRAWS_CHINESE):
                raise CannotPrint(f"No font here has Chinese characters. {INSTALL}")
            yield page
        finally:
            browser.close()


def print_file(page: Page, path: Path) -> bytes:
    """Return a file of HTML as PDF: with an outline of its headings, and tagged for screen readers.

    Raises
    ------
    CannotPrint
        If a picture of the file cannot be read.
    """
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready")
    broken = page.evaluate(
        "[...document.images].filter(i => !i.naturalWidth).map(i => i.src.slice(0, 100))"
    )
    if broken:
        raise CannotPrint(f"{len(broken)} pictures cannot be read, such as {broken[0]}")
    return page.pdf(outline=True, tagged=True, prefer_css_page_size=True, print_background=True)

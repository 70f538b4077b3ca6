"""The browser of the tests, the print and Lighthouse: Chromium or Chrome, as it is installed."""

from __future__ import annotations

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# --no-sandbox since root in a container may use it, and it opens only what the book made.
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run --disable-quic"
).split()


def installed() -> str | None:
    """Return the path of the first browser that is installed, None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)

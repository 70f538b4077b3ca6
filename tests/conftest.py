"""What tests in a browser share."""

import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run --disable-quic"
).split()


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests."""
    # Not at the top: the tests that need no browser run without it too.
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.exit(
            "There is no browser to look with: none of "
            f"{', '.join(BROWSERS)} is installed. On Debian: `apt-get install chromium`.",
            returncode=1,
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()

"""What tests in a browser share."""

import pytest

from tools import browsers


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests."""
    # Not at the top: the tests that need no browser run without it too.
    from playwright.sync_api import sync_playwright

    path = browsers.installed()
    if path is None:
        pytest.exit(
            "There is no browser to look with: none of "
            f"{', '.join(browsers.NAMES)} is installed. On Debian: `apt-get install chromium`.",
            returncode=1,
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=browsers.ARGUMENTS)
        yield browser
        browser.close()

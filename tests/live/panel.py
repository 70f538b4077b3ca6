"""A notebook in JupyterLab and the panel in it, as a reader handles them."""

import re

from playwright.sync_api import Locator, Page, expect


# Widgets of ipywidgets 7 typeset their names with MathJax 2; the one of JupyterLab is newer.
NOT_OURS = "Cannot read properties of undefined (reading 'Queue')"


class Notebook:
    """A notebook that is open in JupyterLab.

    Attributes
    ----------
    errors
        What the browser complained of, less what is not ours.
    """

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("console", lambda m: self._note(m.text) if m.type == "error" else None)
        page.goto(f"{address}lab/tree/panel.ipynb")
        # JupyterLab calls a kernel idle also before there is one: ask the server.
        while not any(kernel["connections"] and kernel["execution_state"] == "idle"
                      for kernel in page.request.get(f"{address}api/kernels").json()):
            page.wait_for_timeout(100)
        self.wait_until_idle()

    def _note(self, text: str) -> None:
        if NOT_OURS not in text:
            self.errors.append(text)

    def cell(self, number: int) -> Locator:
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(number)

    def run(self, number: int) -> None:
        """Run a cell by keyboard, and wait for its end."""
        cell = self.cell(number)
        prompt = cell.locator(".jp-InputPrompt")
        before = re.escape(prompt.inner_text().strip())
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        # While it runs there is a star in the place of the number.
        ended = re.compile(rf"^(?!{before}$)\[\d+\]:$")
        expect(prompt).to_have_text(ended, timeout=180_000)  # the first one imports PyTorch

    def wait_until_idle(self) -> None:
        indicator = self.page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        expect(indicator).to_be_visible(timeout=60_000)

    def panel(self) -> "Panel":
        panel = Panel(self.cell(1), self.page)
        expect(panel.train).to_be_enabled()
        return panel


class Panel:
    """The panel in a cell's output: its parts, as a reader finds them."""

    def __init__(self, cell: Locator, page: Page) -> None:
        self.page = page
        self.train = cell.get_by_role("button", name="Train", exact=True)
        self.stop = cell.get_by_role("button", name="Stop", exact=True)
        self.said = cell.locator(".widget-html-content").get_by_role("status")
        self.error = cell.locator(".widget-html-content").get_by_role("alert")
        self.where = cell.locator(".widget-html-content details pre")
        self.picture = cell.locator(".widget-html-content img")
        self.bar = cell.locator(".widget-hprogress .progress-bar")
        self.explorer = cell.locator(".d2l-component")
        self.sliders = cell.locator(".widget-hslider")

    def slider(self, name: str) -> Locator:
        return self.sliders.filter(has=self.page.get_by_text(name, exact=True))

    def handle(self, name: str) -> Locator:
        """The part of a slider to drag: noUiSlider's in ipywidgets 8, jQuery UI's in 7."""
        return self.slider(name).locator(".noUi-handle, .ui-slider-handle")

    def value(self, name: str) -> Locator:
        return self.slider(name).locator(".widget-readout")

    def drag(self, name: str, share: float) -> None:
        """Drag a slider with the mouse to a share of its length."""
        self.handle(name).scroll_into_view_if_needed()
        start = self.handle(name).bounding_box()
        track = self.slider(name).locator(".noUi-base, .ui-slider").bounding_box()
        y = start["y"] + start["height"] / 2
        self.page.mouse.move(start["x"] + start["width"] / 2, y)
        self.page.mouse.down()
        self.page.mouse.move(track["x"] + share * track["width"], y, steps=8)
        self.page.mouse.up()

    def progress(self) -> float:
        """The percentage that the bar shows."""
        return float(self.bar.evaluate("bar => parseFloat(bar.style.width)"))

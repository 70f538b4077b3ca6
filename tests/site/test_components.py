"""Every component on every built page, moved by mouse, by keyboard and by touch."""

import re

import nbformat
import pytest
from conftest import PHONE, ROOT, contents
from playwright.sync_api import expect

from d2lutils import widgets
from d2lutils.widgets.base import Component, style

COMPONENT = ".d2l-component"
NAMES = [
    name for name in widgets.__all__
    if isinstance(getattr(widgets, name), type) and issubclass(getattr(widgets, name), Component)
]
MADE = re.compile(rf"d2l\.({'|'.join(['Experiment', *NAMES])})\(")
# What waits for another click, such as the guess at a switch, is its own component's test.
SLIDERS = f"{COMPONENT} input[type=range]:visible"
SELECTS = f"{COMPONENT} select:enabled:visible"


def expected(name: str) -> int:
    """Return how many components a page's source makes."""
    notebook, prose = ROOT / f"{name}.ipynb", ROOT / f"{name}.md"
    if notebook.exists():
        cells = nbformat.read(notebook, 4).cells
        source = "\n".join(c.source for c in cells if c.cell_type == "code")
        named = re.findall(r"^(\w+) = d2l\.Experiment\(", source, re.MULTILINE)
        unseen = [n for n in named if not re.search(rf"^{n}$", source, re.MULTILINE)]
        return len(MADE.findall(source)) - len(unseen)
    return prose.read_text("utf-8").count("```{component}")


def shown(component) -> str:
    """Return what a reader sees of a component: curves, picture or text, and values."""
    return component.evaluate(
        """e => [...e.querySelectorAll('.d2l-plot path')].map(p => p.getAttribute('d')).join()
            + [...e.querySelectorAll('img')].map(i => i.src).join()
            + [...e.querySelectorAll('canvas')].map(c => c.toDataURL()).join()
            + [...e.querySelectorAll('.d2l-text, .d2l-where, .d2l-value, .d2l-face')]
                .map(t => t.textContent).join()"""
    )


def uncover(page):
    """Skip every guess, so that what waits behind it can be reached."""
    while page.locator(".d2l-cover").count():
        page.locator(".d2l-cover button").first.click()


@pytest.fixture
def moves(look, name):
    """Skip a page without anything to move, before it is opened once more for a test."""
    if not look(f"{name}.html").page.locator(f"{COMPONENT} :is(input[type=range], select)").count():
        pytest.skip("nothing to move on the page")


def owner(control):
    return control.locator("xpath=ancestor::*[contains(@class, 'd2l-component')][1]")


def test_every_component_of_the_source_is_alive_on_the_page(look, name):
    page = look(f"{name}.html").page
    alive = page.locator(f"{COMPONENT}[role=group], {COMPONENT} [role=group]")
    assert page.locator(COMPONENT).count() == expected(name)
    assert alive.count() >= expected(name)
    kinds = page.locator(COMPONENT).evaluate_all("all => all.map(e => e.classList[1].slice(4))")
    for kind in {"kit", *kinds} if kinds else ():
        assert page.locator(f"#d2l-style-{kind}").count() == bool(style(kind))


def test_there_are_components_to_move():
    assert sum(map(expected, contents())) >= 20


@pytest.mark.usefixtures("moves")
def test_the_mouse_moves_every_slider(visit, name):
    page = visit(f"{name}.html").page
    uncover(page)
    for slider in page.locator(SLIDERS).all():
        slider.scroll_into_view_if_needed()
        before, value = shown(owner(slider)), slider.get_attribute("aria-valuetext")
        box = slider.bounding_box()
        middle = box["y"] + box["height"] / 2
        start, end = (box["x"] + box["width"] * at for at in (0.02, 0.98))
        if slider.input_value() == slider.get_attribute("max"):
            start, end = end, start
        page.mouse.move(start, middle)
        page.mouse.down()
        page.mouse.move((start + end) / 2, middle, steps=4)
        page.mouse.move(end, middle, steps=4)
        page.mouse.up()
        assert slider.get_attribute("aria-valuetext") != value
        assert shown(owner(slider)) != before


@pytest.mark.usefixtures("moves")
def test_arrow_keys_move_every_slider_and_every_select(visit, name):
    page = visit(f"{name}.html").page
    uncover(page)
    for slider in page.locator(SLIDERS).all():
        before, value = shown(owner(slider)), slider.get_attribute("aria-valuetext")
        at_end = slider.input_value() == slider.get_attribute("max")
        slider.focus()
        page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
        assert slider.get_attribute("aria-valuetext") != value
        assert shown(owner(slider)) != before
    for select in page.locator(SELECTS).all():
        before, index = shown(owner(select)), select.evaluate("e => e.selectedIndex")
        select.focus()
        page.keyboard.press("ArrowUp" if index else "ArrowDown")
        assert select.evaluate("e => e.selectedIndex") != index
        if shown(owner(select)) == before:
            add = owner(select).get_by_role("button", name=re.compile("^Add"))
            if add.count():  # the choice is the button's
                add.click()
            else:  # the first two choices may look alike, the third does not
                page.keyboard.press("ArrowDown")
            assert shown(owner(select)) != before


@pytest.mark.usefixtures("moves")
def test_a_finger_moves_every_slider(browser, address, name):
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, is_mobile=True
    )
    try:
        page = context.new_page()
        page.goto(f"{address}{name}.html")
        uncover(page)
        for slider in page.locator(SLIDERS).all():
            slider.scroll_into_view_if_needed()
            before, value = shown(owner(slider)), slider.get_attribute("aria-valuetext")
            box = slider.bounding_box()
            at_end = slider.input_value() == slider.get_attribute("max")
            x = box["width"] * (0.03 if at_end else 0.97)
            slider.tap(position={"x": x, "y": box["height"] / 2})
            assert slider.get_attribute("aria-valuetext") != value
            assert shown(owner(slider)) != before
    finally:
        context.close()


def test_every_guess_uncovers_the_output_it_is_about(visit, name):
    page = visit(f"{name}.html").page
    asked = page.locator(".d2l-predict").all()
    assert page.locator(".d2l-waiting").count() >= len(asked)
    for predict in asked:
        waiting = page.locator(".d2l-waiting").count()
        if predict.locator("input[type=radio]").count():
            predict.locator("input[type=radio]").first.check()
        else:
            predict.locator("input[type=number]").fill("1")
        predict.get_by_role("button", name="Check my guess").click()
        assert page.locator(".d2l-waiting").count() < waiting
        expect(predict).to_contain_text(re.compile("Right:|[Yy]ou guessed"))


def test_every_question_of_every_quiz_can_be_answered_rightly(visit, name):
    page = visit(f"{name}.html").page
    for part in page.locator(".d2l-quiz .d2l-part").all():
        if part.locator("input[type=number]").count():
            part.locator("input[type=number]").fill("-12345")
            part.get_by_role("button", name="Check").click()
            expect(part).to_contain_text("Not yet")
            continue
        rights = 0
        for radio in part.locator("input[type=radio], input[type=checkbox]").all():
            radio.check()
            part.get_by_role("button", name="Check").click()
            expect(part).to_contain_text(re.compile("Right|Not yet"))
            rights += "✓" in part.inner_text()
        assert rights >= 1


@pytest.mark.usefixtures("moves")
@pytest.mark.parametrize("reduced", ["reduce", "no-preference"])
def test_reset_brings_the_start_back(browser, address, name, reduced):
    context = browser.new_context(reduced_motion=reduced)
    try:
        page = context.new_page()
        page.goto(f"{address}{name}.html")
        uncover(page)
        for explorer in page.locator(f"{COMPONENT}:has(input[type=range])").all():
            before = shown(explorer)
            slider = explorer.locator("input[type=range]").first
            slider.focus()
            page.keyboard.press("End")
            page.keyboard.press("Home")
            page.keyboard.press("ArrowRight")
            explorer.get_by_role("button", name=re.compile("^(Reset|Start over)$")).click()
            assert shown(explorer) == before
    finally:
        context.close()

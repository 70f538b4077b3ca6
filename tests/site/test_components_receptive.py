"""The receptive field in a browser: what it tints against gradients, and its controls."""

import random

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from test_components_kit import cell, html_page, visit  # noqa: F401
from torch import nn

from d2lutils.widgets import ReceptiveField
from d2lutils.widgets.base import bundle
from d2lutils.widgets.receptive import KINDS, STACKS

SIDE = 28
IMAGE = torch.linspace(0, 1, SIDE**2).reshape(SIDE, SIDE)


def layer(size, stride, dilation, padding, **_):
    """The layer in PyTorch, all weights one, so that no gradients cancel."""
    if size == 2:
        return nn.AvgPool2d(size, stride)
    conv = nn.Conv2d(1, 1, size, stride, padding, dilation, bias=False, dtype=torch.float64)
    nn.init.ones_(conv.weight)
    return conv


def seen_by(keys, row, column):
    """Pixels with a gradient of one output unit, and the size of the output's map."""
    X = torch.ones(1, 1, SIDE, SIDE, dtype=torch.float64, requires_grad=True)
    Y = nn.Sequential(*(layer(**KINDS[key]) for key in keys))(X)
    Y[0, 0, row, column].backward()
    return X.grad[0, 0] != 0, Y.shape[-1]


def random_stacks(count):
    """Stacks of one to eight layers that leave a map of at least one unit."""
    rng, found = random.Random(0), []
    while len(found) < count:
        keys = rng.choices(list(KINDS), k=rng.randint(1, 8))
        try:
            seen_by(keys, 0, 0)
        except RuntimeError:  # a window that does not fit
            continue
        found.append(keys)
    return found


def test_seen_units_are_those_with_a_gradient_in_200_stacks(visit):  # noqa: F811
    stacks = random_stacks(200)
    rng = random.Random(1)
    cases = []
    for keys in stacks:
        n = seen_by(keys, 0, 0)[1]
        cases += [(keys, rng.randrange(n), rng.randrange(n)), (keys, 0, n - 1)]
    script = bundle("receptive_field.js")
    shown = visit(html_page("")).evaluate(
        f"""([kinds, side, cases]) => {{ {script}
        return cases.map(([keys, ...units]) => {{
          const layers = keys.map((key) => kinds[key]);
          const sizes = mapSizes(layers, side);
          const seen = units.map((u) => seenUnits(layers, sizes, keys.length, u)[0]);
          return {{ size: sizes.at(-1), seen, ...windows(layers).at(-1) }};
        }}); }}""",
        [KINDS, SIDE, cases],
    )
    inside = 0
    for (keys, *units), found in zip(cases, shown, strict=True):
        mask, size = seen_by(keys, *units)
        assert found["size"] == size
        expected = torch.zeros(SIDE, SIDE, dtype=torch.bool)
        rows, columns = found["seen"]
        expected[torch.tensor(rows)[:, None], torch.tensor(columns)] = True
        assert torch.equal(mask, expected), (keys, units)
        for unit, pixels in zip(units, (rows, columns), strict=True):
            start = found["center"] + unit * found["jump"] - (found["field"] - 1) / 2
            if 0 <= start and start + found["field"] <= SIDE:
                inside += 1
                assert (pixels[0], pixels[-1]) == (start, start + found["field"] - 1)
    assert inside > 50


@pytest.mark.parametrize("stack", STACKS)
def test_the_tinted_pixels_of_every_depth_are_those_with_a_gradient(visit, stack):  # noqa: F811
    page = visit(html_page(ReceptiveField(IMAGE, stack).html()))
    for depth in range(1, len(STACKS[stack]) + 1):
        page.get_by_label("depth", exact=True).fill(str(depth))
        _, n = seen_by(STACKS[stack][:depth], 0, 0)
        for row, column in {(0, 0), (n // 2, n // 2), (n - 1, n // 3)}:
            page.get_by_label("row", exact=True).fill(str(row))
            page.get_by_label("column", exact=True).fill(str(column))
            mask, _ = seen_by(STACKS[stack][:depth], row, column)
            assert torch.equal(tinted(page), mask), (depth, row, column)


def tinted(page):
    boxes = page.locator(".d2l-picked .d2l-seen").evaluate_all(
        "all => all.map(e => ['x', 'y', 'width', 'height'].map(a => Number(e.getAttribute(a))))")
    mask = torch.zeros(SIDE, SIDE, dtype=torch.bool)
    for x, y, width, height in boxes:
        mask[y:y + height, x:x + width] = True
    return mask


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(cell(ReceptiveField(IMAGE, "LeNet", caption="Build.").html())))


def where(page):
    return page.locator(".d2l-where")


def test_the_table_is_the_one_of_python(page):
    shown = page.locator(".d2l-levels tbody tr").evaluate_all(
        "rows => rows.map(r => [...r.cells].map(c => c.textContent))")
    assert shown == [list(row) for row in ReceptiveField(IMAGE, "LeNet").rows()]


def test_the_formula_has_the_numbers_of_the_depth(page):
    expect(where(page)).to_have_text(
        "r₄ = r₃ + (k − 1) · jump₃ = 14 + 1 · 2 = 16. "
        "This unit, one of 5 × 5, sees 16 × 16 pixels.")
    depth = page.get_by_label("depth", exact=True)
    assert depth.get_attribute("data-lm-suppress-shortcuts") is not None
    depth.focus()
    page.keyboard.press("ArrowLeft")
    expect(where(page)).to_contain_text("r₃ = r₂ + (k − 1) · jump₂ = 6 + 4 · 2 = 14.")
    expect(page.locator("tr[aria-current]")).to_contain_text("10 × 10")
    expect(page.get_by_role("status")).to_contain_text("= 14.")
    page.keyboard.press("Home")
    expect(where(page)).to_contain_text("r₀ = 1: a pixel sees itself.")


def test_a_corner_unit_sees_less_and_says_why(page):
    for name in ("row", "column"):
        page.get_by_label(name, exact=True).press("Home")
    expect(where(page)).to_contain_text("sees 14 × 14 pixels: part of its window lies outside.")


def test_a_stack_of_ones_own_has_to_be_built(page):
    page.get_by_label("stack").select_option("your own")
    expect(page.get_by_label("stack")).to_have_value("LeNet")


def test_layers_are_added_and_removed_and_the_stack_gets_its_name(page):
    page.get_by_label("stack").select_option("three 3 × 3")
    expect(where(page)).to_contain_text("= 7.")
    page.get_by_label("layer to add").select_option("dilated2")
    page.get_by_role("button", name="Add the layer").click()
    expect(where(page)).to_contain_text(
        "r₄ = r₃ + (k − 1) · dilation · jump₃ = 7 + 2 · 2 · 1 = 11.")
    expect(page.get_by_label("stack")).to_have_value("your own")
    page.get_by_role("button", name="Remove the last").click()
    expect(page.get_by_label("stack")).to_have_value("three 3 × 3")
    for _ in range(3):
        page.get_by_role("button", name="Remove the last").click()
    expect(page.get_by_role("button", name="Remove the last")).to_be_disabled()
    expect(where(page)).to_contain_text("This unit, one of 28 × 28, sees 1 × 1 pixel.")
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_label("stack")).to_have_value("LeNet")


def test_a_gap_of_dilation_is_named(page):
    page.get_by_label("stack").select_option("three 3 × 3")
    for _ in range(3):
        page.get_by_role("button", name="Remove the last").click()
    page.get_by_label("layer to add").select_option("dilated2")
    page.get_by_role("button", name="Add the layer").click()
    expect(where(page)).to_contain_text("sees 3 × 3 pixels: dilation leaves gaps.")


def test_a_layer_too_many_and_one_that_does_not_fit_are_refused(page):
    page.get_by_label("layer to add").select_option("pool2")
    add = page.get_by_role("button", name="Add the layer")
    for _ in range(2):
        add.click()
    expect(where(page)).to_contain_text("This unit, one of 1 × 1, sees")
    add.click()
    refusal = "2 × 2 pooling, stride 2: its window does not fit on a map of 1 × 1."
    expect(where(page)).to_contain_text(refusal)
    expect(page.get_by_role("status")).to_contain_text(refusal)
    page.get_by_label("layer to add").select_option("conv1")
    for _ in range(3):
        add.click()
    expect(where(page)).to_have_text("8 layers are the most. Remove one first.")
    assert page.locator(".d2l-levels tbody tr").count() == 9
    page.get_by_role("button", name="Remove the last").click()
    expect(where(page)).to_contain_text("r₇ = ")


def test_a_press_on_the_image_picks_the_unit_below_it(page):
    page.locator(".d2l-views").scroll_into_view_if_needed()
    box = page.locator(".d2l-picked").bounding_box()
    pixel = box["width"] / (SIDE + 6)
    page.mouse.click(box["x"] + 4 * pixel, box["y"] + 30 * pixel)
    expect(page.get_by_label("row", exact=True)).to_have_value("4")
    expect(page.get_by_label("column", exact=True)).to_have_value("0")
    page.mouse.move(box["x"] + 17 * pixel, box["y"] + 17 * pixel)
    page.mouse.down()
    page.mouse.move(box["x"] + 30 * pixel, box["y"] + 17 * pixel, steps=4)
    page.mouse.up()
    expect(page.get_by_label("row", exact=True)).to_have_value("2")
    expect(page.get_by_label("column", exact=True)).to_have_value("4")


def test_a_touch_on_a_phone_picks_too(visit):  # noqa: F811
    body = cell(ReceptiveField(IMAGE, "LeNet").html())
    page = visit(html_page(body, "light", True), width=360, has_touch=True, is_mobile=True)
    image = page.locator(".d2l-picked")
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.15, box["y"] + box["height"] * 0.85)
    expect(page.get_by_label("row", exact=True)).to_have_value("4")
    expect(page.get_by_label("column", exact=True)).to_have_value("0")


@pytest.mark.parametrize(("theme", "width"), [("light", 360), ("dark", 800)])
def test_the_tallest_stack_overflows_nothing_and_axe_agrees(visit, theme, width):  # noqa: F811
    body = cell(ReceptiveField(IMAGE, "VGG-like", caption="Build.").html())
    page = visit(html_page(body, theme, sheets=True), width=width)
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

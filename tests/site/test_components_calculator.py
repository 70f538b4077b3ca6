"""The convolution calculator in a real browser: its numbers against PyTorch's, its controls."""

import itertools
import re

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from test_components_kit import cell, html_page, visit  # noqa: F401 (a fixture)

from d2lutils.widgets import ConvolutionCalculator
from d2lutils.widgets.base import bundle
from d2lutils.widgets.calculator import IMAGE, LIMITS, WEIGHTS

SETTINGS = [
    dict(zip(LIMITS, values, strict=True))
    for values in itertools.product(*(range(low, high + 1) for low, high in LIMITS.values()))
]

# What the page shows: the numbers of a square, what is hatched, the sums of the present place.
SHOWN = """() => {
  const texts = (kind) => [...document.querySelectorAll(kind)].map((e) => e.textContent);
  const hatched = [...document.querySelectorAll(".d2l-box-input .d2l-hatch")].length;
  return { input: texts(".d2l-box-input text"), output: texts(".d2l-box-output text"),
    kernel: texts(".d2l-box-kernel text"), sums: texts(".d2l-box-sums span"), hatched };
}"""


def conv2d(setting, image=IMAGE, weights=WEIGHTS):
    """Return what PyTorch makes of a setting, or its error."""
    size, kernel, padding, stride, dilation = setting.values()
    X = image[:size, :size][None, None].double()
    K = weights[:kernel, :kernel][None, None].double()
    try:
        return torch.nn.functional.conv2d(X, K, None, stride, padding, dilation)[0, 0]
    except RuntimeError as error:
        return error


def rows_read(setting):
    """Return of each row whether any of its numbers moves the output, by autograd."""
    size, kernel, padding, stride, dilation = setting.values()
    X = torch.zeros(1, 1, *[size + 2 * padding] * 2, requires_grad=True)
    K = torch.ones(1, 1, kernel, kernel)
    torch.nn.functional.conv2d(X, K, None, stride, 0, dilation).sum().backward()
    return (X.grad[0, 0].sum(1) > 0).tolist()


def choose(page, setting):
    for name, value in setting.items():
        page.get_by_label(re.compile(f"^{name} ")).fill(str(value - LIMITS[name][0]))


def shown_numbers(texts):
    return [float(text.replace("−", "-")) for text in texts]


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(ConvolutionCalculator(8, 3, padding=1, stride=2, caption="Try.").html()))


def test_every_setting_gives_what_torch_gives(visit):  # noqa: F811
    """2,880 settings: size, every number, and the rows that nothing reads."""
    page = visit(html_page(""))
    script = bundle("calculator.js").replace("export default { render };", "")
    found = page.evaluate(
        f"([settings, image, weights]) => {{ {script}\nreturn settings.map((setting) => {{"
        "const { out, sums, read } = convolve(setting, image, weights);"
        "return { out, sums, read }; }); }",
        [SETTINGS, IMAGE.tolist(), WEIGHTS.tolist()],
    )
    impossible = 0
    for setting, got in zip(SETTINGS, found, strict=True):
        expected = conv2d(setting)
        if isinstance(expected, RuntimeError):
            impossible += 1
            assert (got["out"], got["sums"]) == (0, []), setting
            continue
        assert got["out"] == len(expected), setting
        assert got["sums"] == expected.tolist(), setting
        assert got["read"] == rows_read(setting), setting
    assert 200 < impossible < 1000


@pytest.mark.parametrize("values", [
    (5, 3, 0, 1, 1), (8, 3, 1, 2, 1), (12, 5, 3, 4, 3), (7, 2, 0, 3, 1), (1, 1, 0, 1, 1),
    (6, 3, 2, 1, 2), (10, 4, 1, 4, 1),
])  # fmt: skip
def test_the_page_shows_the_numbers_of_torch_at_every_place(page, values):
    setting = dict(zip(LIMITS, values, strict=True))
    choose(page, setting)
    expected = conv2d(setting)
    side, out = setting["size"] + 2 * setting["padding"], len(expected)
    places = page.get_by_label("place", exact=True)
    for place in range(out**2):
        places.fill(str(place))
        shown = page.evaluate(SHOWN)
        total = expected.flatten()[place].item()
        assert shown_numbers([shown["sums"][-1].split("= ")[1]]) == [total]
        filled = [text for text in shown["output"] if text]
        assert shown_numbers(filled) == expected.flatten()[: place + 1].tolist()
    assert len(shown["input"]) == side**2
    assert shown_numbers(shown["kernel"]) == (
        WEIGHTS[: setting["kernel"], : setting["kernel"]].flatten().tolist())
    unread = rows_read(setting).count(False)
    assert shown["hatched"] == side**2 - (side - unread) ** 2
    expect(page.locator(".d2l-formula span").last).to_have_text(f"= {out}")


@pytest.mark.parametrize("values, words", [
    ((5, 3, 1, 1, 1), "Every row and column is read."),
    ((8, 3, 0, 2, 1), "5 / 2 is not whole and is rounded down: the last row and column "
                      "are never read (hatched)."),
    ((8, 3, 1, 2, 1), "7 / 2 is not whole and is rounded down: the last row and column, "
                      "all padding, are never read (hatched)."),
    ((10, 3, 1, 4, 1), "9 / 4 is not whole and is rounded down: the last row and column, all "
                       "padding, are never read (hatched). The kernel's numbers skip 2 rows and "
                       "2 columns in between (hatched)."),
    ((9, 4, 1, 4, 1), "7 / 4 is not whole and is rounded down: the last 3 rows and columns, "
                      "1 of them padding, are never read (hatched)."),
    ((7, 1, 0, 2, 1), "The kernel's numbers skip 3 rows and 3 columns in between (hatched)."),
    ((3, 1, 0, 2, 1), "The kernel's numbers skip 1 row and 1 column in between (hatched)."),
    ((3, 3, 0, 1, 2), "No output: the kernel spans 5 rows and columns, the padded input has 3. "
                      "PyTorch raises a RuntimeError: “Calculated padded input size per channel: "
                      "(3 x 3). Kernel size: (5 x 5). Kernel size can't be greater than actual "
                      "input size”."),
])  # fmt: skip
def test_what_is_left_unread_or_does_not_fit_is_said(page, values, words):
    choose(page, dict(zip(LIMITS, values, strict=True)))
    expect(page.locator(".d2l-remark")).to_have_text(words)
    expect(page.get_by_role("status")).to_contain_text(words)


def test_the_error_that_is_quoted_is_the_one_of_torch(page):
    setting = {"size": 2, "kernel": 4, "padding": 0, "stride": 3, "dilation": 2}
    choose(page, setting)
    expect(page.locator(".d2l-remark")).to_contain_text(f"“{conv2d(setting)}”")


def test_an_impossible_setting_shuts_the_controls_and_a_possible_one_opens_them(page):
    controls = [page.get_by_label("place", exact=True), page.get_by_role("button", name="Play")]
    choose(page, {"kernel": 5, "padding": 0, "size": 4})
    for control in controls:
        expect(control).to_be_disabled()
    expect(page.locator(".d2l-box-output")).to_contain_text("Output: none")
    expect(page.locator(".d2l-formula")).to_contain_text("< 1")
    page.locator(".d2l-box-output .d2l-square").focus()
    page.keyboard.press("ArrowRight")
    choose(page, {"padding": 1})
    for control in controls:
        expect(control).to_be_enabled()


def test_products_and_sums_are_written_out_row_by_row(page):
    expect(page.locator(".d2l-box-sums span")).to_have_text([
        "0·1 + 0·0 + 0·(−1) = 0", "0·2 + 1·1 + 2·(−1) = −1", "0·0 + 3·(−1) + 0·2 = −3",
        "0 + (−1) + (−3) = −4",
    ])  # fmt: skip
    expect(page.locator(".d2l-formula")).to_have_text(
        "output = ⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1"
        "= ⌊(8 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = ⌊7 / 2⌋ + 1 = 4")


def test_the_window_stands_where_the_sum_is_taken(page):
    choose(page, {"size": 9, "stride": 3, "dilation": 2, "padding": 2})
    page.get_by_label("place", exact=True).fill("4")  # row 2, column 2
    page.wait_for_timeout(300)
    boxes = page.locator(".d2l-box-input svg > g > rect")
    corner = boxes.nth(3 * 13 + 3).bounding_box()
    frame = page.locator(".d2l-frame").bounding_box()
    assert abs(frame["x"] - corner["x"]) < 3 and abs(frame["y"] - corner["y"]) < 3
    assert frame["width"] == pytest.approx(5 / 13 * page.locator(
        ".d2l-box-input svg").bounding_box()["width"], rel=0.05)


def test_buttons_keys_and_clicks_move_the_window(page):
    place = page.get_by_label("place", exact=True)
    output = page.get_by_label("Place in the output")
    page.get_by_role("button", name="Next").click()
    expect(place).to_have_attribute("aria-valuetext", "2 of 16")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("button", name="Back")).to_be_disabled()
    assert place.get_attribute("data-lm-suppress-shortcuts") is not None
    place.focus()
    page.keyboard.press("ArrowRight")
    expect(output).to_have_attribute("aria-valuenow", "1")
    assert output.get_attribute("data-lm-suppress-shortcuts") is not None
    output.focus()
    for key, at in [("ArrowDown", 5), ("ArrowLeft", 4), ("ArrowUp", 0), ("ArrowUp", 0),
                    ("ArrowRight", 1), ("End", 15), ("ArrowDown", 15), ("Home", 0)]:
        page.keyboard.press(key)
        expect(output).to_have_attribute("aria-valuenow", str(at))
    page.locator(".d2l-box-output rect").nth(9).click()
    expect(place).to_have_attribute("aria-valuetext", "10 of 16")
    expect(page.get_by_role("status")).to_have_text(re.compile(
        r"place 10 of 16, row 3, column 2: the sum is −?\d+"))
    assert page.locator(".d2l-box-output text").nth(10).text_content() == ""


def test_tab_leaves_the_output(page):
    page.get_by_label("Place in the output").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement === document.body")


def test_play_fills_the_output_and_pause_stops(page):
    output = page.get_by_label("Place in the output")
    play = page.get_by_role("button", name="Play")
    play.click()
    expect(output).not_to_have_attribute("aria-valuenow", "0")
    page.get_by_role("button", name="Pause").click()
    at = output.get_attribute("aria-valuenow")
    page.wait_for_timeout(700)
    assert output.get_attribute("aria-valuenow") == at != "15"
    page.get_by_label("place", exact=True).fill("13")
    play.click()
    expect(output).to_have_attribute("aria-valuenow", "15")
    expect(play).to_be_visible()
    page.get_by_label("stride s").fill("0")
    play.click()
    page.get_by_role("button", name="Reset").click()
    page.wait_for_timeout(700)
    expect(output).to_have_attribute("aria-valuenow", "0")
    expect(page.locator(".d2l-box-output")).to_contain_text("Output 4 × 4")


def test_who_wants_no_motion_gets_the_filled_output_at_once(visit):  # noqa: F811
    page = visit(html_page(ConvolutionCalculator().html()), reduced_motion="reduce")
    page.get_by_role("button", name="Fill in all").click()
    output = page.get_by_label("Place in the output")
    assert output.get_attribute("aria-valuenow") == "8"
    assert page.locator(".d2l-window").evaluate(
        "e => getComputedStyle(e).transitionDuration") == "0s"


def test_touch_moves_the_window_and_a_slider(visit):  # noqa: F811
    page = visit(html_page(cell(ConvolutionCalculator().html())), width=360, has_touch=True,
                 is_mobile=True)
    page.locator(".d2l-box-output rect").nth(4).tap()
    expect(page.get_by_label("place", exact=True)).to_have_attribute("aria-valuetext", "5 of 9")
    box = page.get_by_label("size n").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    expect(page.locator(".d2l-box-output")).to_contain_text("Output 10 × 10")


@pytest.mark.parametrize("values", [(12, 5, 3, 1, 3), (12, 1, 3, 1, 1), (1, 5, 0, 4, 3)])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_extreme_settings_stay_within_a_phone_and_axe_finds_nothing(
    visit, values, theme  # noqa: F811
):
    size, kernel, padding, stride, dilation = values
    made = ConvolutionCalculator(size, kernel, padding=padding, stride=stride, dilation=dilation)
    page = visit(html_page(cell(made.html()), theme, sheets=True), width=360)
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    parts = page.locator(".d2l-calculator :is(span, p, svg):not(.d2l-hidden)")
    assert max(parts.evaluate_all("all => all.map(e => e.getBoundingClientRect().right)")) <= 360

"""Ladder and ScatterTable in a real browser: what they show is what was recorded."""

import itertools
import re
from math import log

import pytest
from playwright.sync_api import expect
from test_components_kit import cell, check_access, html_page, visit  # noqa: F401 (a fixture)
from torch import nn

from d2lutils.records import Record, Run, settings
from d2lutils.widgets import Ladder, ScatterTable

AXES = {name: [False, True] for name in ("relu", "norm", "deep")}
SWITCHES = {
    "relu": ("ReLU", "ReLU instead of sigmoid"), "norm": ("batch norm", "Batch normalization"),
    "deep": ("deep", "Two convolutions instead of one"),
}


def accuracy(relu, norm, deep):
    """Depth hurts with sigmoids alone."""
    return 0.6 + 0.25 * relu + 0.2 * norm - 0.18 * relu * norm + deep * (0.02 if relu else -0.3)


def build(relu, norm, deep):
    layers, channels = [], 1
    for _ in range(1 + deep):
        layers += [nn.Conv2d(channels, 4, 3, padding=1)]
        layers += [nn.BatchNorm2d(4)] * norm + [nn.ReLU() if relu else nn.Sigmoid()]
        channels = 4
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 10))


def ladder():
    runs = [
        Run(s, seed, {"valid accuracy": [accuracy(**s) + (seed - 2) / 500]}, 1.0)
        for s in settings(AXES) for seed in range(5)
    ]
    record = Record.now("cnn/00-steps", "", AXES, 5, runs, "")
    return Ladder(record, build, SWITCHES, (1, 28, 28), caption="Climb, and guess each step.")


def table():
    rows = [("LeNet", 1998, (0.9, 0.01), 61_706), ("VGG", 2014, (0.92, 0.002), 500_123),
            ("ResNet", 2015, (0.915, 0.004), 78_042), ("AlexNet", 2012, (0.89, 0.003), 180_900)]
    names = ("network", "year", "accuracy", "parameters")
    return ScatterTable([dict(zip(names, row)) for row in rows], x="parameters", y="accuracy",
                        log=["parameters"], caption="Sort it.", source="Made up.")


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(cell(ladder().html()), "light", True))


def switch(page, i):
    return page.get_by_role("checkbox").nth(i)


def step(page, i, stop=None):
    """Turn a switch, with a guess (a stop of the slider) or without."""
    switch(page, i).click()
    if not page.get_by_role("button", name="Show the gain").is_visible():
        return
    if stop is None:
        page.get_by_role("button", name="Skip guess").click()
        return
    page.get_by_role("slider", name="Your guess").fill(str(stop))
    page.get_by_role("button", name="Show the gain").click()


def newest(page):
    """Return the texts of the latest rung: name, picture, mean, gain, guess."""
    return page.locator(".d2l-climb tbody tr").first.locator("th, td").all_inner_texts()


def test_every_network_shows_what_was_recorded(page):
    now = [False] * 3
    # A walk over the cube that meets every corner.
    for i in (0, 1, 0, 2, 0, 1, 0):
        before, now[i] = accuracy(*now), not now[i]
        step(page, i)
        name, _, mean, gain, guess = newest(page)
        assert name.endswith(list(SWITCHES.values())[i][0]) and guess == "–"
        assert mean == f"{accuracy(*now):.3f}"
        expected = 100 * (accuracy(*now) - before)
        assert float(gain.replace("−", "-")) == pytest.approx(expected, abs=0.06)
        net = build(*now)
        count = sum(p.numel() for p in net.parameters())
        low, high = accuracy(*now) - 0.004, accuracy(*now) + 0.004
        expect(page.locator(".d2l-facts")).to_contain_text(
            f"{mean} ({low:.3f} to {high:.3f}) · {count:,} parameters")


def test_nothing_of_a_gain_shows_before_the_guess(page):
    switch(page, 0).click()
    expect(page.locator(".d2l-facts")).to_contain_text("accuracy ? ·")
    expect(page.locator(".d2l-climb tbody tr")).to_have_count(1)
    assert "0.85" not in page.locator(".d2l-component").inner_text()
    expect(page.locator(".d2l-column")).to_contain_text("3×3 conv, 4 · ReLU")
    expect(switch(page, 1)).to_be_disabled()
    switch(page, 0).click()  # thinks better of it
    expect(page.locator(".d2l-facts")).to_contain_text("accuracy 0.600")
    expect(switch(page, 1)).to_be_enabled()


def test_a_guess_is_compared_and_counted(page):
    step(page, 0, 28)
    guess = newest(page)[4]
    assert newest(page)[3] == "+25.0" and guess == "+15.0"
    expect(page.locator(".d2l-outcome")).to_have_text(
        "+ ReLU: +25.0 points, from 0.600 to 0.850. You guessed +15.0: 10.0 off.")
    step(page, 1, 17)
    expect(page.locator(".d2l-tally")).to_contain_text(
        "2 guesses: 6.0 points off on average; always guessing 0 would be 13.5 off.")
    expect(page.get_by_role("status")).to_contain_text("+ batch norm: +2.0 points")


def test_a_network_that_was_seen_is_not_guessed_again(page):
    step(page, 0)
    switch(page, 0).click()
    assert newest(page)[0] == "− ReLU"
    switch(page, 0).click()
    assert newest(page)[0] == "+ ReLU"
    expect(page.get_by_role("button", name="Show the gain")).to_be_hidden()


def test_where_the_seeds_overlap_it_is_said(visit):  # noqa: F811
    runs = [Run({"relu": on}, seed, {"valid accuracy": [0.9 + on / 1000 + seed / 100]}, 1.0)
            for on in (False, True) for seed in range(3)]
    record = Record.now("cnn/00-steps", "", {"relu": [False, True]}, 3, runs, "")
    one = Ladder(record, lambda relu: build(relu, False, False), {"relu": SWITCHES["relu"]},
                 (1, 28, 28))
    page = visit(html_page(cell(one.html()), "light", True))
    step(page, 0)
    expect(page.locator(".d2l-outcome")).to_contain_text("The ranges of the seeds overlap")


def test_all_gains_of_the_switch_moved_last_are_read_by_keys(page):
    step(page, 2)
    strip = page.get_by_role("slider", name="Gains of this switch")
    assert strip.get_attribute("aria-valuetext").endswith("0.600 to 0.300 (where you are)")
    expect(page.locator(".d2l-gain")).to_have_count(4)
    strip.focus()
    page.keyboard.press("Home")
    found = []
    for _ in range(4):
        words = strip.get_attribute("aria-valuetext").replace("−", "-")
        found.append(float(words.split(" points")[0]))
        page.keyboard.press("ArrowRight")
    deep = [100 * (accuracy(r, n, 1) - accuracy(r, n, 0))
            for r, n in itertools.product((0, 1), repeat=2)]
    assert found == pytest.approx(sorted(deep), abs=0.06)
    # The rows are told apart by the switch that matters most.
    expect(page.get_by_label("Two rows by")).to_have_value("0")
    lanes = page.locator(".d2l-strip .d2l-where").all_inner_texts()
    assert lanes == ["ReLU off: mean gain −30.0 points", "ReLU on: mean gain +2.0 points"]
    page.get_by_label("Two rows by").select_option("batch norm")
    lanes = page.locator(".d2l-strip .d2l-where").all_inner_texts()
    assert lanes[0] == "batch norm off: mean gain −14.0 points"


def test_all_of_it_by_keyboard(page):
    switch(page, 0).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert newest(page)[4] == "+0.2"
    expect(switch(page, 0)).to_be_focused()


def test_reset_forgets_everything(page):
    for i in range(3):
        step(page, i, 20)
    expect(page.locator(".d2l-tally")).to_contain_text("All are on.")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".d2l-climb tbody tr")).to_have_count(1)
    assert page.locator("input:checked").count() == 0
    expect(page.locator(".d2l-tally")).to_have_text("")
    switch(page, 0).click()
    expect(page.get_by_role("button", name="Show the gain")).to_be_visible()


# ---- ScatterTable

@pytest.fixture
def sheet(visit):  # noqa: F811
    return visit(html_page(cell(table().html()), "light", True))


def names(page):
    return page.locator("tbody th").all_inner_texts()


def test_heads_sort_and_say_so(sheet):
    assert names(sheet) == ["LeNet", "VGG", "ResNet", "AlexNet"]
    sheet.get_by_role("button", name="accuracy").click()
    assert names(sheet) == ["VGG", "ResNet", "LeNet", "AlexNet"]
    head = sheet.get_by_role("columnheader", name=re.compile("accuracy"))
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(sheet.get_by_role("status")).to_have_text("Sorted by accuracy, descending.")
    sheet.keyboard.press("Enter")
    assert names(sheet) == ["AlexNet", "LeNet", "ResNet", "VGG"]
    expect(head).to_have_attribute("aria-sort", "ascending")
    sheet.get_by_role("button", name="network").click()
    assert names(sheet) == sorted(names(sheet))
    assert sheet.locator("[aria-sort]").count() == 1
    sheet.get_by_role("button", name="Reset").click()
    assert names(sheet) == ["LeNet", "VGG", "ResNet", "AlexNet"]
    assert sheet.locator("[aria-sort]").count() == 0


def places(page, side):
    """Return where the dots lie, in the order of the rows given."""
    return [float(c.get_attribute(side)) for c in page.locator(".d2l-mark-row circle").all()]


def test_dots_lie_where_the_values_are(sheet):
    xs, ys = places(sheet, "cx"), places(sheet, "cy")
    assert sorted(range(4), key=xs.__getitem__) == [0, 2, 3, 1]
    assert sorted(range(4), key=ys.__getitem__) == [1, 2, 0, 3]
    # Equal factors are equal ways where the axis is logarithmic.
    way = (xs[3] - xs[0]) / (xs[1] - xs[0])
    assert way == pytest.approx(log(180_900 / 61_706) / log(500_123 / 61_706), abs=0.01)
    sheet.get_by_label("across").select_option("year")
    xs = places(sheet, "cx")
    assert (xs[3] - xs[0]) / (xs[1] - xs[0]) == pytest.approx(14 / 16, abs=0.01)
    expect(sheet.get_by_role("status")).to_have_text("Across: year. Up: accuracy.")


def test_names_do_not_lie_on_the_bars(visit):  # noqa: F811
    rows = [{"remedy": f"remedy {i}", "loss": (i / 4, 0.1), "gain": (i / 4, 0.1)} for i in range(4)]
    page = visit(html_page(cell(ScatterTable(rows, x="loss", y="gain").html()), "light", True))
    for mark in page.locator(".d2l-mark-row").all():
        name = mark.locator("text").bounding_box()
        dot = mark.locator("circle").bounding_box()
        middle = dot["y"] + dot["height"] / 2
        assert not name["y"] < middle < name["y"] + name["height"]


def test_rows_and_dots_point_at_each_other(sheet):
    row = sheet.locator("tbody tr", has_text="ResNet")
    row.focus()
    expect(sheet.locator(".d2l-mark-row.d2l-marked text")).to_have_text("ResNet")
    sheet.get_by_role("button", name="Reset").focus()
    expect(sheet.locator(".d2l-marked")).to_have_count(0)
    box = sheet.locator(".d2l-mark-row circle").nth(1).bounding_box()
    sheet.mouse.move(box["x"] + 3, box["y"] + 3)
    expect(sheet.locator("tr.d2l-marked th")).to_have_text("VGG")
    sheet.mouse.move(0, 0)
    chart = sheet.get_by_role("slider", name="Dots of the chart")
    chart.focus()
    sheet.keyboard.press("Home")
    expect(sheet.locator("tr.d2l-marked th")).to_have_text("LeNet")
    sheet.keyboard.press("End")
    expect(chart).to_have_attribute(
        "aria-valuetext", "VGG: parameters 500,123, accuracy 0.920 ± 0.002")


# ---- both

MAKERS = [ladder, table]


def everything_open(page):
    if page.get_by_role("checkbox").count():
        step(page, 0, 20)
        step(page, 2)
        switch(page, 1).click()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("make", MAKERS)
def test_axe_finds_nothing(visit, make, theme):  # noqa: F811
    page = visit(html_page(cell(make().html()), theme, True), color_scheme=theme)
    everything_open(page)
    check_access(page)


@pytest.mark.parametrize("make", MAKERS)
def test_it_fits_a_phone(visit, make):  # noqa: F811
    page = visit(html_page(cell(make().html()), "light", True), 360)
    everything_open(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    targets = "label:has(input), .d2l-control input, select, button"
    sizes = [t.bounding_box() for t in page.locator(targets).all() if t.is_visible()]
    assert min(min(box["width"], box["height"]) for box in sizes) >= 24


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("width", [360, 800])
def test_nothing_moves_when_the_script_takes_over(visit, make, width):  # noqa: F811
    html = html_page(cell(make().html()), "light", True)
    height = lambda page: page.locator(".d2l-component").bounding_box()["height"]  # noqa: E731
    # What stands there until the script runs; where there is none, noscript adds the picture.
    still = visit(re.sub("<script.*?</script>", "", html, flags=re.DOTALL), width)
    page = visit(html, width)
    first = height(page)
    assert abs(height(still) - first) <= 8
    everything_open(page)
    assert abs(height(page) - first) <= 8


def test_without_a_script_there_are_all_results(visit):  # noqa: F811
    page = visit(html_page(cell(ladder().html()), "light", True), java_script_enabled=False)
    expect(page.locator("img")).to_be_visible()
    page = visit(html_page(cell(table().html()), "light", True), java_script_enabled=False)
    expect(page.get_by_text("0.915 ± 0.004")).to_be_visible()

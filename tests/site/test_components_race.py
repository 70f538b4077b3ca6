"""OptimizerRace in a real browser: its methods against torch.optim, and every way to move it."""

import math

import pytest
import torch
from playwright.sync_api import expect
from test_components_kit import html_page, race, visit  # noqa: F401

import d2lutils as d2l
from d2lutils.surfaces import SURFACES
from d2lutils.widgets.base import bundle
from d2lutils.widgets.race_still import METHODS, descend

# Rates at which a method neither stands still nor leaves; Rosenbrock's valley asks for smaller.
RATES = {"gradient descent": 0.1, "momentum": 0.03, "Nesterov": 0.03, "AdaGrad": 0.5,
         "RMSProp": 0.05, "Adadelta": 2.0, "Adam": 0.1, "AdamW": 0.1}  # fmt: skip
STEEP = {"gradient descent": 0.01, "momentum": 0.002, "Nesterov": 0.002}


@pytest.fixture(scope="module")
def engine(browser):
    page = browser.new_page()
    script = bundle("optimizer_race.js").replace("export default { render };", "")
    names = "SURFACES, descend, verdictOn, contourPieces"
    page.add_script_tag(content=f"{script}\nwindow.engine = {{ {names} }};", type="module")
    page.wait_for_function("window.engine")
    yield page
    page.close()


def run(engine, surface, method, setting, steps=100):
    return engine.evaluate(
        "([surface, method, knobs, start, steps]) => "
        "engine.descend(engine.SURFACES[surface], method, knobs, start, steps)",
        [surface, method, setting, [setting["x"], setting["y"]], steps],
    )


def setting_for(surface, method, **changed):
    x, y = SURFACES[surface].start
    rate = STEEP.get(method, 0.1) if surface == "Rosenbrock" else RATES[method]
    knobs = {"momentum": 0.9, "beta1": 0.9, "beta2": 0.999, "x": x, "y": y}
    return {"rate": rate, **knobs, **changed}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("surface", SURFACES)
def test_a_hundred_steps_are_those_of_torch_in_double_precision(engine, surface, method):
    for changed in ({}, {"momentum": 0.5, "beta1": 0.5, "beta2": 0.9, "x": 1.3, "y": -0.6}):
        setting = setting_for(surface, method, **changed)
        points, losses = descend(method, SURFACES[surface], setting)
        got = run(engine, surface, method, setting)
        assert len(got["points"]) == len(points) == 101
        assert math.dist(points[0], points[-1]) > 0.05  # it went somewhere
        expected = torch.tensor(points)
        gap = (torch.tensor(got["points"], dtype=torch.float64) - expected).abs()
        assert (gap / expected.abs().clamp(min=1e-3)).max() < 1e-10
        assert got["losses"] == pytest.approx(losses, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("surface", SURFACES)
def test_values_and_gradients_are_those_of_autograd(engine, surface):
    draw = torch.Generator().manual_seed(1)
    points = 3 * torch.randn(50, 2, generator=draw, dtype=torch.float64)
    found = engine.evaluate(
        "([name, points]) => { const { f, gradient } = engine.SURFACES[name];"
        " return points.map(([x, y]) => [f(x, y), ...gradient(x, y)]); }",
        [surface, points.tolist()],
    )
    w = points.clone().requires_grad_()
    value = SURFACES[surface](w[:, 0], w[:, 1])
    value.sum().backward()
    expected = torch.cat([value.detach()[:, None], w.grad], dim=1)
    found = torch.tensor(found, dtype=torch.float64)
    assert torch.allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("surface", SURFACES)
def test_contours_lie_on_their_heights(engine, surface):
    this = SURFACES[surface]
    pieces = engine.evaluate(
        "([name, xlim, ylim, levels]) => "
        "engine.contourPieces(engine.SURFACES[name].f, xlim, ylim, levels)",
        [surface, this.xlim, this.ylim, this.levels],
    )
    ends = torch.tensor(pieces, dtype=torch.float64).reshape(-1, 2)
    heights = this(ends[:, 0], ends[:, 1])
    nearest = (heights[:, None] - torch.tensor(this.levels)).abs().min(1).values
    assert len(pieces) > 300 and (nearest < 0.02 * (1 + heights)).all()


@pytest.mark.parametrize(("surface", "method", "changed", "words"), [
    ("bowl", "gradient descent", {"rate": 0.5}, "at the minimum since step 6"),
    ("bowl", "gradient descent", {"rate": 2}, "no lower than at the start"),
    ("ravine", "gradient descent", {"rate": 1}, "no lower than at step 50"),
    ("bowl", "gradient descent", {"rate": 2.1}, "left the picture at step 4: diverged"),
    ("bowl", "gradient descent", {"rate": 0.001}, "on its way"),
    ("bowl", "gradient descent", {"x": 0, "y": 0}, "at the minimum from the start"),
    ("saddle", "gradient descent", {"y": 0}, "at the saddle point since step"),
    ("saddle", "gradient descent", {"y": 0.001, "rate": 0.3}, "at the minimum since step"),
    ("many minima", "gradient descent", {}, "in a local minimum since step"),
    ("Rosenbrock", "gradient descent", {"rate": 0.5}, ": diverged"),
])  # fmt: skip
def test_what_became_of_a_run_is_said(engine, surface, method, changed, words):
    found = run(engine, surface, method, setting_for(surface, method, **changed))
    state = d2l.OptimizerRace([method], [surface]).state()["surfaces"][0]
    said = engine.evaluate("([run, surface]) => engine.verdictOn(run, surface, 100)",
                           [found, state])
    assert words in said
    start = engine.evaluate("([run, surface]) => engine.verdictOn(run, surface, 0)",
                            [found, state])
    assert start == "at the start"


# ---- moving it

def one(**start):
    """Gradient descent alone, in the ravine."""
    return d2l.OptimizerRace(["gradient descent"], ["ravine", "saddle"], {"rate": 0.9, **start})


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(one().html()))


def handle(page):
    return page.get_by_role("slider", name="Start")


def way(page):
    return page.locator(".d2l-ways .d2l-line").first.get_attribute("d")


def place(page):
    """The start in the units of the picture, where its handle is seen."""
    x, y = page.evaluate("""() => {
        const [picture, knob] = [".d2l-map", ".d2l-handle"].map((name) => (
            document.querySelector(name).getBoundingClientRect()));
        return [(knob.x + knob.width / 2 - picture.x) / picture.width,
            (knob.y + knob.height / 2 - picture.y) / picture.height];
    }""")
    return 12 * x - 6, 4 - 8 * y


def fate(page):
    return page.locator(".d2l-fate").first


def test_dragging_the_start_redraws_the_way_and_the_losses(page):
    before, box = way(page), handle(page).bounding_box()
    loss = page.locator(".d2l-loss .d2l-line").first.get_attribute("d")
    page.mouse.move(box["x"] + 10, box["y"] + 10)  # not the middle: nothing may jump
    page.mouse.down()
    assert place(page) == pytest.approx((-5, 1.5), abs=0.05)
    page.mouse.move(box["x"] + 110, box["y"] + 70, steps=5)
    page.mouse.up()
    unit = page.locator(".d2l-map").bounding_box()["width"] / 12
    assert place(page) == pytest.approx((-5 + 100 / unit, 1.5 - 60 / unit), abs=0.05)
    assert way(page) != before
    assert page.locator(".d2l-loss .d2l-line").first.get_attribute("d") != loss
    after = way(page)
    page.mouse.move(50, 300)
    assert way(page) == after  # let go


def test_a_press_on_the_ground_brings_the_start_there_and_no_drag_leaves_the_picture(page):
    box = page.locator(".d2l-map").bounding_box()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    page.mouse.down()
    assert place(page) == pytest.approx((3, 2), abs=0.05)
    page.mouse.move(box["x"] + 3 * box["width"], box["y"] - 200)
    page.mouse.up()
    assert place(page) == pytest.approx((6, 4), abs=0.05)


def test_a_finger_drags_the_handle_scrolls_elsewhere_and_taps_a_start(visit):  # noqa: F811
    filler = '<div style="height: 2000px"></div>'
    page = visit(html_page(one().html() + filler), 360, has_touch=True, is_mobile=True)
    finger = page.context.new_cdp_session(page)

    def swipe(x, y, dx, dy):
        for kind, k in (("Start", 0), *(("Move", k / 5) for k in range(1, 6))):
            points = [{"x": x + k * dx, "y": y + k * dy}]
            finger.send("Input.dispatchTouchEvent",
                        {"type": f"touch{kind}", "touchPoints": points})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(100)

    knob, unit = handle(page).bounding_box(), page.locator(".d2l-map").bounding_box()["width"] / 12
    swipe(knob["x"] + 14, knob["y"] + 14, 50, 40)
    assert place(page) == pytest.approx((-5 + 50 / unit, 1.5 - 40 / unit), abs=0.1)
    assert page.evaluate("scrollY") == 0
    there, box = place(page), page.locator(".d2l-map").bounding_box()
    swipe(box["x"] + 0.8 * box["width"], box["y"] + 0.9 * box["height"], 0, -120)
    assert page.evaluate("scrollY") > 20
    assert place(page) == pytest.approx(there, abs=0.1)
    page.wait_for_timeout(1000)  # or the tap would only end the scrolling
    page.evaluate("scrollTo(0, 0)")
    box = page.locator(".d2l-map").bounding_box()
    page.touchscreen.tap(box["x"] + 0.5 * box["width"], box["y"] + 0.25 * box["height"])
    assert place(page) == pytest.approx((0, 2), abs=0.1)


def test_arrow_keys_move_the_start_and_its_place_is_read_out(page):
    knob = handle(page)
    assert knob.get_attribute("data-lm-suppress-shortcuts") is not None
    expect(knob).to_have_attribute("aria-valuetext", "x −5.00, y 1.50, height 3.50")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown"):
        knob.press(key)
    expect(knob).to_have_attribute("aria-valuetext", "x −4.40, y 1.74, height 4.00")
    expect(knob).to_have_attribute("aria-valuenow", "-4.4")
    assert place(page) == pytest.approx((-4.4, 1.74), abs=0.05)
    knob.press("Home")
    expect(knob).to_have_attribute("aria-valuetext", "x −5.00, y 1.50, height 3.50")


def test_a_rate_too_large_is_seen_and_said(page):
    expect(fate(page)).to_contain_text("at the minimum since step")
    page.get_by_label("learning rate", exact=True).press("End")
    expect(fate(page)).to_have_text("left the picture at step 1: diverged")
    expect(page.get_by_role("status")).to_contain_text("left the picture at step 1: diverged.")


def test_steps_can_be_taken_back_one_by_one(page):
    steps = page.get_by_label("steps shown", exact=True)
    steps.press("Home")
    assert way(page).count("L") == 0
    expect(fate(page)).to_have_text("at the start")
    for n in (1, 2, 3):
        steps.press("ArrowRight")
        assert way(page).count("L") == n
    expect(page.locator(".d2l-lane .d2l-value")).to_have_text("loss 1.30")


def test_play_replays_and_stops_at_the_end(page):
    play, steps = page.get_by_role("button", name="Play"), page.get_by_label("steps shown")
    play.click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_function("document.querySelector('.d2l-replay input').value > 3")
    page.get_by_role("button", name="Pause").click()
    stopped = int(steps.input_value())
    page.wait_for_timeout(300)
    assert 3 < stopped < 100 and int(steps.input_value()) == stopped
    steps.press("End")
    steps.press("ArrowLeft")
    play.click()
    page.wait_for_function("document.querySelector('.d2l-replay input').value == 100")
    expect(play).to_be_visible()


def test_who_wants_less_motion_gets_the_slider_alone(visit):  # noqa: F811
    page = visit(html_page(one().html()), reduced_motion="reduce")
    expect(page.get_by_role("button", name="Play")).to_be_hidden()
    expect(page.get_by_label("steps shown")).to_be_visible()


def test_looking_along_the_losses_moves_the_point_and_leaving_brings_it_back(page):
    point = page.locator(".d2l-ways circle")
    last = point.get_attribute("cx")
    box = page.locator(".d2l-loss").bounding_box()
    page.mouse.move(box["x"] + 70, box["y"] + 100)
    assert float(point.get_attribute("cx")) < float(last)
    page.mouse.move(box["x"] + 70, box["y"] - 60)
    assert point.get_attribute("cx") == last
    assert page.get_by_label("steps shown").input_value() == "100"


def test_the_chart_of_all_rates_shows_the_loss_of_each_and_a_press_chooses_one(page, engine):
    page.get_by_text("Try every rate").click()
    page.wait_for_timeout(200)
    chart = page.locator(".d2l-sweep .d2l-plot")
    rate = page.get_by_label("learning rate", exact=True)
    for key in ("ArrowLeft", "ArrowLeft"):
        chart.press(key)
    expect(rate).to_have_attribute("aria-valuetext", "0.8")
    loss = run(engine, "ravine", "gradient descent", setting_for(
        "ravine", "gradient descent", rate=0.8))["losses"][100]
    expect(chart).to_have_attribute(
        "aria-valuetext", f"at learning rate 0.800: gradient descent {loss:.2e}".replace("-0", "-"))
    before, box = way(page), chart.bounding_box()
    page.mouse.move(box["x"] + 120, box["y"] + 80)
    assert way(page) == before  # looking chooses nothing
    page.mouse.down()
    page.mouse.up()
    assert way(page) != before
    assert float(rate.get_attribute("aria-valuetext")) < 0.1


def test_a_box_lets_a_method_run_and_frees_its_knobs(visit):  # noqa: F811
    page = visit(html_page(race().html()))
    momentum, beta = page.get_by_label("momentum", exact=True), page.get_by_label("β₁ of Adam")
    box = page.get_by_role("checkbox", name="momentum")
    assert page.locator(".d2l-ways > g").count() == 1
    expect(momentum.nth(0)).to_be_disabled()
    box.check()
    assert page.locator(".d2l-ways > g").count() == 2
    expect(momentum.nth(0)).to_be_enabled()
    page.get_by_role("checkbox", name="Adam").uncheck()
    expect(beta).to_be_disabled()
    box.uncheck()
    assert page.locator(".d2l-ways > g").count() == 0


def test_another_surface_brings_its_start_and_marks_and_reset_leads_back(page):
    before = way(page)
    page.get_by_label("surface").select_option("saddle")
    expect(handle(page)).to_have_attribute("aria-valuetext", "x −1.80, y 0.02, height 1.87")
    expect(page.locator(".d2l-map .d2l-saddles")).to_have_count(1)
    expect(page.locator(".d2l-map .d2l-minima")).to_have_count(2)
    expect(page.locator(".d2l-row")).to_contain_text("x²/2 + (1 − y²)²/4")
    page.get_by_role("button", name="Reset").click()
    assert way(page) == before
    expect(page.locator(".d2l-map .d2l-minima")).to_have_count(1)


def test_a_stop_of_the_tour_sets_what_it_names_and_the_rest_as_at_first(visit):  # noqa: F811
    page = visit(html_page(race("Go").html()))
    page.get_by_label("surface").select_option("saddle")
    page.get_by_role("button", name="1 Go").click()
    rate = page.get_by_label("learning rate", exact=True)
    expect(rate).to_have_attribute("aria-valuetext", "1.9")
    expect(page.get_by_label("surface")).to_have_value("0")


def test_the_theme_colors_the_ground(page):
    picture = "() => document.querySelector('.d2l-map canvas').toDataURL()"
    light = page.evaluate(picture)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(100)
    assert page.evaluate(picture) != light

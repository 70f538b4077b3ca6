"""Playground in a real browser: its knobs, its training, its address, its speed."""

import re

import pytest
from playwright.sync_api import expect
from test_components_kit import cell, html_page, visit  # noqa: F401

from d2lutils.widgets import Playground

TOUR = [
    ("A line", {"layers": 0}, "What can a line not do?"),
    ("A curve", {"units": 8, "activation": "tanh", "optimizer": "Adam"}, "What can it now?"),
]
SHOW = ["data", "layers", "units", "activation", "rate", "seed"]


def playground(show=SHOW, **options):
    return Playground(show, **{"tour": TOUR, "caption": "Try.", **options})


def page_of(*components, **options):
    return html_page("".join(cell(c.html()) for c in components or [playground()]), **options)


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def progress(page):
    """Return the steps and epochs so far."""
    text = page.locator(".d2l-actions .d2l-value").first.inner_text()
    return [int(n) for n in re.fullmatch(r"step (\d+) · epoch (\d+)", text).groups()]


def wait_for_step(page, step):
    page.wait_for_function(
        """step => document.querySelector('.d2l-actions > .d2l-value')
            .innerText.split(' ')[1] >= step""", arg=step)


def loss(page, part="training"):
    return float(page.locator(f".d2l-item:has-text('{part}') .d2l-value").inner_text())


def pixels(page, selector):
    """Return a canvas as a string that changes with what is painted."""
    return page.locator(f"{selector} canvas").evaluate("c => c.toDataURL()")


# ---- to train

def test_nothing_moves_before_the_reader_plays(visit):
    page = visit(page_of())
    before = pixels(page, ".d2l-plane")
    page.wait_for_timeout(300)
    assert progress(page) == [0, 0] and pixels(page, ".d2l-plane") == before


def test_play_trains_and_pause_stops(visit):
    page = visit(page_of())
    before, first = [pixels(page, f".d2l-{c}") for c in ("plane", "network", "losses")], loss(page)
    button(page, "Play").click()
    wait_for_step(page, 100)
    button(page, "Pause").click()
    assert loss(page) < first
    after = [pixels(page, f".d2l-{c}") for c in ("plane", "network", "losses")]
    assert all(a != b for a, b in zip(after, before))
    stopped = progress(page)
    page.wait_for_timeout(200)
    assert progress(page) == stopped
    words = rf"Step {stopped[0]}: training loss [\d.]+, validation loss [\d.]+, \d+ % right"
    expect(page.locator(".d2l-status")).to_contain_text(re.compile(words))


def test_step_by_step_by_keyboard(visit):
    page = visit(page_of())
    button(page, "Step").focus()
    page.keyboard.press("Enter")
    assert progress(page) == [1, 0]
    button(page, "100 steps").focus()
    page.keyboard.press("Space")
    assert progress(page) == [101, 10]
    after = loss(page)
    button(page, "Restart").click()
    assert progress(page) == [0, 0]
    button(page, "Step").click()
    button(page, "100 steps").click()
    assert loss(page) == after


def test_a_run_that_diverges_stops_and_says_so(visit):
    page = visit(page_of(playground(start={"data": "bumps", "rate": 10})))
    button(page, "Play").click()
    expect(page.locator(".d2l-note")).to_contain_text("The loss is no longer a number")
    expect(button(page, "Play")).to_be_visible()
    button(page, "Restart").click()
    expect(page.locator(".d2l-note")).to_have_text("")
    assert progress(page) == [0, 0]


def test_training_waits_while_it_is_out_of_sight(visit):
    page = visit(page_of().replace("</main>", "<div style='height: 3000px'></div></main>"))
    button(page, "Play").click()
    wait_for_step(page, 10)
    page.evaluate("window.scrollTo(0, 2900)")
    page.wait_for_timeout(200)
    stopped = progress(page)
    page.wait_for_timeout(300)
    assert progress(page) == stopped
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(300)
    assert stopped < progress(page) and progress(page)[0] - stopped[0] < 200


# ---- the knobs

def test_the_knobs_that_are_shown_and_those_that_are_fixed(visit):
    page = visit(page_of(Playground(["units", "l2"], {"optimizer": "Adam"})))
    expect(page.locator(".d2l-control")).to_have_count(2)
    expect(page.get_by_label("units per layer")).to_be_visible()
    expect(page.locator(".d2l-source").first).to_have_text(
        "Fixed: data circle, noise 0.1, training share 0.5, hidden layers 1, activation ReLU, "
        "optimizer Adam, learning rate 0.1, batch size 10, L1 0, dropout 0, seed 0.")


@pytest.mark.parametrize("title, value", [
    ("hidden layers", "3"), ("units per layer", "9"), ("seed", "4"), ("data", "spiral"),
    ("activation", "sigmoid"), ("noise", "2"), ("training share", "2"),
])
def test_a_knob_that_shapes_the_run_begins_it_anew(visit, title, value):
    page = visit(page_of(playground([*SHOW, "noise", "share"])))
    button(page, "100 steps").click()
    before = pixels(page, ".d2l-network") + pixels(page, ".d2l-plane")
    control = page.get_by_label(title, exact=True)
    if title in ("data", "activation"):
        control.select_option(value)
    else:
        control.fill(value)
    assert progress(page) == [0, 0]
    assert pixels(page, ".d2l-network") + pixels(page, ".d2l-plane") != before


@pytest.mark.parametrize("knob", ["optimizer", "rate", "batch", "l1", "l2", "dropout"])
def test_a_knob_of_the_training_works_while_it_trains(visit, knob):
    ends = []
    for turned in (False, True):
        page = visit(page_of(Playground([knob])))
        button(page, "100 steps").click()
        if turned:
            control = page.locator(".d2l-control :is(input, select)")
            control.focus()
            control.select_option("2") if knob == "optimizer" else page.keyboard.press("End")
        assert progress(page)[0] == 100
        button(page, "100 steps").click()
        ends.append(pixels(page, ".d2l-network"))
    assert ends[0] != ends[1]


def test_units_and_layers_show_in_the_network(visit):
    page = visit(page_of())
    expect(page.locator(".d2l-unit")).to_have_count(2 + 4 + 1)
    page.get_by_label("hidden layers").fill("3")
    page.get_by_label("units per layer").fill("15")
    expect(page.locator(".d2l-unit")).to_have_count(2 + 3 * 16 + 1)
    sizes = page.locator(".d2l-unit").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect()).map(b => Math.min(b.width, b.height))")
    assert min(sizes) >= 24
    page.get_by_label("hidden layers").fill("0")
    expect(page.locator(".d2l-unit")).to_have_count(3)


def test_arrow_keys_go_from_unit_to_unit_and_show_each_large(visit):
    page = visit(page_of())
    button(page, "100 steps").click()
    shown, seen = page.locator(".d2l-shown"), set()
    expect(shown).to_have_text("Output: the probability of orange")
    page.locator(".d2l-unit[tabindex='0']").focus()
    keys = ["ArrowLeft", "ArrowDown", "ArrowLeft"]
    for key, name in zip(keys, ["Layer 1, unit 3", "Layer 1, unit 4", "Input x2"]):
        page.keyboard.press(key)
        expect(shown).to_have_text(f"{name}: its value")
        expect(page.locator(".d2l-unit[aria-pressed='true']")).to_be_focused()
        seen.add(pixels(page, ".d2l-plane"))
    assert len(seen) == 3
    assert page.locator(".d2l-unit[tabindex='0']").count() == 1


def test_pointing_at_a_unit_shows_it_for_the_while_and_a_click_for_good(visit):
    page = visit(page_of())
    shown = page.locator(".d2l-shown")
    page.get_by_role("button", name="Layer 1, unit 2").hover()
    expect(shown).to_have_text("Layer 1, unit 2: its value")
    page.mouse.move(5, 5)
    expect(shown).to_have_text("Output: the probability of orange")
    before = pixels(page, ".d2l-network")
    page.get_by_role("button", name="Layer 1, unit 2").click()
    assert pixels(page, ".d2l-network") != before  # its tile has a frame now
    page.mouse.move(5, 5)
    expect(shown).to_have_text("Layer 1, unit 2: its value")
    words = page.locator(".d2l-plane canvas").get_attribute("aria-label")
    assert words.startswith("Layer 1, unit 2: its value, over the plane.")
    expect(page.locator(".d2l-status")).to_have_text(
        re.compile(r"Layer 1, unit 2: bias −?[\d.]+, weights −?[\d.]+ −?[\d.]+\."))


# ---- the tour

def test_a_stop_of_the_tour_sets_the_knobs_and_plays(visit):
    page = visit(page_of())
    expect(page.get_by_text("Each button sets")).to_be_visible()
    button(page, "2 A curve").click()
    expect(page.get_by_text("What can it now?")).to_be_visible()
    expect(page.get_by_text("Each button sets")).to_be_hidden()
    assert page.get_by_label("units per layer").get_attribute("aria-valuetext") == "8"
    expect(page.locator(".d2l-source").first).to_contain_text("optimizer Adam")
    expect(button(page, "Pause")).to_be_visible()
    button(page, "1 A line").click()
    assert page.get_by_label("units per layer").get_attribute("aria-valuetext") == "4"
    expect(page.get_by_text("What can a line not do?")).to_be_visible()
    button(page, "Reset").click()
    expect(button(page, "Play")).to_be_visible()
    expect(page.get_by_text("Each button sets")).to_be_visible()
    assert progress(page) == [0, 0]
    assert page.get_by_label("hidden layers").get_attribute("aria-valuetext") == "1"


def test_who_wants_less_motion_starts_the_training_by_hand(visit):
    page = visit(page_of(), reduced_motion="reduce")
    button(page, "2 A curve").click()
    page.wait_for_timeout(300)
    assert progress(page) == [0, 0]
    expect(button(page, "Play")).to_be_visible()


# ---- the address

def hash_of(page):
    return page.evaluate("location.hash")


def test_the_address_holds_what_differs_from_the_start(visit):
    page = visit(page_of())
    assert hash_of(page) == ""
    page.get_by_label("units per layer").fill("7")
    page.get_by_label("activation").select_option("tanh")
    page.wait_for_function("location.hash == '#playground?units=8&activation=tanh'")
    link = page.get_by_role("link", name="Link to this setting")
    assert link.get_attribute("href") == "#playground?units=8&activation=tanh"
    button(page, "Reset").click()
    page.wait_for_function("location.hash == ''")


def test_a_friend_sees_the_same(visit):
    html = page_of()
    page = visit(html)
    page.get_by_label("data").select_option("xor")
    page.get_by_label("seed").fill("3")
    page.wait_for_function("location.hash")
    button(page, "100 steps").click()
    friend = visit(html)
    friend.evaluate("hash => { location.hash = hash }", hash_of(page))
    expect(friend.get_by_label("data")).to_have_value("1")
    expect(friend.locator(".d2l-status")).to_contain_text(f"Step 0: training loss {loss(friend)}")
    button(friend, "100 steps").click()
    assert loss(friend) == loss(page)
    assert pixels(friend, ".d2l-plane") == pixels(page, ".d2l-plane")
    friend.reload()
    expect(friend.get_by_label("data")).to_have_value("1")
    assert friend.get_by_label("seed").get_attribute("aria-valuetext") == "3"


def test_nonsense_in_the_address_is_said_and_left_out(visit):
    page = visit(page_of())
    page.evaluate("location.hash = '#playground?units=99&data=xor&color=red'")
    expect(page.locator(".d2l-note")).to_have_text(
        "The page's address was not followed in all: “99” is not a value of units (1 to 16). "
        "There is no knob “color”.")
    expect(page.get_by_label("data")).to_have_value("1")
    assert page.get_by_label("units per layer").get_attribute("aria-valuetext") == "4"


def test_two_on_a_page_keep_to_their_own_part_of_the_address(visit):
    page = visit(page_of(playground(), Playground(["units"], {"data": "xor"})))
    units = page.get_by_label("units per layer")
    units.nth(0).fill("1")
    page.wait_for_function("location.hash == '#playground?units=2'")
    units.nth(1).fill("2")
    page.wait_for_function("location.hash == '#playground?units=2;playground-2?units=3'")
    page.reload()
    assert [u.get_attribute("aria-valuetext") for u in units.all()] == ["2", "3"]
    button(page, "Reset").first.click()
    page.wait_for_function("location.hash == '#playground-2?units=3'")


def test_away_from_the_site_the_address_is_left_alone(visit):
    page = visit(page_of().replace('class="bd-', 'class="other-'))
    page.get_by_label("units per layer").fill("7")
    page.wait_for_timeout(400)
    assert hash_of(page) == ""
    expect(page.get_by_role("link")).to_have_count(0)


# ---- looks and speed

def test_canvases_follow_the_theme_and_the_density_of_the_screen(visit):
    page = visit(page_of(theme="light", sheets=True), device_scale_factor=2)
    box = page.locator(".d2l-plane").bounding_box()
    width = page.locator(".d2l-plane canvas").evaluate("c => c.width")
    assert width == pytest.approx(2 * box["width"], abs=2)
    light = pixels(page, ".d2l-network")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(100)
    assert pixels(page, ".d2l-network") != light


def test_the_live_region_is_quiet_while_it_trains(visit):
    page = visit(page_of())
    page.wait_for_timeout(400)
    page.evaluate("""() => {
        window.said = 0
        new MutationObserver(() => { window.said += 1 }).observe(
            document.querySelector(".d2l-status"), { childList: true, subtree: true })
    }""")
    button(page, "Play").click()
    page.wait_for_timeout(1500)
    assert page.evaluate("window.said") == 0
    assert progress(page)[0] > 20


def test_two_hidden_layers_of_sixteen_train_and_are_drawn_fast(visit):
    start = {"layers": 2, "units": 16, "data": "spiral", "optimizer": "Adam", "rate": 0.01}
    page = visit(page_of(playground(start=start)))
    page.evaluate("""() => {
        window.drawn = 0
        new MutationObserver(() => { window.drawn += 1 }).observe(
            document.querySelector(".d2l-actions .d2l-value"), { childList: true })
    }""")
    button(page, "Play").click()
    page.wait_for_timeout(500)
    frames, steps, start = page.evaluate("window.drawn"), progress(page)[0], page.evaluate(
        "performance.now()")
    page.wait_for_timeout(3000)
    seconds = (page.evaluate("performance.now()") - start) / 1000
    frames = (page.evaluate("window.drawn") - frames) / seconds
    steps = (progress(page)[0] - steps) / seconds
    print(f"\n2 hidden layers of 16: {frames:.0f} frames and {steps:.0f} steps a second")
    # The aim is 30 and 100; a shared, slow machine may have a third of it.
    assert frames >= 10 and steps >= 33

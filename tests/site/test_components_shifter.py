"""Shifter in a real browser: its networks against PyTorch's, and every way to move a picture."""

import itertools

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from test_components_kit import html_page, shifter, visit  # noqa: F401
from torch import nn

import d2lutils as d2l
from d2lutils.widgets.base import bundle

SHIFTS = [(0, 0), (3, 0), (-5, 2), (0, -8), (8, 8), (-1, -1), (28, 0)]
# Scores and probabilities of every picture and shift, as the component computes them.
RUN = """([state, shifts]) => {
  const size = state.size;
  const images = decodeImages(state.images, size[0] * size[1]);
  return state.nets.map((net) => {
    const layers = decodeNet(net.layers);
    return images.map((image) => shifts.map(([right, down]) => {
      const scores = scoresOf(layers, movedImage(image, size, right, down), size);
      return [[...scores], softmaxOf(scores)];
    }));
  });
}"""


def dense():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip


def first_lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten(),
        nn.Linear(1176, 10, bias=False),
    )  # fmt: skip


def odd_windows():
    return nn.Sequential(
        nn.Conv2d(1, 3, (3, 5), stride=(1, 2), padding=(2, 0), bias=False),
        nn.MaxPool2d((2, 3), stride=(3, 1)), nn.ReLU(), nn.AvgPool2d(3, stride=2),
        nn.Flatten(), nn.Linear(48, 10),
    )  # fmt: skip


@pytest.mark.parametrize("make", [dense, lenet, first_lenet, odd_windows])
def test_scores_and_probabilities_are_those_of_pytorch_with_the_same_weights(browser, make):
    torch.manual_seed(3)
    net = make()
    for parameter in net.parameters():
        parameter.data *= 4  # probabilities far from 1/10
    X = (torch.rand(4, 1, 28, 28) * 255).round() / 255
    made = d2l.Shifter({"net": net}, X, [0, 1, 2, 3], d2l.FASHION_MNIST_CLASSES)
    page = browser.new_page()
    script = bundle("shifter.js").replace("export default { render };", "")
    got = page.evaluate(f"given => {{ {script}\nreturn ({RUN})(given); }}", [made.state(), SHIFTS])
    page.close()
    rounded = d2l.quantized(net)
    for (i, _), (s, (right, down)) in itertools.product(enumerate(X), enumerate(SHIFTS)):
        moved = nn.functional.pad(X[i : i + 1], (right, -right, down, -down))
        with torch.no_grad():
            scores = rounded(moved)[0].double()
        expected = torch.stack([scores, scores.softmax(0)])
        assert (torch.tensor(got[0][i][s]) - expected).abs().max() < 1e-4
    with torch.no_grad():
        assert (net(X) - rounded(X)).abs().max() > 1e-3  # the test would see plain weights


# ---- moving it

@pytest.fixture
def page(visit):  # noqa: F811
    return visit(html_page(shifter().html()))


def place(page):
    sliders = [page.get_by_label(name, exact=True) for name in ("right", "down")]
    return tuple(int(slider.input_value()) - 2 for slider in sliders)


def drag(page, right, down):
    """Drag the picture by whole pixels of its own."""
    box = page.locator(".d2l-frame").bounding_box()
    pixel, x, y = box["width"] / 8, box["x"] + 100, box["y"] + 100
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right * pixel, y + down * pixel, steps=5)
    page.mouse.up()


def pixels(page):
    return np.array(page.evaluate("""() => {
        const copy = document.createElement("canvas").getContext("2d");
        copy.drawImage(document.querySelector(".d2l-frame canvas"), 0, 0);
        const { data } = copy.getImageData(0, 0, 8, 8);
        return [...data].filter((_, i) => i % 4 === 0);
    }""")).reshape(8, 8)


def test_dragging_moves_the_picture_and_what_the_networks_say(page):
    before, table = pixels(page), page.locator(".d2l-shares tbody").inner_text()
    drag(page, 1, -2)
    assert place(page) == (1, -2)
    assert np.array_equal(pixels(page)[:6, 1:], before[2:, :7]) and not pixels(page)[6:].any()
    assert page.locator(".d2l-shares tbody").inner_text() != table
    drag(page, -9, 0)
    assert place(page) == (-2, -2)
    page.mouse.move(50, 50)
    assert place(page) == (-2, -2)  # let go


def test_a_finger_moves_it_too(visit):  # noqa: F811
    page = visit(html_page(shifter().html()), 360, has_touch=True)
    box = page.locator(".d2l-frame").bounding_box()
    x, y, pixel = box["x"] + 100, box["y"] + 100, box["width"] / 8
    finger = page.context.new_cdp_session(page)
    for kind, to in (("Start", 0), ("Move", 1), ("Move", 2)):
        point = {"x": x, "y": y + to * pixel}
        finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert place(page) == (0, 2) and page.evaluate("scrollY") == 0


def test_arrow_keys_move_it_within_its_reach_and_home_brings_it_back(page):
    frame = page.get_by_role("application")
    assert frame.get_attribute("data-lm-suppress-shortcuts") is not None
    for key in ["ArrowRight", "ArrowUp", "ArrowUp", "ArrowUp"]:
        frame.press(key)
    assert place(page) == (1, -2)
    frame.press("Home")
    assert place(page) == (0, 0)


def test_a_slider_moves_it_and_the_outcome_is_read_out(page):
    slider = page.get_by_label("down", exact=True)
    slider.press("ArrowLeft")
    assert place(page) == (0, -1) and slider.get_attribute("aria-valuetext") == "−1"
    status = page.get_by_role("status")
    expect(status).to_contain_text("ankle boot, moved 0 right, −1 down. dense net: ")
    guesses = page.locator(".d2l-shares thead th span").all_inner_texts()
    assert len(guesses) == 2 and all(guess[:-2] in status.inner_text() for guess in guesses)


def test_the_accuracy_shown_is_that_of_the_shift_and_a_press_on_the_map_goes_there(page):
    accuracy = shifter().accuracy
    heat = page.get_by_role("img", name="Accuracy of LeNet")
    box = heat.bounding_box()
    heat.click(position={"x": 0.7 * box["width"], "y": 0.1 * box["height"]})  # column 3, row 0
    assert place(page) == (1, -2)
    shown = page.locator(".d2l-heat-name").all_inner_texts()
    assert shown == [f"{name}: {grid[0, 3]:.2f}" for name, grid in accuracy.items()]
    mark, box = page.locator(".d2l-here").nth(1).bounding_box(), heat.bounding_box()
    assert abs(mark["x"] - box["x"] - 0.6 * box["width"]) < 1 and abs(mark["y"] - box["y"]) < 1


def test_another_picture_stays_where_the_last_one_was_and_the_button_leads_back(page):
    drag(page, 2, 0)
    page.get_by_role("button", name="bag, picture 2").click()
    assert place(page) == (2, 0)
    expect(page.get_by_role("button", name="bag, picture 2")).to_have_attribute(
        "aria-pressed", "true")
    expect(page.locator(".d2l-true th")).to_have_text("bag")
    page.get_by_role("button", name="Reset").click()
    assert place(page) == (0, 0)

"""Augmenter in a real browser: its transforms against torchvision's, its controls."""

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from test_components_kit import html_page, visit  # noqa: F401
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as TF

from d2lutils.widgets import Augmenter

SIDE = 96
BILINEAR = v2.InterpolationMode.BILINEAR


def photo():
    """Smooth enough for JPEG, and with no symmetry."""
    i, j = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    red, green = 255 * i / SIDE, 255 * j / SIDE
    blue = 127 + 90 * torch.sin(i / 9) * torch.cos(j / 14)
    return torch.stack([red, green, blue]).to(torch.uint8)


def page_of(start):
    return html_page(Augmenter(photo(), start).html())


def pixels(page, which):
    data = page.locator("canvas").nth(which).evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]")
    return np.array(data).reshape(SIDE, SIDE, 4)[..., :3].transpose(2, 0, 1)


def angle_of(words):
    size, way = re.search(r"turned (\S+)° (\S*clockwise)", words).groups()
    return float(size) if way == "counterclockwise" else -float(size)


def by_torchvision(words):
    """Do to the photograph what the words of a draw say."""
    X = photo().float() / 255
    if "left–right" in words or "both ways" in words:
        X = TF.horizontal_flip(X)
    if "up–down" in words or "both ways" in words:
        X = TF.vertical_flip(X)
    if "turned" in words:
        X = TF.rotate(X, angle_of(words), BILINEAR)
    if found := re.search(r"(\S+) times as large", words):
        X = TF.affine(X, 0, [0, 0], float(found[1]), [0, 0], BILINEAR)
    if found := re.search(r"(\S+) times as bright", words):
        X = TF.adjust_brightness(X, float(found[1]))
    return 255 * X.numpy()


def words_of(page, which):
    return page.locator("canvas").nth(which).get_attribute("aria-label")


@pytest.mark.parametrize("start", [
    {"flip left–right": 0.5, "flip up–down": 0.5}, {"rotate": 45}, {"scale": 0.5},
    {"brightness": 0.8}, {"flip left–right": 0.5, "rotate": 180, "scale": 0.5, "brightness": 0.4},
])
def test_a_draw_is_what_torchvision_makes_of_the_photograph(visit, start):  # noqa: F811
    page = visit(page_of(start))
    for which in range(8):
        wanted = by_torchvision(words_of(page, which))
        error = np.abs(pixels(page, which) - wanted)
        # JPEG and the rounded words cost little; the rims of a smaller picture some more.
        assert error.mean() < 5 and np.median(error) < 2, words_of(page, which)
    assert len({words_of(page, which) for which in range(8)}) > 2


def test_a_crop_is_enlarged_from_the_share_that_the_words_say(visit):  # noqa: F811
    page = visit(page_of({"crop": 0.2}))
    for which in range(1, 8):
        kept = int(re.search(r"cut to (\d+) ×", words_of(page, which))[1])
        assert 0.19 < (kept / SIDE) ** 2 <= 1
        red = pixels(page, which)[0]  # rises downward by 255 / SIDE a pixel
        assert red[-1].mean() - red[0].mean() == pytest.approx(255 * (kept - 1) / SIDE, abs=6)


def test_noise_has_the_deviation_that_it_says(visit):  # noqa: F811
    page = visit(page_of({"noise": 0.05}))
    noise = (pixels(page, 1) - pixels(page, 0))[:, 30:60, 30:60]
    assert noise.std() == pytest.approx(0.05 * 255, rel=0.1)
    assert abs(noise.mean()) < 1.5


def test_a_slider_takes_each_draw_further_and_a_button_draws_others(visit):  # noqa: F811
    page = visit(page_of({"rotate": 10}))
    angle = lambda: angle_of(words_of(page, 1))
    first = angle()
    page.get_by_label("rotate", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert angle() == pytest.approx(2 * first, abs=0.11)
    code = "v2.Compose([\n    v2.RandomRotation(20, BILINEAR),\n])"
    expect(page.locator("pre")).to_have_text(code)
    page.get_by_role("button", name="Draw again").click()
    assert angle() != pytest.approx(2 * first, abs=0.2)
    page.get_by_role("button", name="Reset").click()
    assert angle() == first


def test_the_code_lists_all_that_is_on_and_runs(visit):  # noqa: F811
    page = visit(page_of({}))
    expect(page.locator("pre")).to_have_text("v2.Identity()")
    for slider in page.get_by_role("slider").all():
        slider.focus()
        page.keyboard.press("End")
    code = page.locator("pre").inner_text()
    transform = eval(code, {"v2": v2, "BILINEAR": BILINEAR})
    assert len(transform.transforms) == 7
    assert transform(photo().float() / 255).shape == (3, SIDE, SIDE)


@pytest.mark.parametrize("width", [1200, 660, 360])
def test_nothing_below_moves_when_all_is_turned_up(visit, width):  # noqa: F811
    page = visit(html_page(Augmenter(photo()).html(), sheets=True), width=width)
    height = lambda: page.locator(".d2l-augmenter").bounding_box()["height"]
    before = height()
    for slider in page.get_by_role("slider").all():
        slider.focus()
        page.keyboard.press("End")
    for _ in range(4):
        page.get_by_role("button", name="Draw again").click()
        assert height() == pytest.approx(before, abs=1)


def test_a_slider_says_what_its_strength_counts(visit):  # noqa: F811
    page = visit(page_of({"rotate": 20, "scale": 0.3, "crop": 0.6}))
    said = {name: page.get_by_label(name, exact=True).get_attribute("aria-valuetext")
            for name in ("flip left–right", "rotate", "scale", "crop")}
    assert said == {"flip left–right": "0", "rotate": "±20°", "scale": "±30%", "crop": "≥ 60%"}

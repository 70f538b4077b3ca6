"""Feature maps in a browser: their numbers against the tensors, their colors, their controls."""

import pytest
import torch
from playwright.sync_api import expect
from test_components_kit import cell, html_page, visit  # noqa: F401 (a fixture)
from torch import nn

from d2lutils.widgets import FeatureMaps
from d2lutils.widgets.base import bundle

EPOCHS = (0, 1, 4)

# The color of a canvas at a place. Read from a copy: reading the canvas itself would slow it down.
PIXEL = """(canvas, [row, column]) => {
  const copy = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, -column, -row);
  return [...copy.getImageData(0, 0, 1, 1).data];
}"""


@pytest.fixture(scope="module")
def tensors():
    """Images, and by epoch what leaves the layers of a small network, and its kernels."""
    generator = torch.Generator().manual_seed(0)
    X = torch.rand(3, 1, 12, 12, generator=generator)
    snapshots, kernels = {}, {}
    for epoch in EPOCHS:
        w1 = torch.randn(6, 1, 3, 3, generator=generator) * (1 + epoch)
        w2 = torch.randn(16, 6, 3, 3, generator=generator)
        conv1 = nn.functional.conv2d(X, w1)
        pool1 = nn.functional.max_pool2d(conv1.relu(), 2)
        conv2 = nn.functional.conv2d(pool1, w2)
        snapshots[epoch] = {"conv1": conv1, "pool1": pool1, "conv2": conv2}
        kernels[epoch] = {"conv1": w1, "conv2": w2}
    return X, snapshots, kernels


def component(tensors):
    X, snapshots, kernels = tensors
    return FeatureMaps(X, ["boot", "shirt", "bag"], snapshots, kernels, caption="Look.")


@pytest.fixture
def page(visit, tensors):  # noqa: F811
    return visit(html_page(cell(component(tensors).html()), "light", sheets=True))


def choose(page, **to):
    for name, value in to.items():
        control = page.get_by_label(name, exact=True)
        control.fill(str(value)) if name == "epoch" else control.select_option(value)


def test_every_number_is_that_of_the_tensor_within_half_a_step(visit, tensors):  # noqa: F811
    _, snapshots, _ = tensors
    page = visit(html_page(""))
    script = bundle("featuremaps.js").replace("export default { render };", "")
    layers = component(tensors).state()["layers"]
    for number, layer in enumerate(layers):
        found = page.evaluate(
            f"""([layers, layer, epochs]) => {{ {script}
              const mapOf = unpackedMaps(layers);
              const each = (n, make) => Array.from({{ length: n }}, (_, i) => make(i));
              const count = layers[layer].channels;
              return each(epochs, (epoch) => each(3, (image) => each(count, (channel) => (
                [...mapOf(layer, epoch, image, channel)]))));
            }}""",
            [layers, number, len(EPOCHS)],
        )
        for epoch, values in zip(EPOCHS, found, strict=True):
            expected = snapshots[epoch][layer["name"]].flatten(2)
            step = expected.abs().amax((0, 2), keepdim=True) / (45 if layer["signed"] else 90)
            assert ((torch.tensor(values) - expected).abs() <= 0.51 * step).all()


def test_the_large_map_is_painted_blue_below_zero_and_orange_above(page, tensors):
    maps = tensors[1][4]["conv1"][0, 0]
    large = page.locator(".d2l-large")
    for at, (more, less) in ((maps.argmax(), (0, 2)), (maps.argmin(), (2, 0))):
        row, column = divmod(int(at), maps.shape[1])
        color = large.evaluate(PIXEL, [row, column])
        assert color[more] > color[less] + 30
    size = large.evaluate("canvas => [canvas.height, canvas.width]")
    assert size == list(maps.shape)


def test_layer_channel_epoch_and_image_change_what_is_shown(page, tensors):
    where, status = page.locator(".d2l-where"), page.get_by_role("status")
    expect(where).to_contain_text("conv1, channel 0, epoch 4, boot: from ")
    expect(page.get_by_role("radio")).to_have_count(6)
    choose(page, layer="conv2", image="bag", epoch=1)
    expect(page.get_by_role("radio")).to_have_count(16)
    page.get_by_label("channel 9", exact=True).check()
    maps = tensors[1][1]["conv2"][2, 9]
    said = where.text_content()
    assert said.startswith("conv2, channel 9, epoch 1, bag: from ")
    low, high = (float(t) for t in said.replace("−", "-")[:-1].split("from ")[1].split(" to "))
    assert low == pytest.approx(maps.min().item(), rel=0.06, abs=0.3)
    assert high == pytest.approx(maps.max().item(), rel=0.06, abs=0.3)
    expect(status).to_have_text(said)
    expect(page.locator(".d2l-large")).to_have_attribute("aria-label", said)


def test_a_layer_with_fewer_channels_keeps_the_nearest_one(page):
    choose(page, layer="conv2")
    page.get_by_label("channel 15", exact=True).check()
    choose(page, layer="conv1")
    expect(page.get_by_label("channel 5", exact=True)).to_be_checked()
    expect(page.locator(".d2l-where")).to_contain_text("conv1, channel 5")


def test_kernels_are_those_that_make_the_channel(page):
    note, shown = page.locator(".d2l-below .d2l-source"), page.locator(".d2l-kernels canvas:visible")
    expect(note).to_contain_text("The kernel of channel 0: 3 × 3, colors from −")
    expect(shown).to_have_count(1)
    choose(page, layer="conv2")
    expect(note).to_contain_text("one for each of the 6 channels that come in")
    expect(shown).to_have_count(6)
    choose(page, layer="pool1")
    expect(note).to_have_text("This layer has no kernels.")
    expect(shown).to_have_count(0)


def test_the_scale_starts_at_zero_where_nothing_is_below_and_can_be_common(page, tensors):
    ends = page.locator(".d2l-scale > span")
    low, high = (float(e.replace("−", "-")) for e in ends.all_text_contents() if e)
    assert low == -high == pytest.approx(-tensors[1][4]["conv1"][:, 0].abs().max().item(), rel=0.06)
    page.get_by_label("the same colors for all channels of the layer").check()
    common = float(ends.last.text_content())
    assert common == pytest.approx(tensors[1][4]["conv1"].abs().max().item(), rel=0.06)
    choose(page, layer="pool1")
    expect(ends.first).to_have_text("0")


def test_keys_choose_a_channel_and_an_epoch(page):
    first = page.get_by_label("channel 0", exact=True)
    assert first.get_attribute("data-lm-suppress-shortcuts") is not None
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".d2l-where")).to_contain_text("channel 1, epoch 4")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".d2l-where")).to_contain_text("channel 5, epoch 4")
    page.get_by_label("epoch", exact=True).focus()
    page.keyboard.press("Home")
    expect(page.locator(".d2l-where")).to_contain_text("channel 5, epoch 0")


def test_touch_chooses_a_channel_on_a_phone(visit, tensors):  # noqa: F811
    page = visit(html_page(cell(component(tensors).html()), "light", True), width=360,
                 has_touch=True, is_mobile=True)  # fmt: skip
    choose(page, layer="conv2")
    page.locator(".d2l-channels label").nth(6).tap()
    expect(page.locator(".d2l-where")).to_contain_text("conv2, channel 6")


def test_reset_brings_the_first_view_back(page):
    before = page.locator(".d2l-where").text_content()
    choose(page, layer="conv2", image="bag", epoch=0)
    page.get_by_label("channel 7", exact=True).check()
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".d2l-where")).to_have_text(before)
    expect(page.get_by_role("radio")).to_have_count(6)
    expect(page.get_by_label("channel 0", exact=True)).to_be_checked()


def test_colors_follow_the_theme(page):
    corner = lambda: page.locator(".d2l-large").evaluate(PIXEL, [0, 0])
    light = corner()
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(100)
    assert corner() != light


@pytest.mark.parametrize("width", [360, 800])
def test_nothing_moves_when_the_layer_changes(visit, tensors, width):  # noqa: F811
    page = visit(html_page(cell(component(tensors).html()), "light", True), width=width)
    height = lambda: page.locator(".d2l-component").bounding_box()["height"]
    before = height()
    for layer in ("pool1", "conv2"):
        choose(page, layer=layer)
        assert abs(height() - before) <= 2

"""The live panel in JupyterLab: by mouse and keyboard, and by what a reader sees of it."""

import re

import pytest
from playwright.sync_api import expect

EPOCHS = 15  # as the notebook has it


def epochs_drawn(panel) -> int:
    """Return how many epochs the picture says that it shows; 0 where there is none."""
    found = panel.picture.count() and panel.picture.get_attribute("alt")
    return int(re.search(r"after (\d+) epoch", found)[1]) if found else 0


def wait_for_epochs(panel, least: int) -> int:
    """Wait until the picture shows as many epochs, and return how many."""
    for _ in range(600):
        if (count := epochs_drawn(panel)) >= least:
            return count
        panel.page.wait_for_timeout(100)
    pytest.fail(f"The picture does not grow beyond {count} epochs.")


def expect_end(panel, word: str) -> None:
    expect(panel.said).to_contain_text(re.compile(rf"{word} after \d+ epochs?: loss \d"))
    expect(panel.train).to_be_enabled()
    expect(panel.stop).to_be_disabled()


def test_a_slider_follows_the_mouse_and_the_arrow_keys(panel):
    expect(panel.value("epochs")).to_have_text(str(EPOCHS))
    panel.drag("epochs", 1.0)
    expect(panel.value("epochs")).to_have_text(str(3 * EPOCHS))
    panel.handle("epochs").press("ArrowLeft")
    expect(panel.value("epochs")).to_have_text(str(3 * EPOCHS - 1))
    panel.drag("lr", 0.0)
    expect(panel.value("lr")).to_have_text(re.compile(r"^0\.010*$"))
    for key, value in [("ArrowRight", "0.0112"), ("ArrowUp", "0.0126"), ("ArrowDown", "0.0112")]:
        panel.handle("lr").press(key)
        expect(panel.value("lr")).to_have_text(value)


def test_a_run_grows_before_the_readers_eyes_and_lies_over_the_recorded_ones(panel, notebook):
    panel.drag("lr", 0.0)
    panel.drag("hidden", 1.0)
    panel.train.click()
    seen = []
    while not seen or seen[-1][0] < EPOCHS:
        drawn = wait_for_epochs(panel, seen[-1][0] + 1 if seen else 1)
        seen.append((drawn, panel.picture.get_attribute("src"), panel.progress()))
        if len(seen) == 1:
            expect(panel.said).to_contain_text(re.compile(rf"Epoch \d+ of {EPOCHS}: loss 0\.\d"))
            notebook.run(2)  # meanwhile the kernel answers another cell
            expect(notebook.cell(2)).to_contain_text("still 42")
            expect(panel.stop).to_be_enabled()
    expect_end(panel, "Done")
    drawn, pictures, shares = zip(*seen)
    assert len(set(pictures)) == len(pictures) >= 3
    assert list(shares) == sorted(shares) and shares[0] < shares[-1]
    assert panel.progress() == 100
    expect(panel.explorer).to_contain_text("loss (yours, seed 0)")
    expect(panel.explorer.get_by_label("lr")).to_have_attribute("aria-valuetext", "0.01")
    expect(panel.explorer.get_by_label("hidden")).to_have_attribute("aria-valuetext", "24")


def test_stop_in_the_middle_leaves_the_kernel_free_and_train_starts_another_run(panel, notebook):
    panel.drag("epochs", 1.0)
    panel.train.dblclick()
    wait_for_epochs(panel, 2)
    panel.stop.click()
    expect_end(panel, "Stopped")
    assert 2 <= epochs_drawn(panel) < 3 * EPOCHS
    assert 0 < panel.progress() < 100
    notebook.wait_until_idle()
    notebook.run(2)
    panel.drag("epochs", 0.0)
    expect(panel.value("epochs")).to_have_text("1")
    panel.train.click()
    expect_end(panel, "Done")
    assert epochs_drawn(panel) == 1 and panel.progress() == 100


def test_a_run_that_fails_shows_its_error_and_the_next_one_runs(panel):
    panel.drag("epochs", 0.0)
    panel.train.click()
    expect_end(panel, "Done")
    panel.drag("hidden", 0.0)
    expect(panel.value("hidden")).to_have_text("4")
    panel.train.click()
    expect(panel.error).to_have_text("The run failed. RuntimeError: <b>no room</b> for this")
    expect(panel.picture).to_have_count(0)
    expect(panel.where).to_be_hidden()
    panel.where.locator("xpath=..").locator("summary").click()
    expect(panel.where).to_contain_text("raise RuntimeError('<b>no room</b> for this')")
    panel.drag("hidden", 0.5)
    panel.train.click()
    expect_end(panel, "Done")
    expect(panel.error).to_have_count(0)


def test_the_cell_run_again_shows_a_panel_that_can_stop_the_run_of_the_first(panel, notebook):
    panel.drag("epochs", 1.0)
    panel.train.click()
    wait_for_epochs(panel, 1)
    notebook.run(1)
    expect(panel.stop).to_be_enabled()
    panel.train.click()
    expect(panel.said).to_contain_text("Another run is going on")
    panel.stop.click()
    expect(panel.said).to_contain_text("The other run stops")
    panel.drag("epochs", 0.0)
    for _ in range(60):  # refused until the other run has ended
        panel.train.click()
        panel.page.wait_for_timeout(500)
        if re.search("Training|Epoch|Done", panel.said.inner_text()):
            break
    expect_end(panel, "Done")

"""ConceptCards in a real browser: turned, judged, chosen from, and back when they are due."""

import json

import pytest
from playwright.sync_api import expect
from test_components_kit import (  # noqa: F401 (visit is a fixture)
    cell,
    check_access,
    concept_cards,
    html_page,
    visit,
)

import d2lutils as d2l
from d2lutils.widgets.base import bundle

KEY = "d2l-cards"
SCHEDULE = bundle("concept_cards_schedule.js")
HTML = html_page(cell(concept_cards().html()), "light", True)
ELSEWHERE = HTML.replace('class="bd-', 'class="other-')


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def at(page, day, time="12:00"):
    """Open the page again on a day."""
    page.clock.set_fixed_time(f"{day}T{time}:00")
    page.reload()


def judge(page, *answers):
    for answer in answers:
        press(page, "Turn")
        press(page, answer)


def term(page):
    return page.locator(".d2l-face .d2l-term").inner_text()


def standing(page):
    return page.locator(".d2l-standing").inner_text()


def boxes(page):
    return [int(n) for n in page.locator(".d2l-boxes .d2l-value").all_inner_texts()]


def kept(page):
    return json.loads(page.evaluate(f"localStorage['{KEY}']"))["cards"]


@pytest.fixture
def page(visit):  # noqa: F811
    page = visit(HTML)
    at(page, "2026-11-22")
    return page


# ---- the schedule

def run(page, code, *values):
    return page.evaluate(f"values => {{ {SCHEDULE}\n{code} }}", list(values))


@pytest.mark.parametrize("day, count, then", [
    ("2026-11-22", 1, "2026-11-23"), ("2026-12-31", 1, "2027-01-01"),
    ("2028-02-28", 1, "2028-02-29"), ("2026-03-28", 3, "2026-03-31"),
    ("2026-10-24", 21, "2026-11-14"),
])
def test_days_are_added_over_ends_of_months_and_summer_time(visit, day, count, then):  # noqa: F811
    page = visit("<p>", timezone_id="Europe/Berlin")
    assert run(page, "return addDays(...values)", day, count) == then


def test_known_again_and_again_a_card_comes_back_later_and_later(visit):  # noqa: F811
    days = run(visit("<p>"), """
      let entry, day = values[0];
      return Array.from({ length: 6 }, (_, i) => {
        entry = judged(entry, true, day, i);
        day = entry[1];
        return entry;
      });""", "2026-01-01")
    assert [entry[:2] for entry in days] == [
        [1, "2026-01-02"], [2, "2026-01-05"], [3, "2026-01-12"], [4, "2026-02-02"],
        [4, "2026-02-23"], [4, "2026-03-16"]]


@pytest.mark.parametrize("entry, knew, then", [
    ([3, "2026-11-20", 5], True, [4, "2026-12-13", 9]),
    ([3, "2026-11-20", 5], False, [0, "2026-11-22", 9]),
    ([2, "2026-11-24", 5], True, [2, "2026-11-24", 9]),  # before it is due: no further
    ([2, "2026-11-24", 5], False, [0, "2026-11-22", 9]),
    ([0, "2026-11-22", 5], True, [1, "2026-11-23", 9]),
    ([-1, "2026-11-22", 5], True, [1, "2026-11-23", 9]),
    ([2, "2031-01-01", 50], True, [3, "2026-11-29", 51]),  # a clock was wrong
])
def test_a_judgment_moves_a_card(visit, entry, knew, then):  # noqa: F811
    page = visit("<p>")
    assert run(page, "return judged(...values)", entry, knew, "2026-11-22", 9) == then


def test_the_longest_overdue_come_first_then_new_ones_then_the_others(visit):  # noqa: F811
    known = {"b": [1, "2026-11-22", 4], "c": [2, "2026-11-01", 9], "d": [1, "2026-11-23", 1],
             "e": [0, "2026-11-22", 3]}
    code = "return deckOf(values[0], (id) => values[1][id], values[2], '2026-11-22')"
    page = visit("<p>")
    ids = ["a", "b", "c", "d", "e"]
    assert run(page, code, ids, known, "due") == ["c", "e", "b"]
    assert run(page, code, ids, known, "today") == ["c", "e", "b", "a"]
    assert run(page, code, ids, known, "all") == ["c", "e", "b", "a", "d"]
    code = "return standingOf(values[0], (id) => values[1][id], '2026-11-22')"
    assert run(page, code, ids, known) == {
        "due": 3, "fresh": 1, "learned": 3, "boxes": [1, 2, 1, 0, 0],
        "next": "2026-11-23", "nextCount": 1}


# ---- days pass

def test_a_card_known_today_is_due_tomorrow_then_after_3_7_and_21_days(page):
    judge(page, *["Knew it"] * 6)
    assert standing(page) == "0 due today · 0 new · 6 known"
    assert boxes(page) == [0, 6, 0, 0, 0]
    expect(page.locator(".d2l-face")).to_have_text(
        "That is all for today. 6 cards will come back on 2026-11-23 (tomorrow).")
    day_before = {"2026-11-23": "2026-11-22", "2026-11-26": "2026-11-25",
                  "2026-12-03": "2026-12-02", "2026-12-24": "2026-12-23"}
    for box, (day, before) in enumerate(day_before.items(), 1):
        at(page, before)
        assert standing(page).startswith("0 due today")
        at(page, day)
        assert standing(page).startswith("6 due today")
        expect(page.locator(".d2l-where")).to_contain_text("due, known")
        judge(page, *["Knew it"] * 6)
        assert boxes(page)[min(box + 1, 4)] == 6


def test_a_card_not_known_comes_again_in_this_sitting_and_starts_anew(page):
    judge(page, "Knew it")
    at(page, "2026-11-23")
    assert term(page) == "term 1"
    judge(page, "Not yet")
    seen = []
    for _ in range(5):
        seen.append(term(page))
        judge(page, "Knew it")
    assert seen == ["term 2", "term 3", "term 4", "term 5", "term 1"]
    assert kept(page)["term/c1"][:2] == [1, "2026-11-24"]


def test_today_is_the_readers_own_day(visit):  # noqa: F811
    page = visit(HTML, timezone_id="Pacific/Auckland")
    page.clock.set_fixed_time("2026-11-22T12:30:00Z")  # 1:30 on the 23rd
    page.reload()
    judge(page, "Knew it")
    assert kept(page)["term/c1"][1] == "2026-11-24"


def test_when_the_night_has_passed_a_page_left_open_has_the_new_day(page):
    judge(page, *["Knew it"] * 6)
    page.clock.set_fixed_time("2026-11-23T07:00:00")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert standing(page).startswith("6 due today") and term(page) == "term 1"


# ---- turning, choosing

def test_the_first_card_turns_without_the_texts_of_the_others(page):
    page.evaluate("document.querySelector('.d2l-payload').remove()")
    press(page, "Turn")
    expect(page.locator(".d2l-face")).to_contain_text("Meaning 1: Turn a card.含义1。")
    press(page, "Next")
    press(page, "Turn")
    expect(page.locator(".d2l-note")).to_have_text(
        "The texts could not be loaded: The data are not in this page.")
    assert term(page) == "term 2"


def test_both_sides_say_what_is_asked_and_what_holds(page):
    press(page, "Turn")
    face = page.locator(".d2l-face")
    assert face.locator("> p").all_inner_texts() == [
        "term 1 名称1", "Also: Turn a card.", "Meaning 1: Turn a card.", "含义1。",
        "L1 basic 基础概念 · loss · cnn 01 page › a heading"]
    assert face.locator("a").get_attribute("href") == "../cnn/01-page.html#a-heading"
    assert face.locator("[lang=zh]").all_inner_texts()[:2] == ["名称1", "含义1。"]
    face.get_by_text("Asked: Why 1?").click()
    expect(face).to_contain_text("Because 1.因为。")
    expect(page.locator(".d2l-status")).to_contain_text("Turned. term 1 名称1 Also: Turn a card.")
    press(page, "Turn")
    assert term(page) == "term 1" and "Meaning" not in face.inner_text()


@pytest.mark.parametrize("ask, front, back", [
    ("Chinese → meaning", "名称1", "Meaning 1"), ("meaning → term", "含义1。", "term 1 名称1"),
    ("interview question → answer", "为什么？", "Because 1."),
])
def test_each_way_to_ask_has_its_own_front_and_its_own_progress(page, ask, front, back):
    judge(page, "Knew it")
    page.get_by_label("ask me").select_option(ask)
    face = page.locator(".d2l-face")
    expect(face).to_contain_text(front)
    assert back not in face.inner_text()
    assert ", 0 known" in standing(page).replace(" ·", ",")
    press(page, "Turn")
    expect(face).to_contain_text(back)


@pytest.mark.parametrize("label, option, ids", [
    ("part", "cnn", [4, 5, 6]), ("level", "L3 large", [3]), ("category", "layer", [3, 6]),
    ("ask me", "interview question → answer", [1, 3, 5]),
])
def test_cards_are_chosen_by_a_list(page, label, option, ids):
    page.get_by_label(label, exact=True).select_option(option)
    assert f"{len(ids)} new" in standing(page)
    judge(page, *["Knew it"] * len(ids))
    ask = "question" if label == "ask me" else "term"
    assert sorted(kept(page)) == [f"{ask}/c{i}" for i in ids]


def test_cards_are_chosen_by_a_question_by_a_word_and_by_being_due(page):
    page.get_by_label("only with an interview question").check()
    assert "3 new" in standing(page)
    page.get_by_label("search").fill("称5")
    assert "1 new" in standing(page) and term(page) == "term 5"
    page.get_by_label("search").fill("nothing")
    expect(page.locator(".d2l-face")).to_have_text("No card fits what you have chosen.")
    expect(page.get_by_role("button", name="Turn")).to_be_disabled()
    page.get_by_label("search").fill("TERM 3")
    assert term(page) == "term 3"
    page.get_by_label("cards", exact=True).select_option("due today")
    expect(page.locator(".d2l-face")).to_have_text("Nothing is due today.")
    page.get_by_label("search").fill("")
    page.get_by_label("cards", exact=True).select_option("all")
    judge(page, "Knew it")
    at(page, "2026-11-23")
    page.get_by_label("cards", exact=True).select_option("due today")
    assert term(page) == "term 1" and "Card 1 of 1" in page.locator(".d2l-where").inner_text()


def test_previous_and_next_judge_nothing(page):
    press(page, "Next")
    assert term(page) == "term 2"
    press(page, "Previous")
    press(page, "Previous")
    assert term(page) == "term 6"
    assert page.evaluate(f"localStorage['{KEY}']") is None


def test_ten_cards_by_keys_alone(page):
    face = page.locator(".d2l-face")
    for _ in range(40):
        page.keyboard.press("Tab")
        if face.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("2")  # not turned yet: no judgment
    expect(page.locator(".d2l-status")).to_have_text("Turn the card first.")
    for turns, answer in zip(["Space", "Enter"] * 5, "1222221212"):
        page.keyboard.press(turns)
        expect(face).to_have_attribute("aria-label", "Card 1 of " + str(len_of(page)) + ", back")
        page.keyboard.press(answer)
        if "all for today" in face.inner_text():
            break
        expect(face).to_be_focused()
    assert standing(page) == "0 due today · 0 new · 6 known"
    page.evaluate("document.activeElement.blur()")
    before = kept(page)
    page.keyboard.press("1")
    assert kept(page) == before


def len_of(page):
    return int(page.locator(".d2l-where").inner_text().split(" of ")[1].split(" ")[0])


def test_digits_typed_into_the_search_judge_nothing(page):
    press(page, "Turn")
    page.get_by_label("search").press_sequentially("1")
    assert page.evaluate(f"localStorage['{KEY}']") is None


# ---- what is kept

def test_a_second_tab_merges_with_the_first(page):
    other = page.context.new_page()
    other.clock.set_fixed_time("2026-11-22T12:00:01")
    other.goto(page.url)
    judge(page, "Knew it")
    expect(other.locator(".d2l-standing")).to_have_text("0 due today · 5 new · 1 known")
    assert term(other) == "term 2"
    judge(other, "Knew it")
    expect(page.locator(".d2l-standing")).to_have_text("0 due today · 4 new · 2 known")
    assert sorted(kept(page)) == ["term/c1", "term/c2"]


def test_where_storage_is_forbidden_the_sitting_goes_on_and_it_is_said(visit):  # noqa: F811
    page = visit("<p>")
    page.add_init_script("Object.defineProperty(window, 'localStorage',"
                         "{ get() { throw new DOMException('no', 'SecurityError') } })")
    page.goto(visit(HTML).url)
    expect(page.locator(".d2l-note")).to_contain_text("This browser keeps nothing for this page")
    judge(page, "Knew it", "Not yet")
    assert standing(page) == "1 due today · 4 new · 1 known"


def test_where_storage_is_full_the_sitting_goes_on_and_nothing_is_lost(page):
    judge(page, "Knew it")
    before = page.evaluate(f"localStorage['{KEY}']")
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full') } }")
    judge(page, "Knew it")
    expect(page.locator(".d2l-note")).to_contain_text("lasts until you leave")
    assert standing(page).endswith("2 known")
    assert page.evaluate(f"localStorage['{KEY}']") == before


@pytest.mark.parametrize("damaged, learned", [
    ("{half", 0), ("null", 0), ('{"cards":{}}', 0), ('{"version":1,"cards":3}', 0),
    ('{"version":1,"cards":{"term/c1":[1,"2026-11-23",5],"term/c2":["x"]}}', 1),
])
def test_what_is_damaged_is_put_aside_and_what_is_whole_is_used(page, damaged, learned):
    page.evaluate(f"text => localStorage.setItem('{KEY}', text)", damaged)
    page.reload()
    expect(page.locator(".d2l-note")).to_contain_text("It was put aside")
    aside = page.evaluate("Object.keys(localStorage).filter(k => k.includes('damaged'))")
    assert page.evaluate("key => localStorage[key]", aside[0]) == damaged
    assert standing(page).endswith(f"{learned} known")
    judge(page, "Knew it")
    page.reload()
    expect(page.locator(".d2l-note")).to_be_empty()
    assert standing(page).endswith(f"{learned + 1} known")


def test_what_a_newer_version_kept_stays_as_it_is(page):
    newer = '{"version":2,"cards":{}}'
    page.evaluate(f"text => localStorage.setItem('{KEY}', text)", newer)
    page.reload()
    expect(page.locator(".d2l-note")).to_contain_text("newer version")
    judge(page, "Knew it")
    assert standing(page).endswith("1 known")
    assert page.evaluate(f"localStorage['{KEY}']") == newer


def test_progress_goes_into_a_file_is_forgotten_and_comes_back(page, tmp_path):
    judge(page, "Knew it", "Knew it")
    page.get_by_text("Your progress:").click()
    with page.expect_download() as download:
        press(page, "Save as a file")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    press(page, "Start anew")
    press(page, "Keep it")
    assert standing(page).endswith("2 known")
    press(page, "Start anew")
    expect(page.get_by_text("Forget what you knew of 6 cards?")).to_be_visible()
    press(page, "Forget it")
    assert standing(page) == "0 due today · 6 new · 0 known"
    page.reload()
    assert standing(page) == "0 due today · 6 new · 0 known"
    page.get_by_text("Your progress:").click()
    page.get_by_label("Load a file").set_input_files(file)
    expect(page.locator(".d2l-note")).to_have_text("Taken over from the file: 2 cards. ")
    assert standing(page).endswith("2 known")
    file.write_text("no cards")
    page.get_by_label("Load a file").set_input_files(file)
    expect(page.locator(".d2l-note")).to_contain_text("holds no progress")
    assert standing(page).endswith("2 known")


# ---- where it stands, how it looks

def test_outside_of_the_site_and_of_jupyter_a_place_is_no_link(visit):  # noqa: F811
    page = visit(ELSEWHERE)
    press(page, "Turn")
    assert page.locator(".d2l-face a").count() == 0
    expect(page.locator(".d2l-facts").last).to_contain_text("cnn 01 page")


def test_in_jupyter_it_leads_to_the_notebook(visit):  # noqa: F811
    page = visit(ELSEWHERE.replace('class="output ', 'class="jp-OutputArea '))
    press(page, "Turn")
    assert page.locator(".d2l-face a").get_attribute("href") == "../cnn/01-page.ipynb"


def test_jupyter_leaves_the_digits_to_the_cards(page):
    assert page.locator(".d2l-component").get_attribute("data-lm-suppress-shortcuts") is not None


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 800])
def test_axe_finds_nothing_on_front_and_back(visit, theme, width):  # noqa: F811
    made = d2l.ConceptCards(part="regularization", asked=True)
    page = visit(html_page(cell(made.html()), theme, True), width, color_scheme=theme)
    judge(page, "Knew it", "Not yet")
    page.get_by_text("Your progress:").click()
    press(page, "Start anew")
    for ask in ("English → meaning", "interview question → answer"):
        page.get_by_label("ask me").select_option(ask)
        check_access(page)
        press(page, "Turn")
        page.locator(".d2l-face summary").click()
        check_access(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width

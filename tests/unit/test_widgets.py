"""The components in Python: what they hand to a front end, and what they refuse."""

import base64
import gzip
import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from samples import EVIL

from d2lutils import RNNModel, Vocab, widgets
from d2lutils.widgets import (
    Augmenter,
    Broadcasting,
    Case,
    Choice,
    Clinic,
    ConceptCards,
    ConvolutionCalculator,
    Curves,
    Explorer,
    FeatureMaps,
    KernelEditor,
    NormAxes,
    Number,
    OptimizerRace,
    Playground,
    Predict,
    Quiz,
    ReceptiveField,
    Remember,
    ScheduleExplorer,
    Shifter,
    TextWriter,
)
from d2lutils.widgets.base import Component, bundle, style, to_json
from d2lutils.widgets.clinic import difference
from d2lutils.widgets.curves import limits, span
from d2lutils.widgets.still import COLORS

pytestmark = pytest.mark.component

SONG = "the lark sang, and the bell rang; so it was, said the old bell."
LINE = Curves([1, 2, 3], loss=[3.0, 2.0, 1.0])


def explorer(**options):
    content = {(0.1, "SGD"): LINE, (1, "Adam"): LINE}
    return Explorer({"rate": [0.1, 1], "optimizer": ["SGD", "Adam"]}, content, **options)


def quiz():
    return Quiz(
        Choice("One?", {"a": "no a", "b": "yes b"}, right="b"),
        Choice("Two?", {"a": "no a", "b": "yes b", "c": "yes c"}, right=["b", "c"]),
        Number("How many?", 4, tol=0.5, why="two and two"),
    )


def editor(**options):
    image = torch.arange(12 * 10.0).reshape(12, 10)
    return KernelEditor(image, "vertical edges", **options)


def case(**changed):
    words = {
        "complaint": "It stays.", "fault": "no step",
        "choices": {"no step": "It would stay.", "no data": "It would stop.", "rate": "Up."},
        "code": ("a\npass\nb", "a\nstep()\nb"), "why": "Nothing moves.", "test": "Look twice.",
    }
    charts = {
        "runs": {"no step": {"loss": Curves([1, 2, 3], loss=[3, 3, 3])}, "rate": {"loss": LINE}},
        "healthy": {"loss": Curves([1, 2, 3], loss=[[3, 2, 1], [3, 2, 0]])},
        "lines": {"loss": ("untrained", 3)},
    }
    return Case(**{**words, **charts, **changed})


def feature_maps(name="conv", **options):
    X = np.linspace(0, 1, 18).reshape(2, 3, 3)
    maps, weights = np.stack([X - 0.5, X], axis=1), np.ones((2, 1, 2, 2))
    return FeatureMaps(X, [name, "two"], {0: {name: maps}}, {0: {name: weights}}, **options)


def augmenter(**options):
    ramp = torch.arange(32 * 32, dtype=torch.uint8).reshape(32, 32)
    return Augmenter(ramp.expand(3, 32, 32), {"rotate": 20}, **options)


def clinic():
    return Clinic([case(), case(complaint="Once more.")])


def shifter(name, text):
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(16, 2))
    net[1].weight.data = torch.linspace(-1, 1, 32).reshape(2, 16)
    images, accuracy = torch.full((2, 1, 4, 4), 0.5), {name: torch.full((5, 5), 0.5)}
    net[1].bias.data = torch.zeros(2)
    return Shifter({name: net}, images, [0, 1], [text, "b"], accuracy=accuracy, reach=2,
                   caption=text)


def text_model(vocab):
    net = RNNModel(torch.nn.GRU(len(vocab), 4), len(vocab))
    for param in net.parameters():
        param.data = torch.linspace(-1, 1, param.numel()).reshape(param.shape)
    return net


def writer(name="GRU", caption=""):
    vocab = Vocab(list(SONG))
    return TextWriter({name: text_model(vocab)}, vocab, prompt="the ", caption=caption)


def remember(name="GRU", label="a letter"):
    vocab = Vocab(list(SONG))
    return Remember({name: text_model(vocab)}, vocab, SONG, [(label, "lark", "bark")],
                    ngram=(3, SONG), caption=label)


ALL = [
    explorer,
    quiz,
    clinic,
    editor,
    lambda: ConceptCards(part="rnn", level=2, caption="Try."),
    lambda: Predict("Which?", ["a", "b"], answer=1, why="so"),
    lambda: Predict("How many?", answer=3, unit="s"),
    lambda: Broadcasting((2, 1, 3), (3, 1), caption="Try."),
    lambda: NormAxes("group", caption="Try."),
    lambda: ReceptiveField(torch.rand(28, 28, generator=torch.Generator().manual_seed(0))),
    lambda: Playground(start={"layers": 2}, tour=[("One", {"units": 1}, "Why?")]),
    lambda: ConvolutionCalculator(12, 5, padding=3, caption="Try."),
    lambda: OptimizerRace(["momentum", "Adam"], tour=[("One", {"rate": 1}, "Why?")]),
    lambda: ScheduleExplorer("plateau", start={"patience": 3}, caption="Try."),
    lambda: shifter("net", "shoe"),
    augmenter,
    feature_maps,
    writer,
    remember,
]


def data_of(component):
    return json.loads(re.search(r"^mount\(.*?, component, (.*)\);$", component.html(), re.M)[1])


# ---- every component

@pytest.mark.parametrize("make", ALL)
def test_bundle_has_html_picture_and_text(make):
    shown = make()._repr_mimebundle_()
    assert set(shown) == {"text/html", "image/png", "text/plain"}
    assert base64.b64decode(shown["image/png"]).startswith(b"\x89PNG")
    assert shown["text/plain"] == repr(make())
    assert len(base64.b64decode(shown["image/png"])) < 40_000


@pytest.mark.parametrize("make", ALL)
def test_html_is_self_contained_and_the_same_each_time(make):
    html = make().html()
    assert html == make().html()
    outside = re.sub(r'"http://www\.w3\.org/2000/svg"', "", html)
    assert "http" not in outside and "import " not in outside and "url(" not in style()
    assert all(source.startswith("data:") for source in re.findall(r'src="(.*?)"', outside))


@pytest.mark.parametrize("make", [
    lambda t: Explorer({t: [t, "b"]}, {t: Curves([1, 2], **{t: [1, 2]})}, xlabel=t, ylabel=t,
                       caption=t, backdrop=Curves([1, 2], **{t + "back": [1, 2]})),
    lambda t: Explorer({"a": ["p", "q"]}, {"p": t}),
    lambda t: Playground(tour=[(t, {}, t)], caption=t),
    lambda t: editor(caption=t, presets={"vertical edges": torch.eye(3), t: torch.eye(5)}),
    lambda t: Predict(t, [t, "b"], answer=0, why=t),
    lambda t: Predict(t, answer=1, unit=t),
    lambda t: Broadcasting(caption=t),
    lambda t: ConvolutionCalculator(caption=t),
    lambda t: NormAxes(caption=t),
    lambda t: OptimizerRace(["Adam"], ["bowl"], tour=[(t, {}, t)], caption=t),
    lambda t: ScheduleExplorer(caption=t),
    lambda t: ReceptiveField(torch.zeros(28, 28), caption=t),
    lambda t: feature_maps(t, caption=t),
    lambda t: Quiz(Choice(t, {t: t, "b": t}, right=t), Number(t, 1, why=t, unit=t)),
    lambda t: Clinic([Case(t, t, {t: t, "b": t}, {t: {t: Curves([1], **{t: [1]})}},
                           {t: Curves([1], **{t: [1]})}, (t, t + "b"), t, t)]),
    lambda t: shifter(t, t),
    lambda t: augmenter(caption=t),
    lambda t: writer(t, t),
    lambda t: remember(t, t),
])
def test_no_text_becomes_markup(make):
    made = make(EVIL)
    html, scripts = made.html(), 1 + len(made.payloads())
    assert html.count("</script") == html.count("<script") == scripts
    assert "<img src=x" not in html and "<!--" not in html
    assert "\u2028" not in html.split("<script")[-1]
    assert make(EVIL).still_png()


def test_key_depends_on_the_data_alone():
    key = lambda component: re.search(r'data-d2l="(\w+)"', component.html())[1]
    assert key(explorer()) == key(explorer()) != key(explorer(caption="other"))


def test_json_escapes_what_could_end_a_script():
    text = to_json(["</script>", "<!--", "\u2028\u2029"])
    assert "<" not in text and "\u2028" not in text and "\u2029" not in text
    assert json.loads(text) == ["</script>", "<!--", "\u2028\u2029"]


SCRIPTS = sorted({
    thing.script for thing in map(widgets.__dict__.get, widgets.__all__)
    if isinstance(thing, type) and issubclass(thing, Component)
})


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_bundle_is_one_module_that_anywidget_could_take(name):
    source = bundle(name)
    assert source.rstrip().endswith("export default { render };")
    assert source.count("export") == 1 and not re.search(r"^import", source, re.M)
    assert source.count("function mount(") == 1
    assert "</" not in source


def test_palettes_of_picture_and_page_agree():
    light = re.search(r"\.d2l-component,\.d2l-cover\{(.*?)\}", style())[1]
    assert tuple(re.findall(r"--d2l-c\d: (#\w+)", light)) == COLORS


def test_pictures_leave_pyplot_alone():
    before = plt.get_fignums()
    explorer().still_png(), quiz().still_png()
    assert plt.get_fignums() == before


# ---- Curves

def test_curves_take_tensors_and_seeds():
    y = torch.tensor([[1.0, 2.0], [3.0, 6.0]], requires_grad=True)
    curves = Curves(torch.arange(2), loss=y)
    assert curves.mean("loss").tolist() == [2, 4]
    assert [b.tolist() for b in curves.band("loss")] == [[1, 2], [3, 6]]
    assert Curves([0, 1], loss=[1, 2]).band("loss") is None


def test_a_seed_that_is_not_finite_leaves_a_gap_in_the_mean():
    made = Explorer({"a": [1, 2]}, {1: Curves([0, 1, 2], loss=[[1, np.inf, 3], [1, 2, np.nan]])})
    curve = data_of(made)["settings"]["0"]["curves"][0]
    assert curve["y"] == [1, None, None] and curve["high"] == [1, None, None]


@pytest.mark.parametrize("make, words", [
    (lambda: Curves([1, 2]), "named must hold at least one curve, got none"),
    (lambda: Curves([1, 2], loss=[1, 2, 3]),
     "'loss' must have the shape (2,) or (seeds, 2), got (3,)"),
    (lambda: Curves([[1, 2]], loss=[1, 2]),
     "x of 'loss' must have the shape (points,), got (1, 2)"),
    (lambda: Curves([1, np.nan], loss=[1, 2]), "x of 'loss' must be finite, got nan"),
    (lambda: Curves([1, 2], loss=[[1, 2], [1]]), "'loss' must be numbers, in rows of equal length"),
    (lambda: Curves([1, 2], loss="ab"), "'loss' must be numbers"),
    (lambda: Curves({"a": [1]}, b=[1]), "x must have the names of the curves ['b'], got ['a']"),
    (lambda: Curves([], loss=[]), "x of 'loss' must have the shape (points,)"),
])
def test_curves_refuse_with_the_reason(make, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        make()


def test_range_ignores_what_diverges():
    calm = Curves(range(20), loss=np.linspace(2.3, 0.1, 20))
    wild = Curves(range(20), loss=[*np.linspace(2.3, 1, 15), 1e9, 1e30, np.inf, np.nan, -np.inf])
    low, high = limits([calm] * 5 + [wild], "linear")
    assert low == 0 and 2.3 < high < 3
    low, high = limits([calm] * 5 + [wild], "log")
    assert 0.05 < low < 0.1 and 2.3 < high < 4


@pytest.mark.parametrize("values, scale", [([5, 5], "linear"), ([0, 0], "linear"), ([5, 5], "log"),
                                           ([np.nan] * 2, "linear"), ([-1, 0], "log")])
def test_range_is_never_empty(values, scale):
    low, high = limits([Curves([1, 2], loss=values)], scale)
    assert np.isfinite([low, high]).all() and low < high and (scale == "linear" or low > 0)


def test_runs_that_diverge_beyond_all_whole_numbers_can_be_drawn():
    wild = Curves([1, 2, 3], loss=[[1, 3e30, np.nan], [1, 5e33, np.inf]])
    assert Explorer({"rate": [1, 2]}, {1: wild}).still_png()


def test_a_single_point_has_a_range_of_x():
    low, high = span([Curves([3], loss=[1])], "linear")
    assert low < 3 < high


# ---- Explorer

def test_a_function_is_called_once_for_each_setting_with_names_as_keywords():
    calls = []
    def content(learning_rate, kind):
        calls.append((learning_rate, kind))
        return f"{kind} {learning_rate}" if learning_rate < 1 else None
    made = Explorer({"learning rate": [0.1, 1], "kind": ["a", "b"]}, content)
    assert calls == [(0.1, "a"), (0.1, "b"), (1, "a"), (1, "b")]
    assert data_of(made)["settings"] == {"0,0": {"text": "a 0.1"}, "0,1": {"text": "b 0.1"}}


def test_settings_without_content_are_left_out_and_start_is_one_that_has_some():
    made = Explorer({"a": [1, 2], "b": [1, 2]}, {(2, 1): LINE})
    state = data_of(made)
    assert list(state["settings"]) == ["1,0"] and state["at"] == [1, 0]
    assert data_of(Explorer({"a": [1, 2]}, {1: LINE}, start={"a": 2}))["at"] == [1]


def test_axes_of_numpy_and_torch_numbers_find_their_content():
    made = Explorer({"a": np.array([0.1, 0.2]), "b": torch.tensor([1, 2])},
                    {(np.float64(0.1), torch.tensor(2)): LINE})
    assert list(data_of(made)["settings"]) == ["0,1"]
    assert [axis["labels"] for axis in data_of(made)["axes"]] == [["0.1", "0.2"], ["1", "2"]]


def test_numbers_give_a_slider_and_anything_else_a_select():
    made = Explorer({"a": [1, 2], "b": [True, False], "c": ["x", "y"]}, {(1, True, "x"): LINE})
    assert [axis["slider"] for axis in data_of(made)["axes"]] == [True, False, False]


def test_figures_travel_as_addresses_with_words_and_are_closed():
    figure, ax = plt.subplots(figsize=(4, 2))
    ax.set(title="A title", xlabel="time")
    entry = data_of(Explorer({"a": [1, 2]}, {1: figure}))["settings"]["0"]
    assert entry["image"].startswith("data:image/") and "http" not in entry["image"][:40]
    assert entry["alt"] == "Figure for a 1: A title; time"
    assert not plt.fignum_exists(figure.number)
    many = Figure()
    many.subplots().scatter(*np.random.default_rng(0).random((2, 20_000)))
    heavy = data_of(Explorer({"a": [1, 2]}, {1: many}))["settings"]["0"]["image"]
    assert heavy.startswith("data:image/png")


def test_values_are_sent_with_four_digits_and_x_with_seven():
    made = Explorer({"a": [1, 2]}, {1: Curves([100001, 100002], loss=[1 / 3, 2e-9 / 3])})
    state = data_of(made)
    assert state["plot"]["xs"] == [[100001, 100002]]
    assert state["settings"]["0"]["curves"][0]["y"] == [0.3333, 6.667e-10]


def test_thirty_runs_of_two_curves_and_120_points_stay_small():
    draw = np.random.default_rng(0).random
    grid = {"a": [1, 2, 3, 4, 5], "b": [1, 2, 3, 4, 5, 6]}
    made = Explorer(grid, lambda a, b: Curves(range(120), train=draw(120), valid=draw(120)))
    assert len(gzip.compress(to_json(data_of(made)).encode())) < 32_000


def test_overlay_lays_a_run_over_a_setting_and_leaves_the_first_as_it_was():
    first = explorer()
    own = Curves([1, 2], loss=[2, 1], error=[1, 0])
    second = first.overlay({"rate": 0.1, "optimizer": "SGD"}, own)
    names = [look["label"] for look in data_of(second)["plot"]["names"]]
    assert names == ["loss", "loss (yours)", "error (yours)"]
    looks = data_of(second)["plot"]["names"]
    assert looks[0]["style"] == looks[1]["style"] != looks[2]["style"]
    assert [c["name"] for c in data_of(second)["settings"]["0,0"]["curves"]] == [0, 1, 2]
    assert len(data_of(first)["settings"]["0,0"]["curves"]) == 1
    again = second.overlay((0.1, "SGD"), Curves([1], loss=[5]))
    assert len(data_of(again)["settings"]["0,0"]["curves"]) == 2


def test_overlay_of_a_new_value_becomes_a_stop_in_its_place():
    made = explorer().overlay((0.5, "Adam"), LINE)
    state = data_of(made)
    assert state["axes"][0]["labels"] == ["0.1", "0.5", "1"] and state["at"] == [1, 1]
    assert set(state["settings"]) == {"0,0", "2,1", "1,1"}
    assert made.still_png() and "loss" in made.still_html()


BAD = {(1,): LINE}


@pytest.mark.parametrize("make, error, words", [
    (lambda: Explorer({}, BAD), ValueError, "axes must be a dict of 1 to 4 axes, got {}"),
    (lambda: Explorer(dict.fromkeys("abcde", [1, 2]), BAD), ValueError, "1 to 4 axes"),
    (lambda: Explorer({"a": [1]}, BAD),
     ValueError, "axes['a'] must hold 2 or more different values"),
    (lambda: Explorer({"a": [1, 1.0]}, BAD),
     ValueError, "2 or more different values, got [1, 1.0]"),
    (lambda: Explorer({"a": "xy"}, BAD), TypeError, "axes['a'] must be a list of values, got 'xy'"),
    (lambda: Explorer({"a": [1, None]}, BAD), TypeError, "must hold numbers or strings, got None"),
    (lambda: Explorer({"a": [1, np.inf]}, BAD), ValueError, "axes['a'] must be a finite number"),
    (lambda: Explorer({"a": range(50), "b": range(50)}, BAD),
     ValueError, "at most 2000 settings, got 2500"),
    (lambda: Explorer({"a": [1, 2]}, [LINE]), TypeError, "content must be a dict or a function"),
    (lambda: Explorer({"a": [1, 2]}, {}), ValueError, "content must hold at least one setting"),
    (lambda: Explorer({"a": [1, 2]}, {3: LINE}),
     ValueError, "'a' in a key of content must be one of 1, 2"),
    (lambda: Explorer({"a": [1, 2]}, {(1, 2): LINE}),
     ValueError, "one value for each of ['a'], got (1, 2)"),
    (lambda: Explorer({"a": [1, 2]}, {1: 5}),
     TypeError, "content of (1,) must be Curves, a figure or text"),
    (lambda: explorer(xscale="cubic"),
     ValueError, "xscale must be one of 'linear', 'log', got 'cubic'"),
    (lambda: explorer(ylim=(2, 1)), ValueError, "ylim must rise, got (2, 1)"),
    (lambda: explorer(ylim=(0, 1), yscale="log"), ValueError, "ylim must rise from above 0"),
    (lambda: explorer(xlim=3), TypeError, "xlim must be a pair (low, high), got 3"),
    (lambda: explorer(start={"rat": 1}),
     ValueError, "an axis in start must be one of 'rate', 'optimizer'"),
    (lambda: explorer(start={"rate": 5}), ValueError, "start['rate'] must be one of 0.1, 1, got 5"),
    (lambda: explorer(backdrop=[1]), TypeError, "backdrop must be Curves, got [1]"),
    (lambda: explorer().overlay({"rate": 1}, LINE), ValueError, "setting must have the keys"),
    (lambda: explorer().overlay((1, "SGD"), [1]), TypeError, "curves must be Curves, got [1]"),
    (lambda: Explorer({"a": [1, 2]}, {1: "text"}).overlay((1,), LINE), ValueError, "shows curves"),
])
def test_explorer_refuses_with_the_reason(make, error, words):
    with pytest.raises(error, match=re.escape(words)):
        make()


# ---- Predict and Quiz

@pytest.mark.parametrize("make, error, words", [
    (lambda: Predict("", ["a", "b"], answer=0), ValueError, "question must not be empty"),
    (lambda: Predict(3, ["a", "b"], answer=0), TypeError, "question must be a string, got 3"),
    (lambda: Predict("?", [], answer=0),
     ValueError, "choices must hold 2 or more different strings"),
    (lambda: Predict("?", ["a", "a"], answer=0), ValueError, "different strings, got ['a', 'a']"),
    (lambda: Predict("?", "ab", answer=0),
     TypeError, "choices must be a list of strings, got 'ab'"),
    (lambda: Predict("?", ["a", "b"], answer=2), ValueError, "answer must be one of 0, 1, got 2"),
    (lambda: Predict("?", ["a", "b"], answer=0, tol=1), ValueError, "tol must be left out"),
    (lambda: Predict("?", answer=np.nan), ValueError, "answer must be a finite number"),
    (lambda: Predict("?", answer="6"), TypeError, "answer must be a number, got '6'"),
    (lambda: Predict("?", answer=6, tol=-1), ValueError, "tol must be a finite number from 0"),
    (lambda: Quiz(), ValueError, "questions must hold one or more, got none"),
    (lambda: Quiz("?"), TypeError, "questions must be Choice or Number, got '?'"),
    (lambda: Choice("?", {"a": "x", "b": "y"}, right="c"),
     ValueError, "right must be one of 'a', 'b', got 'c'"),
    (lambda: Choice("?", {"a": "x", "b": "y"}, right=[]),
     ValueError, "right must hold one or more"),
    (lambda: Choice("?", {"a": "x"}, right="a"), ValueError, "answers must hold 2 or more"),
    (lambda: Choice("?", {"a": "x", "b": " "}, right="a"),
     ValueError, "the explanation of 'b' must not be empty"),
    (lambda: Choice("?", ["a", "b"], right="a"), TypeError, "answers must be a dict"),
    (lambda: Number("?", np.inf, why="w"), ValueError, "answer must be a finite number"),
    (lambda: Number("?", 1, why=""), ValueError, "why must not be empty"),
])
def test_questions_refuse_with_the_reason(make, error, words):
    with pytest.raises(error, match=re.escape(words)):
        make()


def test_questions_without_a_script_can_be_read_and_answered():
    html = quiz().still_html()
    for words in ("One?", "no a", "yes c", "How many?", "4. two and two", "<details"):
        assert words in html
    assert "6.6 s. fast" in Predict("?", answer=6.6, unit="s", why="fast").still_html()


# ---- Broadcasting

@pytest.mark.parametrize("shapes, words", [
    (((3, 1), (3,)), "(3, 1) + (3,) gives (3, 3)"),
    (((), (2, 1, 3)), "() + (2, 1, 3) gives (2, 1, 3)"),
    ((torch.Size([2]), [3, 3]), "(2,) + (3, 3) fails"),
])
def test_broadcasting_says_what_comes_out(shapes, words):
    made = Broadcasting(*shapes)
    assert repr(made) == f"Broadcasting({words})"
    assert words in made.html()


def test_broadcasting_pads_with_zeros_on_the_left():
    assert data_of(Broadcasting((3, 1), ()))["shapes"] == {"a": [0, 3, 1], "b": [0, 0, 0]}


@pytest.mark.parametrize("shape, error, words", [
    (3, TypeError, "first must be a shape such as (3, 1), got 3"),
    ("31", TypeError, "first must be a shape such as (3, 1), got '31'"),
    ((1, 1, 1, 1), ValueError, "first must have at most 3 sizes, got (1, 1, 1, 1)"),
    ((4,), ValueError, "a size of first must be one of 1, 2, 3, got 4"),
    ((0,), ValueError, "a size of first must be an integer of at least 1, got 0"),
    ((1.5,), TypeError, "a size of first must be an integer of at least 1, got 1.5"),
])
def test_broadcasting_refuses_what_is_no_small_shape(shape, error, words):
    with pytest.raises(error, match=re.escape(words)):
        Broadcasting(shape)


# ---- ScheduleExplorer

@pytest.mark.parametrize("name", ["cosine", "step", "plateau", "lambda"])
def test_schedule_explorer_says_where_it_starts(name):
    state = data_of(ScheduleExplorer(name, start={"rate": 0.1, "before": 5}))
    knobs = {knob["key"] for knob in state["schedules"][name]["knobs"]}
    assert set(state["start"]) == {"schedule", "rate", "before"} | knobs
    assert state["start"]["schedule"] == name and state["start"]["rate"] == 0.1


def test_schedule_explorer_knows_the_twelve_and_a_constant():
    names = list(data_of(ScheduleExplorer())["schedules"])
    assert len(names) == 13 and names[0] == "constant"


@pytest.mark.parametrize("arguments, words", [
    (("linear",), "schedule must be one of 'constant'.* got 'linear'"),
    (("step", {"decay": 1}), "a name in start must be one of 'rate', 'before'.* got 'decay'"),
    (("step", {"gamma": 0.4}), r"start\['gamma'\] must be one of 0.1.* got 0.4"),
])
def test_schedule_explorer_names_what_is_wrong(arguments, words):
    with pytest.raises(ValueError, match=words):
        ScheduleExplorer(arguments[0], start=arguments[1:][0] if arguments[1:] else None)


# ---- NormAxes

@pytest.mark.parametrize("kind, words", [
    ("batch", "4 means, each over 9 numbers"),
    ("layer", "3 means, each over 12 numbers"),
    ("instance", "12 means, each over 3 numbers"),
    ("group", "6 means, each over 6 numbers"),
])
def test_normaxes_counts_the_means(kind, words):
    assert repr(NormAxes(kind)) == f"NormAxes({kind}: {words})"
    assert data_of(NormAxes(kind))["kind"] == kind


def test_normaxes_knows_four_normalizations():
    with pytest.raises(ValueError, match="kind must be one of 'batch', 'layer', 'instance', 'gr"):
        NormAxes("spectral")


# ---- Playground

def test_a_playground_has_every_knob_with_the_value_it_starts_with():
    state = data_of(Playground(["rate", "data"], {"rate": 0.3, "layers": 2}))
    assert state["show"] == ["rate", "data"]
    assert {knob["name"] for knob in state["knobs"]} == set(state["start"])
    assert (state["start"]["rate"], state["start"]["layers"]) == (0.3, 2)
    for knob in state["knobs"]:
        assert state["start"][knob["name"]] in knob["values"]
        assert knob["slider"] == (knob["name"] not in ("data", "activation", "optimizer"))


def test_a_playground_takes_numbers_of_numpy_and_torch_as_its_own():
    made = Playground(start={"units": np.int64(8), "rate": torch.tensor(0.5) * 2, "l2": 0.0})
    text = made.html()
    assert '"units":8,' in text and '"rate":1,' in text and '"l2":0,' in text


def test_the_scripts_of_a_playground_stay_small():
    script = bundle("playground.js")
    assert len(gzip.compress(script.encode())) < 20_000


def test_a_playground_says_what_it_is_without_a_script():
    made = Playground(["units", "data"], {"units": 3}, tour=[("One", {"units": 1}, "Why?")])
    assert repr(made) == "Playground(units 3, data circle; 1 hidden layer of 3 units, ReLU)"
    html = made.still_html()
    for words in ("units per layer", "hidden layers 1", "1 hidden layer of 3 units", "Why?"):
        assert words in html
    assert "no hidden layer" in repr(Playground(start={"layers": 0}))


@pytest.mark.parametrize("make, error, words", [
    (lambda: Playground("units"), TypeError, "show must be a list of one or more names, got 'u"),
    (lambda: Playground([]), TypeError, "show must be a list of one or more names, got []"),
    (lambda: Playground(["unit"]), ValueError, "an entry of show must be one of 'data', 'noise'"),
    (lambda: Playground(["units", "units"]), ValueError, "show must name each once"),
    (lambda: Playground(start=["units"]), TypeError, "start must be a dict from knobs to values"),
    (lambda: Playground(start={"lr": 0.1}), ValueError, "a knob in start must be one of 'data'"),
    (lambda: Playground(start={"rate": 0.2}),
     ValueError, "start['rate'] must be one of 0.0001, 0.0003, 0.001"),
    (lambda: Playground(start={"units": 17}), ValueError, "16, got 17"),
    (lambda: Playground(tour=["One"]), TypeError, "tour[0] must be a tuple (title, values, text)"),
    (lambda: Playground(tour=[("One", {"units": 0}, "?")]),
     ValueError, "the values of tour[0]['units'] must be one of 1"),
    (lambda: Playground(tour=[("One", {}, "")]), ValueError, "the text of tour[0] must not be"),
])
def test_playground_refuses_with_the_reason(make, error, words):
    with pytest.raises(error, match=re.escape(words)):
        make()


# ---- Clinic

def test_a_case_carries_symptoms_cure_and_wrong_guesses_apart():
    state = data_of(clinic())["cases"][0]
    assert (state["right"], state["would"][1]) == (0, "It would stop.")
    [chart] = state["charts"]
    assert [c["y"] for c in chart["run"]] == [[3, 3, 3]]
    assert [(c["y"], c["high"]) for c in chart["healthy"]] == [([3, 2, 0.5], [3, 2, 1])]
    assert {guess: c[0]["y"] for guess, c in chart["guesses"].items()} == {"2": [3, 2, 1]}
    labels = [chart["plot"]["names"][c["name"]]["label"] for c in chart["plot"]["backdrop"]]
    assert labels == ["untrained"]


def test_the_difference_shows_what_is_around_a_change_and_nothing_else():
    before = "\n".join(map(str, range(40)))
    after = before.replace("\n7\n", "\nseven\n").replace("\n30\n", "\n")
    rows = difference(before, after)
    assert [row for row in rows if row[0]] == [["-", "7"], ["+", "seven"], ["…", ""], ["-", "30"]]
    assert ["", "3"] in rows and ["", "11"] in rows and not {"2", "12", "39"} & {r[1] for r in rows}


@pytest.mark.parametrize("change, error, words", [
    ({"complaint": " "}, ValueError, "complaint must not be empty"),
    ({"fault": "other"}, ValueError, "fault must be one of 'no step', 'no data', 'rate'"),
    ({"runs": {"rate": {"loss": LINE}}}, ValueError, "fault must be one of 'rate'"),
    ({"runs": {"no step": {"loss": LINE}, "b": {"loss": LINE}}}, ValueError, "a name in runs must"),
    ({"healthy": {"error": LINE}}, ValueError, "'no step' must have the charts ['error']"),
    ({"code": ("a", "a")}, ValueError, "code must be a faulty program and a mended one"),
    ({"lines": {"error": ("chance", 1)}}, ValueError, "a chart in lines must be one of 'loss'"),
    ({"why": ""}, ValueError, "why must not be empty"),
])
def test_a_case_refuses_with_the_reason(change, error, words):
    with pytest.raises(error, match=re.escape(words)):
        case(**change)


@pytest.mark.parametrize("cases, error, words", [
    ([], ValueError, "cases must hold one or more, got none"),
    (["a"], TypeError, "cases must hold Case objects, got 'a'"),
])
def test_a_clinic_refuses_with_the_reason(cases, error, words):
    with pytest.raises(error, match=re.escape(words)):
        Clinic(cases)


def test_a_clinic_without_a_script_shows_the_first_patient_whole():
    html = clinic().still_html()
    for words in ("Patient 1 of 2", "It stays.", "no data", "pass", "Nothing moves."):
        assert words in html

"""The engine of Playground, in a browser, against PyTorch in double precision."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from d2lutils.widgets.base import bundle
from d2lutils.widgets.playground import KNOBS

NAMES = (
    "createNet, initialize, forward, backward, addPenalties, memory, update, workspace, meanLoss, "
    "drawData, lossOf, randomNumbers, normal, createTrainer, readAddress, writeAddress"
)
# What a page would do in ten steps, with all that is random handed over.
TEN_STEPS = """({ sizes, activation, kind, optimizer, rate, l1, l2, p, theta, batches }) => {
    const e = window.engine
    const net = e.createNet(sizes, activation)
    const values = Float64Array.from(theta)
    const state = e.memory(net)
    const grad = new Float64Array(net.size)
    const space = e.workspace(net, batches[0].y.length)
    const out = { losses: [], first: null }
    for (const { X, y, masks } of batches) {
        const dropout = p === 0 ? null : { p, masks }
        const z = e.forward(net, values, X, y.length, space, dropout)
        out.losses.push(e.meanLoss(kind, z, y, y.length))
        e.backward(net, values, X, y, y.length, space, kind, dropout, grad)
        e.addPenalties(net, values, l1, l2, grad)
        out.first ??= [...grad]
        e.update(optimizer, values, grad, rate, state)
    }
    return { ...out, theta: [...values] }
}"""
SIZES = [2, 5, 4, 1]
ACTIVATIONS = {"ReLU": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "none": nn.Identity}
OPTIMIZERS = {
    "SGD": torch.optim.SGD,
    "momentum": lambda groups, lr: torch.optim.SGD(groups, lr=lr, momentum=0.9),
    "RMSProp": torch.optim.RMSprop,
    "Adam": torch.optim.Adam,
}
LOSSES = {"entropy": nn.BCEWithLogitsLoss(), "squares": nn.MSELoss()}
PLAIN, PENALIZED = (0.0, 0.0, 0.0), (0.003, 0.01, 0.4)  # l1, l2, dropout


@pytest.fixture(scope="module")
def engine(browser):
    page = browser.new_page()
    modules = bundle("playground_trainer.js") + "\n" + bundle("address.js")
    page.add_script_tag(content=f"{modules}\nwindow.engine = {{ {NAMES} }};", type="module")
    page.wait_for_function("window.engine")
    yield page
    page.close()


def network(activation):
    torch.manual_seed(5)
    layers = [nn.Linear(m, n, dtype=torch.float64) for m, n in itertools.pairwise(SIZES)]
    return layers, ACTIVATIONS[activation]()


def flat(layers, of=lambda parameter: parameter):
    """Return all parameters as one list, in the engine's order."""
    return torch.cat([of(p).flatten() for layer in layers for p in layer.parameters()]).tolist()


def made_batches(kind, p, n=7):
    draw = torch.Generator().manual_seed(6)
    batches = []
    for _ in range(10):
        X = 2 * torch.randn(n, 2, generator=draw, dtype=torch.float64)
        y = torch.randn(n, 1, generator=draw, dtype=torch.float64)
        masks = [(torch.rand(n, u, generator=draw) >= p).double() for u in SIZES[1:-1]]
        batches.append((X, (y > 0).double() if kind == "entropy" else y, masks))
    return batches


def by_torch(layers, act, kind, optimizer, batches, rate, l1, l2, p):
    weights, biases = [x.weight for x in layers], [x.bias for x in layers]
    groups = [{"params": weights, "weight_decay": l2}, {"params": biases}]
    trainer = OPTIMIZERS[optimizer](groups, lr=rate)
    losses, first = [], None
    for X, y, masks in batches:
        for layer, mask in zip(layers[:-1], masks):
            X = act(layer(X)) * mask / (1 - p)
        loss = LOSSES[kind](layers[-1](X), y)
        trainer.zero_grad()
        (loss + l1 * sum(w.abs().sum() for w in weights)).backward()
        for weight in weights if first is None else []:
            weight.decayed = weight.grad + l2 * weight.detach()
        first = first or flat(layers, lambda x: getattr(x, "decayed", x.grad))
        trainer.step()
        losses.append(loss.item())
    return losses, first, flat(layers)


@pytest.mark.parametrize("l1, l2, p", [PLAIN, PENALIZED], ids=["plain", "penalties-and-dropout"])
@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_and_ten_steps_equal_those_of_pytorch(
    engine, activation, optimizer, kind, l1, l2, p
):
    layers, act = network(activation)
    batches, rate = made_batches(kind, p), 0.05
    given = {
        "sizes": SIZES, "activation": activation, "kind": kind, "optimizer": optimizer,
        "rate": rate, "l1": l1, "l2": l2, "p": p, "theta": flat(layers),
        "batches": [
            {"X": X.flatten().tolist(), "y": y.flatten().tolist(),
             "masks": [mask.flatten().tolist() for mask in masks]}
            for X, y, masks in batches
        ],
    }  # fmt: skip
    got = engine.evaluate(TEN_STEPS, given)
    losses, first, theta = by_torch(layers, act, kind, optimizer, batches, rate, l1, l2, p)
    assert np.abs(np.subtract(got["first"], first)).max() < 1e-9
    assert np.abs(np.subtract(got["losses"], losses)).max() < 1e-9
    assert np.abs(np.subtract(got["theta"], theta)).max() < 1e-9
    assert np.abs(np.subtract(theta, given["theta"])).max() > 1e-3  # it moved


def test_the_loss_of_large_outputs_is_finite_and_torchs(engine):
    z, y = [-800.0, -30.0, 0.0, 30.0, 800.0], [1.0, 0.0, 1.0, 0.0, 1.0]
    got = engine.evaluate("([z, y]) => engine.meanLoss('entropy', z, y, 5)", [z, y])
    assert got == pytest.approx(LOSSES["entropy"](torch.tensor(z), torch.tensor(y)).item())


def test_the_initial_parameters_have_the_bounds_of_a_linear_layer(engine):
    theta = np.array(engine.evaluate("""() => {
        const net = engine.createNet([2, 16, 16, 1], "ReLU")
        return [...Array(30).keys()].map(s => [...engine.initialize(net, engine.randomNumbers(s))])
    }"""))
    first, second = theta[:, :48], theta[:, 48 : 48 + 16 * 17]
    for part, inputs in ((first, 2), (second, 16)):
        bound = inputs**-0.5
        assert 0.98 * bound < np.abs(part).max() <= bound
        assert part.std() == pytest.approx(bound / 3**0.5, rel=0.05)
        assert abs(part.mean()) < 0.05 * bound


# ---- random numbers and data

def test_random_numbers_are_uniform_and_seeds_that_lie_together_differ(engine):
    rows = np.array(engine.evaluate("""() => Array.from({ length: 20 }, (_, seed) => {
        const next = engine.randomNumbers(seed)
        return Array.from({ length: 2000 }, next)
    })"""))
    assert 0 <= rows.min() and rows.max() < 1
    counts = np.histogram(rows, bins=20, range=(0, 1))[0]
    assert np.abs(counts - 2000).max() < 5 * 2000**0.5
    between = np.corrcoef(rows)[~np.eye(20, dtype=bool)]
    assert np.abs(between).max() < 5 / 2000**0.5
    along = [np.corrcoef(row[1:], row[:-1])[0, 1] for row in rows]
    assert np.abs(along).max() < 5 / 2000**0.5


def test_normal_numbers_have_mean_0_and_deviation_1(engine):
    draws = np.array(engine.evaluate("""() => {
        const next = engine.randomNumbers(1)
        return Array.from({ length: 20000 }, () => engine.normal(next))
    }"""))
    assert abs(draws.mean()) < 0.03 and draws.std() == pytest.approx(1, abs=0.03)
    assert np.mean(np.abs(draws) > 1.96) == pytest.approx(0.05, abs=0.01)


def drawn(engine, **setting):
    setting = {"noise": 0, "share": 0.5, "seed": 0, **setting}
    parts = engine.evaluate("""s => {
        const plain = ({ X, y, count }) => ({ X: [...X], y: [...y], count })
        const { train, valid } = engine.drawData(s)
        return [plain(train), plain(valid), engine.lossOf(s.data)]
    }""", setting)
    return [(np.reshape(p["X"], (-1, 2)), np.array(p["y"])) for p in parts[:2]], parts[2]


@pytest.mark.parametrize("data", KNOBS["data"].values)
def test_data_are_the_same_for_a_seed_within_the_plane_and_parted_as_asked(engine, data):
    ((X, y), (X_valid, y_valid)), kind = drawn(engine, data=data, share=0.3)
    assert len(X) == len(y) == 60 and len(X_valid) == len(y_valid) == 140
    assert np.abs(np.concatenate([X, X_valid])).max() <= 2.2
    assert np.array_equal(drawn(engine, data=data, share=0.3)[0][0][0], X)
    assert not np.array_equal(drawn(engine, data=data, share=0.3, seed=1)[0][0][0], X)
    if kind == "entropy":
        assert y.mean() == y_valid.mean() == 0.5 and set(y) == {0, 1}
    else:
        assert data in ("plane", "bumps") and len(set(y)) == 60 and np.abs(y).max() < 1.3


def test_noise_moves_the_inputs_of_classes_and_the_targets_of_numbers(engine):
    (calm, _), _ = drawn(engine, data="plane")
    (loud, _), _ = drawn(engine, data="plane", noise=0.3)
    assert np.allclose(calm[1], calm[0].sum(1) / 4)
    assert (loud[1] - loud[0].sum(1) / 4).std() == pytest.approx(0.3, rel=0.25)
    (calm, _), _ = drawn(engine, data="circle")
    radius = np.hypot(*calm[0].T)
    assert (radius[calm[1] == 1] < 0.9).all() and (radius[calm[1] == 0] >= 1.2).all()
    (loud, _), _ = drawn(engine, data="circle", noise=0.5)
    assert np.hypot(*loud[0].T)[loud[1] == 0].min() < 1.1


# ---- training

START = {name: knob.start for name, knob in KNOBS.items()}
TRAIN = """([setting, steps]) => {
    const trainer = engine.createTrainer(setting)
    for (let i = 0; i < steps; i += 1) trainer.step()
    const { train, valid } = trainer.measure()
    return { train, valid, theta: [...trainer.theta], ...trainer.run }
}"""


def trained(engine, steps=1500, **setting):
    return engine.evaluate(TRAIN, [{**START, **setting}, steps])


@pytest.mark.parametrize("setting, right", [
    ({"units": 8}, 0.93),
    ({"data": "xor", "units": 8, "activation": "tanh"}, 0.9),
    ({"data": "groups", "layers": 0}, 0.98),
    ({"data": "spiral", "layers": 2, "units": 16, "optimizer": "Adam", "rate": 0.01}, 0.9),
    ({"data": "circle", "units": 8, "optimizer": "RMSProp", "rate": 0.01}, 0.93),
    ({"data": "xor", "units": 8, "optimizer": "momentum", "rate": 0.03, "dropout": 0.1}, 0.9),
])  # fmt: skip
def test_it_learns_to_classify(engine, setting, right):
    end = trained(engine, **setting)
    assert end["valid"]["accuracy"] >= right
    assert end["train"]["loss"] < 0.3


def test_without_a_hidden_layer_a_ring_is_not_learned(engine):
    assert trained(engine, layers=0)["train"]["loss"] > 0.6
    assert trained(engine, layers=3, activation="none")["train"]["loss"] > 0.6


def test_it_learns_a_plane_down_to_the_noise(engine):
    assert trained(engine, data="plane", noise=0, activation="none")["valid"]["loss"] < 1e-6
    assert trained(engine, data="plane", noise=0.1, units=8)["valid"]["loss"] < 0.02


def test_a_run_depends_on_its_setting_alone(engine):
    again = [trained(engine, 50, dropout=0.3)["theta"] for _ in range(2)]
    assert again[0] == again[1] != trained(engine, 50, dropout=0.3, seed=1)["theta"]


def test_epochs_count_passes_and_the_history_stays_short(engine):
    end = engine.evaluate("""setting => {
        const trainer = engine.createTrainer(setting)
        for (let i = 0; i < 5000; i += 1) { trainer.measure(); trainer.step() }
        return { epochs: trainer.run.epochs, steps: trainer.run.history.map(p => p.step) }
    }""", {**START, "batch": 20, "share": 0.5})
    assert end["epochs"] == 1000  # five batches of 20 among 100 examples
    assert end["steps"][0] == 0 and 200 <= len(end["steps"]) <= 401
    assert end["steps"] == sorted(end["steps"]) and end["steps"][-1] > 4900


def test_what_changes_while_it_trains_changes_the_steps_after(engine):
    moved = """setting => {
        const trainer = engine.createTrainer(setting)
        trainer.change({ ...setting, rate: 0.0001 })
        const before = [...trainer.theta]
        trainer.step()
        return Math.max(...before.map((v, i) => Math.abs(v - trainer.theta[i])))
    }"""
    assert engine.evaluate(moved, {**START, "rate": 1, "optimizer": "Adam"}) <= 1.01e-4


# ---- the address

KNOBS_OF_PAGE = [{"name": n, "values": list(k.values), "slider": n == "units"}
                 for n, k in KNOBS.items()]  # fmt: skip


@pytest.mark.parametrize("hash, expected", [
    ("", None),
    ("#some-section", None),
    ("#playground?units=8&data=xor", {"setting": {"units": 8, "data": "xor"}, "ignored": []}),
    ("#other?units=2;playground?rate=0.03", {"setting": {"rate": 0.03}, "ignored": []}),
    ("#playground-2?units=8", None),
    ("#playground?units=17&rate=0.3", {
        "setting": {"rate": 0.3},
        "ignored": ["“17” is not a value of units (1 to 16)."]}),
    ("#playground?depth=3", {"setting": {}, "ignored": ["There is no knob “depth”."]}),
    ("#playground?activation=%3Cb%3E", {
        "setting": {},
        "ignored": ["“<b>” is not a value of activation (ReLU, tanh, sigmoid, none)."]}),
    ("#playground?__proto__=1", {"setting": {}, "ignored": ["There is no knob “__proto__”."]}),
    ("#playground?units=%E0%A4%A", {
        "setting": {}, "ignored": ["“�%A” is not a value of units (1 to 16)."]}),
])  # fmt: skip
def test_the_address_is_read_and_what_makes_no_sense_is_said(engine, hash, expected):
    read = "([h, knobs]) => engine.readAddress(h, 'playground', knobs)"
    assert engine.evaluate(read, [hash, KNOBS_OF_PAGE]) == expected


@pytest.mark.parametrize("hash, changed, expected", [
    ("", {}, ""),
    ("", {"units": 8, "activation": "tanh"}, "#playground?units=8&activation=tanh"),
    ("#section", {}, "#section"),
    ("#section", {"units": 8}, "#playground?units=8"),
    ("#playground?units=8", {}, ""),
    ("#other?units=2;playground?units=8", {"rate": 0.3}, "#other?units=2;playground?rate=0.3"),
    ("#other?units=2;playground?units=8", {}, "#other?units=2"),
])  # fmt: skip
def test_the_address_is_written_beside_that_of_others(engine, hash, changed, expected):
    write = "([h, changed]) => engine.writeAddress(h, 'playground', changed)"
    assert engine.evaluate(write, [hash, changed]) == expected

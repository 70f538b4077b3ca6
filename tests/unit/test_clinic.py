"""The patients: each has the symptoms that are said of it, and the cure cures."""

import math

import pytest

import d2lutils as d2l
from d2lutils.clinic import patients
from d2lutils.clinic.faults import PATIENTS, SUSPECTS
from d2lutils.widgets.clinic import difference

# The patients get well on the sample, too.
pytestmark = pytest.mark.filterwarnings("ignore:this is a sample of Fashion-MNIST")

NUMBERS = range(1, len(PATIENTS) + 1)


@pytest.fixture(autouse=True)
def full_runs(monkeypatch):
    monkeypatch.delenv("D2LUTILS_FAST", raising=False)
    yield
    d2l.plt.close("all")


def curves(fault, seed):
    return list(patients.fault_curves(fault, seed).values())


def wild(loss, train, valid):
    return max(loss) > 2 * loss[0] and max(train) > train[-1] + 0.05


# What the words in faults.py say of the curves, for any seed.
SYMPTOMS = {
    "rate": lambda loss, train, valid: not any(map(math.isfinite, loss)),
    "zeros": lambda loss, train, valid: all(abs(v - math.log(10)) < 0.02 for v in loss),
    "zero_grad": wild,
    "own batch": lambda loss, train, valid: (
        valid[-1] > train[-1] - 0.02 and all(abs(50 * v - round(50 * v)) < 1e-4 for v in valid)
    ),
    "labels": lambda loss, train, valid: (
        1.8 < loss[-1] < loss[0] and train[-1] > 0.2 > max(valid)
    ),
    "log": lambda loss, train, valid: (
        all(map(math.isfinite, loss[:3])) and max(train) > 0.8 and math.isnan(loss[-1])
    ),
    "softmax": lambda loss, train, valid: min(loss) > math.log(math.e + 9) - 1 and train[-1] > 0.7,
    "shapes": lambda train, valid: (
        abs(train[-1] - patients.MEAN_FOR_ALL[1]) < 1.5 and abs(train[-1] - train[5]) < 0.1
    ),
    "data": lambda loss, train, valid: 0.6 < train[-1] < 0.78 and loss[-1] < loss[0],
    "variance": lambda loss, train, valid: loss[0] > 2.25 and loss[-1] > 1.9,
}


@pytest.mark.parametrize("seed", [0, 2, 3])
@pytest.mark.parametrize("fault", PATIENTS, ids=lambda fault: fault.key)
def test_every_patient_has_its_symptoms_with_every_seed(fault, seed):
    assert SYMPTOMS[fault.key](*curves(fault, seed))


def test_the_healthy_have_none_of_the_symptoms():
    for run in patients.healthy_curves("pictures"):
        of = list(run.values())
        assert not [key for key, has in SYMPTOMS.items() if key != "shapes" and has(*of)]
        assert of[1][-1] > 0.85 and 0.74 < of[2][-1] < of[1][-1]
    for run in patients.healthy_curves("prices"):
        assert run["valid loss"][-1] < 0.001


@pytest.mark.parametrize("fault", PATIENTS + SUSPECTS, ids=lambda f: f"{f.script}-{f.key}")
def test_the_difference_that_is_shown_is_the_edit(fault):
    rows = difference(patients.faulty_script(fault), patients.script(fault.script))
    removed = [line for sign, line in rows if sign == "-"]
    assert all(line in patients.faulty_script(fault) for line in removed)
    assert 1 <= sum(sign != "" for sign, _ in rows) <= 4


def test_an_edit_that_fits_no_line_is_refused():
    fault = patients.Fault("a", "a", "pictures", "no such line", "b", would="c")
    with pytest.raises(ValueError, match="sound must stand in pictures.py once"):
        patients.faulty_script(fault)


def test_the_code_of_a_patient_is_the_code_that_runs():
    patient = d2l.patient(7)
    assert "nn.Softmax" in patient.code
    assert type(patient.parts.get_net()[-1]).__name__ == "Softmax"
    assert "docstring" not in patient.code and patient.code.startswith("import torch")
    assert d2l.patient(0).code == patients.script("pictures")


@pytest.mark.parametrize("number", NUMBERS)
def test_the_cure_of_the_clinic_cures(number, capsys):
    patient = d2l.patient(number)
    cured = patients.run_script(patients.script(patient.fault.script), "<cured>")
    patient.treat(train=cured.train)
    assert capsys.readouterr().out == "It learns.\n"
    patient.treat()
    assert capsys.readouterr().out.startswith("Not yet: ")


def test_one_function_can_be_mended_and_the_patient_stays_sick(capsys):
    patient = d2l.patient(6)
    patient.treat(loss=patients.run_script(patients.script("pictures"), "<sound>").loss)
    assert capsys.readouterr().out == "It learns.\n"
    assert "torch.log" in patient.code and patient.parts.loss.__module__ == "patient_6"


@pytest.mark.parametrize("number, line, names", [
    (5, "log 10: untrained", {"sick", "healthy", "yours"}),
    (8, "variance of the prices", {"sick", "healthy", "yours"}),
    (0, "log 10: untrained", {"healthy", "yours"}),
])
def test_the_picture_of_a_treatment_names_every_curve(number, line, names):
    d2l.patient(number).treat()
    figure = d2l.plt.gcf()
    labels = {text.get_text() for text in figure.legends[0].get_texts()}
    curves = {f"{part}, {name}" for part in ("train", "valid") for name in names}
    assert labels - {"0.1: guessing"} == curves | {line}
    assert all(ax.get_xlabel() == "epoch" and ax.get_ylabel() for ax in figure.axes)


@pytest.mark.parametrize("parts, words", [
    ({"loss": lambda y_hat, y: ...}, "Not yet: a line is still missing"),
    ({"loss": lambda y_hat, y: 1 / 0}, "Not yet: ZeroDivisionError: division by zero"),
    ({"los": None}, "Not yet: ValueError: a part must be one of "),
    ({"train": lambda num_epochs: iter([])}, "Not yet: "),
])
def test_a_treatment_that_fails_says_why_and_raises_nothing(parts, words, capsys):
    d2l.patient(6).treat(**parts)
    assert capsys.readouterr().out.startswith(words)


def test_smoke_mode_trains_for_two_epochs_and_leaves_full_runs_alone(monkeypatch):
    monkeypatch.setenv("D2LUTILS_FAST", "1")
    assert len(d2l.patient(8).curves()["train loss"]) == 2
    monkeypatch.delenv("D2LUTILS_FAST")
    assert len(d2l.patient(8).curves()["train loss"]) == patients.NUM_EPOCHS


@pytest.mark.parametrize("number", NUMBERS)
def test_a_case_offers_four_faults_with_a_curve_for_each(number):
    case = d2l.patient(number).case()
    assert len(case.choices) == len(set(case.choices)) == len(case.runs) == 4
    assert case.fault == PATIENTS[number - 1].name


def test_the_right_answer_stands_at_every_place():
    places = [d2l.patient(n).case().choices.index(d2l.patient(n).fault.name) for n in NUMBERS]
    assert set(places) == {0, 1, 2, 3}


@pytest.mark.parametrize("number, error, words", [
    (11, ValueError, "number must be a finite number from 0 to 10, got 11"),
    (-1, ValueError, "number must be an integer of at least 0, got -1"),
    ("log", TypeError, "number must be an integer of at least 0, got 'log'"),
])
def test_a_number_that_no_patient_has_is_refused(number, error, words):
    with pytest.raises(error, match=words):
        d2l.patient(number)


def test_faults_have_all_their_words():
    for fault in PATIENTS:
        assert all([fault.complaint, fault.why, fault.test, fault.would])
        assert len(set(fault.others)) == 3 and fault.key not in fault.others

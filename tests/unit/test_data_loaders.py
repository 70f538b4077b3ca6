"""Loaders over tensors, and synthetic data."""

import inspect

import pytest
import torch

from d2lutils.data.loaders import TensorLoader, get_dataloader_workers, load_array
from d2lutils.data.synthetic import synthetic_data


@pytest.fixture
def arrays():
    return torch.arange(20.0).reshape(10, 2), torch.arange(10)


def rows(loader):
    return torch.cat([y for _, y in loader]).tolist()


def test_training_shuffles_anew_and_evaluation_keeps_the_order(arrays):
    shuffled, ordered = load_array(arrays, 3), load_array(arrays, 3, is_train=False)
    passes = [rows(shuffled) for _ in range(5)]
    assert all(sorted(order) == list(range(10)) for order in passes)
    assert len(set(map(tuple, passes))) > 1
    assert rows(ordered) == rows(ordered) == list(range(10))


def test_rows_stay_together(arrays):
    for X, y in load_array(arrays, 4):
        assert torch.equal(X[:, 0], 2.0 * y)


def test_the_last_batch_may_be_smaller(arrays):
    loader = load_array(arrays, 4)
    assert [len(y) for _, y in loader] == [4, 4, 2]
    assert len(loader) == 3 and loader.batch_size == 4
    assert len(load_array(arrays, 5)) == 2 and len(load_array(arrays, 11)) == 1


def test_two_passes_at_once_do_not_disturb_each_other(arrays):
    loader = load_array(arrays, 5)
    pairs = [(int(a), int(b)) for _, ys in loader for a in ys for _, zs in loader for b in zs]
    assert len(set(pairs)) == 100


def test_a_seed_repeats_the_order(arrays):
    orders = []
    for _ in range(2):
        torch.manual_seed(1)
        orders.append(rows(load_array(arrays, 3)))
    assert orders[0] == orders[1]


def test_the_dataset_gives_single_rows(arrays):
    dataset = load_array(arrays, 3).dataset
    X, y = dataset[4]
    assert len(dataset) == 10 and X.tolist() == [8.0, 9.0] and y == 4


def test_any_number_of_arrays_of_any_shape():
    arrays = [torch.zeros(6), torch.ones(6, 2, 3), torch.arange(6, dtype=torch.uint8)]
    batch = next(iter(load_array(arrays, 4)))
    assert [t.shape for t in batch] == [(4,), (4, 2, 3), (4,)]
    assert [t.dtype for t in batch] == [t.dtype for t in arrays]


@pytest.mark.parametrize("is_train", [True, False])
def test_changing_a_batch_leaves_the_data_alone(arrays, is_train):
    before = arrays[0].clone()
    for X, _ in load_array(arrays, 10, is_train):
        X.zero_()
    assert torch.equal(arrays[0], before)


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        (torch.zeros(3), torch.zeros(4)),
        (torch.zeros(0, 2), torch.zeros(0)),
        (torch.tensor(1.0),),
    ],
)
def test_empty_or_unequal_arrays_are_refused(wrong):
    with pytest.raises(ValueError, match="data_arrays must have .*got shapes"):
        load_array(wrong, 2)


@pytest.mark.parametrize("wrong", [torch.zeros(3), [[1, 2], [3, 4]], "ab", None])
def test_what_is_not_tensors_is_refused(wrong):
    with pytest.raises(TypeError, match="data_arrays must be a list or tuple of tensors"):
        load_array(wrong, 2)


@pytest.mark.parametrize("batch_size", [0, -4, 2.0, "2", None])
def test_a_wrong_batch_size_is_refused(arrays, batch_size):
    with pytest.raises((TypeError, ValueError), match="batch_size must be an integer of at least"):
        load_array(arrays, batch_size)


def test_no_worker_processes():
    assert get_dataloader_workers() == 0


def test_tensors_on_a_gpu_stay_there(arrays, gpu):
    on_gpu = tuple(tensor.to(gpu) for tensor in arrays)
    loader = load_array(on_gpu, 3)
    assert all(X.is_cuda and y.is_cuda for X, y in loader)
    assert sorted(rows(loader)) == list(range(10))


def test_synthetic_data_follows_its_formula():
    torch.manual_seed(0)
    w, b = torch.tensor([2.0, -3.4]), 4.2
    X, y = synthetic_data(w, b, 20_000)
    assert X.shape == (20_000, 2) and y.shape == (20_000, 1)
    torch.testing.assert_close(X.mean(0), torch.zeros(2), atol=0.03, rtol=0)
    torch.testing.assert_close(X.std(0), torch.ones(2), atol=0.03, rtol=0)
    noise = y[:, 0] - (X @ w + b)
    assert abs(noise.mean()) < 0.001 and abs(noise.std() - 0.01) < 0.001


def test_synthetic_data_repeats_the_draws_of_the_notes():
    w, b, n = torch.tensor([[0.5], [1.0], [-1.0]]), torch.tensor(0.1), 50
    torch.manual_seed(0)
    expected_X = torch.normal(0, 1, (n, 3))
    expected_y = torch.matmul(expected_X, w) + b
    expected_y += torch.normal(0, 0.01, expected_y.shape)
    torch.manual_seed(0)
    X, y = synthetic_data(w, b, n)
    assert torch.equal(X, expected_X) and torch.equal(y, expected_y)


@pytest.mark.parametrize(
    ("w", "count", "says"),
    [
        ([2.0, -3.4], 10, "w must be a tensor"),
        (torch.ones(2, 2), 10, r"w must have the shape .*got \(2, 2\)"),
        (torch.tensor(2.0), 10, "w must have the shape"),
        (torch.ones(0), 10, "w must have the shape"),
        (torch.ones(2), 0, "num_examples must be an integer"),
        (torch.ones(2), 2.5, "num_examples must be an integer"),
    ],
)
def test_wrong_arguments_of_synthetic_data_are_refused(w, count, says):
    with pytest.raises((TypeError, ValueError), match=says):
        synthetic_data(w, 1.0, count)


def test_signatures_are_those_readers_know():
    assert list(inspect.signature(load_array).parameters) == [
        "data_arrays",
        "batch_size",
        "is_train",
    ]
    assert inspect.signature(load_array).parameters["is_train"].default is True
    assert list(inspect.signature(synthetic_data).parameters) == ["w", "b", "num_examples"]
    assert issubclass(type(load_array((torch.ones(1),), 1)), TensorLoader)

"""A pretended GPU refuses and allows what a real one does: both are tried, if there is one."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from d2lutils.devices import try_gpu

MIXED = {
    "a sum": lambda X: X + torch.ones(3),
    "a sum, in place": lambda X: torch.ones(2, 3).add_(X),
    "a layer": lambda X: nn.Linear(3, 2)(X),
    "a batch": lambda X: nn.Linear(3, 2).to(X.device)(X.cpu()),
    "labels": lambda X: F.cross_entropy(X, torch.tensor([0, 1])),
    "tokens": lambda X: nn.Embedding(4, 2).to(X.device)(torch.tensor([1])),
    "a stack": lambda X: torch.stack([X.sum(), torch.tensor(0.0)]),
    "an index": lambda X: torch.ones(3)[X[0].long()],
    "lengths": lambda X: nn.utils.rnn.pack_padded_sequence(X[:, None], X.new_ones(1).long()),
}


@pytest.mark.parametrize("name", MIXED)
def test_what_is_on_two_devices_is_refused(name, gpu):
    with pytest.raises(RuntimeError, match="device|CPU|cpu"):
        MIXED[name](torch.zeros(2, 3, device=gpu))


def backward_of(training, state):
    layer = nn.GRU(3, 4).train(training).to(state.device)
    layer(torch.ones(5, 2, 3, device=state.device), state)[0].sum().backward()


def test_a_recurrent_layer_is_as_strict_as_on_a_gpu(gpu):
    backward_of(True, torch.zeros(1, 2, 4, device=gpu))
    with pytest.raises(RuntimeError, match="contiguous"):
        backward_of(True, torch.zeros(1, 4, 2, device=gpu).mT)
    with pytest.raises(RuntimeError, match="only be called in training mode"):
        backward_of(False, torch.zeros(1, 2, 4, device=gpu))


def test_a_network_moves_as_it_is_also_while_its_graph_is_kept(gpu):
    net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    weight, kept, before = net[0].weight, net(torch.ones(4, 3)), net[0].weight.tolist()
    assert net.to(gpu)[0].weight is weight and weight.device == net[1].running_mean.device == gpu
    net(torch.ones(4, 3, device=gpu)).sum().backward()
    assert weight.grad.device == gpu and kept.device.type == "cpu"
    assert net.cpu()[0].weight is weight and weight.tolist() == before
    assert isinstance(weight, nn.Parameter) and weight.grad.device.type == "cpu"


def test_what_may_be_on_the_cpu(gpu):
    X = torch.zeros(2, 3).to(gpu)
    X[torch.tensor([1])] += torch.tensor(2.0)
    assert X.tolist() == [[0, 0, 0], [2, 2, 2]] and X.sum().item() == 6
    assert X.device == gpu == try_gpu() and X.cpu().device.type == "cpu"
    with pytest.raises(TypeError, match="Tensor.cpu"):
        np.asarray(X)

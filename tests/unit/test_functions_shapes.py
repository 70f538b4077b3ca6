"""The shapes in the table of PyTorch's functions are those that PyTorch takes and returns."""

import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from d2lutils.functions.scan import rows

# One size for each letter of the table, all different.
SIZES = {
    "a": 4, "b": 11, "c": 6, "d": 5, "h": 8, "k": 3, "l": 12, "m": 7, "n": 2, "o": 13, "s": 2,
    "t": 9, "w": 10, "d_in": 5, "d_h": 7, "d_out": 3, "layers": 1, "size": (3, 4), "num": 20,
    "steps": 6, "start": 2, "end": 8, "left": 1, "right": 2, "largest": 4,
}  # fmt: skip


def r(*shape):
    """Return numbers between 0 and 1: probabilities, where a function wants them."""
    return torch.rand(shape)


def i(*shape, below=2):
    return torch.randint(below, shape)


X = r(2, 5)
B = X > 0.5
IMAGES = r(2, 6, 8, 10)
# name: the function, its inputs, and sizes that stand for something else in this row
EXAMPLES = {
    "torch.tensor": (lambda: torch.tensor([[1, 2]]),),
    "torch.zeros": (lambda: torch.zeros(3, 4),),
    "torch.ones": (lambda: torch.ones(3, 4),),
    "torch.empty": (lambda: torch.empty(3, 4),),
    "torch.rand": (lambda: torch.rand(3, 4),),
    "torch.randn": (lambda: torch.randn(3, 4),),
    "torch.zeros_like": (torch.zeros_like, X),
    "torch.ones_like": (torch.ones_like, X),
    "torch.empty_like": (torch.empty_like, X),
    "torch.full_like": (lambda x: torch.full_like(x, 2), X),
    "torch.eye": (lambda: torch.eye(2),),
    "torch.arange": (lambda: torch.arange(2, 8),),
    "torch.linspace": (lambda: torch.linspace(0, 1, 6),),
    "torch.logspace": (lambda: torch.logspace(0, 1, 6),),
    "torch.meshgrid": (lambda x, y: torch.meshgrid(x, y, indexing="xy"), r(7), r(2)),
    "torch.cartesian_prod": (torch.cartesian_prod, r(7), r(2)),
    "torch.randperm": (lambda: torch.randperm(2),),
    "torch.multinomial": (lambda x: torch.multinomial(x, 7), r(2, 9), {"k": 9}),
    "Tensor.normal_": (lambda x: x.normal_(), X.clone()),
    "Tensor.uniform_": (lambda x: x.uniform_(), X.clone()),
    "torch.flatten": (lambda x: x.flatten(), r(4, 11, 6)),
    "torch.unsqueeze": (lambda x: x.unsqueeze(1), r(4, 11)),
    "torch.squeeze": (lambda x: x.squeeze(1), r(4, 1, 11)),
    "torch.permute": (lambda x: x.permute(2, 0, 1), r(4, 11, 6)),
    "torch.transpose": (lambda x: x.transpose(0, 1), r(4, 11)),
    "torch.t": (lambda x: x.t(), r(4, 11)),
    "Tensor.expand": (lambda x: x.expand(4, 11), r(4, 1)),
    "Tensor.repeat": (lambda x: x.repeat(2, 9), r(4, 11)),
    "torch.repeat_interleave": (lambda x: x.repeat_interleave(9), r(4)),
    "torch.cat": (lambda *xs: torch.cat(xs), r(4, 6), r(11, 6)),
    "torch.stack": (lambda *xs: torch.stack(xs), *[r(4, 11)] * 2),
    "torch.chunk": (lambda x: x.chunk(2), r(4, 11)),
    "Tensor.unfold": (lambda x: x.unfold(0, 3, 1), r(4), {"size": 3}),
    "torch.flip": (lambda x: x.flip(0), X),
    "torch.roll": (lambda x: x.roll(1, 0), X),
    "torch.rot90": (lambda x: x.rot90(1, (0, 1)), r(8, 10)),
    "torch.diag": (lambda x: x.diag(), r(2, 2)),
    "torch.triu": (lambda x: x.triu(), r(2, 2)),
    "Tensor.fill_diagonal_": (lambda x: x.fill_diagonal_(0), r(2, 2)),
    "torch.clone": (lambda x: x.clone(), X),
    "Tensor.to": (lambda x: x.to(torch.float64), X),
    "Tensor.float": (lambda x: x.float(), X),
    "Tensor.double": (lambda x: x.double(), X),
    "Tensor.int": (lambda x: x.int(), X),
    "Tensor.long": (lambda x: x.long(), X),
    "torch.gather": (lambda x, j: x.gather(1, j), r(2, 3), i(2, 7)),
    "torch.scatter": (lambda x, j: x.scatter(1, j, 1.0), r(2, 3), i(2, 7)),
    "Tensor.index_add_": (lambda x, j, y: x.index_add_(0, j, y), r(7, 3), i(2), r(2, 3)),
    "Tensor.masked_fill": (lambda x, mask: x.masked_fill(mask, 0), X, B),
    "torch.where": (torch.where, B, X, X),
    "torch.nonzero": (lambda x: x.nonzero(), torch.eye(7).repeat(1, 1), {"a": 7, "b": 7}),
    "torch.isin": (lambda x: torch.isin(x, torch.tensor([1.0])), X),
    "torch.argmax": (lambda x: x.argmax(1), r(2, 3)),
    "torch.argmin": (lambda x: x.argmin(1), r(2, 3)),
    "torch.argsort": (lambda x: x.argsort(), X),
    "torch.sort": (lambda x: x.sort(), X),
    "torch.topk": (lambda x: x.topk(3), r(2, 7)),
    "torch.unique": (lambda x: x.unique(), torch.arange(7).repeat(2)),
    "torch.bucketize": (torch.bucketize, X, torch.arange(7)),
    "torch.eq": (torch.eq, X, X),
    "torch.all": (torch.all, B),
    "torch.any": (torch.any, B),
    "torch.isfinite": (torch.isfinite, X),
    "torch.pow": (lambda x: x.pow(2), X),
    "torch.clamp": (lambda x: x.clamp(0, 1), X),
    "Tensor.div_": (lambda x, y: x.div_(y), X.clone(), X),
    "Tensor.zero_": (lambda x: x.zero_(), X.clone()),
    "torch.sum": (lambda x: x.sum(1), r(2, 3)),
    "torch.mean": (lambda x: x.mean(1), r(2, 3)),
    "torch.std": (lambda x: x.std(1), r(2, 3)),
    "torch.var": (lambda x: x.var(1), r(2, 3)),
    "torch.max": (lambda x: x.max(1), r(2, 3)),
    "torch.min": (lambda x: x.min(1), r(2, 3)),
    "torch.amax": (lambda x: x.amax(1), r(2, 3)),
    "torch.amin": (lambda x: x.amin(1), r(2, 3)),
    "torch.median": (torch.median, X),
    "torch.quantile": (torch.quantile, r(2), r(7)),
    "torch.cumsum": (lambda x: x.cumsum(0), X),
    "torch.diff": (torch.diff, r(2)),
    "torch.bincount": (torch.bincount, torch.tensor([4, 1])),
    "torch.logsumexp": (lambda x: x.logsumexp(1), r(2, 3)),
    "torch.softmax": (lambda x: x.softmax(1), X),
    "torch.log_softmax": (lambda x: x.log_softmax(1), X),
    "torch.norm": (lambda x: x.norm(), X),
    "torch.matmul": (torch.matmul, r(2, 7), r(7, 3)),
    "torch.bmm": (torch.bmm, r(11, 2, 7), r(11, 7, 3)),
    "torch.cdist": (torch.cdist, r(2, 5), r(7, 5)),
    "torch.pdist": (torch.pdist, r(9, 5), {"n": 9}),
    "torch.cosine_similarity": (lambda x, y: torch.cosine_similarity(x, y, 1), r(2, 5), r(2, 5)),
    "torch.linalg.solve": (torch.linalg.solve, torch.eye(2), r(2)),
    "torch.linalg.lstsq": (lambda A, b: torch.linalg.lstsq(A, b).solution,
                           r(9, 7), r(9, 3), {"n": 9}),
    "torch.linalg.eigh": (torch.linalg.eigh, torch.eye(2)),
    "torch.linalg.eigvalsh": (torch.linalg.eigvalsh, torch.eye(2)),
    "torch.linalg.eigvals": (torch.linalg.eigvals, torch.eye(2)),
    "torch.linalg.svd": (torch.linalg.svd, r(2, 7)),
    "torch.linalg.svdvals": (torch.linalg.svdvals, r(2, 7)),
    "Tensor.detach": (lambda x: x.detach(), X),
    "Tensor.requires_grad_": (lambda x: x.requires_grad_(), X.clone()),
    "torch.nn.Parameter": (nn.Parameter, X),
    "torch.nn.Identity": (nn.Identity(), X),
    "torch.nn.Flatten": (nn.Flatten(), IMAGES),
    "torch.nn.Linear": (nn.Linear(5, 3), r(2, 5)),
    "torch.nn.Conv1d": (nn.Conv1d(6, 3, 4), r(2, 6, 12), {"c_in": 6, "c_out": 3, "l′": 9}),
    "torch.nn.Conv2d": (nn.Conv2d(6, 3, 5, 2, 1), IMAGES,
                        {"c_in": 6, "c_out": 3, "h′": (8 + 2 - 5) // 2 + 1, "w′": 4}),
    "torch.nn.ConvTranspose2d": (nn.ConvTranspose2d(6, 3, 5, 2, 1), IMAGES,
                                 {"c_in": 6, "c_out": 3, "h′": (8 - 1) * 2 - 2 + 5, "w′": 21}),
    "torch.nn.MaxPool2d": (nn.MaxPool2d(2), IMAGES, {"h′": 4, "w′": 5}),
    "torch.nn.AvgPool2d": (nn.AvgPool2d(2), IMAGES, {"h′": 4, "w′": 5}),
    "torch.nn.AdaptiveAvgPool2d": (nn.AdaptiveAvgPool2d((3, 4)), IMAGES),
    "torch.nn.BatchNorm1d": (nn.BatchNorm1d(5), r(2, 5)),
    "torch.nn.BatchNorm2d": (nn.BatchNorm2d(6), IMAGES),
    "torch.nn.Dropout": (nn.Dropout(), X),
    "torch.nn.Embedding": (nn.Embedding(20, 5), i(2, 9)),
    "torch.nn.RNN": (nn.RNN(5, 7), r(9, 2, 5)),
    "torch.nn.GRU": (nn.GRU(5, 7), r(9, 2, 5)),
    "torch.nn.LSTM": (nn.LSTM(5, 7), r(9, 2, 5)),
    "torch.nn.GRUCell": (nn.GRUCell(5, 7), r(2, 5), r(2, 7)),
    "torch.nn.LSTMCell": (lambda x, h, m: nn.LSTMCell(5, 7)(x, (h, m)), r(2, 5), r(2, 7), r(2, 7)),
    "torch.nn.ReLU": (nn.ReLU(), X),
    "torch.nn.Sigmoid": (nn.Sigmoid(), X),
    "torch.nn.Tanh": (nn.Tanh(), X),
    "torch.nn.MSELoss": (nn.MSELoss(), X, X),
    "torch.nn.L1Loss": (nn.L1Loss(), X, X),
    "torch.nn.HuberLoss": (nn.HuberLoss(), X, X),
    "torch.nn.SmoothL1Loss": (nn.SmoothL1Loss(), X, X),
    "torch.nn.BCELoss": (nn.BCELoss(), X, X),
    "torch.nn.BCEWithLogitsLoss": (nn.BCEWithLogitsLoss(), X, X),
    "torch.nn.CrossEntropyLoss": (nn.CrossEntropyLoss(), r(2, 3), i(2)),
    "torch.nn.NLLLoss": (nn.NLLLoss(), r(2, 3), i(2)),
    "torch.nn.functional.linear": (F.linear, r(2, 5), r(3, 5)),
    "torch.nn.functional.conv1d": (F.conv1d, r(2, 6, 12), r(13, 6, 3), {"l′": 10}),
    "torch.nn.functional.conv2d": (F.conv2d, IMAGES, r(13, 6, 3, 3), {"h′": 6, "w′": 8}),
    "torch.nn.functional.conv_transpose2d": (
        F.conv_transpose2d, IMAGES, r(6, 13, 3, 3), {"h′": 10, "w′": 12}),
    "torch.nn.functional.max_pool1d": (lambda x: F.max_pool1d(x, 3), r(2, 6, 12), {"l′": 4}),
    "torch.nn.functional.max_pool2d": (lambda x: F.max_pool2d(x, 2), IMAGES, {"h′": 4, "w′": 5}),
    "torch.nn.functional.avg_pool2d": (lambda x: F.avg_pool2d(x, 2), IMAGES, {"h′": 4, "w′": 5}),
    "torch.nn.functional.pad": (lambda x: F.pad(x, (1, 2)), IMAGES),
    "torch.nn.functional.interpolate": (lambda x: F.interpolate(x, (3, 4)), IMAGES),
    "torch.nn.functional.affine_grid": (
        lambda theta: F.affine_grid(theta, (2, 6, 8, 10), align_corners=False), r(2, 2, 3)),
    "torch.nn.functional.grid_sample": (
        lambda x, grid: F.grid_sample(x, grid, align_corners=False), IMAGES, r(2, 3, 4, 2),
        {"h′": 3, "w′": 4}),
    "torch.nn.functional.one_hot": (lambda y: F.one_hot(y, 3), i(2)),
    "torch.nn.functional.relu": (F.relu, X),
    "torch.nn.functional.softmax": (lambda x: F.softmax(x, 1), X),
    "torch.nn.functional.dropout": (F.dropout, X),
    "torch.nn.functional.normalize": (F.normalize, X),
    "torch.nn.functional.cosine_similarity": (F.cosine_similarity, r(2, 5), r(2, 5)),
    "torch.nn.functional.logsigmoid": (F.logsigmoid, X),
    "torch.nn.functional.mse_loss": (F.mse_loss, X, X),
    "torch.nn.functional.cross_entropy": (F.cross_entropy, r(2, 3), i(2)),
    "torch.nn.functional.binary_cross_entropy_with_logits": (
        F.binary_cross_entropy_with_logits, X, X),
    "torch.nn.functional.kl_div": (
        lambda q, p: F.kl_div(q, p, reduction="batchmean"), r(2, 3).log(), r(2, 3)),
    "torch.nn.functional.layer_norm": (lambda x: F.layer_norm(x, x.shape[1:]), IMAGES),
    "torch.nn.functional.instance_norm": (F.instance_norm, IMAGES),
    "torch.nn.functional.group_norm": (lambda x: F.group_norm(x, 3), IMAGES),
    "torch.nn.init.zeros_": (nn.init.zeros_, X.clone()),
    "torch.nn.init.ones_": (nn.init.ones_, X.clone()),
    "torch.nn.init.constant_": (lambda x: nn.init.constant_(x, 2), X.clone()),
    "torch.nn.init.xavier_uniform_": (nn.init.xavier_uniform_, X.clone()),
    "torch.nn.init.normal_": (nn.init.normal_, X.clone()),
    "torch.nn.init.dirac_": (nn.init.dirac_, r(2, 2, 3, 3)),
}  # fmt: skip
# Functions of one tensor that need no more than it.
for plain in (
    "nan_to_num exp log log1p sqrt square abs sign neg round sin cos deg2rad relu sigmoid tanh"
).split():
    EXAMPLES[f"torch.{plain}"] = (getattr(torch, plain), X)
WHOLE = "layers normalization activations losses init".split()  # groups with an example for each


def stated(side: str, first: tuple, sizes: dict) -> list[tuple]:
    """Return the shapes that one side of a row states; x has the shape `first`."""
    found = []
    for many, shape in re.findall(
        r"(?:(n) of )?(\((?:[^()]|\([^()]*\))*\)|\bone\b|the same|\bx\b)", side
    ):
        if shape.startswith("("):
            text = re.sub(r"(?<=[\w)])\s+(?=[\w(])", "*", shape.replace("−", "-"))
            text = text.replace("′", "_").removesuffix(")").removesuffix(",") + ",)"
            shape = tuple(int(number) for number in eval(text, {"min": min}, sizes))
        else:
            shape = () if shape == "one" else first
        found += [shape] * (sizes["n"] if many else 1)
    return found


def tensors(result) -> list:
    """Return the tensors in a result, from left to right."""
    if isinstance(result, torch.Tensor):
        return [result]
    return [tensor for part in result for tensor in tensors(part)]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_shapes_of_a_row_are_those_of_an_example(name):
    function, *inputs = EXAMPLES[name]
    own = inputs.pop() if inputs and isinstance(inputs[-1], dict) else {}
    sizes = SIZES | {key.replace("′", "_"): size for key, size in own.items()}
    went_in = [tuple(x.shape) for x in inputs]
    came_out = [tuple(x.shape) for x in tensors(function(*inputs))]
    before, _, after = rows()[name]["shapes"].partition("→")
    first = went_in[0] if went_in else ()
    if "(" in before or re.search(r"\bx\b", before):
        assert stated(before, first, sizes) == went_in
    if "same shape" not in after:
        assert stated(after.partition("h′ =")[0], first, sizes) == came_out


@pytest.mark.parametrize("group", WHOLE)
def test_every_row_of_a_group_has_an_example(group):
    assert [n for n, row in rows().items() if row["group"] == group and n not in EXAMPLES] == []

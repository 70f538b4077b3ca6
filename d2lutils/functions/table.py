"""Tables of the functions of PyTorch that the book uses."""

from __future__ import annotations

import re
from pathlib import Path

from ..checks import some_of
from .scan import rows, torch_uses

__all__ = ["function_table"]

GROUPS = {
    "make": "Make a tensor (创建)",
    "chance": "Chance (随机)",
    "shape": "Shape (形状)",
    "memory": "Type, memory, file (类型、内存与文件)",
    "choose": "Pick, write, sort (选取与排序)",
    "compare": "Compare (比较)",
    "element": "Element by element (逐元素)",
    "reduce": "Along a dimension (沿某一维)",
    "algebra": "Linear algebra (线性代数)",
    "gradients": "Gradients (梯度)",
    "containers": "Containers (容器)",
    "methods": "Methods of a network (网络的方法)",
    "layers": "Layers (层)",
    "normalization": "Normalization and dropout (规范化与暂退法)",
    "recurrent": "Recurrent layers and embeddings (循环层与嵌入)",
    "activations": "Activations (激活函数)",
    "losses": "Losses (损失函数)",
    "functional": "Layers and losses as functions (函数形式)",
    "init": "Initialization (初始化)",
    "optimizers": "Optimizers (优化器)",
    "schedulers": "Learning-rate schedulers (学习率调度器)",
    "data": "Data sets and loaders (数据集与加载器)",
    "pictures": "Pictures (图像)",
    "models": "Finished networks (现成网络)",
    "distributed": "Several processes (多进程)",
}
NO_BREAK = "\N{NO-BREAK SPACE}"
SHOWN = 4  # pages in a row, before "and N more"

DOCS = "https://docs.pytorch.org/docs/stable"
VISION = "https://docs.pytorch.org/vision/stable"
# Modules whose names are described on one page, not on a page each.
ON_ONE_PAGE = {
    "torch.nn.init": "nn.init",
    "torch.utils.data": "data",
    "torch.distributed": "distributed",
    "torch.random": "random",
}
# Names that are described under another name, or at a place of their own.
ELSEWHERE = {
    "torch.Tensor": "tensors.html#torch.Tensor",
    "torch.device": "tensor_attributes.html#torch.device",
    "torch.finfo": "type_info.html#torch.finfo",
    "torch.relu": "generated/torch.nn.functional.relu.html",
    "torch.log_softmax": "generated/torch.nn.functional.log_softmax.html",
    "torch.nn.Parameter": "generated/torch.nn.parameter.Parameter.html",
    "torch.inference_mode": "generated/torch.autograd.grad_mode.inference_mode.html",
    "torch.set_grad_enabled": "generated/torch.autograd.grad_mode.set_grad_enabled.html",
    "torch.autograd.Function": "autograd.html#torch.autograd.Function",
    "torch.autograd.gradcheck": "generated/torch.autograd.gradcheck.gradcheck.html",
    "torch.autograd.graph.saved_tensors_hooks":
        "autograd.html#torch.autograd.graph.saved_tensors_hooks",
    "torch.distributions.Normal": "distributions.html#torch.distributions.normal.Normal",
    "torch.distributions.Multinomial":
        "distributions.html#torch.distributions.multinomial.Multinomial",
}  # fmt: skip


class _Table:
    """What `function_table` returns: Markdown, which the site and JupyterLab draw as tables."""

    def __init__(self, groups: list[str], uses: dict[str, list[Path]]) -> None:
        self.groups, self.uses = groups, uses

    def __repr__(self) -> str:
        shown = [row for row in rows().values() if row["group"] in self.groups]
        return f"A table of {len(shown)} functions: {', '.join(self.groups)}"

    def _repr_markdown_(self) -> str:
        parts = [_markdown(group, self.uses) for group in self.groups]
        if not self.uses:
            parts.insert(0, "*The book's notebooks are not beside this one, so the pages that use "
                            "a function are left out.*")
        return "\n\n".join(parts) + "\n"


def function_table(*groups: str, folder: str | Path | None = None) -> object:
    """Return tables of the functions of PyTorch that the book uses, one for each group.

    A notebook shows what it returns as tables, and so does the site. A row has the call, with
    a link to PyTorch's documentation, the shapes that go in and come out, what it does, and
    links to the pages whose code uses it.

    Parameters
    ----------
    groups
        One or more names of groups, like "shape" or "losses".
    folder
        See `torch_uses`, which finds the pages.

    Raises
    ------
    TypeError, ValueError
        If no group is given, or one that is not known, or one twice.

    Examples
    --------
    >>> d2l.function_table("losses")
    A table of 8 functions: losses
    """
    return _Table(some_of("groups", groups, GROUPS), torch_uses(folder))


def address(name: str) -> str:
    """Return the address of the documentation of a name in the table.

    >>> address("torch.gather")
    'https://docs.pytorch.org/docs/stable/generated/torch.gather.html'
    >>> address("torch.nn.init.zeros_")
    'https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.zeros_'
    """
    owner, _, last = name.rpartition(".")
    if name in ELSEWHERE:
        return f"{DOCS}/{ELSEWHERE[name]}"
    if owner in ON_ONE_PAGE:
        return f"{DOCS}/{ON_ONE_PAGE[owner]}.html#{name}"
    if owner == "torchvision.models" and last != "list_models":
        return f"{VISION}/models/generated/{name}.html"
    if name == "torchvision.transforms.v2.InterpolationMode":
        return f"{VISION}/generated/torchvision.transforms.InterpolationMode.html"
    if name.startswith("torchvision."):
        return f"{VISION}/generated/{name}.html"
    if owner in ("torch.nn.Module", "torch.nn.Embedding"):  # methods on the page of their class
        return f"{DOCS}/generated/{owner}.html#{name}"
    return f"{DOCS}/generated/{name.replace('Tensor.', 'torch.Tensor.')}.html"


def _markdown(group: str, uses: dict[str, list[Path]]) -> str:
    """Return the title and the table of a group."""
    head = ["Call", "Shapes", "What it does"] + (["Used on"] if uses else [])
    lines = [f"**{GROUPS[group]}**", "", _line(head), _line(["---"] * len(head))]
    for name, row in rows().items():
        if row["group"] == group:
            shapes = re.sub(r"\([^()]*\)", lambda m: m[0].replace(" ", NO_BREAK), row["shapes"])
            cells = [f"[`{row['call']}`]({address(name)})", _plain(shapes), _plain(row["means"])]
            lines.append(_line(cells + ([_pages(uses.get(name, []))] if uses else [])))
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Return text with the signs that mean something in Markdown made plain."""
    return "".join(f"\\{sign}" if sign in "*_|<[" else sign for sign in text)


def _pages(paths: list[Path]) -> str:
    """Return links to the first pages of a list, and how many more there are."""
    labels = [f"{path.parent.name}{NO_BREAK}{path.name[:2]}" for path in paths]
    links = [f"[{label}]({path.as_posix()})" for label, path in zip(labels, paths)][:SHOWN]
    more = len(paths) - SHOWN
    return ", ".join(links) + (f" and {more} more" if more > 0 else "")

"""A GPU that is none: tensors that say they are on one and refuse what it would refuse.

Their numbers are computed on the CPU, so that a whole training runs, to the same numbers. What
PyTorch asks of devices is asked here too: the tensors of one operation are on one device (single
numbers on the CPU aside, where they are allowed), NumPy gets none, lengths of sequences to pack
stay on the CPU, a recurrent layer's state is contiguous and its gradient asked for in training
mode only. It says nothing about speed, memory or rounding on a real one.
"""

from contextlib import contextmanager
from unittest import mock

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook
from torch.nn.utils.rnn import PackedSequence
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

aten = torch.ops.aten
GPU = torch.device("cuda", 0)
# What PyTorch's own part takes it for: a kind of device that it has no driver to ask for.
INSIDE = torch.device("lazy", 0)
# They carry numbers from one device to another.
MOVES = {aten._to_copy.default, aten.copy_.default}
INDEXING = {aten.index.Tensor, aten.index_put.default, aten.index_put_.default,
            aten._index_put_impl_.default, aten._unsafe_index.Tensor}


class OnGPU(torch.Tensor):
    """A tensor on the GPU, as far as anybody can see; `inner` holds its numbers."""

    @staticmethod
    def __new__(cls, inner: torch.Tensor):
        return torch.Tensor._make_wrapper_subclass(
            cls, inner.shape, strides=inner.stride(), storage_offset=inner.storage_offset(),
            dtype=inner.dtype, device=INSIDE)

    def __init__(self, inner: torch.Tensor):
        self.inner = inner

    __torch_function__ = torch._C._disabled_torch_function_impl
    device, is_cuda = GPU, True

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return dispatch(func, args, kwargs or {})

    # Of these PyTorch says for every subclass, whatever its device, that it cannot do them.
    def numpy(self, *args, **kwargs):
        raise TypeError("can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to "
                        "copy the tensor to host memory first.")

    def tolist(self):
        return self.cpu().tolist()

    def __repr__(self, **kwargs):
        return f"OnGPU({self.inner})"


class Dispatch(TorchDispatchMode):
    """Sees the operations that make tensors, too."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return dispatch(func, args, kwargs or {})


def dispatch(func, args, kwargs):
    """Run one operation of PyTorch on the numbers; say where its result is."""
    tensors = [t for t in tree_leaves((args, kwargs)) if isinstance(t, torch.Tensor)]
    here = {id(t.inner): t for t in tensors if isinstance(t, OnGPU)}
    on_gpu = bool(here)
    if here and func not in MOVES:
        refuse_mixed(func, args, tensors)
    if kwargs.get("device") is not None:
        on_gpu = kwargs["device"].type in (GPU.type, INSIDE.type)
        kwargs = kwargs | {"device": torch.device("cpu")} if on_gpu else kwargs
    args, kwargs = tree_map(lambda t: t.inner if isinstance(t, OnGPU) else t, (args, kwargs))
    result = func(*args, **kwargs)

    def placed(value):
        if not isinstance(value, torch.Tensor):
            return value
        # What was written to stays the object that it was.
        return here[id(value)] if id(value) in here else OnGPU(value) if on_gpu else value

    if func is aten._pack_padded_sequence.default:  # the sizes of its batches stay on the CPU
        return placed(result[0]), result[1]
    return tree_map(placed, result)


def refuse_mixed(func, args, tensors):
    """Raise PyTorch's error if an operation on a GPU gets tensors of the CPU."""
    if func is aten._pack_padded_sequence.default:
        if isinstance(args[1], OnGPU):
            raise RuntimeError("'lengths' argument should be a 1D CPU int64 tensor")
        return
    if func in INDEXING:  # the indices may be on the CPU if the tensor is not
        tensors = [args[0], *args[2:3]] if isinstance(args[0], OnGPU) else tensors
        tensors = [t for t in tensors if isinstance(t, torch.Tensor)]
    strange = [t for t in tensors if not isinstance(t, OnGPU)]
    single = torch.Tag.pointwise in func.tags or func in INDEXING
    written = func._schema.is_mutable and not isinstance(args[0], (OnGPU, list))
    if strange and (written or not single or any(t.ndim for t in strange)):
        raise RuntimeError("Expected all tensors to be on the same device, but found at least two "
                           f"devices, cuda:0 and cpu! ({func})")


def like_cudnn(module, args, output):
    """Refuse what NVIDIA's recurrent layers refuse and those of the CPU do not."""
    if not isinstance(module, nn.RNNBase) or not next(module.parameters()).is_cuda:
        return
    states = [part for part in tree_leaves(args[1:]) if part is not None]
    if not all(part.is_contiguous() for part in states):
        raise RuntimeError("rnn: hx is not contiguous")

    def refuse(grad):
        raise RuntimeError("cudnn RNN backward can only be called in training mode")

    # Of sentences packed together, the numbers; the rest of them is no part of the graph.
    outputs, state = output
    outputs = outputs.data if isinstance(outputs, PackedSequence) else outputs
    for part in tree_leaves((outputs, state)):
        if not module.training and part.requires_grad:
            part.register_hook(refuse)


def swap(t1, t2):
    """Exchange two tensors: PyTorch's own does not where a graph of the first is still kept."""
    t1.__class__, t2.__class__ = t2.__class__, t1.__class__
    t1.__dict__, t2.__dict__ = t2.__dict__, t1.__dict__
    torch._C._swap_tensor_impl(t1, t2)


@contextmanager
def pretended_gpu():
    """Run the block as on a machine with one GPU."""
    swaps = torch.__future__.get_swap_module_params_on_conversion()
    lift = torch._C._only_lift_cpu_tensors()
    # `param.data = moved` would move no more than PyTorch's own part of a tensor of ours.
    torch.__future__.set_swap_module_params_on_conversion(True)
    hook = register_module_forward_hook(like_cudnn)
    torch._C._set_only_lift_cpu_tensors(True)  # torch.tensor(...) moves where the mode sees it
    try:
        with (mock.patch("torch.utils.swap_tensors", swap),
              mock.patch("torch.cuda._lazy_init", lambda: None),
              mock.patch("torch.cuda.device_count", lambda: 1), Dispatch()):
            yield GPU
    finally:
        hook.remove()
        torch._C._set_only_lift_cpu_tensors(lift)
        torch.__future__.set_swap_module_params_on_conversion(swaps)

"""Convolution and pooling by hand, one window at a time: slow, and plain to read."""

from __future__ import annotations

import torch

from ..checks import one_of

__all__ = ["corr2d", "corr2d_multi_in", "corr2d_multi_in_out", "corr2d_multi_in_out_1x1", "pool2d"]


def corr2d(X: torch.Tensor, K: torch.Tensor) -> torch.Tensor:
    """Return the two-dimensional cross-correlation of an image with a kernel.

    Parameters
    ----------
    X
        The image, (height, width).
    K
        The kernel, (h, w), no larger than the image.

    Returns
    -------
    torch.Tensor
        Shape (height - h + 1, width - w + 1): at each place the sum of the products of the
        kernel with the window under it.

    Raises
    ------
    ValueError
        If the image or the kernel has not two axes, or the kernel is the larger.

    Examples
    --------
    >>> d2l.corr2d(torch.arange(9.0).reshape(3, 3), torch.tensor([[0.0, 1.0], [2.0, 3.0]]))
    tensor([[19., 25.],
            [37., 43.]])
    """
    if X.ndim != 2 or K.ndim != 2:
        raise ValueError(f"X and K must have two axes, got {tuple(X.shape)} and {tuple(K.shape)}")
    if K.shape[0] > X.shape[0] or K.shape[1] > X.shape[1]:
        raise ValueError(
            f"K must not be larger than X, {tuple(X.shape)}, got the shape {tuple(K.shape)}"
        )
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y


def corr2d_multi_in(X: torch.Tensor, K: torch.Tensor) -> torch.Tensor:
    """Return the sum over the channels of each one's cross-correlation with its own kernel.

    Parameters
    ----------
    X
        The image, (channels, height, width).
    K
        The kernel, (channels, h, w).

    Returns
    -------
    torch.Tensor
        Shape (height - h + 1, width - w + 1).

    Examples
    --------
    >>> d2l.corr2d_multi_in(torch.ones(3, 4, 4), torch.ones(3, 2, 2)).shape
    torch.Size([3, 3])
    """
    if len(X) != len(K):
        raise ValueError(f"K must have the {len(X)} channels of X, got {len(K)}")
    return sum(corr2d(x, k) for x, k in zip(X, K))


def corr2d_multi_in_out(X: torch.Tensor, K: torch.Tensor) -> torch.Tensor:
    """Return one channel for each kernel, see `corr2d_multi_in`.

    Parameters
    ----------
    X
        The image, (input channels, height, width).
    K
        The kernels, (output channels, input channels, h, w).

    Returns
    -------
    torch.Tensor
        Shape (output channels, height - h + 1, width - w + 1).

    Examples
    --------
    >>> d2l.corr2d_multi_in_out(torch.ones(3, 4, 4), torch.ones(5, 3, 2, 2)).shape
    torch.Size([5, 3, 3])
    """
    return torch.stack([corr2d_multi_in(X, k) for k in K])


def corr2d_multi_in_out_1x1(X: torch.Tensor, K: torch.Tensor) -> torch.Tensor:
    """Return what 1 x 1 kernels give: at every pixel the same dense layer over the channels.

    Parameters
    ----------
    X
        The image, (input channels, height, width).
    K
        The kernels, (output channels, input channels, 1, 1).

    Returns
    -------
    torch.Tensor
        Shape (output channels, height, width).

    Examples
    --------
    >>> d2l.corr2d_multi_in_out_1x1(torch.ones(3, 4, 4), torch.ones(5, 3, 1, 1)).shape
    torch.Size([5, 4, 4])
    """
    if K.shape[2:] != (1, 1):
        raise ValueError(f"K must have the shape (outputs, inputs, 1, 1), got {tuple(K.shape)}")
    c_i, h, w = X.shape
    c_o = K.shape[0]
    Y = K.reshape(c_o, c_i) @ X.reshape(c_i, h * w)
    return Y.reshape(c_o, h, w)


def pool2d(X: torch.Tensor, pool_size: tuple[int, int], mode: str = "max") -> torch.Tensor:
    """Return the largest number, or the mean, of every window of an image.

    The window moves by one pixel; `torch.nn.MaxPool2d` by default moves by its own size.

    Parameters
    ----------
    X
        The image, (height, width).
    pool_size
        Height and width of the window.
    mode
        "max" or "avg".

    Returns
    -------
    torch.Tensor
        Shape (height - window height + 1, width - window width + 1).

    Examples
    --------
    >>> d2l.pool2d(torch.arange(9.0).reshape(3, 3), (2, 2))
    tensor([[4., 5.],
            [7., 8.]])
    """
    one_of("mode", mode, ("max", "avg"))
    p_h, p_w = pool_size
    Y = torch.zeros(X.shape[0] - p_h + 1, X.shape[1] - p_w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            window = X[i:i + p_h, j:j + p_w]
            Y[i, j] = window.max() if mode == "max" else window.mean()
    return Y

"""Images and matrices as pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt

from ..checks import as_array, number_in, positive_int
from .curves import use_svg_display

__all__ = ["show_heatmaps", "show_images"]


def show_images(
    imgs,
    num_rows: int,
    num_cols: int,
    titles: Sequence[str] | None = None,
    scale: float = 1.5,
) -> np.ndarray:
    """Show the first images of `imgs` in a grid, row by row.

    Integers are taken to range from 0 to 255, and floats from 0 to 1; where floats leave
    that range, the smallest of all is shown as 0 and the largest as 1. Images of one channel
    are gray; d2l stretches each from its darkest to its brightest, in false colors.

    Parameters
    ----------
    imgs
        Tensors or arrays (images, height, width), (images, 1 or 3, height, width), or
        (images, height, width, 3); or a list of such images, PIL images included.
    num_rows, num_cols
        Size of the grid.
    titles
        What stands above each image.
    scale
        Size of a cell of the grid, in inches.

    Returns
    -------
    numpy.ndarray
        The ``num_rows * num_cols`` axes.

    Raises
    ------
    ValueError, TypeError
        If there is no image, an image has another shape, or a size is out of range.

    Examples
    --------
    >>> axes = d2l.show_images(torch.rand(2, 1, 28, 28), 1, 2, titles=["left", "right"])
    >>> axes[1].get_title()
    'right'
    >>> d2l.plt.close()
    """
    num_rows, num_cols = positive_int("num_rows", num_rows), positive_int("num_cols", num_cols)
    scale = number_in("scale", scale, 0.1, 100)
    if not len(imgs):
        raise ValueError("imgs must hold at least one image, got none")
    imgs = _unit_range([_image(img) for img, _ in zip(imgs, range(num_rows * num_cols))])
    use_svg_display()
    # Constrained: titles of two lines do not run into the row above.
    _, axes = plt.subplots(
        num_rows,
        num_cols,
        figsize=(num_cols * scale, num_rows * scale),
        squeeze=False,
        layout="constrained",
    )
    axes = axes.flatten()
    for ax in axes:
        ax.set_axis_off()
    for ax, img in zip(axes, imgs):
        ax.imshow(img, cmap="gray", vmin=0, vmax=1)
    for ax, title in zip(axes[:len(imgs)], titles if titles is not None else []):
        ax.set_title(title, fontsize="medium")
    return axes


def _image(img) -> np.ndarray:
    """Return an image as an array (height, width) or (height, width, channels)."""
    img = as_array(img)
    shape = img.shape
    if img.ndim == 3 and shape[0] in (1, 3):
        img = img.transpose(1, 2, 0)
    if img.ndim == 3 and img.shape[2] == 1:
        img = img[:, :, 0]
    if img.ndim != 2 and not (img.ndim == 3 and img.shape[2] in (3, 4)):
        raise ValueError(
            "imgs must have the shape (images, height, width), with 1 or 3 channels before "
            f"or 3 after the size, got an image of shape {shape}"
        )
    return img


def _unit_range(imgs: list[np.ndarray]) -> list[np.ndarray]:
    """Return the images with values from 0 to 1."""
    imgs = [img / 255 if img.dtype.kind in "ui" else img.astype(float) for img in imgs]
    low, high = min(img.min() for img in imgs), max(img.max() for img in imgs)
    if 0 <= low and high <= 1:
        return imgs
    return [(img - low) / ((high - low) or 1) for img in imgs]


def show_heatmaps(
    matrices,
    xlabel: str,
    ylabel: str,
    titles: Sequence[str] | None = None,
    figsize: tuple[float, float] = (2.5, 2.5),
    cmap: str = "Reds",
) -> None:
    """Show matrices as pictures in a grid, all on the one scale of the color bar.

    d2l scales each for itself, and its bar belongs to the last.

    Parameters
    ----------
    matrices
        (rows of the grid, columns of the grid, height, width): a tensor or an array.
    xlabel, ylabel
        What the columns and the rows of a matrix are.
    titles
        What stands above each column of the grid (in d2l above each matrix).
    figsize
        Size of the figure in inches.
    cmap
        A color map of matplotlib.

    Raises
    ------
    ValueError
        If `matrices` has another number of axes, or is empty.

    Examples
    --------
    >>> d2l.show_heatmaps(torch.eye(3).reshape(1, 1, 3, 3), "keys", "queries")
    >>> d2l.plt.close()
    """
    matrices = as_array(matrices)
    if matrices.ndim != 4 or not matrices.size:
        raise ValueError(
            f"matrices must have the shape (rows, columns, height, width), got {matrices.shape}"
        )
    use_svg_display()
    num_rows, num_cols = matrices.shape[:2]
    fig, axes = plt.subplots(
        num_rows,
        num_cols,
        figsize=figsize,
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for row, row_axes in zip(matrices, axes):
        for matrix, ax in zip(row, row_axes):
            # One scale for all: the color bar belongs to every picture.
            image = ax.imshow(matrix, cmap=cmap, vmin=matrices.min(), vmax=matrices.max())
        row_axes[0].set_ylabel(ylabel)
    for ax in axes[-1]:
        ax.set_xlabel(xlabel)
    for ax, title in zip(axes[0], titles if titles is not None else []):
        ax.set_title(title)
    fig.colorbar(image, ax=axes, shrink=0.6)

"""What the current figure shows, read from it as numbers and texts."""

from d2lutils import plt


def curves() -> list[list[list[float]]]:
    """Return the points of each curve in the first axes, [xs, ys], and close the figure."""
    lines = [[list(map(float, data)) for data in line.get_data()] for line in plt.gcf().axes[0].lines]
    plt.close()
    return lines

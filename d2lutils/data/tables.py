"""Tables: the sales of houses in Ames, with the columns that Kaggle's files have."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from ..devices import fast_mode
from .fashion import Sealed
from .shipped import read_shipped

if TYPE_CHECKING:
    import pandas

__all__ = ["SealedTable", "ames_housing", "ames_housing_parts"]

NUM_TEST = 586  # a fifth of 2,930
_FAST = 300  # rows of each part in fast mode


class SealedTable(Sealed):
    """Rows of a table that are looked at once, when every choice has been made."""

    def __init__(self, table: pandas.DataFrame):
        self._table = table

    def open(self) -> pandas.DataFrame:
        """Return the rows."""
        return self._table

    def __repr__(self) -> str:
        return f"SealedTable({len(self._table)} rows)"


def ames_housing() -> pandas.DataFrame:
    """Return the 2,930 sales of houses in Ames, Iowa, from 2006 to 2010.

    It comes with d2lutils; nothing is downloaded. Columns, their order and their values are those
    of the files of Kaggle's competition "House Prices", so that code for one runs on the other:
    ``Id``, 79 features and ``SalePrice`` in dollars; areas are in square feet, lengths in feet.
    Beside these there is ``PID``, the number of the parcel. "NA" is read as missing, "None" is
    not: some houses have a masonry veneer of type None.

    Returns
    -------
    pandas.DataFrame
        Shape (2930, 82).

    Raises
    ------
    ModuleNotFoundError
        If there is no pandas, which d2lutils does not install by itself.
    DataNotAvailable
        If the file is missing or damaged.

    References
    ----------
    D. De Cock: Ames, Iowa: Alternative to the Boston Housing Data as an End of Semester
    Regression Project, Journal of Statistics Education 19(3), 2011.

    Examples
    --------
    >>> houses = d2l.ames_housing()
    >>> houses.shape, int(houses["SalePrice"].median())
    ((2930, 82), 160000)
    """
    try:
        import pandas
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "ames_housing returns a table of pandas, which is not installed: pip install pandas",
            name="pandas",
        ) from error
    content = io.BytesIO(read_shipped("ames-housing"))
    return pandas.read_csv(content, keep_default_na=False, na_values=["NA"])


def ames_housing_parts() -> tuple[pandas.DataFrame, SealedTable]:
    """Return the sales in two parts: 2,344 to train and choose with, and 586 sealed for the end.

    Which is which was drawn once. In fast mode there are 300 of each.

    Returns
    -------
    houses : pandas.DataFrame
        In a random order.
    test : SealedTable
        ``test.open()`` is a table too.

    Raises
    ------
    ModuleNotFoundError, DataNotAvailable
        As `ames_housing` does.

    Examples
    --------
    >>> ames_housing_parts()[1]
    SealedTable(586 rows)
    """
    table = ames_housing()
    order = np.random.default_rng(0).permutation(len(table))
    test, rest = (table.iloc[rows].reset_index(drop=True) for rows in np.split(order, [NUM_TEST]))
    if fast_mode():
        rest, test = rest[:_FAST], test[:_FAST]
    return rest, SealedTable(test)

"""Entries of balances, and the same as columns: what is worked out of those of many targets at once."""

from collections.abc import Sequence
from itertools import chain
from math import prod
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from intel_pipeline.changes.count_errors import Array


class Entry(NamedTuple):
    """One complete capture in the balance.

    `listed`: how many its list holds; `away`: how many it lacks who were merely not shown, since later ones show them.
    `reported`: the number that Instagram reported at it, the mean of two readings that were `moved` apart. `arrived`:
    those who followed since the entry before. `revealed`: those listed for the first time who are taken for older
    followers. `missing`: those who were listed before, are not since this capture, and were not merely away. `ripe`:
    they have been missing for so long that they do not merely flicker; of those who may, nothing is believed beforehand.
    `mixed`: only the count told who arrived and who was revealed, so it tells nothing else. `lower`, `higher`: the
    chances that the count is one lower or higher than these numbers make it, since it is not certain which of those who
    came back had left.
    """

    listed: int
    away: int
    reported: float
    moved: int
    arrived: int
    missing: int
    ripe: bool = True
    revealed: int = 0
    mixed: bool = False
    lower: float = 0.0
    higher: float = 0.0


class Columns(NamedTuple):
    """The entries of balances that have as many each, [balance, entry], as numbers; the names are those of Entry."""

    listed: "Array"
    away: "Array"
    reported: "Array"
    moved: "Array"
    arrived: "Array"
    missing: "Array"
    ripe: "Array"
    revealed: "Array"
    mixed: "Array"
    lower: "Array"
    higher: "Array"


def columns_of(balances: Sequence[Sequence[Entry]]) -> Columns:
    """Return the entries of balances that have as many each."""
    import numpy as np

    shape = len(balances), len(balances[0]), len(Columns._fields)
    numbers = np.fromiter(chain.from_iterable(chain.from_iterable(balances)), float, prod(shape))
    return Columns(*numbers.reshape(shape).transpose(2, 0, 1))


def heights_of(columns: Columns) -> "Array":
    """Return the counts as they would be if nobody had arrived or gone since the first one, [balance, entry]."""
    heights = columns.reported.copy()
    heights[:, 1:] += columns.missing[:, 1:].cumsum(axis=1) - columns.arrived[:, 1:].cumsum(axis=1)
    return heights


def lowest_of(heights: "Array") -> "Array":
    """Return the lowest level that is thought possible of each balance, by its `heights`, [balance, entry]."""
    import numpy as np

    found: Array = np.floor(heights.min(axis=1)) - 2
    return found


def usual_events(columns: Columns) -> "Array":
    """Return how many arrive and how many go missing between two captures, on average; [which of both, balance]."""
    import numpy as np

    steps = columns.arrived.shape[1] - 1
    return np.stack([column[:, 1:].sum(axis=1) for column in (columns.arrived, columns.missing)]) / steps


def median_of(values: "Array", chosen: "NDArray[np.bool_]") -> "Array":
    """Return the median of those values of each row, [row, place], that are `chosen`, one at least."""
    import numpy as np

    rows, numbers = np.arange(len(values)), chosen.sum(axis=1)
    rising = np.sort(np.where(chosen, values, np.inf), axis=1)
    found: Array = (rising[rows, (numbers - 1) // 2] + rising[rows, numbers // 2]) / 2
    return found

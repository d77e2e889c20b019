"""What is thought of each count of a balance beforehand: how it errs, and how it moves for nobody's sake who is listed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from intel_pipeline.changes.count_errors import MOST_EVENTS, REACH, Circumstances, circumstances_of, ways
from intel_pipeline.changes.entries import Columns, lowest_of, median_of, usual_events
from intel_pipeline.changes.scratch import SCRATCH
from intel_pipeline.changes.unshown import unshown_moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from intel_pipeline.changes.count_errors import Array

# How often the count moves by one for a reason that no list shows, at a target without a gap. With one, those who are
# hidden leave as often as the others, and as many newcomers are hidden from the start.
UNSEEN = 0.0003
# How often somebody revealed was not counted before: their account was deactivated when the first list was read.
REVIVED = 0.1
MOST_UNSEEN = 0.3


def seen_at(kinds: Sequence[Circumstances], at: "NDArray[np.intp]", heights: "Array", width: int) -> "Array":
    """Return the chance of each count, [balance, capture, way to err, level], until the next ones are asked for.

    `at`: which of the `kinds` of circumstances each count errs in, [balance, capture]; `heights`: as `heights_of`. From
    the lowest level to the highest it is so much, `width`.
    """
    import numpy as np

    levels = lowest_of(heights)[:, None] + np.arange(width + 1)
    # In halves from -REACH.
    errors = np.round(2 * (heights[:, :, None] - levels[:, None] + REACH)).astype(int).clip(0, 4 * REACH)
    low, high = int(errors.min()), int(errors.max()) + 1
    # [circumstances and error, way to err]: of each count and level all ways lie in a row.
    chances = np.concatenate([ways(one)[:, low:high].T for one in kinds])
    places = (high - low) * at[:, :, None] + errors - low
    found = SCRATCH.room("chances", (*places.shape, chances.shape[1]))
    # Places that are not there would be refused in twice the time.
    return chances.take(places, axis=0, out=found, mode="clip").swapaxes(2, 3)


def circumstances(columns: Columns) -> "tuple[NDArray[np.intp], list[Circumstances]]":
    """Return what each count's error depends on, [balance, capture], by its place among all that there is, and that.

    Of the first one's events nothing is known but what is usual.
    """
    import numpy as np

    events = np.stack([columns.arrived, columns.missing])
    events[:, :, 0] = np.round(usual_events(columns))
    # Numbers of events that say no more have been cut off, so that each kind makes one whole number.
    told = events.clip(max=MOST_EVENTS).astype(int)
    apart = MOST_EVENTS + 1
    codes, at = np.unique((columns.moved.astype(int) * apart + told[0]) * apart + told[1], return_inverse=True)
    kinds = [circumstances_of(code // apart // apart, code // apart % apart, code % apart) for code in codes.tolist()]
    return at.reshape(columns.moved.shape), kinds


def moved_unseen(columns: Columns, moves: Sequence[tuple[float, float]]) -> "tuple[Array, Array]":
    """Return the chances that the count falls or rises by one for nobody's sake who went missing or arrived.

    Both [balance, entry but the first]. `moves`: what they are in each balance where nobody is revealed.
    """
    import numpy as np

    down, up = np.array(moves).T[:, :, None]
    lower, higher, revealed, mixed = (
        column[:, 1:] for column in (columns.lower, columns.higher, columns.revealed, columns.mixed)
    )
    falls, rises = down + lower, up + REVIVED * revealed + higher
    both = (np.where(mixed, MOST_UNSEEN, way.clip(max=MOST_UNSEEN)) for way in (falls, rises))
    return next(both), next(both)


def unshown_of(columns: Columns, again: Sequence[float]) -> "Array":
    """Return of each balance, of whose followers lists merely do not show some, its `unshown_moves`.

    `again`: the chance of each that somebody who is not shown is not at the next capture either.
    """
    import numpy as np

    away, listed = columns.away.sum(axis=1), columns.listed.sum(axis=1)
    shares = (away / (listed + away)).tolist()
    arriving = columns.arrived[:, 1:].sum(axis=1) / (columns.arrived.shape[1] - 1)
    events = (columns.missing[:, 1:] + arriving[:, None]).tolist()
    return np.stack([unshown_moves(*of_one) for of_one in zip(events, shares, again, strict=True)])


def unseen_moves(columns: Columns) -> list[tuple[float, float]]:
    """Return the chances of each balance, between two captures, that the count falls or rises by one.

    For somebody who is never listed, that is.
    """
    known = columns.ripe > 0
    known[~known.any(axis=1)] = True
    gaps = median_of(columns.reported - columns.listed - columns.away, known).clip(min=0.0)
    hidden = gaps / median_of(columns.listed, known).clip(min=1.0)
    came, left = (UNSEEN + hidden * usual_events(columns)).tolist()
    # Rounded, and not by NumPy, which rounds otherwise: so they are what they were the day before, mostly.
    return [
        (min(MOST_UNSEEN, round(down, 4)), min(MOST_UNSEEN, round(up, 4))) for down, up in zip(left, came, strict=True)
    ]

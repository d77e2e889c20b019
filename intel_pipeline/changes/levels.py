"""At which level the counts stand, capture by capture: inferred forward and backward, of many targets at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from intel_pipeline.changes.count_errors import believed
from intel_pipeline.changes.hiding import HIDING, between_back, both_ways, multiplied, step_chances
from intel_pipeline.changes.scratch import HELD, SCRATCH
from intel_pipeline.changes.unshown import at_first, counted_on_top

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from intel_pipeline.changes.count_errors import Array

TINY = 1e-300
# After so many captures what is believed is divided by its sum: the least chance of a count is 1e-36, of a number 1e-308.
RENEWED = 8


@dataclass(frozen=True, slots=True)
class Course:
    """What was seen of some targets, in as many captures of each, one after the other.

    `seen`: the chance of each count, [target, capture, way to err, level]. `moves`: the chances of moving from one
    number unshown to another, of each target as `unshown.unshown_moves`; None where nobody is. Of each capture but the
    first, [target, capture], how many are `missing` since, and the rest that `hiding.step_chances` asks for.
    """

    seen: "Array"
    moves: "Array | None"
    missing: "Array"
    ripe: "NDArray[np.bool_]"
    unseen: "tuple[Array, Array]"

    @property
    def size(self) -> int:
        """How many numbers there are of each target, over all shares hiding and numbers unshown."""
        unshown = 1 if self.moves is None else self.moves.shape[-1]
        return prod(self.seen.shape[1:]) * unshown * len(HIDING)

    def some(self, chosen: slice) -> "Course":
        """Return the course of these targets alone."""
        moves = None if self.moves is None else self.moves[chosen]
        down, up = self.unseen
        return Course(self.seen[chosen], moves, self.missing[chosen], self.ripe[chosen], (down[chosen], up[chosen]))


@dataclass(frozen=True, slots=True)
class Inferred:
    """What a course comes to.

    `chances`: for each capture but the first, which share of those missing is expected to be hidden. `evidence`: how
    well the course explains what was seen, as a logarithm. `ways`, `hiding`: the belief in each way to err, and the
    share of those missing who are hidden.
    """

    chances: tuple[float, ...]
    evidence: float
    ways: tuple[float, ...]
    hiding: float


def inferred_all(course: Course) -> list[Inferred]:
    """Return what the course of each target comes to, over all ways to err, to hide and to be unshown.

    They are gone through together: a step is a handful of operations on small arrays, and for one target each costs as
    much as for ten. What comes out is the same to the last bit, whoever is gone through with whom.
    """
    targets, number = len(course.seen), max(1, HELD // course.size)
    found: list[Inferred] = []
    for start in range(0, targets, number):
        found += inferred_together(course if number >= targets else course.some(slice(start, start + number)))
    return found


def inferred_together(course: Course) -> Iterator[Inferred]:
    """Yield what the course of each target comes to, of as many targets as are held at once."""
    import numpy as np

    hiding, belief = np.array([*HIDING]), np.array([*HIDING.values()])
    targets, captures = course.seen.shape[:2]
    moves = np.ones((targets, captures - 1, 1, 1)) if course.moves is None else course.moves
    top = counted_on_top(course.seen, moves.shape[2]).swapaxes(0, 1)[:, :, None]
    # For each share hiding once more: what lies as it does is multiplied with in less than half the time.
    seen = SCRATCH.room("seen", (captures, targets, len(HIDING), *top.shape[3:]))
    np.copyto(seen, top)
    missing, ripe, (down, up) = course.missing, course.ripe, course.unseen
    # [capture, course, share hiding, by how many]; turned around only now, since powers of what does not lie in a row
    # differ in their last bits.
    steps, hidden = (by.swapaxes(0, 1) for by in step_chances(missing, ripe, (down, up), seen.shape[-1]))
    start = np.stack([at_first(of_one) for of_one in moves]) if moves.shape[2] > 1 else np.ones((targets, 1))
    ahead, (then, now), totals = passes(seen, steps, moves, start)
    rows = (*then.shape[:3], -1, then.shape[-1])
    later = SCRATCH.room("later", then.shape)
    np.matmul(then.reshape(rows), between_back(hidden, seen.shape[-1]), out=later.reshape(rows))
    # [capture, course, share hiding, way to err]
    whole = np.einsum("ncswul,ncswul->ncsw", ahead, now)
    expected = np.einsum("ncswul,ncswul->ncsw", ahead, later)
    # [course, share hiding, way to err]
    evidence = np.log(belief[:, None] * believed()) + np.log(totals + TINY).sum(axis=0)
    best = evidence.max(axis=(1, 2))
    weight = np.exp(evidence - best[:, None, None])
    sums = weight.reshape(targets, -1).sum(axis=1)
    explained = best + np.log(sums)
    weight /= sums[:, None, None]
    # Where nothing that is thought possible explains the counts, nothing is proven by them.
    gone = missing.T
    numbers = np.where(whole > 0, expected / (whole + TINY), gone[:, :, None, None])
    shares = (weight * numbers).reshape(*gone.shape, -1).sum(axis=2) / gone.clip(1)
    shared = (weight.sum(axis=2) * hiding).sum(axis=1)
    found = shares.T.tolist(), explained.tolist(), weight.sum(axis=1).tolist(), shared.tolist()
    for chances, one, of_ways, hides in zip(*found, strict=True):
        yield Inferred(tuple(chances), one, tuple(of_ways), hides)


def passes(seen: "Array", steps: "Array", moves: "Array", start: "Array") -> "tuple[Array, tuple[Array, Array], Array]":
    """Return what is believed of the levels, [capture, course, share hiding, way to err, number unshown, level].

    By all counts up to each capture; by all after each, once as seen at the next capture and once as seen at this one.
    All but for the last capture, the first and the latter two each times a number that is the same for all levels. And
    totals of which the product tells how well all counts are explained.
    `seen`: as what is believed; `steps`: [capture, course, share hiding, by how many];
    `start`: the chance of each number unshown at first.
    What need not be done capture by capture is left to whoever asks. One goes forward and backward at once, from both
    ends: so many operations on small arrays cost half.
    """
    import numpy as np

    captures, *one, unshown, levels = seen.shape
    shape = (2, *one, unshown, levels)
    # Whatever a matrix of levels is multiplied with lies in rows, so that there is one product for each share.
    rows, numbers, still = (*shape[:3], -1, levels), (*shape[:4], -1), unshown == 1
    onward, back = moves.swapaxes(2, 3)[:, :, None, None], moves[:, :, None, None]
    # A column, which numbers are multiplied with in less time than with a vector. A product with ones is a sum of so few
    # numbers in a quarter of the time.
    whole = np.ones((unshown * levels, 1))
    # [step, forward or backward, ...]: what is believed before a capture is seen, and after.
    known, held = (SCRATCH.room(name, (captures, *shape)) for name in ("known", "held"))
    known[0, 0] = start[:, None, None, :, None] / levels
    known[0, 1] = 1
    totals = []
    for step, matrices in enumerate(both_ways(steps, levels), 1):
        before, now = held[step], known[step]
        np.multiply(known[step - 1, 0], seen[step - 1], out=before[0])
        np.multiply(known[step - 1, 1], seen[-step], out=before[1])
        if not still:
            before[1] = back[:, -step] @ before[1]
        multiplied(before.reshape(rows), matrices, now.reshape(rows))
        if not still:
            now[0] = onward[:, step - 1] @ now[0]
        if not step % RENEWED:
            sums = now.reshape(numbers) @ whole
            # Both, since they are held against each other.
            for of_either in (before, now):
                np.divide(of_either, (sums + TINY)[..., None], out=of_either)
            totals.append(sums[0])
    totals.append((known[-1, 0] * seen[-1]).reshape(numbers[1:]) @ whole)
    return held[1:, 0], (held[:0:-1, 1], known[:0:-1, 1]), np.stack(totals)[..., 0]

"""At which level the counts stand, capture by capture: inferred forward and backward, of many targets at once."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from threading import local
from typing import TYPE_CHECKING

from intel_pipeline.changes.count_errors import believed
from intel_pipeline.changes.hiding import HIDING, between, step_chances
from intel_pipeline.changes.unshown import at_first, counted_on_top
from intel_pipeline.parcels import parcels

if TYPE_CHECKING:
    from intel_pipeline.changes.count_errors import Array

TINY = 1e-300
# Numbers that are held at once of all targets together, 8 bytes each and several times over.
HELD = 500_000


class Scratch(local):
    """Room to work in that is used again: new memory has to be cleared first, which takes as long as all that is done in it."""

    def __init__(self) -> None:
        """Have no room yet."""
        self.rooms: dict[str, Array] = {}

    def room(self, name: str, shape: tuple[int, ...]) -> "Array":
        """Return an array with whatever is in it, which lasts until the next one of this name is asked for."""
        import numpy as np

        size = prod(shape)
        if size > HELD:
            return np.empty(shape)
        if name not in self.rooms or self.rooms[name].size < size:
            self.rooms[name] = np.empty(size)
        return self.rooms[name][:size].reshape(shape)


SCRATCH = Scratch()


@dataclass(frozen=True, slots=True)
class Course:
    """What was seen of one target, in captures one after the other.

    `seen`: the chance of each count, [capture, way to err, level]. `moves`: the chances of moving from one number
    unshown to another, as `unshown.unshown_moves`. Of each capture but the first, how many are `missing` since, and the
    rest that `hiding.step_chances` asks for.
    """

    seen: "Array"
    moves: "Array"
    missing: "Array"
    ripe: "Array"
    unseen: "tuple[Array, Array]"

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """How many captures, ways to err, numbers unshown and levels there are."""
        captures, ways, levels = self.seen.shape
        return captures, ways, self.moves.shape[1], levels


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


def inferred_all(courses: Sequence[Course]) -> list[Inferred]:
    """Return what each course comes to, over all ways to err, to hide and to be unshown.

    Those of one shape are gone through together: a step is a handful of operations on small arrays, and for one target
    each costs as much as for ten. What comes out is the same to the last bit, whoever is gone through with whom.
    """
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for number, course in enumerate(courses):
        alike[course.shape].append(number)
    found: dict[int, Inferred] = {}
    for shape, numbers in alike.items():
        captures, ways, unshown, levels = shape
        size = captures * len(HIDING) * ways * unshown * levels
        for some in parcels(((number, size) for number in numbers), HELD):
            found |= zip(some, inferred_together([courses[number] for number in some]), strict=True)
    return [found[number] for number in range(len(courses))]


def inferred_together(courses: Sequence[Course]) -> Iterator[Inferred]:
    """Yield what each of some courses of one shape comes to."""
    import numpy as np

    hiding, belief = np.array([*HIDING]), np.array([*HIDING.values()])
    moves = np.stack([course.moves for course in courses])
    tops = [counted_on_top(course.seen, moves.shape[2]) for course in courses]
    seen = np.stack(tops, out=SCRATCH.room("seen", (len(tops), *tops[0].shape)))
    # Of each course, by its captures.
    missing, ripe = (np.stack([getattr(course, name) for course in courses]) for name in ("missing", "ripe"))
    down, up = (np.stack([course.unseen[way] for course in courses]) for way in (0, 1))
    # [capture, course, share hiding, by how many]; turned around only now, since powers of what does not lie in a row
    # differ in their last bits.
    steps, hidden = (by.swapaxes(0, 1) for by in step_chances(missing, ripe, (down, up), seen.shape[-1]))
    start = np.stack([at_first(course.moves) for course in courses])
    ahead, (then, now), totals = passes(seen, steps, moves, start)
    rows = (*then.shape[:3], -1, then.shape[-1])
    later = SCRATCH.room("later", then.shape)
    np.matmul(then.reshape(rows), between(hidden, seen.shape[-1], back=True), out=later.reshape(rows))
    # [capture, course, share hiding, way to err]
    whole = np.einsum("ncswul,ncswul->ncsw", ahead[:-1], now)
    expected = np.einsum("ncswul,ncswul->ncsw", ahead[:-1], later)
    # [course, share hiding, way to err]
    evidence = np.log(belief[:, None] * believed()) + np.log(totals + TINY).sum(axis=0)
    best = evidence.max(axis=(1, 2))
    weight = np.exp(evidence - best[:, None, None])
    sums = weight.reshape(len(courses), -1).sum(axis=1)
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

    By all counts up to each capture; by all after each, once as seen at the next capture and once as seen at this one,
    of all captures but the last; and the totals that the first were divided by before the next was seen.
    `seen`: [course, capture, way to err, number unshown, level]; `steps`: [capture, course, share hiding, by how many];
    `start`: the chance of each number unshown at first.
    What need not be done capture by capture is left to whoever asks.
    """
    import numpy as np

    courses, captures, *one, levels = seen.shape
    shape = (courses, len(HIDING), *one, levels)
    # Whatever a matrix of levels is multiplied with lies in rows, so that there is one product for each share.
    rows, numbers, still = (*shape[:2], -1, levels), (*shape[:3], -1), moves.shape[2] == 1
    wide = seen[:, :, None]
    onward, back = moves.swapaxes(2, 3)[:, :, None, None], moves[:, :, None, None]
    ahead, behind = between(steps, levels), between(steps, levels, back=True)
    # A column, which numbers are multiplied with in less time than with a vector.
    whole = np.ones((one[1] * levels, 1))
    lengths = {"forward": captures, "then": captures - 1, "now": captures - 1}
    forward, then, now = (SCRATCH.room(name, (number, *shape)) for name, number in lengths.items())
    totals = np.empty((captures, *shape[:3]))
    forward[0] = wide[:, 0] * start[:, None, None, :, None] / levels
    # A product with ones is a sum of so few numbers in a quarter of the time.
    np.matmul(forward[0].reshape(numbers), whole, out=totals[0][..., None])
    for number in range(1, captures):
        known = (forward[number - 1] / (totals[number - 1] + TINY)[..., None, None]).reshape(rows)
        moved = (known @ ahead[number - 1]).reshape(shape)
        np.multiply(moved if still else onward[:, number - 1] @ moved, wide[:, number], out=forward[number])
        np.matmul(forward[number].reshape(numbers), whole, out=totals[number][..., None])
    backward = np.ones(shape)
    for number in range(captures - 1, 0, -1):
        held = np.multiply(wide[:, number], backward, out=then[number - 1] if still else None)
        if not still:
            np.matmul(back[:, number - 1], held, out=then[number - 1])
        np.matmul(then[number - 1].reshape(rows), behind[number - 1], out=now[number - 1].reshape(rows))
        sums = (now[number - 1].reshape(numbers) @ whole)[..., 0]
        backward = now[number - 1] / (sums + TINY)[..., None, None]
    return forward, (then, now), totals

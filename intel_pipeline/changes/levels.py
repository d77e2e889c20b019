"""At which level the counts stand, capture by capture: inferred forward and backward, of many targets at once."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from threading import local
from typing import TYPE_CHECKING

from intel_pipeline.changes.count_errors import believed
from intel_pipeline.changes.hiding import HIDING, step_chances
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
    # [course, capture, share hiding, from level, to level]
    missing, ripe = (np.stack([getattr(course, name) for course in courses]) for name in ("missing", "ripe"))
    down, up = (np.stack([course.unseen[way] for course in courses]) for way in (0, 1))
    steps, hidden = step_chances(missing, ripe, (down, up), seen.shape[-1])
    start = np.stack([at_first(course.moves) for course in courses])
    ahead, (then, now), totals = passes(seen, steps, moves, start)
    evidence = np.log(belief[:, None] * believed()) + np.log(totals + TINY).sum(axis=0)
    rows = (*then.shape[:3], -1, then.shape[-1])
    later = SCRATCH.room("later", then.shape)
    np.matmul(then.reshape(rows), hidden.swapaxes(0, 1).swapaxes(3, 4), out=later.reshape(rows))
    # [capture, course, share hiding, way to err]
    whole = np.einsum("ncswul,ncswul->ncsw", ahead[:-1], now)
    expected = np.einsum("ncswul,ncswul->ncsw", ahead[:-1], later)
    for number, gone in enumerate(missing):
        best = evidence[number].max()
        weight = np.exp(evidence[number] - best)
        explained = float(best + np.log(weight.sum()))
        weight /= weight.sum()
        # Where nothing that is thought possible explains the counts, nothing is proven by them.
        known, told = whole[:, number], expected[:, number]
        numbers = np.where(known > 0, told / (known + TINY), gone[:, None, None])
        shares = (weight * numbers).sum(axis=(1, 2)) / gone.clip(1)
        yield Inferred(
            tuple(shares.tolist()),
            explained,
            tuple(weight.sum(axis=0).tolist()),
            float((weight.sum(axis=1) * hiding).sum()),
        )


def passes(seen: "Array", steps: "Array", moves: "Array", start: "Array") -> "tuple[Array, tuple[Array, Array], Array]":
    """Return what is believed of the levels, [capture, course, share hiding, way to err, number unshown, level].

    By all counts up to each capture; by all after each, once as seen at the next capture and once as seen at this one,
    of all captures but the last; and the totals that the first were divided by before the next was seen.
    `seen`: [course, capture, way to err, number unshown, level]; `start`: the chance of each number unshown at first.
    What need not be done capture by capture is left to whoever asks.
    """
    import numpy as np

    courses, captures, *one, levels = seen.shape
    shape = (courses, len(HIDING), *one, levels)
    # Whatever a matrix of levels is multiplied with lies in rows, so that there is one product for each share.
    rows, numbers, still = (*shape[:2], -1, levels), (*shape[:3], -1), moves.shape[2] == 1
    wide = seen[:, :, None]
    onward, back = moves.swapaxes(2, 3)[:, :, None, None], moves[:, :, None, None]
    whole = np.ones(one[1] * levels)
    lengths = {"forward": captures, "then": captures - 1, "now": captures - 1}
    forward, then, now = (SCRATCH.room(name, (number, *shape)) for name, number in lengths.items())
    totals = np.empty((captures, *shape[:3]))
    forward[0] = wide[:, 0] * start[:, None, None, :, None] / levels
    # A product with ones is a sum of so few numbers in a quarter of the time.
    totals[0] = forward[0].reshape(numbers) @ whole
    for number in range(1, captures):
        known = (forward[number - 1] / (totals[number - 1] + TINY)[..., None, None]).reshape(rows)
        moved = (known @ steps[:, number - 1]).reshape(shape)
        np.multiply(moved if still else onward[:, number - 1] @ moved, wide[:, number], out=forward[number])
        totals[number] = forward[number].reshape(numbers) @ whole
    backward = np.ones(shape)
    for number in range(captures - 1, 0, -1):
        held = wide[:, number] * backward
        then[number - 1] = held if still else back[:, number - 1] @ held
        known = then[number - 1].reshape(rows)
        np.matmul(known, steps[:, number - 1].swapaxes(2, 3), out=now[number - 1].reshape(rows))
        backward = now[number - 1] / (now[number - 1].reshape(numbers) @ whole + TINY)[..., None, None]
    return forward, (then, now), totals

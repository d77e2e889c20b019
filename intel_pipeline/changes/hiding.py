"""Who of those missing is hidden: how the number of those who are counted and never listed moves."""

from typing import TYPE_CHECKING

from intel_pipeline.changes.scratch import SCRATCH

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from intel_pipeline.changes.count_errors import Array

# The share of those missing who are hidden rather than gone, with the share of targets that are like that.
HIDING = {0.001: 0.5, 0.005: 0.3, 0.03: 0.15, 0.2: 0.05}
# With more levels than so many, a product with rows and one with columns differ in their last bits.
PLAIN = 16


def step_chances(
    missing: "Array", ripe: "NDArray[np.bool_]", unseen: "tuple[Array, Array]", levels: int
) -> "tuple[Array, Array]":
    """Return the chances of moving between levels, [..., hiding, by how many, from -levels to levels], as `between` wants them.

    And the same times how many are hidden. Of each step, [...]: how many went `missing`, whether they are `ripe`, and the
    chances that the count falls or rises by one `unseen`.
    """
    import numpy as np

    hiding, numbers = np.array([*HIDING]), np.arange(levels + 1)
    # With a number for each share: what one number has in common with all of them is squared, which is another last bit.
    gone, down, up = (np.repeat(of_each[..., None], len(hiding), axis=-1) for of_each in (missing, *unseen))
    none, is_ripe, all_ripe = np.power(1 - hiding, gone), ripe[..., None], bool(ripe.all())
    # Of those who may merely flicker nothing is believed beforehand.
    chance = none if all_ripe else np.where(is_ripe, none, 1 / (gone + 1))
    hidden = [chance]
    for number in range(levels):
        more = chance * (gone - number) / (number + 1) * hiding / (1 - hiding)
        chance = more if all_ripe else np.where(is_ripe, more, np.where(number < gone, chance, 0.0))
        hidden.append(chance)
    # [by how many, ..., hiding]: what is worked on lies in long rows.
    alone = np.stack(hidden)
    times = numbers.reshape(-1, *(1,) * gone.ndim)
    # [steps or steps times hidden, by how many the level moves, ..., hiding]
    moved = SCRATCH.room("moved", (2, 2 * levels + 1, *gone.shape))
    moved[:] = 0
    for chances, share in zip(moved, (alone, alone * times), strict=True):
        for by, part in ((-1, down), (0, 1 - down - up), (1, up)):
            start = levels + by
            reached = 2 * levels + 1 - start
            chances[start : start + levels + 1] += share[:reached] * part
    return np.moveaxis(moved[0], 0, -1), np.moveaxis(moved[1], 0, -1)


def between(moved: "Array", levels: int) -> "Array":
    """Return the chances of moving from level to level, [..., from, to], without a copy.

    `moved`: by how many, as `step_chances` has it.
    """
    import numpy as np

    # From the first level, one moves by 0 and more; from each further one the same is found one place earlier. NumPy's
    # sliding windows are this, after a fortieth of a millisecond of checks.
    *others, step = moved.strides
    shape = (*moved.shape[:-1], levels, levels)
    return np.lib.stride_tricks.as_strided(moved[..., levels:], shape, (*others, -step, step), writeable=False)


def both_ways(moved: "Array", levels: int) -> "Array":
    """Return the chances of moving from level to level forward, and backward from the last step on.

    [step, forward or backward, ..., from, to], as they are `multiplied` with. `moved`: [step, ..., by how many].
    """
    onward = between(moved, levels)
    steps, *shape = onward.shape
    found = SCRATCH.room("steps", (steps, 2, *shape))
    found[:, 0] = onward
    found[:, 1] = laid(onward)[::-1]
    return found


def between_back(moved: "Array", levels: int) -> "Array":
    """Return the chances of moving from level to level, [..., to, from], until the next ones are asked for.

    `moved`: by how many, as `step_chances` has it. A copy in which both lie in rows is multiplied with in half the time.
    """
    onward = between(moved, levels)
    found = SCRATCH.room("back", onward.shape)
    found[:] = laid(onward)
    return found if levels <= PLAIN else found.swapaxes(-1, -2)


def laid(onward: "Array") -> "Array":
    """Return the chances of moving from level to level, [..., from, to], as they are laid down for the way back."""
    return onward.swapaxes(-1, -2) if onward.shape[-1] <= PLAIN else onward


def multiplied(numbers: "Array", both: "Array", out: "Array") -> None:
    """Multiply numbers, [forward or backward, ..., level], with the chances of moving `both_ways`."""
    import numpy as np

    if numbers.shape[-1] <= PLAIN:
        np.matmul(numbers, both, out=out)
    else:
        np.matmul(numbers[0], both[0], out=out[0])
        np.matmul(numbers[1], both[1].swapaxes(-1, -2), out=out[1])

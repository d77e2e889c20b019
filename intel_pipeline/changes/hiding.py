"""Who of those missing is hidden: how the number of those who are counted and never listed moves."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intel_pipeline.changes.count_errors import Array

# The share of those missing who are hidden rather than gone, with the share of targets that are like that.
HIDING = {0.001: 0.5, 0.005: 0.3, 0.03: 0.15, 0.2: 0.05}


def step_chances(missing: "Array", ripe: "Array", unseen: "tuple[Array, Array]", levels: int) -> "tuple[Array, Array]":
    """Return the chances of moving from level to level, [..., hiding, from, to], and the same times how many are hidden.

    Of each step, [...]: how many went `missing`, whether they are `ripe`, and the chances that the count falls or rises
    by one `unseen`.
    """
    import numpy as np

    hiding, numbers = np.array([*HIDING]), np.arange(levels + 1)
    gone, is_ripe = missing[..., None], ripe[..., None]
    # Of those who may merely flicker nothing is believed beforehand.
    chance = np.where(is_ripe, (1 - hiding) ** gone, 1 / (gone + 1))
    hidden = [chance]
    for number in range(levels):
        more = chance * (gone - number) / (number + 1) * hiding / (1 - hiding)
        chance = np.where(is_ripe, more, np.where(number < gone, chance, 0.0))
        hidden.append(chance)
    alone = np.stack(hidden, axis=-1)
    down, up = (share[..., None, None] for share in unseen)
    # [steps or steps times hidden, ..., hiding, by how many the level moves, from -levels to levels]
    moved = np.zeros((2, *alone.shape[:-1], 2 * levels + 1))
    for chances, share in zip(moved, (alone, alone * numbers), strict=True):
        for by, part in ((-1, down), (0, 1 - down - up), (1, up)):
            start = levels + by
            reached = 2 * levels + 1 - start
            chances[..., start : start + levels + 1] += (share * part)[..., :reached]
    places = np.arange(levels)
    steps: Array = moved[..., places[None, :] - places[:, None] + levels]
    return steps[0], steps[1]

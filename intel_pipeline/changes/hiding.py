"""Who of those missing is hidden: how the number of those who are counted and never listed moves."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intel_pipeline.changes.count_errors import Array

# The share of those missing who are hidden rather than gone, with the share of targets that are like that.
HIDING = {0.001: 0.5, 0.005: 0.3, 0.03: 0.15, 0.2: 0.05}


@lru_cache(maxsize=80)
def step_chances(missing: int, ripe: bool, levels: int, unseen: tuple[float, float]) -> "tuple[Array, Array]":  # noqa: FBT001  a key of the cache
    """Return the chances of moving from level to level, [hiding, from, to], and the same times how many are hidden."""
    import numpy as np

    hiding, most = np.array([*HIDING]), min(missing, levels)
    if ripe:
        hidden = [(1 - hiding) ** missing]
        for number in range(most):
            hidden.append(hidden[-1] * (missing - number) / (number + 1) * hiding / (1 - hiding))
    else:
        hidden = [np.full_like(hiding, 1 / (missing + 1))] * (most + 1)
    numbers = np.arange(most + 1)
    down, up = unseen
    # [steps or steps times hidden, hiding, by how many the level moves, from -levels to levels]
    moved = np.zeros((2, len(hiding), 2 * levels + 1))
    for chances, share in zip(moved, (np.stack(hidden, axis=1), np.stack(hidden, axis=1) * numbers), strict=True):
        for by, part in ((-1, down), (0, 1 - down - up), (1, up)):
            reached = numbers + by <= levels
            chances[:, (numbers + by + levels)[reached]] += (share * part)[:, reached]
    places = np.arange(levels)
    steps: Array = moved[:, :, places[None, :] - places[:, None] + levels]
    return steps[0], steps[1]

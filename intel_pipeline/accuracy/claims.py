"""Claims about followers: that somebody followed, left or renamed between two moments."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

import polars as pl

from intel_pipeline.accuracy.course import Course

Kind = Literal["left", "followed", "renamed"]
KINDS: tuple[Kind, ...] = ("left", "followed", "renamed")
# Who comes back after a confirmed loss is told apart by the pipeline; the truth calls it following all the same.
KIND_OF: dict[str, Kind] = {"left": "left", "followed": "followed", "refollowed": "followed", "renamed": "renamed"}


class Claim(NamedTuple):
    """What is said to have happened to `user_id` after `not_before` and not after `not_after`; said at `made_at`."""

    kind: Kind
    user_id: int
    not_before: datetime
    not_after: datetime
    made_at: datetime


def ours(course: Course) -> Iterator[Claim]:
    """Yield what the pipeline has confirmed; `revealed` claims nothing."""
    confirmed = course.log().filter(pl.col("state") == "confirmed", pl.col("kind").is_in([*KIND_OF]))
    for kind, *rest in confirmed.select("kind", "user_id", "not_before", "not_after", "learned_at").iter_rows():
        yield Claim(KIND_OF[kind], *rest)

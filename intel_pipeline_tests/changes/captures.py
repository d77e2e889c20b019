"""Histories of follower captures, told in a line each, and what is learned from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import polars as pl
from hypothesis import strategies as st

from intel_pipeline.changes.comparison import MEMBER
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.followers import learn
from intel_pipeline.changes.standing import Standing, nothing_known
from intel_pipeline.contracts.change import FOLLOWER_CHANGE

START = datetime(2026, 11, 1, 6, tzinfo=UTC)
# What a change is told from others by.
CHANGE = ["target", "kind", "user_id", "first_capture_id"]


@dataclass(frozen=True)
class Seen:
    """One capture: who was listed (id and name, newest first), whether that was all, and the count beside it.

    Without `reported`, Instagram counts whom it lists.
    """

    members: dict[int, str]
    complete: bool = True
    reported: float | None = None

    @property
    def count(self) -> float:
        return len(self.members) if self.reported is None else self.reported


class Learned(NamedTuple):
    capture: int
    user_id: int
    kind: str
    state: str


History = Sequence[Seen]
histories = st.lists(
    st.builds(
        Seen,
        st.dictionaries(st.integers(1, 4), st.sampled_from(["ann", "bob", "cem"]), max_size=4),
        st.sampled_from([True, True, False]),
        st.sampled_from([None, None, 3.0]),
    ),
    min_size=1,
    max_size=9,
)


def people(*user_ids: int, **renamed: str) -> dict[int, str]:
    """Return members by id, newest first; `_7="x"` calls number 7 x."""
    return {number: renamed.get(f"_{number}", f"person.{number}") for number in user_ids}


def ref(number: int, seen: Seen, target: str = "desk") -> CaptureRef:
    started = START + timedelta(days=number)
    ended = started + timedelta(minutes=9)
    return CaptureRef(f"{target}-{number}", target, started, ended, seen.complete, len(seen.members), seen.count)


def frame(seen: Seen) -> pl.LazyFrame:
    rows = [(user_id, name, position) for position, (user_id, name) in enumerate(seen.members.items())]
    return pl.DataFrame(sorted(rows), schema=MEMBER, orient="row").lazy()


def newest_named(log: pl.DataFrame) -> pl.DataFrame:
    """Return the log with the newest name of everybody, as the warehouse tells it; renames with the name taken then."""
    newest = log.sort("learned_at", maintain_order=True).unique(["target", "user_id"], keep="last")
    known = log.join(
        newest.select("target", "user_id", newest="username"), on=["target", "user_id"], maintain_order="left"
    )
    name = pl.when(pl.col("kind") == "renamed").then("username").otherwise("newest")
    return known.with_columns(username=name).drop("newest")


def folded(history: History, target: str = "desk") -> tuple[pl.DataFrame, Standing]:
    """Return the log of changes and what is known at the end."""
    standing, log = nothing_known(), pl.DataFrame(schema=FOLLOWER_CHANGE)
    for number, seen in enumerate(history):
        lesson = learn(standing, ref(number, seen, target), frame(seen))
        standing, log = lesson.standing, pl.concat([log, lesson.changes])
    return log, standing


def told(history: History) -> list[Learned]:
    """Return what each capture taught, by id, kind and state; of a loss that stays suspected only the first word."""
    log = folded(history)[0].sort("learned_at", "user_id", "kind", "state")
    rows = log.select("capture_id", "user_id", "kind", "state", "first_capture_id").iter_rows()
    return [
        Learned(int(capture_id.rsplit("-", 1)[1]), user_id, kind, state)
        for capture_id, user_id, kind, state, first in rows
        if state != "suspected" or first == capture_id
    ]


def fates(history: History) -> set[tuple[int, str, str]]:
    """Return where each change stands at the end."""
    newest = folded(history)[0].unique(CHANGE, keep="last", maintain_order=True)
    return set(newest.select("user_id", "kind", "state").iter_rows())

"""Histories of follower captures, and what they teach by the rules in words: one follower at a time, nothing clever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import polars as pl
from hypothesis import strategies as st

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.followers import MEMBER, OPEN_LOSS, RETURNED, brought_up_to_date, follower_changes
from intel_pipeline.contracts.change import FOLLOWER_CHANGE

START = datetime(2026, 11, 1, 6, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    """One capture: who was listed, under which name, and whether the list was complete."""

    members: dict[int, str]
    complete: bool = True


class Learned(NamedTuple):
    capture: int
    user_id: int
    kind: str
    state: str
    username: str
    previous_username: str | None
    absences: int | None


History = Sequence[Seen]
histories = st.lists(
    st.builds(
        Seen,
        st.dictionaries(st.integers(1, 4), st.sampled_from(["ann", "bob", "cem"]), max_size=4),
        st.sampled_from([True, True, False]),
    ),
    min_size=1,
    max_size=9,
)


def expected(history: History) -> list[Learned]:
    """Return what the history teaches, follower by follower, from the rules of the design."""
    baseline = next((number for number, seen in enumerate(history) if seen.complete), len(history))
    everybody = sorted({user_id for seen in history for user_id in seen.members})
    return sorted(found for user_id in everybody for found in story(user_id, history, baseline))


def story(user_id: int, history: History, baseline: int) -> list[Learned]:
    learned: list[Learned] = []
    if baseline == len(history):
        return learned
    name = history[baseline].members.get(user_id)
    following, missed, lost = name is not None, 0, False
    for number in range(baseline + 1, len(history)):
        seen = history[number]
        now = seen.members.get(user_id)
        if now is not None:
            if missed:
                learned.append(Learned(number, user_id, "left", "retracted", now, None, missed))
            if following and now != name:
                learned.append(Learned(number, user_id, "renamed", "confirmed", now, name, None))
            if not following:
                learned.append(
                    Learned(number, user_id, "refollowed" if lost else "followed", "confirmed", now, None, None)
                )
            name, following, missed = now, True, 0
        elif seen.complete and following and name is not None:
            missed += 1
            state = "confirmed" if missed == 2 else "suspected"
            learned.append(Learned(number, user_id, "left", state, name, None, missed))
            if missed == 2:
                following, missed, lost = False, 0, True
    return learned


def ref(number: int, seen: Seen, target: str = "desk") -> CaptureRef:
    started = START + timedelta(days=number)
    return CaptureRef(f"{target}-{number}", target, started, started + timedelta(minutes=9), seen.complete)


def frame(seen: Seen) -> pl.DataFrame:
    rows = sorted(seen.members.items())
    return pl.DataFrame(rows, schema=MEMBER, orient="row")


def folded(history: History, target: str = "desk") -> pl.DataFrame:
    """Return the log of changes, folded capture by capture as the landing does it, in memory."""
    log = pl.DataFrame(schema=FOLLOWER_CHANGE)
    before: tuple[int, Seen] | None = None
    for number, seen in enumerate(history):
        if before is not None:
            log = pl.concat([log, step(log, before, number, seen, target)])
        if seen.complete:
            before = number, seen
    return log


def step(log: pl.DataFrame, before: tuple[int, Seen], number: int, seen: Seen, target: str) -> pl.DataFrame:
    then = ref(*before, target)
    newest = log.filter(pl.col("kind") == "left").unique("change_id", keep="last", maintain_order=True)
    confirmed = log.filter((pl.col("kind") == "left") & (pl.col("state") == "confirmed"))
    taught = (pl.col("kind") != "left") | (pl.col("state") == "retracted")
    since = log.filter((pl.col("learned_at") > then.finished_at) & taught).select(MEMBER.names())
    return follower_changes(
        brought_up_to_date(frame(before[1]), since),
        then,
        frame(seen),
        ref(number, seen, target),
        losses=newest.filter(pl.col("state") == "suspected").select(OPEN_LOSS.names()).sort("user_id"),
        lost_once=confirmed.select(RETURNED.names()).unique(),
    )


def told(log: pl.DataFrame) -> list[Learned]:
    columns = ("user_id", "kind", "state", "username", "previous_username", "absences")
    rows = log.select("capture_id", *columns).iter_rows()
    return sorted(Learned(int(capture_id.rsplit("-", 1)[1]), *rest) for capture_id, *rest in rows)

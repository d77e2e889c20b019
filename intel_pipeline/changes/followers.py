"""Who followed, who was revealed, who left, who came back and who renamed: what one capture teaches."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from intel_pipeline.changes.arrivals import SETTLING, newly_followed
from intel_pipeline.changes.comparison import Compared, compared, listing
from intel_pipeline.changes.evidence import CaptureRef, change_id
from intel_pipeline.changes.losses import aged, entered, flicker_patience, judged, less
from intel_pipeline.changes.standing import LOST, OPEN_LOSS, Since, Standing
from intel_pipeline.contracts.change import FOLLOWER_CHANGE, MOMENT


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a capture taught: rows of FOLLOWER_CHANGE sorted by (user_id, kind, state), and what is known after it."""

    changes: pl.DataFrame
    standing: Standing


def learn(standing: Standing, capture: CaptureRef, listed: pl.LazyFrame) -> Lesson:
    """Return what `capture` teaches to somebody who knows `standing`.

    `listed`: MEMBER columns sorted by `user_id`, distinct; ValueError otherwise. Presence is proven by any capture,
    absence only by a complete one. Members of the first complete capture are no events, but whoever was shown before
    it and is missing from it is suspected to have left.
    """
    found = compared(standing.members, listed)
    losses = aged(standing.losses, standing.balance)
    back = found.arrived.join(losses.rename({"username": "previous_username"}), on="user_id", maintain_order="left")
    again = found.arrived.join(standing.lost.rename({"username": "previous_username"}), on="user_id")
    fresh = found.arrived.join(losses, on="user_id", how="anti").join(standing.lost, on="user_id", how="anti")
    new = fresh.with_columns(known_as_new(standing, capture, fresh, found))["new"] if standing.based else None
    parts = [
        event(found.renamed, "renamed", "confirmed"),
        event(renamed(pl.concat([part.select(NAMES) for part in (back, again)])), "renamed", "confirmed"),
        event(back.drop("reason"), "left", "retracted"),
        event(again, "refollowed", "confirmed"),
    ]
    arrived = again.height
    if standing.based and new is not None:
        earliest = pl.lit(doubtful_since(standing), MOMENT)
        parts.append(event(fresh.filter(new).with_columns(not_before=earliest), "followed", "confirmed"))
        parts.append(event(fresh.filter(~new), "revealed", "confirmed"))
        arrived += int(new.sum())
    away = standing.losses.join(back, on="user_id", how="anti", maintain_order="left")
    lost = standing.lost.join(again, on="user_id", how="anti")
    if not capture.complete:
        taught = pl.concat([found.arrived.select("user_id", "username"), found.renamed.select("user_id", "username")])
        since = Since(
            standing.since.arrived + arrived,
            standing.since.returned + back.height,
            standing.since.waited + int(back["absences"].sum()),
        )
        after = Standing(
            members=brought_up_to_date(standing.members, taught),
            before=standing.before or capture,
            losses=away,
            lost=lost,
            balance=less(standing.balance, back),
            since=since,
        )
        return Lesson(told(parts, standing, capture), after)
    begun = lost_now(found.missing, standing.before, capture)
    balance = entered(standing.balance, capture, standing.since, back, arrived, begun.height)
    verdict = judged(pl.concat([away, begun]), balance)
    parts += [event(verdict.confirmed, "left", "confirmed"), event(verdict.suspected, "left", "suspected")]
    after = Standing(
        members=listing(listed),
        before=capture,
        losses=verdict.open,
        lost=pl.concat([lost, verdict.confirmed.select(LOST.names())]),
        balance=verdict.balance,
        since=Since(),
    )
    return Lesson(told(parts, standing, capture), after)


NAMES = ("user_id", "username", "previous_username")


def renamed(returned: pl.DataFrame) -> pl.DataFrame:
    """Return those who came back under another name."""
    return returned.filter(pl.col("username") != pl.col("previous_username"))


def known_as_new(standing: Standing, capture: CaptureRef, fresh: pl.DataFrame, found: Compared) -> pl.Expr:
    """Return, for `fresh`, whether each is proven to have followed since the last complete capture."""
    settled = standing.balance.height >= max(SETTLING, flicker_patience(standing.balance))
    risen = None
    if capture.complete and capture.reported is not None:
        risen = capture.reported - standing.balance["reported"][-1] - standing.since.arrived
    return newly_followed(fresh, found.head, risen=risen, settled=settled).alias("new")


def doubtful_since(standing: Standing) -> datetime:
    """Return the start of the last complete capture that proves who did not follow: one who flickers may be missed."""
    moments = standing.balance["started_at"]
    doubtful = flicker_patience(standing.balance) - 1
    moment: datetime = moments[max(0, len(moments) - doubtful)]
    return moment


def lost_now(missing: pl.DataFrame, before: CaptureRef | None, capture: CaptureRef) -> pl.DataFrame:
    """Return OPEN_LOSS rows for those `missing` (`user_id`, `username`) from the complete `capture`."""
    return missing.select(
        change_id=named("left", missing["user_id"], capture),
        user_id="user_id",
        username="username",
        not_before=pl.lit(before.started_at if before else None, MOMENT),
        not_after=pl.lit(capture.finished_at, MOMENT),
        reason=pl.lit(None, pl.String),
        first_capture_id=pl.lit(capture.capture_id),
    ).cast(OPEN_LOSS)


def event(rows: pl.DataFrame, kind: str, state: str) -> pl.DataFrame:
    """Return `rows` as events of one kind and state, in those columns of FOLLOWER_CHANGE that they tell of."""
    silent = {"previous_username"} if kind == "left" else set()
    known = [column for column in rows.columns if column in FOLLOWER_CHANGE and column not in silent]
    return rows.select(known).with_columns(kind=pl.lit(kind), state=pl.lit(state))


def told(parts: list[pl.DataFrame], standing: Standing, capture: CaptureRef) -> pl.DataFrame:
    """Return the events with what they have in common; each change has an id, and one that goes on keeps its own."""
    # Most captures teach little, and each empty frame costs as much as a full one.
    found = pl.concat([pl.DataFrame(schema=FOLLOWER_CHANGE), *(part for part in parts if part.height)], how="diagonal")
    before = standing.before or capture
    ids = [
        known or change_id(capture.target, kind, user_id, capture.capture_id)
        for known, kind, user_id in found.select("change_id", "kind", "user_id").iter_rows()
    ]
    return found.with_columns(
        change_id=pl.Series(ids, dtype=pl.String),
        target=pl.lit(capture.target),
        not_before=pl.coalesce("not_before", pl.lit(before.started_at, MOMENT)),
        not_after=pl.coalesce("not_after", pl.lit(capture.finished_at, MOMENT)),
        learned_at=pl.lit(capture.finished_at, MOMENT),
        capture_id=pl.lit(capture.capture_id),
        before_capture_id=pl.lit(before.capture_id),
        first_capture_id=pl.coalesce("first_capture_id", pl.lit(capture.capture_id)),
    ).sort("user_id", "kind", "state")


def named(kind: str, user_ids: pl.Series, capture: CaptureRef) -> pl.Series:
    """Return the ids of changes that begin with `capture`."""
    ids = [change_id(capture.target, kind, user_id, capture.capture_id) for user_id in user_ids]
    return pl.Series(ids, dtype=pl.String)


def brought_up_to_date(members: pl.LazyFrame, taught: pl.DataFrame) -> pl.LazyFrame:
    """Return `members` with what incomplete captures `taught` since (`user_id`, `username`, the newest word last).

    Without this, the next complete capture would report the same follower a second time, or overlook that one who
    returned has left. Where such a follower stands in the list is not known.
    """
    if taught.is_empty():
        return members
    newest = taught.unique("user_id", keep="last", maintain_order=True).sort("user_id").lazy()
    added = listing(newest.with_columns(position=pl.lit(None, pl.Int64)))
    kept = listing(members).join(newest, on="user_id", how="anti", maintain_order="left")
    return kept.merge_sorted(added, key="user_id")

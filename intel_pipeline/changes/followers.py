"""Who followed, who was revealed, who left, who came back and who renamed: what one capture teaches."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import polars as pl

from intel_pipeline.changes.arrivals import SEEN, SETTLING, at_top, edges, likely_new, risen_to_top
from intel_pipeline.changes.comparison import Compared, compared, listing
from intel_pipeline.changes.events import event, told
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.losses import begun_at, judged
from intel_pipeline.changes.returns import Returns, returned
from intel_pipeline.changes.rows import entered, flicker_patience
from intel_pipeline.changes.standing import LOST, Row, Since, Standing, brought_up_to_date
from intel_pipeline.contracts.change import MOMENT


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a capture taught: rows of FOLLOWER_CHANGE sorted by (user_id, kind, state), and what is known after it.

    `row`: what it alone enters into the balance; for an incomplete one only what `Since` sums up counts.
    """

    changes: pl.DataFrame
    standing: Standing
    row: Row


def learn(standing: Standing, capture: CaptureRef, listed: pl.LazyFrame) -> Lesson:
    """Return what `capture` teaches to somebody who knows `standing`.

    `listed`: MEMBER columns sorted by `user_id`, distinct; ValueError otherwise. Presence is proven by any capture,
    absence only by a complete one. Members of the first complete capture are no events, but whoever was shown before
    it and is missing from it is suspected to have left.
    """
    found = compared(standing.members, listed)
    begun = begun_at(capture, found.missing, standing.before) if capture.complete else standing.losses.head(0)
    came = arrivals(standing, capture, found, begun.height)
    parts = [event(found.renamed, "renamed", "confirmed"), *came.events]
    away = standing.losses.join(came.returns.back, on="user_id", how="anti", maintain_order="left")
    lost = standing.lost.join(came.again, on="user_id", how="anti", maintain_order="left")
    balance, row = came.returns.balance, came.returns.row
    if not capture.complete:
        seen = pl.concat([found.arrived.select("user_id", "username"), found.renamed.select("user_id", "username")])
        after = Standing(
            members=brought_up_to_date(standing.members, seen),
            before=standing.before or capture,
            losses=away,
            lost=lost,
            balance=balance,
            since=standing.since.plus(row),
        )
        return Lesson(told(parts, standing.before or capture, capture), after, row)
    balance = entered(balance, row, standing.since)
    verdict = judged(pl.concat([away, begun]), balance)
    parts += [event(verdict.confirmed, "left", "confirmed"), event(verdict.suspected, "left", "suspected")]
    after = Standing(
        members=listing(listed),
        before=capture,
        losses=verdict.open,
        lost=pl.concat([lost, verdict.confirmed.select(LOST.names())]),
        balance=(*balance[:-1], verdict.row),
        since=Since(),
    )
    own = replace(verdict.row, **asdict(Since().plus(row)))
    return Lesson(told(parts, standing.before or capture, capture), after, own)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Who is in the list and was not before: `returns` from suspected losses, and `again` from confirmed ones.

    `events`: what they and all others who are new in the list teach.
    """

    returns: Returns
    again: pl.DataFrame
    events: list[pl.DataFrame]


def arrivals(standing: Standing, capture: CaptureRef, found: Compared, missing: int) -> Arrivals:
    """Sort out those who are in the list of `capture` and were not before; so many are `missing` from it."""
    before = {"username": "previous_username", "position": "position_before"}
    above = edges(found.head, standing.balance[-1].edges if standing.balance else ())
    top = above[0] if above else None
    losses = standing.losses.rename(before)
    back = found.arrived.join(losses, on="user_id", maintain_order="left")
    back = back.with_columns(above=pl.col("position_before") + arrived_since(standing, back["first_capture_id"]))
    back = back.with_columns(anew=risen_to_top(top))
    lost = standing.lost.rename({"username": "previous_username"})
    again = found.arrived.join(lost, on="user_id", maintain_order="left")
    known = pl.concat([back["user_id"], again["user_id"]])
    fresh = found.arrived.filter(~pl.col("user_id").is_in(known.implode()))
    fresh = fresh.with_columns(*known_as_new(standing, capture, fresh.height, found, above))
    row = Row(
        capture_id=capture.capture_id,
        started_at=capture.started_at,
        finished_at=capture.finished_at,
        listed=capture.listed,
        reported=capture.reported or 0.0,
        moved=capture.moved,
        arrived=int(fresh["likely"].sum()) + again.height,
        revealed=int((~fresh["likely"]).sum()) if standing.based else 0,
        missing=missing,
        edges=above,
    )
    returns = returned(standing, back, row, complete=capture.complete)
    back = returns.back
    events = [
        # Nobody was listed between the two names, so the rename lies anywhere between them.
        event(renamed(pl.concat([part.select(NAMES) for part in (back, again)])), "renamed", "confirmed"),
        event(back.with_columns(position="position_before"), "left", "retracted"),
    ]
    if standing.based:
        earliest = [pl.lit(moment, MOMENT) for moment in doubtful_since(standing, max(1, len(above)))]
        refollowed = again.with_columns(not_before=pl.max_horizontal("not_before", earliest[0]))
        followed = fresh.filter("proven").with_columns(not_before=followed_since(earliest, above))
        events += [
            event(refollowed, "refollowed", "confirmed"),
            event(followed, "followed", "confirmed"),
            event(fresh.filter(~pl.col("proven")), "revealed", "confirmed"),
        ]
    return Arrivals(returns, again, events)


NAMES = ("user_id", "username", "previous_username", "not_before")


def renamed(returned: pl.DataFrame) -> pl.DataFrame:
    """Return those who came back under another name."""
    return returned.filter(pl.col("username") != pl.col("previous_username"))


def known_as_new(
    standing: Standing, capture: CaptureRef, fresh: int, found: Compared, above: Sequence[int]
) -> tuple[pl.Expr, pl.Expr]:
    """Return, for so many `fresh` followers, which are `likely` new and which are `proven` to be.

    While not everybody who flickers has been seen, it takes counts that leave no room for anybody hidden, or that have
    risen by as many as appear.
    """
    if not standing.based:
        nobody = pl.lit(value=False)
        return nobody.alias("likely"), nobody.alias("proven")
    known, patience = len(standing.balance), flicker_patience(standing.balance)
    settled = known >= max(SETTLING, patience)
    risen = None
    if capture.complete and capture.reported is not None:
        others = found.arrived.height - fresh
        risen = capture.reported - standing.balance[-1].reported - standing.since.arrived - others
    with_losses = None if risen is None else risen + found.missing.height
    likely = likely_new(above, risen=with_losses, settled=known >= max(SETTLING, min(patience, SEEN)))
    no_room = all(row.reported <= row.listed for row in standing.balance)
    certain = settled or no_room or (risen is not None and fresh <= risen)
    return likely.alias("likely"), (likely & certain).alias("proven")


def arrived_since(standing: Standing, capture_ids: pl.Series) -> pl.Series:
    """Return how many have followed since those complete captures, the ones that these showed first included."""
    arrived, since = standing.since.arrived, {}
    for row in reversed(standing.balance):
        arrived += row.arrived
        since[row.capture_id] = arrived
    return pl.Series([since.get(capture_id, arrived) for capture_id in capture_ids], dtype=pl.Int64)


def doubtful_since(standing: Standing, number: int) -> list[datetime]:
    """Return the start of the last complete capture that proves who did not follow: one who flickers may be missed.

    After it as many as make up `number`, each a complete capture earlier.
    """
    known, doubtful = len(standing.balance), flicker_patience(standing.balance) - 1
    return [standing.balance[max(0, known - doubtful - more)].started_at for more in range(number)]


def followed_since(earliest: Sequence[pl.Expr], above: Sequence[int]) -> pl.Expr:
    """Return the last moment at which new followers are proven not to have followed yet, by their place in the list.

    Who stands above all whom an earlier capture knew, but not at the top, followed since that one. `earliest`: the
    moments of `doubtful_since`, one for each edge, one at least.
    """
    placed = (pl.when(at_top(edge)).then(since) for edge, since in zip(above, earliest, strict=False))
    return pl.coalesce(*placed, earliest[0])

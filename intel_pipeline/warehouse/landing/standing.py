"""What the warehouse knows of a target's followers before a capture, as the change code wants it."""

from dataclasses import fields, replace
from pathlib import Path

import polars as pl

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.returns import CAME_BACK, SOME_CAME_BACK
from intel_pipeline.changes.rows import KEPT, entered
from intel_pipeline.changes.standing import LOST, OPEN_LOSS, Row, Since, Standing, brought_up_to_date, nothing_known
from intel_pipeline.lake import snapshot_file
from intel_pipeline.registry.captures import Captures
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.writer import Transaction

# The rows of the balance that are kept, and those of incomplete captures between them.
ROWS = """
with kept as (
    select finished_at from follower_balance
    where target = $1 and verdict = 'complete' and finished_at < $2 order by finished_at desc limit $3
)
from follower_balance
where target = $1 and finished_at < $2 and finished_at >= (select min(finished_at) from kept)
order by finished_at, capture_id
"""
# Losses as they stood before a moment: the newest word on each.
LOSSES = """
from follower_change_log
where target = $1 and kind = 'left' and learned_at < $2
qualify row_number() over (partition by change_id order by learned_at desc) = 1
"""
OPEN_LOSSES = f"select * from ({LOSSES}) where state = 'suspected' order by first_capture_id, user_id"  # noqa: S608  our own
# Who came back after the counts had let them go was missing all the same.
STILL_MISSING = f"""
select first_capture_id as capture_id, count(*) as still from ({LOSSES})
where state <> 'retracted' or reason in ($3, $4) group by all
"""  # noqa: S608  our own
# Who was missing from a complete capture and merely not shown, since a later one showed them again.
AWAY = f"""
select row.capture_id, count(*) as away
from ({LOSSES}) as loss join follower_balance as row
    on row.target = $1 and row.verdict = 'complete'
    and row.finished_at >= loss.not_after and row.finished_at < loss.learned_at
where loss.state = 'retracted' and coalesce(loss.reason, '') not in ($3, $4) and loss.learned_at >= $5 group by all
"""  # noqa: S608  our own
# Whose newest word, of leaving and coming back, is a confirmed loss.
LOST_SINCE = """
select user_id, username, not_before from (
    from follower_change_log
    where target = $1 and kind in ('left', 'refollowed') and state = 'confirmed' and learned_at < $2
    qualify row_number() over (partition by user_id order by learned_at desc, kind desc) = 1
) where kind = 'left' order by user_id
"""
# Who was seen, as incomplete captures taught since the last complete one.
TAUGHT = """
select user_id, username from follower_change_log
where target = $1 and learned_at > $2 and learned_at < $3 and (kind <> 'left' or state = 'retracted')
order by learned_at
"""
SIGHTED = "select user_id, username from sightings where target = $1 and seen_at < $2 order by seen_at"
FIRST = "from follower_balance where target = $1 and finished_at < $2 order by finished_at, capture_id limit 1"


def standing_before(transaction: Transaction, lake: Path, capture: Capture, registry: Captures) -> Standing:
    """Return what is known of the target's followers before `capture`.

    Raises DamagedFileError where the snapshot of the last complete capture is unusable.
    """
    label, now = capture.target, capture.finished_at
    # One more than is kept: what incomplete captures taught before the first row belongs to it.
    rows = transaction.query(ROWS, label, now, KEPT + 2)
    complete = rows.filter(pl.col("verdict") == "complete")
    if complete.is_empty():
        return before_the_first(transaction, label, capture)
    last = complete.row(-1, named=True)
    snapshot = registry.get(last["capture_id"]).snapshot
    members = snapshot_file.scan(lake, str(snapshot))
    still = dict(transaction.query(STILL_MISSING, label, now, CAME_BACK, SOME_CAME_BACK).iter_rows())
    balance, since = summed(rows)
    away = dict(transaction.query(AWAY, label, now, CAME_BACK, SOME_CAME_BACK, balance[0].finished_at).iter_rows())
    return Standing(
        members=brought_up_to_date(members, transaction.query(TAUGHT, label, last["finished_at"], now)),
        before=reference(label, last),
        losses=transaction.query(OPEN_LOSSES, label, now).select(OPEN_LOSS.names()).cast(OPEN_LOSS),
        lost=transaction.query(LOST_SINCE, label, now).cast(LOST),
        balance=tuple(
            replace(row, missing=still.get(row.capture_id, 0), away=away.get(row.capture_id, 0)) for row in balance
        ),
        since=since,
    )


def before_the_first(transaction: Transaction, label: str, capture: Capture) -> Standing:
    """Return what incomplete captures have shown before the first complete one."""
    first = transaction.query(FIRST, label, capture.finished_at)
    if first.is_empty():
        return nothing_known()
    nothing = nothing_known()
    return Standing(
        members=brought_up_to_date(nothing.members, transaction.query(SIGHTED, label, capture.finished_at)),
        before=reference(label, first.row(0, named=True)),
        losses=nothing.losses,
        lost=nothing.lost,
        balance=nothing.balance,
        since=nothing.since,
    )


def reference(label: str, row: dict[str, object]) -> CaptureRef:
    """Return the capture that a row of the balance is about."""
    names = ("capture_id", "started_at", "finished_at", "listed", "reported", "moved")
    given = {name: row[name] for name in names}
    return CaptureRef(target=label, complete=row["verdict"] == "complete", **given)  # type: ignore[arg-type]


def summed(rows: pl.DataFrame) -> tuple[tuple[Row, ...], Since]:
    """Return the rows of complete captures, each with what incomplete ones taught before it, and what came after."""
    balance: tuple[Row, ...] = ()
    since = Since()
    names = [field.name for field in fields(Row) if field.name != "away"]
    for verdict, *values in rows.select("verdict", *names).iter_rows():
        known = dict(zip(names, values, strict=True))
        row = Row(**{**known, "edges": tuple(known["edges"])})
        if verdict == "complete":
            balance, since = entered(balance, row, since), Since()
        else:
            since = since.plus(row)
    return balance, since

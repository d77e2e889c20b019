"""Who followed, who left, who came back and who renamed, between two captures of a follower list."""

import polars as pl

from intel_pipeline.changes.evidence import CaptureRef, change_id
from intel_pipeline.changes.sorted_join import paired
from intel_pipeline.contracts.change import FOLLOWER_CHANGE

# A loss is confirmed by absence from this many complete captures in a row.
ABSENCES_TO_CONFIRM = 2
MEMBER = pl.Schema({"user_id": pl.Int64(), "username": pl.String()})
OPEN_LOSS = pl.Schema(
    {
        name: FOLLOWER_CHANGE[name]
        for name in ("change_id", "user_id", "username", "not_before", "not_after", "absences")
    }
)
RETURNED = pl.Schema({"user_id": pl.Int64()})


def follower_changes(  # noqa: PLR0913  each is one piece of evidence
    before: pl.DataFrame,
    before_capture: CaptureRef,
    after: pl.DataFrame,
    after_capture: CaptureRef,
    *,
    losses: pl.DataFrame,
    lost_once: pl.DataFrame,
) -> pl.DataFrame:
    """Return what the capture `after` teaches, as rows of FOLLOWER_CHANGE sorted by (user_id, kind).

    `before`, `after`: MEMBER columns sorted by `user_id`; `before` is the last complete capture, with what partial
    captures taught since (see `brought_up_to_date`). `losses`: OPEN_LOSS, the losses that are suspected so far.
    `lost_once`: RETURNED, ids with a confirmed loss in their past. Presence is proven by any capture; absence only
    by a complete one, so an incomplete `after` yields no loss.
    """
    pairs = paired(before.select(MEMBER.names()), after.select(MEMBER.names()), "user_id")
    joined = pairs.collect(engine="streaming")
    arrived = joined.filter(pl.col("user_id").is_null())
    newcomers = arrived.select(user_id=pl.col("user_id_after"), username=pl.col("username_after"))
    stayed = joined.filter(pl.col("user_id").is_not_null() & pl.col("user_id_after").is_not_null())
    missing = joined.filter(pl.col("user_id_after").is_null()).select("user_id", "username")
    renamed = stayed.filter(pl.col("username") != pl.col("username_after")).select(
        "user_id", username=pl.col("username_after"), previous_username=pl.col("username")
    )
    # Whoever is back before the loss was confirmed never left, and may have another name by now.
    back = losses.rename({"username": "previous_username"}).join(after.select(MEMBER.names()), on="user_id")
    renamed_away = back.filter(pl.col("username") != pl.col("previous_username")).select(renamed.columns)
    fresh = newcomers.join(losses, on="user_id", how="anti")
    parts = [
        event(fresh.join(lost_once, on="user_id", how="anti"), "followed", "confirmed"),
        event(fresh.join(lost_once, on="user_id", how="semi"), "refollowed", "confirmed"),
        event(pl.concat([renamed, renamed_away]), "renamed", "confirmed"),
        event(back.drop("previous_username"), "left", "retracted"),
    ]
    if after_capture.complete:
        away = losses.join(after.select("user_id"), on="user_id", how="anti")
        counted = away.with_columns(absences=pl.col("absences") + 1)
        enough = pl.col("absences") >= ABSENCES_TO_CONFIRM
        parts += [
            event(missing.with_columns(absences=pl.lit(1, pl.Int32)), "left", "suspected"),
            event(counted.filter(enough), "left", "confirmed"),
            event(counted.filter(~enough), "left", "suspected"),
        ]
    found = pl.concat(parts).with_columns(
        target=pl.lit(after_capture.target),
        not_before=pl.coalesce("not_before", pl.lit(before_capture.started_at, FOLLOWER_CHANGE["not_before"])),
        not_after=pl.coalesce("not_after", pl.lit(after_capture.finished_at, FOLLOWER_CHANGE["not_after"])),
        learned_at=pl.lit(after_capture.finished_at, FOLLOWER_CHANGE["learned_at"]),
        capture_id=pl.lit(after_capture.capture_id),
        before_capture_id=pl.lit(before_capture.capture_id),
    )
    return identified(found, after_capture).sort("user_id", "kind", "state")


def event(rows: pl.DataFrame, kind: str, state: str) -> pl.DataFrame:
    """Return `rows` in the columns of FOLLOWER_CHANGE, null where they do not say."""
    known = [column for column in rows.columns if column in FOLLOWER_CHANGE]
    filled = rows.select(known).with_columns(kind=pl.lit(kind), state=pl.lit(state))
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in FOLLOWER_CHANGE.items() if name not in filled.columns]
    return filled.with_columns(absent).select(FOLLOWER_CHANGE.names()).cast(FOLLOWER_CHANGE)


def identified(found: pl.DataFrame, capture: CaptureRef) -> pl.DataFrame:
    """Give each new change its id; a change that goes on keeps the one that it has."""
    ids = [
        known or change_id(capture.target, kind, user_id, capture.capture_id)
        for known, kind, user_id in found.select("change_id", "kind", "user_id").iter_rows()
    ]
    return found.with_columns(change_id=pl.Series(ids, dtype=pl.String))


def brought_up_to_date(before: pl.DataFrame, since: pl.DataFrame) -> pl.DataFrame:
    """Return the members of `before` with what incomplete captures taught since: newcomers, returns and new names.

    `since`: MEMBER columns, oldest first, one row per follower of whom such a capture taught something. Without this,
    the next complete capture would report the same follower a second time, or overlook that one who returned has left.
    """
    both = pl.concat([before.select(MEMBER.names()), since.select(MEMBER.names())])
    return both.unique("user_id", keep="last", maintain_order=True).sort("user_id")

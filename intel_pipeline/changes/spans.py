"""Spans, from when to when each follower was there, by all that a target's history taught."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.taught import Taught, together
from intel_pipeline.contracts.change import MOMENT, moments

BEGINNINGS = ("present", "followed", "refollowed", "revealed")
LEFT = len(BEGINNINGS)
# Of these it is told since when they follow; of one who was revealed, or was there already, nobody knows.
DATED = ("followed", "refollowed")
# Instead of the place of a lesson: they were there before anything was learned of them; they are there still.
BEFORE, NONE = -1, -2
SPAN = ["user_id", "username", "began_as", "followed_not_before", "followed_not_after"]


@dataclass(frozen=True, slots=True)
class Spans:
    """The spans of a target's followers. All have the columns SPAN.

    `members`: of those in the last complete list, with the rest of what it shows and `first_seen_at`. `unlisted`: of
    those who are not in it, whose span has not ended. `closed`: the ended ones, with `left_not_before` and
    `left_not_after`.
    """

    members: pl.DataFrame
    unlisted: pl.DataFrame
    closed: pl.DataFrame


def spans_of(  # noqa: PLR0913  all that is known of a target
    taught: Sequence[Taught],
    captures: Mapping[int, CaptureRef],
    listed: pl.DataFrame,
    losses: pl.DataFrame,
    lost: pl.DataFrame,
    shown: pl.DataFrame,
    sightings: pl.DataFrame,
) -> Spans:
    """Return the spans, by a whole history: all that it `taught`, in the order of its `captures`.

    `listed`: the last complete list, `user_id` and ATTRIBUTES. `losses`: OPEN_LOSS, those that are suspected; `lost`:
    LOST. `shown`: `user_id` and `username` of those whom incomplete captures have shown since that list. `sightings`:
    `user_id` and `seen_at` of those who were shown before the first complete list.
    """
    first = min((one for one in captures.values() if one.complete), key=lambda one: one.finished_at)
    seen = sightings.group_by("user_id").agg(pl.col("seen_at").min())
    whole = turned(taught, seen, first)
    still = whole.filter(pl.col("end") == NONE)
    members = members_of(listed, still, came_of(taught, captures), shown, seen, first)
    names = pl.concat([shown.select("user_id", "username"), losses.select("user_id", "username")])
    unlisted = (
        still.join(listed, on="user_id", how="anti")
        .join(names.unique("user_id", keep="first"), on="user_id", how="left")
        .select(SPAN)
    )
    newest = pl.concat([one.select("user_id", "username") for one in (members, unlisted, lost)])
    closed = whole.filter(pl.col("end") != NONE)
    named = renamed_since(closed, taught).join(newest, on="user_id", how="left", suffix="_newest")
    closed = named.with_columns(pl.coalesce("username", "username_newest").alias("username"))
    return Spans(members, unlisted, closed.select(*SPAN, "left_not_before", "left_not_after"))


def turned(taught: Sequence[Taught], seen: pl.DataFrame, first: CaptureRef) -> pl.DataFrame:
    """Return the spans of all of whom anything was learned, without names, and by which lesson each has ended, `end`."""
    kinds = {kind: code for code, kind in enumerate(BEGINNINGS)}
    codes = [
        kinds.get(one.said.kind, LEFT if (one.said.kind, one.said.state) == ("left", "confirmed") else NONE)
        for one in taught
    ]
    turning = [place for place, code in enumerate(codes) if code != NONE]
    everybody = pl.Series(together(one.followers for one in taught)).unique().to_numpy()
    ids = np.concatenate([everybody, *(taught[place].followers for place in turning)])
    lengths = [len(taught[place].followers) for place in turning]
    # Narrow numbers: there are a dozen columns as long as all that was taught, and they are held at once.
    turns = np.repeat(np.array(turning, dtype=np.int32), lengths)
    lessons = np.concatenate([np.full(len(everybody), BEFORE, dtype=np.int32), turns])
    # By the follower, and then by the lesson: these are in their order already. Polars sorts numbers in half of NumPy's time.
    bits = len(ids).bit_length()
    placed = pl.Series((ids << bits) | np.arange(len(ids))).sort().to_numpy()
    ids, lessons = placed >> bits, lessons[placed & ((1 << bits) - 1)]
    ends = np.full(len(ids), NONE, dtype=np.int32)
    same = ids[1:] == ids[:-1]
    ends[:-1][same] = lessons[1:][same]
    # With a place more for those who were there before: the last one, as -1 is.
    code = np.array([*codes, 0], dtype=np.int8)
    began = code[lessons]
    ended = np.where(ends == NONE, np.int8(NONE), code[ends])
    kept = (began != LEFT) & ((began != 0) | (ended == NONE) | (ended == LEFT))
    said = [one.said for one in taught]
    # With a lesson more for those who were there before, or are there still.
    told = pl.DataFrame(
        {
            "began_as": [*(one.kind for one in said), "present"],
            "since": moments([*(one.not_before if one.kind in DATED else None for one in said), None]),
            "not_before": moments([*(one.not_before for one in said), None]),
            "not_after": moments([*(one.not_after for one in said), None]),
        }
    )
    starts, ends = lessons[kept], ends[kept]
    begun = told.select("began_as", "since", "not_after")[np.where(starts == BEFORE, len(taught), starts)]
    over = told.select("not_before", "not_after")[np.where(ends == NONE, len(taught), ends)]
    spans = pl.DataFrame(
        {
            "user_id": ids[kept],
            "end": ends,
            "began_as": begun["began_as"],
            "followed_not_before": begun["since"],
            "began_by": begun["not_after"],
            "left_not_before": over["not_before"],
            "left_not_after": over["not_after"],
        }
    )
    return spans.join(seen, on="user_id", how="left", maintain_order="left").with_columns(
        followed_not_after=pl.coalesce("began_by", "seen_at", pl.lit(first.finished_at, MOMENT))
    )


def members_of(  # noqa: PLR0913  all that is known of them
    listed: pl.DataFrame,
    still: pl.DataFrame,
    came: pl.DataFrame,
    shown: pl.DataFrame,
    seen: pl.DataFrame,
    first: CaptureRef,
) -> pl.DataFrame:
    """Return those in the last complete list with their spans, sorted by `user_id`."""
    newer = shown.select("user_id", username_shown="username").unique("user_id", keep="last")
    rows = listed
    for other in (still.drop("seen_at"), came, newer, seen):
        rows = rows.join(other, on="user_id", how="left", maintain_order="left")
    started, finished = pl.lit(first.started_at, MOMENT), pl.lit(first.finished_at, MOMENT)
    return rows.select(
        *(name for name in listed.columns if name != "username"),
        pl.coalesce("username_shown", "username").alias("username"),
        pl.coalesce("came_at", started).alias("first_seen_at"),
        pl.col("began_as").fill_null("present"),
        "followed_not_before",
        pl.coalesce("followed_not_after", "seen_at", finished).alias("followed_not_after"),
    ).sort("user_id")


def came_of(taught: Sequence[Taught], captures: Mapping[int, CaptureRef]) -> pl.DataFrame:
    """Return whoever came or came back with `came_at`, when the last capture began that taught so: all since list them."""
    coming = [one for one in taught if one.said.kind in BEGINNINGS or one.said.state == "retracted"]
    ids = together(one.followers for one in coming)
    began = moments([captures[one.at].started_at for one in coming])
    places = np.repeat(np.arange(len(coming)), [len(one.followers) for one in coming])
    return pl.DataFrame({"user_id": ids, "came_at": began[places]}).unique("user_id", keep="last")


def renamed_since(closed: pl.DataFrame, taught: Sequence[Taught]) -> pl.DataFrame:
    """Return ended spans with the `username` at their end, as far as a later rename tells it, else null."""
    renames = [(place, one) for place, one in enumerate(taught) if one.said.kind == "renamed"]
    rows = pl.DataFrame(
        {
            "user_id": together(one.followers for _, one in renames),
            "place": np.repeat(
                np.array([place for place, _ in renames], dtype=np.int64), [len(one.followers) for _, one in renames]
            ),
            "username": pl.Series([name for _, one in renames for name in one.names], dtype=pl.String()),
        }
    )
    at = np.array([one.at for one in taught])
    later = closed.select("user_id", "end").join(rows, on="user_id")
    # A rename that was found together with the end came before it, or at the same moment.
    after = pl.Series(at[later["place"].to_numpy()] > at[later["end"].to_numpy()], dtype=pl.Boolean)
    first = later.filter(after).sort("place").unique(["user_id", "end"], keep="first", maintain_order=True)
    return closed.join(first.select("user_id", "end", "username"), on=["user_id", "end"], how="left")

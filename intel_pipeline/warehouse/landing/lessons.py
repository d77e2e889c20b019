"""Lessons: what captures taught, written down once for all followers of whom a capture taught the same."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.taught import Said, Taught, together
from intel_pipeline.contracts.change import FOLLOWER_CHANGE, MOMENT, moments
from intel_pipeline.warehouse.writer import Transaction

if TYPE_CHECKING:
    from intel_pipeline.changes.taught import Array

# What is told of each follower; the rest a capture teaches of many. Names stand elsewhere, but for those that are past.
OWN = ("user_id", "previous_username")
COMMON = [name for name in FOLLOWER_CHANGE if name not in (*OWN, "username")]
# What tells the lessons of a target apart; what else a lesson says depends on the capture.
SAID = ("capture_id", "kind", "state", "first_capture_id", "not_before", "not_after", "absences", "needed", "reason")
TYPES = {**FOLLOWER_CHANGE, "followers": pl.Int64()}
TABLES = ("lesson_followers", "renames", "lessons")
FORGOTTEN = "select lesson_id from lessons where target = $1 and capture_id in (from later)"


def append_lessons(transaction: Transaction, changes: pl.DataFrame) -> None:
    """Add what captures taught (FOLLOWER_CHANGE, of each capture all that it taught) to the log."""
    lessons = with_numbers(changes.group_by(COMMON, maintain_order=True).agg(OWN))
    lessons = lessons.with_columns(followers=pl.col("user_id").list.len().cast(pl.Int64()))
    renamed = pl.col("kind") == "renamed"
    transaction.append("lessons", lessons.select("lesson_id", *COMMON, "followers"))
    for table, chosen, own in (("lesson_followers", ~renamed, OWN[:1]), ("renames", renamed, OWN)):
        some = lessons.filter(chosen)
        told = some.select("lesson_id", "learned_at", *own).explode(*own)
        transaction.append(table, told[to_and_fro(some["followers"].to_numpy())])


def lessons_of(target: str, taught: Sequence[Taught], captures: Mapping[int, CaptureRef]) -> dict[str, pl.DataFrame]:
    """Return what the history of a target taught, as rows of the log's tables; `captures`: by their places in it."""
    if not taught:
        return {}
    columns: dict[str, Sequence[Any]] = {
        **dict(zip(Said._fields, zip(*(one.said for one in taught), strict=True), strict=True)),
        "learned_at": [captures[one.at].finished_at for one in taught],
        "capture_id": [captures[one.at].capture_id for one in taught],
        "before_capture_id": [one.before for one in taught],
        "followers": [len(one.followers) for one in taught],
        "target": [target] * len(taught),
    }
    frame = {
        name: moments(values) if TYPES[name] == MOMENT else pl.Series(values, dtype=TYPES[name])
        for name, values in columns.items()
    }
    lessons = with_numbers(pl.DataFrame(frame))
    renames = [one.said.kind == "renamed" for one in taught]
    tables = {"lessons": lessons.select("lesson_id", *COMMON, "followers")}
    for table, chosen in (("lesson_followers", False), ("renames", True)):
        some = [one for one, renamed in zip(taught, renames, strict=True) if renamed is chosen]
        if some:
            each = lessons.filter(pl.Series(renames) == chosen).select("lesson_id", "learned_at")
            sizes = np.array([len(one.followers) for one in some])
            order = to_and_fro(sizes)
            names = [name for one in some for name in one.names]
            tables[table] = each[np.repeat(np.arange(len(some)), sizes)].with_columns(
                user_id=together(one.followers for one in some)[order],
                **({"previous_username": pl.Series(names, dtype=pl.String())[order]} if chosen else {}),
            )
    return tables


def to_and_fro(sizes: "Array") -> "Array":
    """Return the places of the followers of lessons of such `sizes`, those of every other lesson the last one first.

    Numbers rise within a lesson. So those of the next go on where they have ended, and DuckDB packs the steps from one to
    the next, which are short: of 200 followers in 33 bits instead of 37. It packs 2,048 at once, and a single long step
    among them makes all of them long.
    """
    ends = np.cumsum(sizes)
    places = np.arange(sizes.sum())
    turned = np.repeat(2 * ends - sizes - 1, sizes) - places
    return np.where(np.repeat(np.arange(len(sizes)) % 2 == 1, sizes), turned, places)


def with_numbers(lessons: pl.DataFrame) -> pl.DataFrame:
    """Return lessons (COMMON at least) with the number of each."""
    numbers = lessons.select("target", *SAID).with_columns(pl.col("not_before", "not_after").to_physical())
    return lessons.with_columns(lesson_id=pl.Series([*numbered(numbers)], dtype=pl.Int64))


def numbered(lessons: pl.DataFrame) -> Iterator[int]:
    """Yield the number of each lesson (`target` and SAID, moments in microseconds): whoever derives it gives it the same.

    The upper 16 bits are the target's: its lessons lie in a range of their own, and what is asked of one target need not
    read those of the others. The other 47 tell its lessons apart: of 10,000, two are alike once in three million targets.
    """
    ranges: dict[str, int] = {}
    for target, *said in lessons.iter_rows():
        if target not in ranges:
            ranges[target] = bits(target) >> 48 << 47
        text = "|".join(["" if value is None else str(value) for value in said])
        yield ranges[target] + (bits(text) >> 17)


def bits(text: str) -> int:
    """Return the first 64 bits of a text's MD5, which DuckDB knows as well: earlier files are brought up to date in SQL."""
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[:8])


def forget_lessons(transaction: Transaction, target: str) -> None:
    """Take out what the captures of a target in the table `later` taught."""
    transaction.run(f"create or replace temp table forgotten as {FORGOTTEN}", target)
    for table in TABLES:
        transaction.run(f"delete from {table} where lesson_id in (from forgotten)")  # noqa: S608  our own names
    transaction.run("drop table forgotten")

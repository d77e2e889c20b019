"""Captures as a tick leaves them, snapshot and all, to be landed in a real warehouse."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from intel_pipeline.contracts import follower, post, profile
from intel_pipeline.differing import keep_latest_difference
from intel_pipeline.lake import snapshot_file
from intel_pipeline.lake.snapshot_file import Stamp
from intel_pipeline.registry.models import Capture
from intel_pipeline.registry.store import Registry
from intel_pipeline.warehouse.equality import LYING
from intel_pipeline.warehouse.writer import connected
from intel_pipeline_tests.contracts.rows import FOLLOWER, POST, PROFILE

START = datetime(2026, 11, 1, 6, tzinfo=UTC)


def followers(members: dict[int, str]) -> pl.DataFrame:
    rows = [
        {**FOLLOWER, "user_id": number, "username": name, "position": position}
        for position, (number, name) in enumerate(members.items())
    ]
    return pl.DataFrame(rows, schema=follower.SCHEMA).sort("user_id")


def posts(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{**POST, **row} for row in rows], schema=post.SCHEMA).sort("post_id")


def profiles(**changed: object) -> pl.DataFrame:
    return pl.DataFrame([{**PROFILE, **changed}], schema=profile.SCHEMA)


def captured(  # noqa: PLR0913  a capture has many sides
    registry: Registry,
    lake: Path,
    number: int,
    frame: pl.DataFrame | None,
    *,
    target: str = "desk",
    surface: str = "followers",
    verdict: str = "complete",
    reported: int | None = None,
    held: bool | None = None,
    set_aside: int | None = None,
) -> Capture:
    """Keep `frame` as the capture of day `number` and write it down; it took nine minutes.

    Without `reported`, Instagram counted whom it listed.
    """
    count = reported if reported is not None or frame is None else frame.height
    moment = START + timedelta(days=number)
    capture_id = f"{target}-{surface}-{number}"
    stamp = Stamp(capture_id, target, surface, moment, verdict, "post_id" if surface == "posts" else "user_id")
    path = None if frame is None else str(snapshot_file.write(lake, stamp, frame))
    if path is not None and (surface, verdict) == ("followers", "complete"):
        keep_latest_difference(lake, registry.captures, target, path)
    capture = Capture(
        capture_id=capture_id,
        target=target,
        surface=surface,
        round=date(2026, 11, 1) + timedelta(days=number),
        origin="simulator",
        started_at=moment,
        finished_at=moment + timedelta(minutes=9),
        verdict=verdict,
        reasons=[],
        distinct_count=None if frame is None else frame.height,
        reported_before=count,
        reported_after=count,
        snapshot=path,
        held=held,
        set_aside=set_aside,
    )
    assert registry.captures.add_imported([capture]) == 1
    return capture


def rows(file: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with connected(file, read_only=True) as connection:
        return connection.execute(sql, list(values)).fetchall()


def tables(file: Path, names: Sequence[str]) -> dict[str, list[str]]:
    """Return the tables' rows in an order that does not depend on how they were written, without where they lie."""
    columns = f"columns(lambda one: one <> '{LYING}')"
    return {name: sorted(map(repr, rows(file, f"select {columns} from {name}"))) for name in names}  # noqa: S608  our own names

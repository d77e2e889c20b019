"""Queries and exports."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from intel_pipeline.exports.description import Compression, Format
from intel_pipeline.web.models.base import Asked, Day, Label, Moment, Told

Sql = Annotated[
    str,
    StringConstraints(min_length=1, max_length=20_000),
    Field(examples=["from daily_growth where target = 'nasa' order by day"]),
]
Table = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,60}$"), Field(examples=["follower_changes"])]


class Question(Asked):
    """One query in DuckDB's SQL."""

    sql: Sql
    """A single SELECT, SHOW, DESCRIBE, SUMMARIZE or EXPLAIN."""
    limit: int = Field(1000, ge=1, le=10_000)
    """Most rows."""
    format: Literal["json", "csv", "ndjson"] = "json"
    """csv has apostrophes before what a spreadsheet would take for a formula."""


class Column(Told):
    """A column of an answer."""

    name: str = Field(examples=["day"])
    type: str = Field(examples=["DATE"])
    """DuckDB's."""


class Answer(Told):
    """What a query found."""

    columns: list[Column]
    rows: list[list[object]] = Field(examples=[[["2026-11-01", 230]]])
    """Moments and days as text in ISO 8601; a number that is a name (`user_id`), or that JSON has none for, as text."""
    truncated: bool
    """Whether there are more rows than `limit`."""
    seconds: float
    publication: int
    """Number of the publication that was asked."""


class NewExport(Asked):
    """A file to be made: of a table, or of a query."""

    table: Table | None = None
    """A table or view; either this or `query`."""
    query: Sql | None = None
    """A single SELECT."""
    target: Label | None = None
    """Of a table: only this target's rows."""
    since: Day | None = None
    """Of a table: from this day on (UTC), by its time column."""
    until: Day | None = None
    """Of a table: up to this day, which is in it."""
    format: Format = "csv"
    compression: Compression | None = None
    """Of CSV and JSON Lines: none unless given; of Parquet: zstd."""
    raw: bool = False
    """CSV for programs: text as it is, also what a spreadsheet would take for a formula."""
    bom: bool = False
    """Begin a plain CSV so that Excel sees that it is UTF-8."""


class Export(Told):
    """A file that was asked for."""

    export_id: str = Field(pattern=r"^[0-9a-f]{16}$", examples=["9f86d081884c7d65"])
    state: Literal["waiting", "running", "done", "failed"]
    asked_at: Moment
    progress: float = Field(ge=0, le=1)
    """Which part of it is done."""
    problem: str | None
    """Why it failed."""
    fix: str | None
    """What to do about that."""
    file: str | None = Field(examples=["follower_changes-nasa.csv"])
    """Its name, once it is done."""
    rows: int | None
    bytes: int | None
    sha256: str | None
    publication: str | None = Field(examples=["intel-000014.duckdb"])
    """Of which publication it is."""

"""Requests over time: from the publication, and those that were made since from the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from intel_pipeline.registry.ledger import Ledger
from intel_pipeline.web.parts import Parts

Step = Literal["hour", "day"]
COLUMNS = ("at", "session", "surface", "status", "requests", "waited", "bytes")
# As many rows of the ledger are in memory at once.
BATCH = 5_000
SUMS = ("requests", "waited", "bytes")


def requests_since(parts: Parts, since: datetime, step: Step) -> list[dict[str, Any]]:
    """Return rows of COLUMNS by hour or day from the one on that `since` is in, oldest first; `status` None: no answer."""
    first = floor(since, step)
    published: list[dict[str, Any]] = []
    newest = 0
    if parts.publications.number() is not None:
        with parts.publications.reading() as reading:
            rows = reading.rows("collection/requests", since=first, step=step)
            published = [{**row, "at": row["at"].replace(tzinfo=UTC)} for row in rows]
            newest = reading.rows("collection/newest_request")[0]["request_id"]
    return summed([*published, *on_ledger(parts.pipeline.registry.ledger, newest, first, step)])


def on_ledger(ledger: Ledger, newest: int, first: datetime, step: Step) -> Iterator[dict[str, Any]]:
    """Yield the requests that were written down after the number `newest`, each as a row of COLUMNS."""
    while rows := ledger.after(newest, BATCH):
        newest = rows[-1]["request_id"]
        for row in rows:
            if row["sent_at"] >= first:
                yield {
                    "at": floor(row["sent_at"], step),
                    "session": row["session"],
                    "surface": row["surface"] or "login",
                    "status": row["status"],
                    "requests": 1,
                    "waited": row["waited"] or 0.0,
                    "bytes": row["bytes"] or 0,
                }


def summed(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of COLUMNS added up, one per hour or day, session, surface and status, oldest first."""
    found: dict[tuple[Any, ...], list[float]] = defaultdict(lambda: [0, 0.0, 0])
    for row in rows:
        sums = found[tuple(row[name] for name in COLUMNS[:4])]
        for place, name in enumerate(SUMS):
            sums[place] += row[name]
    # No answer is no status: it sorts first.
    ordered = sorted(found.items(), key=lambda one: (*one[0][:3], one[0][3] or 0))
    return [dict(zip(COLUMNS, (*key, *sums), strict=True)) for key, sums in ordered]


def floor(moment: datetime, step: Step) -> datetime:
    """Return when the hour or the day of a moment began (UTC)."""
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return hour if step == "hour" else hour.replace(hour=0)


def moments(since: datetime, until: datetime, step: Step) -> list[datetime]:
    """Return every hour or day from the one of `since` to that of `until`, those without a request too."""
    first, last = floor(since, step), floor(until, step)
    width = timedelta(hours=1) if step == "hour" else timedelta(days=1)
    return [first + width * number for number in range(int((last - first) / width) + 1)]

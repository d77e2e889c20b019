"""The ledger: every request of every process, so that limits hold for their sum and over restarts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from intel_pipeline.clock import Clock
from intel_pipeline.registry import ledger_queries as queries
from intel_pipeline.registry.limits import DAY, HOUR, WINDOW, Name, RateLimits, Spending, Turn, day_free_from, turn
from intel_pipeline.registry.models import Request
from intel_pipeline.registry.session_lock import alone

TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request that is to be sent. `surface`: of the capture it is for, None for a login or a test.

    `identities`: the most that its answer can return, None where it is no list.
    """

    session: str
    bucket: str
    surface: str | None = None
    identities: int | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """Requests, those of them that were answered with 429, and the seconds that all of them waited for their turn."""

    requests: int
    throttled: int
    waited: float


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back for the row `request_id`: HTTP status, bytes as sent, identities (None where it is no list)."""

    request_id: int
    status: int
    bytes: int
    identities: int | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The requests in the registry."""

    engine: Engine
    clock: Clock

    def wait(self, wanted: Wanted, limits: RateLimits, requests: int = 1) -> Turn:
        """Return when so many further requests of this kind would keep within all limits, writing nothing."""
        with self.engine.connect() as connection:
            return self._turn(connection, wanted, limits, limits.interval, requests)

    def reserve(self, wanted: Wanted, limits: RateLimits, longest_wait: float, jitter: float = 0.0) -> Turn:
        """Write a request down for the moment at which all limits admit it, before it is sent, and return its turn.

        Without a row where that is more than `longest_wait` seconds off. The caller waits out the turn and then sends.
        A request that is never sent costs budget; one unrecorded would cost trust. `jitter` seconds are added to the
        interval, which is never the reason to refuse: it is what a worker is meant to wait.
        """
        pause = limits.interval + jitter
        with alone(self.engine, f"ledger {wanted.session}") as connection:
            found = self._turn(connection, wanted, limits, pause, 1)
            if found.wait > longest_wait + (pause if found.limit == "interval" else 0.0):
                return found
            row = {**asdict(wanted), "sent_at": found.at, "waited": found.wait}
            written = connection.execute(insert(Request), row).inserted_primary_key
        return replace(found, request_id=written[0] if written else None)

    def complete(self, answers: Sequence[Answered]) -> None:
        """Write down what came back. A row without a status had no answer, or its process died before it came."""
        if not answers:
            return
        rows = [
            {
                "row": one.request_id,
                "new_status": one.status,
                "new_bytes": one.bytes,
                "new_identities": one.identities,
            }
            for one in answers
        ]
        with self.engine.begin() as connection:
            connection.execute(queries.COMPLETION, rows)

    def spending(self, session: str, limits: RateLimits) -> list[Spending]:
        """Return what the session has spent of each limit now; of the window, in the bucket that is used most."""
        given = as_of(self.clock.now(), session)
        with self.engine.connect() as connection:
            return [
                Spending("window", limits.window, connection.execute(queries.IN_FULLEST_BUCKET, given).scalar() or 0),
                Spending("hour", limits.hour, connection.execute(queries.IN_HOUR, given).scalar_one()),
                *(
                    Spending(
                        name, allowed, connection.execute(queries.FOR_SURFACE, given | {"surface": name}).scalar_one()
                    )
                    for name, allowed in limits.surfaces.items()
                ),
                Spending("day", limits.day, connection.execute(queries.IDENTITIES, given).scalar_one() or 0),
            ]

    def spent(self, session: str) -> int:
        """Return the number of requests in the present window, of all kinds."""
        with self.engine.connect() as connection:
            return connection.execute(queries.IN_WINDOW, as_of(self.clock.now(), session)).scalar_one()

    def by_kind(self, session: str) -> list[tuple[str, int | None, int]]:
        """Return of the session's last day each bucket, HTTP status (None: no answer) and how many requests came to it."""
        with self.engine.connect() as connection:
            return [(*row,) for row in connection.execute(queries.BY_KIND, as_of(self.clock.now(), session))]

    def newest(self) -> datetime | None:
        """Return when the last request was made."""
        with self.engine.connect() as connection:
            return connection.execute(select(func.max(Request.sent_at))).scalar()

    def newest_number(self) -> int:
        """Return the number of the last request written down, 0 for none."""
        with self.engine.connect() as connection:
            return connection.execute(select(func.max(Request.request_id))).scalar() or 0

    def spent_after(self, request_id: int) -> Spent:
        """Return what requests written down after that one came to: as many rows are read as there are of those."""
        throttled = func.count().filter(Request.status == TOO_MANY)
        query = select(func.count(), throttled, func.sum(Request.waited))
        with self.engine.connect() as connection:
            number, refused, waited = connection.execute(query.where(Request.request_id > request_id)).one()
        return Spent(number, refused, waited or 0.0)

    def total(self) -> int:
        """Return the number of requests ever made."""
        with self.engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(Request)).scalar_one()

    def after(self, request_id: int, most: int) -> list[dict[str, Any]]:
        """Return at most so many of the requests written down after that one, by their number, as columns by name."""
        query = (
            select(Request.__table__).where(Request.request_id > request_id).order_by(Request.request_id).limit(most)
        )
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _turn(self, connection: Connection, wanted: Wanted, limits: RateLimits, pause: float, requests: int) -> Turn:
        """Look up what hinders the request, with at most three short queries."""
        now = self.clock.now()
        given = as_of(now, wanted.session) | {
            "bucket": wanted.bucket,
            "in_bucket": max(limits.window - requests, 0),
            "in_hour": max(limits.hour - requests, 0),
        }
        more = min(wanted.identities or 0, limits.day)
        query = queries.PAGE_HINDRANCES if more else queries.HINDRANCES
        in_bucket, in_hour, last, *identities = connection.execute(query, given).one()
        free_from: dict[Name, datetime | None] = {
            "window": in_bucket and in_bucket + WINDOW,
            "hour": in_hour and in_hour + HOUR,
            "interval": last and last + timedelta(seconds=pause),
        }
        if more and (identities[0] or 0) + more > limits.day:
            pages = [(one.sent_at, one.identities) for one in connection.execute(queries.PAGES, given)]
            free_from["day"] = day_free_from(pages, limits.day, more)
        for name, allowed in limits.surfaces.items():
            if name == wanted.surface:
                given |= {"surface": name, "for_surface": max(allowed - requests, 0)}
                for_surface = connection.execute(queries.SURFACE_HINDRANCE, given).scalar()
                free_from[name] = for_surface and for_surface + HOUR
        return turn(now, free_from)


def as_of(now: datetime, session: str) -> dict[str, Any]:
    """Return the parameters that all queries share."""
    return {"session": session, "window_ago": now - WINDOW, "hour_ago": now - HOUR, "day_ago": now - DAY}

"""What was done, by whom, to what: written down in the transaction that does it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, Engine, delete, func, select
from sqlalchemy.orm import Session

from intel_pipeline.registry.access_models import AuditEntry

By = Literal["sign-in", "key", "command", "nobody"]
PAGE = 1_000


class Actor(NamedTuple):
    """Who does something and when, how they are known, and from which address.

    `who`: a user, a key, or for a command the system's user; None is nobody known.
    """

    at: datetime
    who: str | None
    by: By
    address: str | None = None


class Sought(NamedTuple):
    """Which entries are asked for: of whom, of which deed, and from `since` to before `until`."""

    who: str | None = None
    what: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def record(db: Session, actor: Actor, what: str, about: str | None) -> None:
    """Add an entry to the transaction that `db` is in: what is not written down does not happen, nor the reverse."""
    at, who, by, address = actor
    db.add(AuditEntry(at=at, who=who, by=by, what=what, about=about, address=address))


@dataclass(frozen=True, slots=True)
class Audit:
    """The audit in the registry. Nothing changes an entry; its age alone takes one away."""

    engine: Engine

    def add(self, actor: Actor, what: str, about: str | None) -> None:
        """Write down what somebody does beside the registry."""
        with Session(self.engine) as db, db.begin():
            record(db, actor, what, about)

    def older(self, than: datetime) -> int:
        """Return how many entries are older than a moment."""
        with Session(self.engine) as db:
            return db.scalar(select(func.count()).where(AuditEntry.at < than)) or 0

    def forget(self, before: datetime) -> int:
        """Remove the entries of before a moment, some at a time so that nobody waits long; return how many."""
        removed = 0
        old = select(AuditEntry.audit_id).where(AuditEntry.at < before).limit(PAGE)
        while True:
            with Session(self.engine) as db, db.begin():
                numbers = db.scalars(old).all()
                if not numbers:
                    return removed
                db.execute(delete(AuditEntry).where(AuditEntry.audit_id.in_(numbers)))
            removed += len(numbers)

    def newest(self, sought: Sought, most: int, before: int | None = None) -> list[AuditEntry]:
        """Return up to `most` entries, newest first; `before`: older ones than that entry only."""
        return self._read(sought, self._numbers(sought), most, before)

    def all(self, sought: Sought) -> Iterator[AuditEntry]:
        """Yield every entry that is sought, newest first, some at a time."""
        numbers, before = self._numbers(sought), None
        while found := self._read(sought, numbers, PAGE, before):
            yield from found
            before = found[-1].audit_id

    def _numbers(self, sought: Sought) -> tuple[int, int] | None:
        """Return the lowest and highest number of the entries in the time that is sought, None where it is any time.

        Entries are read by number, by which they are indexed with who and what: a day out of years takes no scan.
        """
        if sought.since is None and sought.until is None:
            return None
        query = select(func.min(AuditEntry.audit_id), func.max(AuditEntry.audit_id)).where(*times(sought))
        with Session(self.engine) as db:
            lowest, highest = db.execute(query).one()
        return (lowest or 0, highest or 0)

    def _read(self, sought: Sought, numbers: tuple[int, int] | None, most: int, before: int | None) -> list[AuditEntry]:
        query = select(AuditEntry).where(*times(sought)).order_by(AuditEntry.audit_id.desc()).limit(most)
        if numbers is not None:
            query = query.where(AuditEntry.audit_id.between(*numbers))
        if before is not None:
            query = query.where(AuditEntry.audit_id < before)
        if sought.who is not None:
            query = query.where(AuditEntry.who == sought.who)
        if sought.what is not None:
            query = query.where(AuditEntry.what == sought.what)
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(query))


def times(sought: Sought) -> list[ColumnElement[bool]]:
    """Return the conditions of the time that is sought."""
    since = [] if sought.since is None else [AuditEntry.at >= sought.since]
    return since if sought.until is None else [*since, AuditEntry.at < sought.until]

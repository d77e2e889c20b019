"""Browsers in which users have signed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Engine, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from intel_pipeline.registry.access_models import SignIn, User
from intel_pipeline.registry.audit import Actor, record

# So many of a digest's digits name a sign-in to its user, without being of use to anybody else.
MARK = 16


class Lasting(NamedTuple):
    """For how long a sign-in lasts: without being used, and in all."""

    idle: timedelta
    whole: timedelta

    def over(self, now: datetime) -> ColumnElement[bool]:
        """Return the condition that a sign-in is over."""
        return or_(SignIn.seen_at <= now - self.idle, SignIn.begun_at <= now - self.whole)


@dataclass(frozen=True, slots=True)
class SignIns:
    """The sign-ins in the registry, known by the digests of what is in their cookies."""

    engine: Engine

    def begin(self, actor: Actor, user: str, digest: str, agent: str | None, lasting: Lasting) -> None:
        """Write down that a user has signed in, and forget the sign-ins that are over."""
        with Session(self.engine) as db, db.begin():
            db.execute(delete(SignIn).where(lasting.over(actor.at)))
            db.add(
                SignIn(
                    digest=digest,
                    user=user,
                    begun_at=actor.at,
                    seen_at=actor.at,
                    address=actor.address,
                    agent=agent and agent[:200],
                )
            )
            record(db, actor._replace(who=user, by="sign-in"), "signed in", None)

    def find(self, digest: str, now: datetime, lasting: Lasting) -> tuple[SignIn, User] | None:
        """Return a sign-in that is not over, and its user, who is not disabled; None where there is none."""
        query = (
            select(SignIn, User)
            .join(User, and_(User.name == SignIn.user, User.disabled.is_(False)))
            .where(SignIn.digest == digest, ~lasting.over(now))
        )
        with Session(self.engine, expire_on_commit=False) as db:
            found = db.execute(query).one_or_none()
        return None if found is None else (found[0], found[1])

    def seen(self, digest: str, now: datetime) -> None:
        """Write down that a sign-in is in use."""
        with Session(self.engine) as db, db.begin():
            db.execute(update(SignIn).where(SignIn.digest == digest).values(seen_at=now))

    def of(self, user: str, now: datetime, lasting: Lasting) -> list[SignIn]:
        """Return a user's sign-ins that are not over, the one last seen first."""
        query = select(SignIn).where(SignIn.user == user, ~lasting.over(now))
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(query.order_by(SignIn.seen_at.desc(), SignIn.digest)))

    def last_seen(self) -> dict[str, datetime]:
        """Return when each user with a sign-in was last seen."""
        with Session(self.engine) as db:
            rows = db.execute(select(SignIn.user, func.max(SignIn.seen_at)).group_by(SignIn.user))
            return {user: seen_at for user, seen_at in rows}  # noqa: C416  dict() would take the rows for a mapping

    def end(self, actor: Actor, digest: str) -> None:
        """End a sign-in, as its user wishes."""
        with Session(self.engine) as db, db.begin():
            if db.scalar(delete(SignIn).where(SignIn.digest == digest).returning(SignIn.user)):
                record(db, actor, "signed out", None)

    def revoke(self, actor: Actor, user: str, mark: str) -> bool:
        """End the user's sign-in whose digest begins with `mark`; return whether there was one."""
        of_user = delete(SignIn).where(SignIn.user == user, SignIn.digest.startswith(mark, autoescape=True))
        with Session(self.engine) as db, db.begin():
            revoked = bool(db.scalars(of_user.returning(SignIn.digest)).all()) if len(mark) == MARK else False
            if revoked:
                record(db, actor, "sign-in revoked", user)
        return revoked

    def revoke_others(self, actor: Actor, user: str, keep: str) -> int:
        """End all sign-ins of a user but the one with the digest `keep`; return how many there were."""
        others = delete(SignIn).where(SignIn.user == user, SignIn.digest != keep).returning(SignIn.digest)
        with Session(self.engine) as db, db.begin():
            revoked = len(db.scalars(others).all())
            if revoked:
                record(db, actor, "sign-ins revoked", f"{user}: {revoked}")
        return revoked

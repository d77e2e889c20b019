"""Keys: what programs show in the place of a sign-in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intel_pipeline.errors import AccessError
from intel_pipeline.registry.access_models import ApiKey
from intel_pipeline.registry.audit import Actor, record
from intel_pipeline.registry.users import NAME

Scope = Literal["read", "run", "admin"]
SCOPES: tuple[Scope, ...] = ("read", "run", "admin")


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """The keys in the registry, known by their digests."""

    engine: Engine

    def add(self, actor: Actor, name: str, digest: str, scopes: Collection[str], expires_at: datetime | None) -> ApiKey:
        """Add a key, or raise AccessError for a name that none can have or is taken, no scope, or an end in the past."""
        if not NAME.fullmatch(name):
            problem = f"'{name}' cannot be a key's name"
            raise AccessError(
                problem, "use up to 60 lower-case letters, digits, dots, - and _, for example nightly-report"
            )
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not scopes:
            problem = f"there is no scope '{unknown[0]}'" if unknown else f"the key '{name}' would allow nothing"
            raise AccessError(problem, "give it one or more of the scopes read, run and admin")
        if expires_at is not None and expires_at <= actor.at:
            problem = f"the key '{name}' would have expired before it is used"
            raise AccessError(problem, "let it expire later, or never")
        ordered = [scope for scope in SCOPES if scope in scopes]
        key = ApiKey(
            name=name,
            digest=digest,
            scopes=ordered,
            added_at=actor.at,
            added_by=actor.who or "nobody",
            used_at=None,
            expires_at=expires_at,
            revoked_at=None,
        )
        try:
            with Session(self.engine, expire_on_commit=False) as db, db.begin():
                db.add(key)
                until = f" until {expires_at:%Y-%m-%d %H:%M} UTC" if expires_at else ""
                record(db, actor, "key made", f"{name}: {', '.join(ordered)}{until}")
        except IntegrityError as error:
            problem = f"there is, or was, a key '{name}'"
            raise AccessError(
                problem, "pick another name: what the audit says of a key has to be of one only"
            ) from error
        return key

    def find(self, digest: str, now: datetime) -> ApiKey | None:
        """Return a key that is neither revoked nor expired; None where there is none."""
        valid = (ApiKey.revoked_at.is_(None), or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now))
        with Session(self.engine, expire_on_commit=False) as db:
            return db.scalars(select(ApiKey).where(ApiKey.digest == digest, *valid)).one_or_none()

    def used(self, name: str, now: datetime) -> None:
        """Write down that a key is in use."""
        with Session(self.engine) as db, db.begin():
            db.execute(update(ApiKey).where(ApiKey.name == name).values(used_at=now))

    def all(self) -> list[ApiKey]:
        """Return the keys by name, those that are revoked or expired too."""
        with Session(self.engine, expire_on_commit=False) as db:
            return list(db.scalars(select(ApiKey).order_by(ApiKey.name)))

    def revoke(self, actor: Actor, name: str) -> None:
        """Let a key be used no more, for good; raise AccessError where there is none, or not any more."""
        with Session(self.engine) as db, db.begin():
            key = db.get(ApiKey, name) if NAME.fullmatch(name) else None
            if key is None or key.revoked_at is not None:
                known = ", ".join(one.name for one in self.all() if one.revoked_at is None) or "none"
                problem = f"there is no key '{name}' that could be revoked"
                raise AccessError(problem, f"pick one of these: {known}")
            key.revoked_at = actor.at
            record(db, actor, "key revoked", name)

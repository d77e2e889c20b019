"""The registry's tables of who may see and do what: users, their sign-ins, keys, and what was done."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, false
from sqlalchemy.orm import Mapped, mapped_column

from intel_pipeline.registry.models import Base, words


class User(Base):
    """A person who may sign in. `role`: viewer or admin; `password`: Argon2id in PHC form, with its salt and cost.

    Whoever is `disabled` cannot sign in, and is known all the same.
    """

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(words(60), primary_key=True)
    role: Mapped[str] = mapped_column(words(10))
    password: Mapped[str]
    added_at: Mapped[datetime]
    disabled: Mapped[bool] = mapped_column(default=False, server_default=false())


class SignIn(Base):
    """A browser in which a user has signed in. `digest`: SHA-256 of the random id in its cookie, which is nowhere else.

    How long it lasts is the settings' to say, from `begun_at` and from `seen_at`, which is right to a minute. One that is
    revoked is no more; the audit says what became of it.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_user", "user"),)

    digest: Mapped[str] = mapped_column(words(64), primary_key=True)
    user: Mapped[str] = mapped_column(words(60))
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str | None] = mapped_column(words(64))
    agent: Mapped[str | None] = mapped_column(words(200))


class ApiKey(Base):
    """A program's credential. `digest`: SHA-256 of the key, which was shown once; `scopes`: read, run, admin.

    `used_at` is right to a minute. `expires_at` is null for never. One that is revoked keeps its name, so that what
    the audit says of it is of no other.
    """

    __tablename__ = "api_keys"
    __table_args__ = (Index("uq_api_keys_digest", "digest", unique=True),)

    name: Mapped[str] = mapped_column(words(60), primary_key=True)
    digest: Mapped[str] = mapped_column(words(64))
    scopes: Mapped[list[str]]
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(words(60))
    used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    def state(self, now: datetime) -> str:
        """Return how it stands: valid, expired or revoked."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= now else "valid"


class AuditEntry(Base):
    """One thing that somebody did. `who`: a user, a key, or for a command the system's user; null is nobody known.

    `by`: how they were known (sign-in, key, command, nobody). `about`: whom or what it was done to. `address`: where the
    request came from; null for a command.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at", "at"),
        Index("ix_audit_who_audit_id", "who", "audit_id"),
        Index("ix_audit_what_audit_id", "what", "audit_id"),
    )

    audit_id: Mapped[int] = mapped_column(
        # SQLite numbers rows by itself only in a column declared INTEGER.
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    )
    at: Mapped[datetime]
    who: Mapped[str | None] = mapped_column(words(60))
    by: Mapped[str] = mapped_column(words(10))
    what: Mapped[str] = mapped_column(words(40))
    about: Mapped[str | None]
    address: Mapped[str | None] = mapped_column(words(64))

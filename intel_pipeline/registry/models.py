"""The registry's tables: what is known of targets, rounds, captures, sessions and requests."""

from datetime import UTC, date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

LOGGED_OUT = "logged-out"


class Moment(TypeDecorator[datetime]):
    """An aware UTC moment; SQLite would hand back a naive one, and naive ones compare with nothing."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC without its zone."""
        del dialect
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


def words(length: int | None = None) -> String:
    """Return the type of a text of about so many characters.

    SQLite takes longer ones and orders by code point. PostgreSQL would refuse them in the middle of a capture, and
    order by the language of its system, whose rules change with it and break indexes.
    """
    return String(length).with_variant(Text(collation="C"), "postgresql")


class Base(DeclarativeBase):
    """Common metadata; constraints are named so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"},
    )
    # SQLAlchemy's own shape
    type_annotation_map = {  # noqa: RUF012
        datetime: Moment,
        int: BigInteger,
        str: words(),
        list[str]: JSON,
        dict[str, int]: JSON,
    }


def table_of(model: type[Base]) -> Table:
    """Return the table of a model, for statements that run so often that making entities of rows would show."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(model)
    return table


class Target(Base):
    """One Instagram account on the watchlist. `state`: active, paused or removed.

    `session`: the only one that reads it; null is any. `cadence`: hours between captures of a surface, by its name, where
    they are not the settings'.
    """

    __tablename__ = "targets"

    label: Mapped[str] = mapped_column(words(60), primary_key=True)
    username: Mapped[str] = mapped_column(words(30))
    user_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(words(10))
    purpose: Mapped[str | None]
    added_at: Mapped[datetime]
    session: Mapped[str | None] = mapped_column(words(60))
    cadence: Mapped[dict[str, int] | None]


class Round(Base):
    """One day's due captures. Open while `closed_at` is null."""

    __tablename__ = "rounds"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Capture(Base):
    """One reading of one surface of one target; in progress while `finished_at` is null.

    While it goes on, `row_count` and `reported_before` tell how far it had come some minutes ago.
    `started_at` and `finished_at` are the moments of its first and last page. `origin`: instagram, simulator or
    archive. `round` is null for imports. `set_aside`: rows that broke the contract and lie in quarantine, null for none.
    `session`: whose view of Instagram it is; null where that is not known. `failure`: the kind of error that a capture
    failed with (gone, private, drift, …). `newest_post_at`: when the newest of the posts was published.

    Of follower lists, from `ended` on: their evidence, the band that the gap was held against, how many members of the
    complete list before it are missing and how many may be, and whether it is `held` back for that.
    """

    __tablename__ = "captures"
    __table_args__ = (
        # Two runs that begin the same surface of the same target at once: the second insert fails.
        Index(
            "uq_captures_in_progress",
            "target",
            "surface",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
        Index("ix_captures_target_surface_finished_at", "target", "surface", "finished_at"),
        Index("ix_captures_round", "round"),
        # Whether all of them have landed is asked at every landing.
        Index(
            "ix_captures_target_surface_verdict",
            "target",
            "surface",
            "verdict",
            sqlite_where=text("snapshot IS NOT NULL AND finished_at IS NOT NULL"),
            postgresql_where=text("snapshot IS NOT NULL AND finished_at IS NOT NULL"),
        ),
    )

    capture_id: Mapped[str] = mapped_column(words(60), primary_key=True)
    target: Mapped[str] = mapped_column(words(60))
    surface: Mapped[str] = mapped_column(words(10))
    round: Mapped[date | None] = mapped_column(Date)
    origin: Mapped[str] = mapped_column(words(10))
    holder: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    user_id: Mapped[int | None]
    username: Mapped[str | None] = mapped_column(words(30))
    verdict: Mapped[str | None] = mapped_column(words(10))
    reasons: Mapped[list[str]]
    row_count: Mapped[int | None]
    distinct_count: Mapped[int | None]
    reported_before: Mapped[int | None]
    reported_after: Mapped[int | None]
    page_count: Mapped[int | None]
    snapshot: Mapped[str | None]
    ended: Mapped[bool | None]
    limited: Mapped[bool | None]
    broken: Mapped[str | None]
    gap_low: Mapped[int | None]
    gap_high: Mapped[int | None]
    missing_count: Mapped[int | None]
    missing_limit: Mapped[int | None]
    set_aside: Mapped[int | None]
    held: Mapped[bool] = mapped_column(default=False, server_default=false())
    session: Mapped[str | None] = mapped_column(words(60))
    newest_post_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(words(16))


class Settlement(Base):
    """The cause of a confirmed loss, as one look at the account told: `unfollowed`, `deactivated`, or `unknown`."""

    __tablename__ = "settlements"

    change_id: Mapped[str] = mapped_column(words(24), primary_key=True)
    target: Mapped[str] = mapped_column(words(60))
    user_id: Mapped[int]
    cause: Mapped[str] = mapped_column(words(12))
    looked_up_at: Mapped[datetime]


class SessionState(Base):
    """How a session stands: `stopped_because` is its open breaker, `cooling_until` a pause that ends by itself.

    `used_for`: targets of `any` session, its `own` ones only, or `nothing`; null where nobody has decided. `limits`: the
    operator's own for it, by name, in the place of the settings'.
    """

    __tablename__ = "sessions"

    name: Mapped[str] = mapped_column(words(60), primary_key=True)
    username: Mapped[str | None] = mapped_column(words(30))
    cooling_until: Mapped[datetime | None]
    stopped_because: Mapped[str | None]
    used_for: Mapped[str | None] = mapped_column(words(10))
    limits: Mapped[dict[str, int] | None]


class Request(Base):
    """The ledger: one row per request, written before it is sent and completed when its answer is there.

    `sent_at` is the moment it was given, after `waited` seconds. `surface`: what it is for; null for logins and tests.
    `status` is null while no answer came. `identities`: how many accounts a page of a list returned; until it is there,
    and for good if it never comes, as many as were asked for, since Instagram may have counted them.
    """

    __tablename__ = "requests"
    __table_args__ = (
        Index("ix_requests_session_bucket_sent_at", "session", "bucket", "sent_at"),
        # With the identities: their sum over a day is taken before every page, and need not fetch the rows.
        Index("ix_requests_session_sent_at_identities", "session", "sent_at", "identities"),
    )

    request_id: Mapped[int] = mapped_column(
        # SQLite numbers rows by itself only in a column declared INTEGER.
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    )
    session: Mapped[str] = mapped_column(words(60))
    bucket: Mapped[str] = mapped_column(words(40))
    sent_at: Mapped[datetime]
    surface: Mapped[str | None] = mapped_column(words(10))
    status: Mapped[int | None]
    waited: Mapped[float | None]
    bytes: Mapped[int | None]
    identities: Mapped[int | None]

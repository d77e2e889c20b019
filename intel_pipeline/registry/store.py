"""Opening the registry: one engine, the newest schema, one time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import URL, Engine, text

from intel_pipeline.clock import Clock, SystemClock
from intel_pipeline.errors import RegistryError
from intel_pipeline.registry.address import described
from intel_pipeline.registry.api_keys import ApiKeys
from intel_pipeline.registry.audit import Audit
from intel_pipeline.registry.captures import Captures
from intel_pipeline.registry.engine import engine_for
from intel_pipeline.registry.ledger import Ledger
from intel_pipeline.registry.rounds import Rounds
from intel_pipeline.registry.schema import migrate
from intel_pipeline.registry.sessions import Sessions
from intel_pipeline.registry.settlements import Settlements
from intel_pipeline.registry.sign_ins import SignIns
from intel_pipeline.registry.targets import Targets
from intel_pipeline.registry.users import Users

# More than any machine that keeps time by the network is off.
MOST_APART = timedelta(seconds=10)
SERVER_TIME = text("SELECT clock_timestamp() AT TIME ZONE 'UTC'")


@dataclass(frozen=True, slots=True)
class Registry:
    """The truth about targets, rounds, captures, sessions, requests, settlements and access, shared by all processes.

    Access is told what time it is: a demo's days pass at another pace than those of whoever looks at it.
    """

    engine: Engine
    targets: Targets
    rounds: Rounds
    captures: Captures
    sessions: Sessions
    ledger: Ledger
    settlements: Settlements
    users: Users
    sign_ins: SignIns
    api_keys: ApiKeys
    audit: Audit

    @property
    def place(self) -> str:
        """Where it is, in words that hold nothing secret."""
        return described(self.engine.url)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def open_registry(url: str | URL, clock: Clock) -> Registry:
    """Open the registry at `url`, an SQLite or PostgreSQL URL as of SQLAlchemy, migrated to this program's schema.

    Raises SettingsError where it cannot be there, RegistryError where its server does not answer or lives at another
    time, DamagedFileError where a newer program wrote it.
    """
    engine = engine_for(url)
    try:
        migrate(engine)
        if isinstance(clock, SystemClock) and engine.dialect.name == "postgresql":
            refuse_another_time(engine, clock)
    except BaseException:
        engine.dispose()
        raise
    return Registry(
        engine=engine,
        targets=Targets(engine, clock),
        rounds=Rounds(engine, clock),
        captures=Captures(engine, clock),
        sessions=Sessions(engine, clock),
        ledger=Ledger(engine, clock),
        settlements=Settlements(engine, clock),
        users=Users(engine),
        sign_ins=SignIns(engine),
        api_keys=ApiKeys(engine),
        audit=Audit(engine),
    )


def refuse_another_time(engine: Engine, clock: Clock) -> None:
    """Raise RegistryError where this machine's clock is not the server's.

    Machines that share a registry compare each other's leases and requests with their own clocks: one that is fast
    would take over captures that go on, and spend a budget that is not free yet.
    """
    with engine.connect() as connection:
        before = clock.now()
        there: datetime = connection.execute(SERVER_TIME).scalar_one().replace(tzinfo=UTC)
        after = clock.now()
    ahead, behind = before - there, there - after
    apart = max(ahead, behind)
    if apart > MOST_APART:
        where = f"{apart.total_seconds():,.0f} s {'ahead of' if ahead > behind else 'behind'}"
        problem = f"the clock of this machine is {where} that of the server with the {described(engine.url)}"
        raise RegistryError(problem, "let both keep time by the network (NTP), for example `timedatectl set-ntp true`")

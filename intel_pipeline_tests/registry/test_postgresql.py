"""What only a server can do: refuse, vanish, live at another time; and what SQLite forgives."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread
from traceback import format_exception

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from intel_pipeline.clock import SystemClock
from intel_pipeline.errors import IntelError, RegistryError, SettingsError
from intel_pipeline.registry import engine as engines
from intel_pipeline.registry.ledger import Wanted
from intel_pipeline.registry.limits import RateLimits
from intel_pipeline.registry.session_lock import alone
from intel_pipeline.registry.store import Registry, open_registry
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline_tests.postgresql import PASSWORD, ROLE, Server, database_of

ROOMY = RateLimits(window=1000, hour=1000, day=100_000, interval=0)
DESK = Wanted("desk", "other")


@pytest.fixture
def registry_url(postgresql: Server) -> Iterator[str]:
    with postgresql.registry() as url:
        yield url


def refused(url: str, clock: VirtualClock) -> IntelError:
    """Return the error of opening a registry; nowhere does it tell the password."""
    with pytest.raises(IntelError) as caught:
        open_registry(url, clock)
    told = "".join(format_exception(caught.value))
    assert "cAnArY" not in told
    assert PASSWORD not in told
    return caught.value


def test_a_wrong_password_is_told_without_the_right_one(postgresql: Server, registry_url: str, clock) -> None:
    error = refused(postgresql.url(database_of(registry_url), password="cAnArY-wrong"), clock)
    assert isinstance(error, SettingsError)
    assert "does not accept the role and password of INTEL_REGISTRY_URL" in error.problem
    assert "ALTER ROLE" in error.fix


def test_an_unknown_role_is_told_like_a_wrong_password(postgresql: Server, registry_url: str, clock) -> None:
    error = refused(postgresql.url(database_of(registry_url), role="nobody"), clock)
    assert "does not accept the role and password" in error.problem


def test_no_password_at_all_is_told_too(postgresql: Server, registry_url: str, clock) -> None:
    error = refused(f"postgresql://{ROLE}@/{database_of(registry_url)}?host={postgresql.folder}", clock)
    assert "does not accept the role and password" in error.problem


def test_a_database_that_is_not_there_is_to_be_made(postgresql: Server, clock) -> None:
    error = refused(postgresql.url("nowhere"), clock)
    assert isinstance(error, SettingsError)
    assert error.problem.startswith("there is no PostgreSQL database 'nowhere' at /")
    assert "docs/postgresql.md" in error.fix


def test_a_role_that_may_make_no_tables_is_to_own_the_database(postgresql: Server, clock) -> None:
    url = postgresql.database()
    postgresql.run("ALTER DATABASE {} OWNER TO postgres", database_of(url))
    error = refused(url, clock)
    assert isinstance(error, SettingsError)
    assert "may not do this" in error.problem
    assert f"ALTER DATABASE {database_of(url)} OWNER TO" in error.fix


def test_a_role_that_may_not_connect_is_to_be_let_in(postgresql: Server, clock) -> None:
    url = postgresql.database()
    postgresql.run("ALTER DATABASE {} OWNER TO postgres", database_of(url))
    postgresql.run("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", database_of(url))
    error = refused(url, clock)
    assert isinstance(error, SettingsError)
    assert "does not admit this role" in error.problem


def test_a_standby_is_no_place_for_a_registry(postgresql: Server, clock) -> None:
    url = postgresql.database()
    postgresql.run("ALTER DATABASE {} SET default_transaction_read_only = on", database_of(url))
    error = refused(url, clock)
    assert "can only be read" in error.problem
    assert "name the primary" in error.fix


@pytest.mark.parametrize("place", ["127.0.0.1:1", "no-such-host.invalid"])
def test_a_server_that_is_not_there_is_told_as_something_that_passes(place: str, clock) -> None:
    error = refused(f"postgresql://intel:cAnArY@{place}/intel", clock)
    assert isinstance(error, RegistryError)
    assert error.problem == f"the PostgreSQL database 'intel' at {place} cannot be reached"
    assert "host and port in INTEL_REGISTRY_URL" in error.fix


def test_an_option_that_there_is_not_is_told(clock) -> None:
    error = refused("postgresql://intel:cAnArY@127.0.0.1:1/intel?sslmod=require", clock)
    assert isinstance(error, SettingsError)
    assert "holds an option" in error.problem


def test_a_driver_that_is_not_installed_is_to_be_installed(monkeypatch, clock) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "psycopg"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    error = refused("postgresql://intel:cAnArY@127.0.0.1:1/intel", clock)
    assert isinstance(error, SettingsError)
    assert "driver for PostgreSQL is not installed" in error.problem
    assert "pip install 'intel-pipeline[postgresql]'" in error.fix


def test_a_connection_that_broke_while_nobody_used_it_is_made_anew(
    postgresql: Server, registry: Registry, registry_url: str
) -> None:
    registry.targets.add("nasa", None, None)
    postgresql.hang_up(registry_url)
    assert [target.label for target in registry.targets.all()] == ["nasa"]


def test_a_connection_that_breaks_in_the_middle_writes_nothing_and_the_next_one_does(
    postgresql: Server, registry: Registry, registry_url: str
) -> None:
    def break_off() -> None:
        with alone(registry.engine, "ledger desk") as connection:
            connection.execute(text("INSERT INTO rounds (day, opened_at) VALUES ('2026-11-24', now())"))
            postgresql.hang_up(registry_url)
            connection.execute(text("SELECT 1"))

    with pytest.raises(RegistryError, match="has broken the connection off") as caught:
        break_off()
    assert "nothing is lost" in caught.value.fix
    assert registry.rounds.open() is None
    assert registry.ledger.reserve(DESK, ROOMY, 0).request_id


def test_a_server_that_went_away_and_came_back_is_used_again(
    postgresql: Server, registry: Registry, registry_url: str
) -> None:
    assert registry.ledger.reserve(DESK, ROOMY, 0).request_id
    with postgresql.away(registry_url):
        with pytest.raises(RegistryError, match="cannot be reached"):
            registry.ledger.reserve(DESK, ROOMY, 0)
        with pytest.raises(RegistryError):
            registry.targets.all()
    assert registry.ledger.reserve(DESK, ROOMY, 0).request_id
    assert registry.ledger.total() == 2


def test_whoever_waits_for_a_lock_too_long_is_told_and_everybody_else_goes_on(
    registry_url: str, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "MANNERS", engines.MANNERS.replace("'30s'", "'50ms'"))
    registry = open_registry(registry_url, clock)
    with alone(registry.engine, "ledger desk"):
        with pytest.raises(RegistryError, match="waiting for another one for too long"):
            registry.ledger.reserve(DESK, ROOMY, 0)
        assert registry.ledger.reserve(Wanted("annex", "other"), ROOMY, 0).request_id
        assert registry.ledger.wait(DESK, ROOMY).wait == 0
    assert registry.ledger.reserve(DESK, ROOMY, 0).request_id
    registry.close()


def test_the_lock_of_a_process_that_stops_in_the_middle_is_taken_from_it(
    registry: Registry, registry_url: str, clock: VirtualClock
) -> None:
    other = open_registry(registry_url, clock)
    given: list[int | None] = []

    def stop_in_the_middle() -> None:
        with alone(registry.engine, "ledger desk") as connection:
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = '50ms'"))
            thread = Thread(target=lambda: given.append(other.ledger.reserve(DESK, ROOMY, 0).request_id))
            thread.start()
            thread.join(timeout=30)
            connection.execute(text("SELECT 1"))

    with pytest.raises(RegistryError, match="has broken the connection off"):
        stop_in_the_middle()
    assert given == [1]
    other.close()


def test_nobody_waits_for_ever_and_a_commit_is_durable_whatever_the_server_does_by_default(
    postgresql: Server, registry_url: str, clock: VirtualClock
) -> None:
    postgresql.run("ALTER DATABASE {} SET synchronous_commit = off", database_of(registry_url))
    postgresql.run("ALTER DATABASE {} SET default_transaction_isolation = serializable", database_of(registry_url))
    registry = open_registry(registry_url, clock)
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "synchronous_commit")
    with registry.engine.connect() as connection:
        told = [connection.execute(text(f"SHOW {name}")).scalar() for name in (*names, "transaction_isolation")]
    assert told == ["30s", "2min", "1min", "on", "read committed"]
    registry.close()
    for setting in ("synchronous_commit", "default_transaction_isolation"):
        postgresql.run("ALTER DATABASE {} RESET {}", database_of(registry_url), setting)


class Shifted(SystemClock):
    """A machine's clock that is wrong."""

    def __init__(self, seconds: float) -> None:
        self.shift = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift


@pytest.mark.parametrize(("seconds", "where"), [(3600, "3,600 s ahead of"), (-90, "90 s behind")])
def test_a_machine_that_lives_at_another_time_than_the_server_is_refused(
    registry_url: str, seconds: float, where: str
) -> None:
    with pytest.raises(RegistryError, match=f"clock of this machine is {where} that of the server") as caught:
        open_registry(registry_url, Shifted(seconds))
    assert "NTP" in caught.value.fix


def test_a_machine_whose_clock_is_about_right_is_let_in(registry_url: str) -> None:
    for seconds in (-5, 5):
        open_registry(registry_url, Shifted(seconds)).close()


def test_texts_longer_than_usual_are_kept_and_labels_are_ordered_as_in_sqlite(registry: Registry) -> None:
    long = "desk " * 40
    registry.sessions.stop(long, "challenge")
    assert registry.sessions.state(long).stopped_because == "challenge"
    for label in ("a_b", "a-b", "ab", "a-a"):
        registry.targets.add(f"name.{label}".replace("-", "."), label, None)
    assert [target.label for target in registry.targets.all()] == ["a-a", "a-b", "a_b", "ab"]


def test_what_is_wrong_with_a_statement_stays_an_error_of_the_programs_and_shows_no_parameter(
    registry: Registry,
) -> None:
    with registry.engine.connect() as connection, pytest.raises(ProgrammingError) as caught:
        connection.execute(text("SELECT * FROM nothing WHERE a = :name"), {"name": "cAnArY"})
    assert "cAnArY" not in str(caught.value)


def connections_go_down_to(postgresql: Server, url: str, number: int) -> bool:
    """Tell whether so many connections are left, within 10 s: a server's process ends after its client has left."""
    query = "SELECT count(*), pg_sleep(0.02) FROM pg_stat_activity WHERE datname = %s"
    left = (postgresql.admin.execute(query, [database_of(url)]).fetchone() for _ in range(500))
    return any(found is not None and found[0] == number for found in left)


def test_a_process_keeps_few_connections_and_gives_them_back(
    postgresql: Server, registry: Registry, registry_url: str
) -> None:
    threads = [Thread(target=registry.ledger.reserve, args=(DESK, ROOMY, 0)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    with registry.engine.connect(), registry.engine.connect(), registry.engine.connect():
        assert connections_go_down_to(postgresql, registry_url, 3)
    assert registry.ledger.total() == 8
    assert connections_go_down_to(postgresql, registry_url, 2)
    registry.close()
    assert connections_go_down_to(postgresql, registry_url, 0)

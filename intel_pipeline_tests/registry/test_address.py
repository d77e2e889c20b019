from traceback import format_exception

import pytest
from sqlalchemy import make_url

from intel_pipeline.errors import SettingsError
from intel_pipeline.registry.address import EXAMPLE, address_of, described

SECRET = "cAnArY"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_leads_to_the_one_driver(scheme: str) -> None:
    address = address_of(f"  {scheme}://intel:{SECRET}%40@db.example.org:6432/intel?sslmode=require\n")
    assert address.drivername == "postgresql+psycopg"
    assert (address.username, address.password, address.host, address.port) == (
        *("intel", f"{SECRET}@"),
        *("db.example.org", 6432),
    )
    assert (address.database, address.query) == ("intel", {"sslmode": "require"})


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (f"postgresql://intel:{SECRET}@db.example.org/watch", "PostgreSQL database 'watch' at db.example.org"),
        (f"postgresql://intel:{SECRET}@[::1]:6432/watch", "PostgreSQL database 'watch' at ::1:6432"),
        (f"postgresql://intel:{SECRET}@/watch?host=/run/pg", "PostgreSQL database 'watch' at /run/pg"),
        ("postgresql:///watch?host=a&host=b", "PostgreSQL database 'watch' at a or b"),
        ("postgresql:///watch", "PostgreSQL database 'watch' at this machine"),
    ],
)
def test_where_a_registry_is_can_be_said_without_its_password(url: str, place: str) -> None:
    assert described(address_of(url)) == place
    assert SECRET not in f"{address_of(url)} {address_of(url)!r}"


def test_a_file_is_described_by_its_path() -> None:
    assert described(make_url("sqlite:////data/registry.db")) == "SQLite file /data/registry.db"


@pytest.mark.parametrize(
    ("url", "problem", "fix"),
    [
        (SECRET, "is not a URL", EXAMPLE),
        (f"host=db password={SECRET}", "is not a URL", EXAMPLE),
        (f"sqlite:///{SECRET}.db", "is for PostgreSQL", "unset INTEL_REGISTRY_URL; INTEL_DATA_DIR"),
        (f"mysql://u:{SECRET}@h/d", "names no database that the registry can be in", "postgresql://"),
        (f"postgresql+psycopg2://u:{SECRET}@h/d", "names no database that the registry can be in", "postgresql://"),
        (f"postgresql://u:{SECRET}/d", "cannot be read as a URL", "%40 %3A %2F"),
        (f"postgresql://u:a@{SECRET}@h/d", "cannot be read as a URL", "%40 %3A %2F"),
        (f"postgresql://u:a@b/{SECRET}@h/d", "cannot be read as a URL", "%40 %3A %2F"),
        (f"postgresql://{SECRET}@h:port/d", "cannot be read as a URL", "%40 %3A %2F"),
        (f"postgresql://[{SECRET}/d", "cannot be read as a URL", "%40 %3A %2F"),
        (f"postgresql://u:{SECRET}@h", "names no database", "add its name after the host"),
        (f"postgresql://u@h/d?password={SECRET}", "holds the option 'password'", "before the host"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_way_out_and_never_quoted(url: str, problem: str, fix: str) -> None:
    with pytest.raises(SettingsError, match="INTEL_REGISTRY_URL") as caught:
        address_of(url)
    assert problem in caught.value.problem
    assert fix in caught.value.fix
    assert SECRET not in "".join(format_exception(caught.value))
    assert caught.value.__cause__ is caught.value.__context__ is None

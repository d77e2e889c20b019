"""Where a PostgreSQL registry is, as the operator wrote it; what is wrong with it is said without quoting it."""

import re

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from intel_pipeline.errors import SettingsError

VARIABLE = "INTEL_REGISTRY_URL"
EXAMPLE = "postgresql://intel:PASSWORD@db.example.org/intel"
SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+(%[A-Za-z0-9]+)?")
SECRET_OPTIONS = ("password", "sslpassword")


def address_of(url: str) -> URL:
    """Return the address of the PostgreSQL registry at `url`; raise SettingsError, whose text holds nothing secret.

    What cannot be told apart from a password is never quoted: one with an unescaped @ or / spills into the host.
    """
    scheme, separator, _ = url.strip().partition("://")
    if not separator:
        problem = f"{VARIABLE} is not a URL"
        raise SettingsError(problem, f"write, for example, {VARIABLE}={EXAMPLE}")
    if scheme.startswith("sqlite"):
        problem = f"{VARIABLE} is for PostgreSQL; without it the registry is an SQLite file in the data folder"
        raise SettingsError(problem, f"unset {VARIABLE}; INTEL_DATA_DIR says which folder that is")
    if scheme not in SCHEMES:
        problem = f"{VARIABLE} names no database that the registry can be in: it is SQLite or PostgreSQL"
        raise SettingsError(problem, f"write postgresql:// before the rest, as in {EXAMPLE}, or unset it for SQLite")
    address = parsed(url.strip()) if url.count("@") <= 1 else None
    if address is None or not (address.host is None or HOST.fullmatch(address.host)):
        problem = f"{VARIABLE} cannot be read as a URL"
        fix = (
            f"write it as in {EXAMPLE}; in the password write @ : / ? # and % as %40 %3A %2F %3F %23 and %25, "
            "an IPv6 address in brackets"
        )
        raise SettingsError(problem, fix)
    if not address.database:
        problem = f"{VARIABLE} names no database"
        raise SettingsError(problem, f"add its name after the host, as in {EXAMPLE}")
    for option in SECRET_OPTIONS:
        if option in address.query:
            problem = f"{VARIABLE} holds the option '{option}', which would be shown where options are"
            raise SettingsError(problem, f"write the password before the host, as in {EXAMPLE}, or put it in ~/.pgpass")
    return address.set(drivername="postgresql+psycopg")


def parsed(url: str) -> URL | None:
    """Return the URL in its parts, None where it has none: the parser's own words quote what it stumbles over."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        return None


def described(address: URL) -> str:
    """Return where a registry is, in words and without a password or a name to log in with."""
    if address.get_backend_name() == "sqlite":
        return f"SQLite file {address.database}"
    hosts = address.host or address.query.get("host") or "this machine"
    host = hosts if isinstance(hosts, str) else " or ".join(hosts)
    port = f":{address.port}" if address.port else ""
    return f"PostgreSQL database '{address.database}' at {host}{port}"

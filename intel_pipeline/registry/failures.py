"""What a PostgreSQL server refuses or cannot do, as errors of ours with a way out."""

import re

from sqlalchemy import URL
from sqlalchemy.engine import ExceptionContext

from intel_pipeline.errors import IntelError, RegistryError, SettingsError
from intel_pipeline.registry.address import VARIABLE, described

GOES_ON = "nothing is lost: what was fetched is kept, and work goes on once it answers; run the same command again"
# A server that lets nobody in says why in words only, and in English unless it was told otherwise.
WRONG_PASSWORD = re.compile(r"password authentication failed|no password supplied|role .* does not exist")
NO_DATABASE = re.compile(r"FATAL: +database .* does not exist")
NOT_ADMITTED = re.compile(
    r"no pg_hba.conf entry|authentication failed|permission denied for database|not permitted to log"
)
NOT_NOW = re.compile(r"too many (clients|connections)|connection slots|system is (starting|shutting|in recovery)")
OPTION = re.compile(r"invalid (connection|URI query) (option|parameter)|invalid \w+ value")
# Classes and codes of SQLSTATE that pass by themselves, with what they say.
PASSING = {
    "08": "has broken the connection off",
    "40001": "could not let two processes through at once",
    "40P01": "could not let two processes through at once",
    "53100": "has no disk space left",
    "53": "has no room left for this connection",
    "55P03": "has kept this process waiting for another one for too long",
    "57014": "has taken too long to answer",
    "25P03": "has broken the connection off",
    "57P": "has broken the connection off",
}
RIGHTS = ("42501", "3F000")
READ_ONLY = "25006"


def failure(error: BaseException, address: URL, *, connecting: bool, lost: bool) -> IntelError | None:
    """Return the error of ours for what psycopg raised; None where it is no matter of server or rights.

    `connecting`: no connection was had yet. `lost`: the one that was had is broken.
    """
    where, state = described(address), getattr(error, "sqlstate", None) or ""
    if state in RIGHTS:
        problem = f"the role that {VARIABLE} logs in as may not do this in the {where}"
        fix = (
            f"make it the owner: `ALTER DATABASE {address.database} OWNER TO ROLE` as a superuser (docs/postgresql.md)"
        )
        return SettingsError(problem, fix)
    if state == READ_ONLY:
        problem = f"the {where} can only be read: it is a standby, or was set so"
        return SettingsError(problem, f"name the primary server in {VARIABLE}")
    said = next((PASSING[state[:length]] for length in (5, 3, 2) if state[:length] in PASSING), None)
    if said or lost:
        return RegistryError(f"the {where} {said or PASSING['08']}", GOES_ON)
    return refused(" ".join(str(error).split()), where) if connecting else None


def refused(words: str, where: str) -> IntelError:
    """Return the error for a connection that did not come about, by the words of server or system."""
    if WRONG_PASSWORD.search(words):
        problem = f"the {where} does not accept the role and password of {VARIABLE}"
        fix = f"correct them there, or set the password anew: `ALTER ROLE ROLE PASSWORD '…'`; escape @ and / in {VARIABLE}"
        return SettingsError(problem, fix)
    if NO_DATABASE.search(words):
        problem = f"there is no {where}"
        return SettingsError(
            problem, f"make it (`createdb`, see docs/postgresql.md), or correct the name in {VARIABLE}"
        )
    if NOT_ADMITTED.search(words):
        problem = f"the {where} does not admit this role from this machine"
        fix = "let it in: a line for it in the server's pg_hba.conf, LOGIN for the role, CONNECT on the database"
        return SettingsError(problem, fix)
    if OPTION.search(words):
        problem = (
            f"{VARIABLE} holds an option after the ? that PostgreSQL does not know, or a value that it does not take"
        )
        return SettingsError(problem, "correct it: the options are those of libpq, for example ?sslmode=verify-full")
    if NOT_NOW.search(words):
        return RegistryError(f"the {where} takes no connection at this moment", GOES_ON)
    problem = f"the {where} cannot be reached"
    return RegistryError(problem, f"see that it runs and that host and port in {VARIABLE} are right; {GOES_ON}")


def translate(context: ExceptionContext) -> None:
    """Raise the error of ours in the place of what the driver raised, where there is one; for the event handle_error."""
    url = context.engine.url if context.engine else None
    if url is None or context.is_pre_ping:
        return
    connecting = context.connection is None
    found = failure(context.original_exception, url, connecting=connecting, lost=context.is_disconnect)
    if found:
        raise found

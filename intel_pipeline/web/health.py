"""Whether the server lives, and whether it can do its work: for supervisors, proxies and people in a hurry."""

import shutil
from collections.abc import Callable
from typing import NamedTuple

from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, PlainTextResponse

from intel_pipeline.clock import SystemClock
from intel_pipeline.errors import IntelError
from intel_pipeline.web.access.who import Anybody
from intel_pipeline.web.parts import Parts, Provided

# What a publication of many targets, a rebuild beside it and a day of pages take.
LEAST_FREE = 500_000_000
# A daemon says every half minute that it lives.
MOST_SILENT = 300.0

router = APIRouter()


class Finding(NamedTuple):
    """What a check has found: whether all is well, and why, in words that tell a stranger nothing."""

    ok: bool
    why: str


@router.get("/livez", name="livez")
def livez(who: Anybody) -> Response:
    """Tell that the process answers."""
    del who
    return PlainTextResponse("ok\n")


@router.get("/healthz", name="healthz")
@router.get("/readyz", name="readyz")
def readyz(who: Anybody, parts: Provided) -> Response:
    """Tell what the server's work needs, each with whether it is there; 503 where something is not."""
    del who
    found = {name: finding(check, parts) for name, check in CHECKS.items()}
    ok = all(one.ok for one in found.values())
    checks = {name: {"ok": one.ok, "why": one.why} for name, one in found.items()}
    return JSONResponse({"ok": ok, "checks": checks}, 200 if ok else 503)


def finding(check: Callable[[Parts], Finding], parts: Parts) -> Finding:
    """Return what a check finds; what it fails with is a finding too, without its text, which may name anything."""
    import duckdb

    try:
        return check(parts)
    except (IntelError, SQLAlchemyError, duckdb.Error, OSError) as error:
        return Finding(False, f"{type(error).__name__}: the server's log and `intel-pipeline status` say more")


def publication(parts: Parts) -> Finding:
    """Open the newest publication; where there is none yet, pages say so."""
    if parts.publications.number() is None:
        return Finding(True, "nothing has been published yet")
    with parts.publications.reading() as reading:
        reading.ask("select 1", {})
        return Finding(True, f"publication {reading.number} opens")


def registry(parts: Parts) -> Finding:
    """Ask the registry something short."""
    day = parts.registry.rounds.open()
    return Finding(True, f"the round of {day} is open" if day else "it answers, and no round is open")


def disk(parts: Parts) -> Finding:
    """Look at the room that is left for the data folder."""
    free = free_bytes(parts)
    return Finding(free >= LEAST_FREE, f"{free / 1e9:,.1f} GB are free, {LEAST_FREE / 1e9:g} are needed")


def daemon(parts: Parts) -> Finding:
    """Look at when the quietest of Dagster's daemons was last heard of; where the server runs alone there is none."""
    if parts.heartbeats is None:
        return Finding(True, "this server runs without Dagster")
    silent = silence(parts)
    if silent is None:
        return Finding(False, "a daemon of Dagster's has not been heard of yet")
    return Finding(silent <= MOST_SILENT, f"last heard of {silent:,.0f} s ago; {MOST_SILENT:,.0f} s is too long")


def free_bytes(parts: Parts) -> int:
    """Return the bytes that are left for the data folder."""
    return shutil.disk_usage(parts.settings.data_dir).free


def silence(parts: Parts) -> float | None:
    """Return the seconds since the quietest daemon was heard of; None where one never was, or where there are none.

    Dagster lives by the machine's clock, a demo's world too.
    """
    beats = list((parts.heartbeats() if parts.heartbeats else {}).values())
    heard = [beat for beat in beats if beat is not None]
    if not heard or len(heard) < len(beats):
        return None
    return max(0.0, (SystemClock().now() - min(heard)).total_seconds())


CHECKS: dict[str, Callable[[Parts], Finding]] = {
    "publication": publication,
    "registry": registry,
    "disk": disk,
    "daemon": daemon,
}

"""Leases: who is at work on a capture, and whether they still are."""

import os
import secrets
import socket
from datetime import timedelta
from pathlib import Path

from intel_pipeline.errors import BusyError

# More than twice the longest that one page can take: the wait for its turn, its pause and its answer.
LEASE = timedelta(minutes=45)
PROCESS = secrets.token_hex(3)
# Leases of this process that nobody works under and that could not be given back.
abandoned: set[str] = set()
MACHINE_ID = Path("/etc/machine-id")


def machine() -> str:
    """Return the name of this machine; of two with the same one that share a registry, each would take over from the other.

    So what systemd numbers machines with goes with it, where it does.
    """
    known = MACHINE_ID.read_text(encoding="ascii")[:8] if MACHINE_ID.is_file() else ""
    return "-".join(filter(None, (socket.gethostname().replace(":", "-"), known.strip())))


def new_holder() -> str:
    """Return a name for the run that holds a lease, by which others can tell whether it is still at work."""
    return f"{machine()}:{os.getpid()}:{PROCESS}{secrets.token_hex(3)}"


def alive(holder: str | None) -> bool:
    """Tell whether the holder of a lease may still be at work: not if it ran on this machine and has ended."""
    host, pid, mark = (holder or "::").split(":")
    if host != machine():
        return True
    if holder in abandoned:
        return False
    if int(pid) == os.getpid():
        # In a container every process that is started anew has the number of the one before.
        return mark.startswith(PROCESS)
    return process_alive(int(pid))


def process_alive(pid: int) -> bool:
    """Tell whether a process of this machine is still there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def busy(label: str, surface: str) -> BusyError:
    """Return the error for a surface that another run is capturing."""
    problem = f"the {surface} of '{label}' are being captured by another run"
    return BusyError(problem, "let it finish; this run leaves that target alone")

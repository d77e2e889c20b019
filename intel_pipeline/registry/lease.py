"""Leases: who is at work on a capture, and whether they still are."""

import os
import secrets
import socket
from datetime import timedelta

from intel_pipeline.errors import BusyError

# More than twice the longest that one page can take: the wait for its turn, its pause and its answer.
LEASE = timedelta(minutes=45)
PROCESS = secrets.token_hex(3)


def new_holder() -> str:
    """Return a name for the run that holds a lease, by which others can tell whether it is still at work."""
    return f"{socket.gethostname()}:{os.getpid()}:{PROCESS}{secrets.token_hex(3)}"


def alive(holder: str | None) -> bool:
    """Tell whether the holder of a lease may still be at work: not if it ran on this machine and has ended."""
    host, pid, mark = (holder or "::").split(":")
    if host != socket.gethostname():
        return True
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

"""Every request that instaloader sends passes here, announced or not: on the ledger before, completed after."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import requests
from instaloader import InstaloaderContext

from intel_pipeline.instagram.pace import Pace, pace_of

_pace: ContextVar[Pace | None] = ContextVar("pace", default=None)
_lock = threading.Lock()
_users = 0
_send = requests.Session.send


def _metered_send(
    session: requests.Session,
    request: requests.PreparedRequest,
    **options: Any,  # noqa: ANN401  as in requests
) -> requests.Response:
    pace = _pace.get()
    if pace is not None:
        pace.sending()
        # A redirect is a copy of the request, with its hooks.
        if pace.answered not in request.hooks["response"]:
            request.hooks["response"].append(pace.answered)
    return _send(session, request, **options)


@contextmanager
def metered(context: InstaloaderContext) -> Iterator[InstaloaderContext]:
    """Let whatever this thread sends in here go through the context's Pace.

    instaloader makes a new session for nearly every request, copies neither hooks nor adapters into it, and neither
    announces a login nor the redirects that it follows; so sending is replaced in the class. Requests of other
    threads, and those outside, are left alone.
    """
    global _users  # noqa: PLW0603  counted over threads
    with _lock:
        _users += 1
        requests.Session.send = _metered_send  # type: ignore[assignment, method-assign]
    before = _pace.set(pace_of(context))
    try:
        yield context
    finally:
        _pace.reset(before)
        with _lock:
            _users -= 1
            if not _users:
                requests.Session.send = _send  # type: ignore[method-assign]

"""Sparing the session: what an answer of Instagram's means for whether anything more may be asked."""

from datetime import timedelta

from intel_pipeline.instagram.errors import (
    ActionNeededError,
    InstagramError,
    LoginNeededError,
    SpentError,
    ThrottledError,
    UnreachableError,
)
from intel_pipeline.session_in_use import SessionInUse


def spares_the_session(session: SessionInUse, error: InstagramError, *, logged_in: bool) -> bool:
    """Write down what `error` means for the session, used `logged_in` or not; return whether nothing more may be asked.

    With this session, that is: what the others may ask is written down under their own names.
    """
    sessions, name = session.pipeline.registry.sessions, session.name
    match error:
        case SpentError():
            # One surface has to wait: what else is due goes on, and the ledger says when this one does.
            return True
        case ThrottledError():
            sessions.cool(name, session.pipeline.clock.now() + timedelta(seconds=error.retry_after))
            return True
        case UnreachableError():
            return True
        case ActionNeededError():
            sessions.stop(name, error.problem)
            return True
        case LoginNeededError() if logged_in:
            # The session is dead, whatever its cookies say: one more request with it could harm the account.
            sessions.stop(name, error.problem)
            return True
    return False

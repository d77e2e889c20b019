"""Sparing the session: what an answer of Instagram's means for whether anything more may be asked."""

from datetime import timedelta

from intel_pipeline.instagram.errors import (
    ActionNeededError,
    InstagramError,
    LoginNeededError,
    ThrottledError,
    UnreachableError,
)
from intel_pipeline.instagram.source import Source
from intel_pipeline.pipeline import Pipeline


def spares_the_session(pipeline: Pipeline, source: Source, error: InstagramError) -> bool:
    """Write down what `error` means for the session; return whether nothing more may be asked now."""
    sessions, name = pipeline.registry.sessions, pipeline.session_name
    match error:
        case ThrottledError():
            sessions.cool(name, pipeline.clock.now() + timedelta(seconds=error.retry_after))
            return True
        case UnreachableError():
            return True
        case ActionNeededError():
            sessions.stop(name, error.problem)
            return True
        case LoginNeededError() if source.logged_in:
            # The session is dead, whatever its cookies say: one more request with it could harm the account.
            sessions.stop(name, error.problem)
            return True
    return False

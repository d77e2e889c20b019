"""Whether a session answers: one request, and what its answer means for it."""

from intel_pipeline.instagram.errors import InstagramError, ThrottledError
from intel_pipeline.session_in_use import SessionInUse


def answering(session: SessionInUse) -> str:
    """Ask once with a session, and return as whom it answers; raises InstagramError if it does not.

    What that means for the session is noted first.
    """
    from intel_pipeline.capture.sparing import spares_the_session
    from intel_pipeline.instagram.session import test as ask

    sealed = session.pipeline.vault().unseal(session.name)
    refuse_while_cooling(session)
    try:
        with session.context(sealed["username"], sealed["cookies"]) as context:
            ask(context, sealed["username"])
    except InstagramError as error:
        spares_the_session(session, error, logged_in=True)
        raise
    return str(sealed["username"])


def refuse_while_cooling(session: SessionInUse) -> None:
    """Raise ThrottledError while the session cools down: one more request would prolong it."""
    until, problem = session.pipeline.registry.sessions.cooling(session.name), session.cooling()
    if until and problem:
        raise ThrottledError(problem, (until - session.pipeline.clock.now()).total_seconds())


def close_breaker(session: SessionInUse) -> str | None:
    """Let a stopped session be used again, its operator having acted; return as whom it answers, None if logged out.

    One request tells; the breaker stays open if it is not answered. Raises InstagramError, or VaultError without cookies.
    """
    username = answering(session) if session.logged_in else None
    session.pipeline.registry.sessions.resume(session.name)
    return username

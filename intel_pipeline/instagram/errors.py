"""What can go wrong when talking to Instagram, by class: the class decides what happens next."""

from typing import ClassVar

from intel_pipeline.errors import IntelError

FOLLOW = "follow the account with this session, or pause the target"
# What code raises that meets an answer of another shape than the one it knows.
SHAPE = (KeyError, TypeError, AttributeError, IndexError, AssertionError, ValueError)


class InstagramError(IntelError):
    """One answer, or none, that was not what was asked for. `kind` is its class."""

    exit_code = 20
    kind: ClassVar[str] = "unknown"


class TransientError(InstagramError):
    """The network or the service stumbled; the same request may succeed soon."""

    kind = "transient"


class UnreachableError(InstagramError):
    """No connection: nobody was asked anything, and asking about the next target would take as long."""

    kind = "unreachable"


class ThrottledError(InstagramError):
    """Too many requests, by Instagram's word or by our own ledger; `retry_after` is in seconds."""

    kind = "throttled"

    def __init__(self, problem: str, retry_after: float) -> None:
        """Say when work may go on."""
        super().__init__(problem, f"nothing: work goes on by itself in about {retry_after / 60:.0f} minutes")
        self.retry_after = retry_after


class SpentError(ThrottledError):
    """The ledger's limit of one surface, or of identities: that surface has to wait, and everything else goes on."""


class LoginNeededError(InstagramError):
    """Instagram shows this only to a logged-in session."""

    kind = "login needed"


class ActionNeededError(InstagramError):
    """Instagram wants the session's owner to act; any further request could harm the account."""

    kind = "action needed"


class GoneError(InstagramError):
    """The answer said that there is no such account; one answer alone proves nothing."""

    kind = "gone"


class PrivateError(InstagramError):
    """The account is private and the session may not see it."""

    kind = "private"


class DriftError(InstagramError):
    """The answer has another shape than the one known: Instagram has changed."""

    kind = "drift"


def gone(doing: str) -> GoneError:
    """Return the error for an account that an answer says does not exist."""
    problem = f"Instagram shows no such account (while {doing})"
    fix = "check the name in a browser; it may be renamed, deactivated or hiding from this session"
    return GoneError(problem, fix)


def drifted(error: Exception, doing: str) -> DriftError:
    """Return the error for an answer over whose shape `error` was raised; quotes nothing of it."""
    problem = f"Instagram's answer has an unknown shape: {type(error).__name__} (while {doing})"
    return DriftError(
        problem, "update intel_pipeline; the page as received is kept for INTEL_RAW_PAGES_DAYS, see `captures show`"
    )

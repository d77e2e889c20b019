"""What can go wrong when talking to Instagram, by class: the class decides what happens next."""

import re
from typing import ClassVar

from instaloader.exceptions import (
    AbortDownloadException,
    BadCredentialsException,
    InstaloaderException,
    LoginException,
    LoginRequiredException,
    PrivateProfileNotFollowedException,
    ProfileNotExistsException,
    QueryReturnedBadRequestException,
    QueryReturnedNotFoundException,
    TooManyRequestsException,
)
from requests.exceptions import RequestException

from intel_pipeline.errors import IntelError

STATUS = re.compile(r"(?:^|: )(\d{3}) ")
PLEASE_WAIT = "Please wait a few minutes"
SHAPE = (KeyError, TypeError, AttributeError, IndexError, AssertionError, ValueError)


class InstagramError(IntelError):
    """One answer, or none, that was not what was asked for. `kind` is its class."""

    exit_code = 20
    kind: ClassVar[str] = "unknown"


class TransientError(InstagramError):
    """The network or the service stumbled; the same request may succeed soon."""

    kind = "transient"


class ThrottledError(InstagramError):
    """Too many requests, by Instagram's word or by our own ledger; `retry_after` is in seconds."""

    kind = "throttled"

    def __init__(self, problem: str, retry_after: float) -> None:
        """Say when work may go on."""
        super().__init__(problem, f"nothing: work goes on by itself in about {retry_after / 60:.0f} minutes")
        self.retry_after = retry_after


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


WAIT_AFTER_429 = 666.0


def classified(  # noqa: C901  one branch per class
    error: Exception, doing: str
) -> InstagramError:
    """Return the error of ours for `error`, raised by instaloader or requests while `doing`.

    Its text never holds the original's, which quotes addresses with their variables and can quote cookies.
    """
    if isinstance(error, InstagramError):
        return error
    cause = error.__cause__ or error
    status = status_of(cause) or status_of(error)
    if isinstance(error, AbortDownloadException):
        problem = f"Instagram asks the owner of this session to act (while {doing})"
        fix = "open Instagram with this account, do what it asks, then `intel-pipeline sessions login` again"
        return ActionNeededError(problem, fix)
    if isinstance(cause, TooManyRequestsException) or status == 429:  # noqa: PLR2004  HTTP's own number
        return ThrottledError(f"Instagram answered 429, too many requests (while {doing})", WAIT_AFTER_429)
    if isinstance(error, LoginRequiredException | BadCredentialsException) or status in (401, 403):
        problem = f"Instagram shows this only to a logged-in session (while {doing})"
        return LoginNeededError(problem, "log in with `intel-pipeline sessions login NAME` and set INTEL_SESSION=NAME")
    if PLEASE_WAIT in str(cause):
        return ThrottledError(f"Instagram asks to wait (while {doing})", WAIT_AFTER_429)
    if isinstance(error, LoginException):
        problem = f"Instagram refused the login (while {doing})"
        return ActionNeededError(problem, "log in once in a browser, answer what Instagram asks, then try again")
    if isinstance(error, PrivateProfileNotFollowedException):
        return PrivateError(f"the account is private and the session does not follow it (while {doing})", FOLLOW)
    if isinstance(error, ProfileNotExistsException | QueryReturnedNotFoundException):
        return gone(doing)
    if isinstance(error, (QueryReturnedBadRequestException, *SHAPE)):
        problem = f"Instagram's answer has an unknown shape: {type(error).__name__} (while {doing})"
        return DriftError(problem, "update intel_pipeline; the page as received is kept in the journal")
    if isinstance(error, InstaloaderException | RequestException):
        seen = f"HTTP {status}" if status else type(cause).__name__
        return TransientError(f"no usable answer: {seen} (while {doing})", "nothing: it is tried again")
    raise error


FOLLOW = "follow the account with this session, or pause the target"


def gone(doing: str) -> GoneError:
    """Return the error for an account that this answer says does not exist."""
    problem = f"Instagram shows no such account (while {doing})"
    fix = "check the name in a browser; it may be renamed, deactivated or hiding from this session"
    return GoneError(problem, fix)


def status_of(error: BaseException) -> int | None:
    """Return the HTTP status that instaloader put at the head of its text."""
    found = STATUS.search(str(error))
    return int(found.group(1)) if found else None

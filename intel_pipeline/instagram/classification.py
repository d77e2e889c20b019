"""Giving what instaloader and requests raise its class. Importing this loads instaloader, a tenth of a second."""

import re

import requests
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
from urllib3.exceptions import MaxRetryError

from intel_pipeline.instagram.errors import (
    FOLLOW,
    SHAPE,
    ActionNeededError,
    InstagramError,
    LoginNeededError,
    PrivateError,
    ThrottledError,
    TransientError,
    UnreachableError,
    drifted,
    gone,
)

STATUS = re.compile(r"(?:^|: )(\d{3}) ")
WAIT = ("Please wait a few minutes", "rate_limit_error")
NOBODY_THERE = "unable to fetch followers"
NOT_FOLLOWED = "Not authorized to view user"
# instaloader looks for these in answers to the API only; a page that is asked for can hold them as well.
ACT = ("checkpoint_required", "challenge_required", "feedback_required", "sentry_block")
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
    if isinstance(error, AbortDownloadException) or any(word in str(cause) for word in ACT):
        problem = f"Instagram asks the owner of this session to act (while {doing})"
        fix = "open Instagram with this account, do what it asks, then `intel-pipeline breaker close NAME`"
        return ActionNeededError(problem, fix)
    if isinstance(cause, TooManyRequestsException) or status == 429:  # noqa: PLR2004  HTTP's own number
        return ThrottledError(f"Instagram answered 429, too many requests (while {doing})", WAIT_AFTER_429)
    if isinstance(error, LoginRequiredException | BadCredentialsException) or status in (401, 403):
        problem = f"Instagram shows this only to a logged-in session (while {doing})"
        return LoginNeededError(problem, "log in with `intel-pipeline sessions login NAME` and set INTEL_SESSION=NAME")
    if any(words in str(cause) for words in WAIT):
        return ThrottledError(f"Instagram asks to wait (while {doing})", WAIT_AFTER_429)
    if isinstance(error, LoginException):
        problem = f"Instagram refused the login (while {doing})"
        return ActionNeededError(problem, "log in once in a browser, answer what Instagram asks, then try again")
    if isinstance(error, PrivateProfileNotFollowedException) or NOT_FOLLOWED in str(cause):
        return PrivateError(f"the account is private and the session does not follow it (while {doing})", FOLLOW)
    if isinstance(error, ProfileNotExistsException | QueryReturnedNotFoundException) or NOBODY_THERE in str(cause):
        return gone(doing)
    if isinstance(error, (QueryReturnedBadRequestException, *SHAPE)):
        return drifted(error, doing)
    if isinstance(cause, requests.exceptions.ConnectionError) and isinstance((cause.args or (None,))[0], MaxRetryError):
        why = "its certificate is not trusted" if isinstance(cause, requests.exceptions.SSLError) else "no connection"
        fix = "check the network, the proxy and the clock of this machine, then try again; nothing was used up"
        return UnreachableError(f"Instagram cannot be reached: {why} (while {doing})", fix)
    if isinstance(error, InstaloaderException | RequestException):
        seen = f"HTTP {status}" if status else type(cause).__name__
        return TransientError(f"no usable answer: {seen} (while {doing})", "try again; a tick does so by itself")
    raise error


def status_of(error: BaseException) -> int | None:
    """Return the HTTP status that instaloader put at the head of its text."""
    found = STATUS.search(str(error))
    return int(found.group(1)) if found else None

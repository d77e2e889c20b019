"""Logging in once, and using the sealed session from then on."""

import logging
from collections.abc import Callable
from functools import partial

from instaloader import Instaloader, InstaloaderContext, RateController
from instaloader.exceptions import (
    AbortDownloadException,
    BadCredentialsException,
    InstaloaderException,
    LoginException,
    TwoFactorAuthRequiredException,
)
from requests import Response
from requests.exceptions import RequestException

from intel_pipeline.instagram.classification import classified
from intel_pipeline.instagram.cookies import Cookies
from intel_pipeline.instagram.errors import SHAPE, ActionNeededError, LoginNeededError

log = logging.getLogger(__name__)
# The most that a login sends: start page, password, code, and a test of the new session.
LOGIN_REQUESTS = 4
REFUSED = "password you entered is incorrect"
WHO_AM_I = "d6f4427fbe92d846298cf93df0b937d3"


def open_context(
    timeout: float, rate_controller: Callable[[InstaloaderContext], RateController] | None = None
) -> InstaloaderContext:
    """Return a fresh instaloader context that tries once, never sleeps by itself and prints nothing.

    One attempt: instaloader repeats at once and without back-off, and each repeat is a request on the account.
    """
    loader = Instaloader(
        sleep=False,
        quiet=True,
        max_connection_attempts=1,
        request_timeout=timeout,
        iphone_support=False,
        rate_controller=rate_controller,
    )
    context = loader.context
    # Its own `error` prints to stderr, with addresses and their variables, and keeps every text for ever.
    setattr(context, "error", mention)  # noqa: B010  mypy forbids assigning to a method
    # Its own text of an answer leaves out the type of an error, which alone tells a throttle from a malformed request.
    setattr(context, "_response_error", partial(with_type, context._response_error))  # noqa: B010, SLF001
    return context


def with_type(described: Callable[[Response], str], response: Response) -> str:
    """Return instaloader's text of an answer that went wrong, and the type of the error that the answer names."""
    try:
        body = response.json()
    except ValueError:
        body = None
    kind = body.get("error_type") if isinstance(body, dict) else None
    return f"{described(response)} ({kind})" if kind else described(response)


def mention(message: str, *, repeat_at_end: bool = True) -> None:
    """Take note of an error of instaloader's that it also raises."""
    del message, repeat_at_end
    log.debug("instaloader reported an error")


def log_in(context: InstaloaderContext, username: str, password: str, code: Callable[[], str]) -> Cookies:
    """Log the fresh `context` in with a password, asking `code` where a second factor is wanted; return the cookies.

    Raises LoginNeededError for wrong credentials, ActionNeededError where Instagram wants the owner to act, and
    InstagramError of another class where there was no usable answer.
    """
    try:
        try:
            context.login(username, password)
        except TwoFactorAuthRequiredException:
            context.two_factor_login(code())
    except (LoginException, KeyError) as error:
        if isinstance(error, BadCredentialsException) or REFUSED in str(error):
            problem = f"Instagram refused the password or the code of '{username}'"
            raise LoginNeededError(problem, "check both and try again; several wrong tries lock the account") from error
        problem = f"Instagram wants the owner of '{username}' to act before it lets this login in"
        fix = "log in once in a browser, answer what it asks (checkpoint, code, consent), then try again"
        raise ActionNeededError(problem, fix) from error
    except (InstaloaderException, RequestException) as error:
        raise classified(error, "logging in") from error
    cookies: Cookies = context.save_session()
    # instaloader counts a login without this cookie as a success; nothing would work with it.
    if not cookies.get("sessionid"):
        problem = f"Instagram accepted '{username}' but gave no session"
        raise ActionNeededError(problem, "log in once in a browser, then try again")
    test(context, username)
    return cookies


def test(context: InstaloaderContext, username: str) -> None:
    """Make sure that the session answers as `username`, or raise LoginNeededError."""
    if owner(context) != username:
        problem = f"the session of '{username}' is not logged in"
        raise LoginNeededError(problem, "log in again with `intel-pipeline sessions login`")


def owner(context: InstaloaderContext) -> str | None:
    """Return as whom the session answers, None where it is not logged in, or raise InstagramError of its class.

    As instaloader's `test_login`, which takes a throttle for a dead session.
    """
    try:
        user = context.graphql_query(WHO_AM_I, {})["data"]["user"]
        return str(user["username"]) if user else None
    except (InstaloaderException, AbortDownloadException, RequestException, *SHAPE) as error:
        raise classified(error, "testing the session") from None

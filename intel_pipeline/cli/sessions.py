"""Sessions: log in once, sealed from then on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from intel_pipeline.cli.console import opened, out, plain
from intel_pipeline.cli.session_use import For, Name, refuse_as_name, tell_of_use
from intel_pipeline.instagram.errors import ActionNeededError, LoginNeededError, ThrottledError
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.ledger import Wanted
from intel_pipeline.registry.limits import refusal
from intel_pipeline.registry.targets import username_of
from intel_pipeline.session_answers import answering, refuse_while_cooling
from intel_pipeline.session_in_use import SessionInUse

app = typer.Typer(no_args_is_help=True)


@app.command()
def login(
    name: Name,
    username: Annotated[str | None, typer.Option(help="The account's username; otherwise the same as NAME.")] = None,
    used_for: For = None,
) -> None:
    """Log in to an account of yours, once. The password is typed at a prompt and kept nowhere.

    From then on captures use the session, beside those that are there; `sessions use` and --for say for what.

    Where a second factor is asked for, type its code, or the secret that your authenticator app was set up with.

    The requests of a login are on the ledger of NAME; while it cools down, or its budget is spent, none is made.
    """
    from intel_pipeline.instagram.session import LOGIN_REQUESTS, log_in

    with opened() as pipeline:
        vault = pipeline.vault()
        refuse_as_name(name)
        vault.path(name)
        account = username_of(username or name)
        named = pipeline.session(name)
        refuse_while_cooling(named)
        refuse_beyond_budget(named, LOGIN_REQUESTS)
        password = typer.prompt(f"Password of {account}", hide_input=True)
        with cooling_where_throttled(named), named.context(None, None) as context:
            cookies = log_in(context, account, password, lambda: asked_for_code(pipeline))
        vault.seal(name, {"username": account, "cookies": cookies})
        pipeline.registry.sessions.welcome(name, account, used_for)
        out.print(f"logged in; the session '{plain(name)}' is sealed")
        tell_of_use(pipeline, name)


def asked_for_code(pipeline: Pipeline) -> str:
    """Return the code of the second factor, as it is typed or made from the secret that is."""
    from intel_pipeline.instagram.second_factor import code_of

    typed = typer.prompt("Code of the second factor, or the secret of the authenticator app", hide_input=True)
    return code_of(typed, pipeline.clock.now())


@app.command(name="import")
def import_session(
    name: Name,
    file: Annotated[
        typer.FileBinaryRead,
        typer.Argument(
            help="A session that instaloader saved, or cookies of instagram.com as JSON; - reads what is pasted."
        ),
    ],
    used_for: For = None,
) -> None:
    """Take in a session that exists: instaloader's file, or a browser's cookies. One request tells whose it is."""
    from intel_pipeline.instagram.cookies import read_cookies
    from intel_pipeline.instagram.session import owner

    with opened() as pipeline:
        vault = pipeline.vault()
        refuse_as_name(name)
        vault.path(name)
        cookies = read_cookies(file.read())
        named = pipeline.session(name)
        refuse_while_cooling(named)
        # instaloader wants to be told whose it is; nothing asks for the name until the answer gives it.
        with cooling_where_throttled(named), named.context(name, cookies) as context:
            account = owner(context)
        if account is None:
            problem = "Instagram does not know these cookies: the session has ended"
            raise LoginNeededError(problem, "log in again where they came from, or `intel-pipeline sessions login`")
        vault.seal(name, {"username": account, "cookies": cookies})
        pipeline.registry.sessions.welcome(name, account, used_for)
        out.print(f"the session '{plain(name)}' of {plain(account)} is sealed; delete the file that it came from")
        tell_of_use(pipeline, name)


@app.command()
def test(name: Name) -> None:
    """Ask Instagram once whether a session still works; what it answers is noted, as in a capture."""
    with opened() as pipeline:
        named = pipeline.session(name)
        stopped = named.stopped()
        if stopped:
            raise ActionNeededError(stopped, f"do what Instagram asks, then `intel-pipeline breaker close {name}`")
        username = answering(named)
    out.print(f"the session '{plain(name)}' answers as {plain(username)}")


@contextmanager
def cooling_where_throttled(session: SessionInUse) -> Iterator[None]:
    """Let a session that is not known yet cool down where its first requests are throttled."""
    from intel_pipeline.capture.sparing import spares_the_session

    try:
        yield
    except ThrottledError as error:
        spares_the_session(session, error, logged_in=False)
        raise


def refuse_beyond_budget(session: SessionInUse, requests: int) -> None:
    """Raise ThrottledError where the session may not send so many requests now: a login must not end half-way."""
    from intel_pipeline.instagram.pace import OTHER

    turn = session.pipeline.registry.ledger.wait(Wanted(session.name, OTHER), session.limits, requests)
    if turn.wait > session.pipeline.settings.longest_wait:
        raise ThrottledError(refusal(session.name, session.limits, turn), turn.wait)

"""Sessions: log in once, sealed from then on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json, print_table
from intel_pipeline.instagram.errors import ActionNeededError, InstagramError, LoginNeededError, ThrottledError
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.ledger import Wanted
from intel_pipeline.registry.limits import refusal
from intel_pipeline.registry.targets import username_of

app = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="A name of yours for the session, for example desk.")]


@app.command()
def login(
    name: Name,
    username: Annotated[str | None, typer.Option(help="The account's username; otherwise the same as NAME.")] = None,
) -> None:
    """Log in to an account of yours, once. The password is typed at a prompt and kept nowhere.

    Where a second factor is asked for, type its code, or the secret that your authenticator app was set up with.

    The requests of a login are on the ledger of NAME; while it cools down, or its budget is spent, none is made.
    """
    from intel_pipeline.instagram.session import LOGIN_REQUESTS, log_in

    with opened() as pipeline:
        vault = pipeline.vault()
        vault.path(name)
        account = username_of(username or name)
        named = pipeline.using(name)
        refuse_while_cooling(named)
        refuse_beyond_budget(named, LOGIN_REQUESTS)
        password = typer.prompt(f"Password of {account}", hide_input=True)
        with cooling_where_throttled(named), named.context(None, None) as context:
            cookies = log_in(context, account, password, lambda: asked_for_code(named))
        vault.seal(name, {"username": account, "cookies": cookies})
        pipeline.registry.sessions.welcome(name, account)
        set_already = pipeline.settings.session == name
    out.print(f"logged in; the session '{plain(name)}' is sealed")
    if not set_already:
        err.print(f"Next: set INTEL_SESSION={plain(name)} in the environment or in .env, so that captures use it")


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
) -> None:
    """Take in a session that exists: instaloader's file, or a browser's cookies. One request tells whose it is."""
    from intel_pipeline.instagram.cookies import read_cookies
    from intel_pipeline.instagram.session import owner

    with opened() as pipeline:
        vault = pipeline.vault()
        vault.path(name)
        cookies = read_cookies(file.read())
        named = pipeline.using(name)
        refuse_while_cooling(named)
        # instaloader wants to be told whose it is; nothing asks for the name until the answer gives it.
        with cooling_where_throttled(named), named.context(name, cookies) as context:
            account = owner(context)
        if account is None:
            problem = "Instagram does not know these cookies: the session has ended"
            raise LoginNeededError(problem, "log in again where they came from, or `intel-pipeline sessions login`")
        vault.seal(name, {"username": account, "cookies": cookies})
        pipeline.registry.sessions.welcome(name, account)
    out.print(f"the session '{plain(name)}' of {plain(account)} is sealed; delete the file that it came from")


@app.command()
def test(name: Name) -> None:
    """Ask Instagram once whether a session still works; what it answers is noted, as in a capture."""
    with opened() as pipeline:
        named = pipeline.using(name)
        stopped = named.stopped()
        if stopped:
            raise ActionNeededError(stopped, f"do what Instagram asks, then `intel-pipeline breaker close {name}`")
        username = answering(named)
    out.print(f"the session '{plain(name)}' answers as {plain(username)}")


def answering(pipeline: Pipeline) -> str:
    """Ask once with the pipeline's session, and return as whom it answers; raises InstagramError if it does not.

    What that means for the session is noted first.
    """
    from intel_pipeline.capture.sparing import spares_the_session
    from intel_pipeline.instagram.session import test as ask

    sealed = pipeline.vault().unseal(pipeline.session_name)
    refuse_while_cooling(pipeline)
    try:
        with pipeline.context(sealed["username"], sealed["cookies"]) as context:
            ask(context, sealed["username"])
    except InstagramError as error:
        spares_the_session(pipeline, error, logged_in=True)
        raise
    return str(sealed["username"])


def refuse_while_cooling(pipeline: Pipeline) -> None:
    """Raise ThrottledError while the session cools down: one more request would prolong it."""
    until, problem = pipeline.registry.sessions.cooling(pipeline.session_name), pipeline.cooling()
    if until and problem:
        raise ThrottledError(problem, (until - pipeline.clock.now()).total_seconds())


@contextmanager
def cooling_where_throttled(pipeline: Pipeline) -> Iterator[None]:
    """Let a session that is not known yet cool down where its first requests are throttled."""
    from intel_pipeline.capture.sparing import spares_the_session

    try:
        yield
    except ThrottledError as error:
        spares_the_session(pipeline, error, logged_in=False)
        raise


def refuse_beyond_budget(pipeline: Pipeline, requests: int) -> None:
    """Raise ThrottledError where the session may not send so many requests now: a login must not end half-way."""
    from intel_pipeline.instagram.pace import OTHER

    turn = pipeline.registry.ledger.wait(Wanted(pipeline.session_name, OTHER), pipeline.limits, requests)
    if turn.wait > pipeline.settings.longest_wait:
        raise ThrottledError(refusal(pipeline.session_name, pipeline.limits, turn), turn.wait)


@app.command(name="list")
def list_sessions(as_json: AsJson = False) -> None:
    """List the sessions and how each stands."""
    with opened() as pipeline:
        used = pipeline.session_name
        states = pipeline.registry.sessions.all()
        rows = [
            (
                state.name,
                state.username,
                state.name == used,
                pipeline.registry.ledger.spent(state.name),
                pipeline.using(state.name).not_now() or "usable",
            )
            for state in states
        ]
    columns = ("session", "username", "used", "requests_in_window", "state")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    print_table(columns, rows)
    if not rows:
        err.print("No sessions yet: `intel-pipeline sessions login NAME`")


@app.command()
def remove(name: Name) -> None:
    """Delete a sealed session from this machine."""
    with opened() as pipeline:
        pipeline.vault().unseal(name)
        pipeline.vault().forget(name)
        pipeline.registry.sessions.forget(name)
    out.print(f"the session '{plain(name)}' is deleted here; to end it everywhere, log out in Instagram's settings")

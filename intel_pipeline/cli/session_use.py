"""What sessions are used for, how they stand, and what each may send."""

from typing import Annotated, Any

import typer

from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json, print_table
from intel_pipeline.collection import known, standing_of
from intel_pipeline.errors import SessionError
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.limits import WORDS
from intel_pipeline.registry.limits import Name as Limit
from intel_pipeline.registry.models import LOGGED_OUT
from intel_pipeline.registry.sessions import Use
from intel_pipeline.session_limits import bounds, figure_of, refuse_unbearable

Name = Annotated[str, typer.Argument(help="A name of yours for the session, for example desk.")]
For = Annotated[
    Use | None,
    typer.Option(
        "--for",
        help="What it reads: targets of `any` session and its own, its `own` only, or `nothing`. At first any.",
    ),
]


def refuse_as_name(name: str) -> None:
    """Raise SessionError for the name under which requests without a session are written down."""
    if name == LOGGED_OUT:
        problem = f"'{name}' cannot name a session: it stands for asking without one"
        raise SessionError(problem, "choose another name, for example desk")


def tell_of_use(pipeline: Pipeline, name: str) -> None:
    """Say what a session is used for, and how that is changed."""
    use = pipeline.uses().get(name)
    only = pipeline.settings.session
    match use:
        case "any":
            err.print(
                f"Captures use it for targets of any session; `intel-pipeline sessions use {plain(name)}` changes it"
            )
        case "own":
            err.print(f"It reads its own targets only: `intel-pipeline targets assign LABEL --session {plain(name)}`")
        case None if only and only != name:
            err.print(
                f"It is not used: INTEL_SESSION={plain(only)} lets that one be used alone; unset it to use several"
            )
        case None:
            err.print(f"It is not used; `intel-pipeline sessions use {plain(name)} --for any` changes that")


def use(
    name: Name,
    used_for: Annotated[
        Use,
        typer.Option("--for", help="Targets of `any` session and its own, its `own` ones only, or `nothing`."),
    ] = "any",
) -> None:
    """Say what a session is used for. One that only follows a private account is best kept to its `own` targets.

    Which targets are its own, `intel-pipeline targets assign` says. INTEL_SESSION, where it is set, lets one session be
    used alone.
    """
    with opened() as pipeline:
        pipeline.registry.sessions.use(name, used_for)
        out.print(f"the session '{plain(name)}' is used for {used_for}")
        tell_of_use(pipeline, name)


def list_sessions(as_json: AsJson = False) -> None:
    """List the sessions: what each is used for, how many targets are its own, and how it stands.

    A target that is nobody's own is read by any session that is used for any.
    """
    with opened() as pipeline:
        rows = [(state.name, state.username, *standing_of(pipeline, state.name)) for state in known(pipeline)]
        of_any = sum(target.session is None for target in pipeline.registry.targets.all())
    columns = ("session", "username", "used_for", "own_targets", "state")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    print_table(columns, rows)
    if rows:
        err.print(f"Targets of any session: {of_any}")
    else:
        err.print("No sessions yet: `intel-pipeline sessions login NAME`")


def remove(name: Name) -> None:
    """Delete a sealed session from this machine. Targets of its own wait until they are assigned to another."""
    with opened() as pipeline:
        pipeline.vault().unseal(name)
        pipeline.vault().forget(name)
        pipeline.registry.sessions.forget(name)
        orphans = [target.label for target in pipeline.registry.targets.all() if target.session == name]
    out.print(f"the session '{plain(name)}' is deleted here; to end it everywhere, log out in Instagram's settings")
    if orphans:
        err.print(
            f"No session reads {', '.join(orphans)} now; `intel-pipeline targets assign LABEL --any` lets any do so"
        )


def figure(name: Limit) -> Any:  # noqa: ANN401  typer's own type for it is none
    """Return the option that sets a limit."""
    least, most = bounds(name)
    return typer.Option(help=f"{WORDS[name]}, {least:,} to {most:,}.".capitalize(), metavar="N")


def limits(  # noqa: PLR0913  each is one limit
    name: Name,
    window: Annotated[int | None, figure("window")] = None,
    hour: Annotated[int | None, figure("hour")] = None,
    profile_hour: Annotated[int | None, figure("profile")] = None,
    followers_hour: Annotated[int | None, figure("followers")] = None,
    followees_hour: Annotated[int | None, figure("followees")] = None,
    posts_hour: Annotated[int | None, figure("posts")] = None,
    identities: Annotated[int | None, figure("day")] = None,
    interval: Annotated[int | None, figure("interval")] = None,
    default: Annotated[bool, typer.Option("--default", help="First drop all limits of its own.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a session may send, or give it limits of its own: a fresh account bears less than an old one.

    What is not its own is the settings' (`intel-pipeline settings`), and changes with them. They hold from the next
    tick on, for requests that were made before too.
    """
    given: dict[Limit, int | None] = {
        "window": window,
        "hour": hour,
        "profile": profile_hour,
        "followers": followers_hour,
        "followees": followees_hour,
        "posts": posts_hour,
        "day": identities,
        "interval": interval,
    }
    chosen: dict[str, int] = {}
    for limit, wanted in given.items():
        if wanted is not None:
            refuse_unbearable(limit, wanted)
            chosen[limit] = wanted
    with opened() as pipeline:
        before = pipeline.registry.sessions.get(name).limits or {}
        own = {**({} if default else before), **chosen}
        if own != before:
            pipeline.registry.sessions.limit(name, own)
        rows = [
            (
                WORDS[limit],
                figure_of(pipeline.settings, own, limit),
                figure_of(pipeline.settings, {}, limit),
                *bounds(limit),
                limit in own,
            )
            for limit in given
        ]
    columns = ("limit", "in_force", "default", "least", "most", "own")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    print_table(columns, rows)

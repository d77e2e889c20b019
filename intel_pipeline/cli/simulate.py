"""Serving the simulator."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from intel_pipeline.cli.console import err, out, print_table
from intel_pipeline.errors import SettingsError

if TYPE_CHECKING:
    from intel_pipeline.simulator.service import Service
    from intel_pipeline.simulator.world import World

DAY = 86_400
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def simulate(  # noqa: PLR0913  each is an option
    world: Annotated[
        Literal["demo", "trial"],
        typer.Option(help="demo: the six targets of the demo. trial: one of each kind of target and of login."),
    ] = "trial",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65534, help="Plain HTTP; the proxy takes the next. 0: any.")] = 8766,
    seed: Annotated[int, typer.Option(help="Another seed is another world.")] = 7,
    day_seconds: Annotated[
        float, typer.Option(min=0.1, help="Seconds in which a simulated day passes; a real day unless told.")
    ] = DAY,
    directory: Annotated[
        Path | None, typer.Option(help="Folder for the private certificate authority; otherwise a temporary one.")
    ] = None,
) -> None:
    """Serve a simulated Instagram to instaloader and other real clients, until interrupted (Ctrl-C).

    Prints the variables that send a client there, through a proxy whose certificates only that client trusts: nothing
    of the client is patched, and no request reaches Instagram.
    """
    from intel_pipeline.simulator.clock import RunningClock
    from intel_pipeline.simulator.demo_world import demo_world
    from intel_pipeline.simulator.service import serve
    from intel_pipeline.simulator.trial_world import trial_world

    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    make = {"demo": demo_world, "trial": trial_world}[world]
    made = make(seed, start, RunningClock(datetime.now(UTC), DAY / day_seconds))
    if host not in LOOPBACK:
        err.print(f"[yellow]Listening on {host}: whoever reaches it can use the simulator.[/]")
    with tempfile.TemporaryDirectory(prefix="intel-simulator-") as temporary:
        try:
            serve(made, host, port, directory=directory or Path(temporary), announce=lambda at: announce(made, at))
        except OSError as error:
            problem = f"port {port} or {port + 1} of {host} cannot be listened on: {error.strerror}"
            raise SettingsError(problem, "choose another with --port, or let any be taken with --port 0") from error


def announce(world: "World", service: "Service") -> None:
    """Say where the simulator is, who can log in and whom there is to look at."""
    err.print(
        f"A simulated Instagram at {service.url} (plain HTTP, for a look) and {service.front.proxy_url} (proxy)\n"
    )
    logins = [
        (viewer.username, viewer.password, viewer.code or viewer.totp_key or "-", viewer.checkpoint)
        for viewer in world.viewers()
    ]
    print_table(("login", "password", "code or TOTP secret", "checkpoint"), logins)
    out.print()
    targets = [
        (profile.username, profile.followers, profile.posts, profile.is_private)
        for profile in map(world.profile, world.labels.values())
        if profile
    ]
    print_table(("target", "followers", "posts", "private"), targets)
    err.print("\nIn another terminal, for any client that uses requests or curl:")
    for name, value in service.front.environment().items():
        typer.echo(f"export {name}='{value}'")
    err.print("\nThen, for example: instaloader --login coded.viewer --no-posts tide.tables\nStop with Ctrl-C.")

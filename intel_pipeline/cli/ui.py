"""The server of dashboard, API and Dagster UI."""

import os
import sys
from typing import Annotated

import typer

from intel_pipeline.cli.console import opened
from intel_pipeline.cli.services import run
from intel_pipeline.process_environment import command_of
from intel_pipeline.settings import load_settings

Host = Annotated[
    str,
    typer.Option(
        help="Address to listen on. Another than this machine's own takes an admin, and TLS or INTEL_WEB_PROXIES."
    ),
]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]
LOOPBACK, PORT = "127.0.0.1", 3000


def dev(host: Host = LOOPBACK, port: Port = PORT) -> None:
    """Run everything on the data folder of the settings until interrupted (Ctrl-C): dashboard, API, Dagster's UI and daemon.

    Three processes, which end together: the code location, the daemon with schedule and planner, and the server of the
    one address. What changes in the code counts from the next start on.
    """
    from intel_pipeline.defs.running import prepare
    from intel_pipeline.web.binding import bound_to, listen, refuse_unsafe

    settings = load_settings()
    binding = bound_to(settings, host, port)
    # Before Dagster is started, which takes its time; the server does so again.
    listen(binding).close()
    if not binding.loopback:
        with opened() as pipeline:
            refuse_unsafe(binding, settings, pipeline.registry.users.has_admin)
    home = prepare(settings)
    environment = {**os.environ, "DAGSTER_HOME": str(home), "INTEL_DATA_DIR": str(settings.data_dir)}
    run(host, port, environment)


def serve(host: Host = LOOPBACK, port: Port = PORT) -> None:
    """Serve dashboard and API alone until interrupted (Ctrl-C): nothing is captured, and no Dagster is started."""
    # In the place of this process, which holds what all of the other commands need: for as long as the server runs.
    os.execv(sys.executable, command_of("intel_pipeline.web", host, str(port)))  # noqa: S606  fixed words

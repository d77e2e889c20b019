"""The Dagster UI."""

import os
from typing import Annotated

import typer

from intel_pipeline.cli.console import err
from intel_pipeline.cli.services import run
from intel_pipeline.settings import load_settings


def dev(
    host: Annotated[str, typer.Option(help="Address to listen on. The UI asks nobody for a password.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 3000,
) -> None:
    """Run the Dagster UI with its schedule and planner on the data folder of the settings, until interrupted (Ctrl-C).

    Three processes, which end together: the code location, the daemon and the UI. What changes in the code counts
    from the next start on.
    """
    from intel_pipeline.defs.running import prepare

    settings = load_settings()
    home = prepare(settings)
    err.print(f"http://{host}:{port} shows {settings.data_dir}")
    environment = {**os.environ, "DAGSTER_HOME": str(home), "INTEL_DATA_DIR": str(settings.data_dir)}
    run(host, port, environment)

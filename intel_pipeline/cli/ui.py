"""The Dagster UI."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from intel_pipeline.cli.console import err
from intel_pipeline.settings import PROJECT_ROOT, load_settings


def dev(
    host: Annotated[str, typer.Option(help="Address to listen on. The UI asks nobody for a password.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 3000,
) -> None:
    """Run the Dagster UI with its schedule and planner on the data folder of the settings, until interrupted (Ctrl-C).

    The same as `dagster dev` in the project's folder, for any data folder and from anywhere.
    """
    from intel_pipeline.defs.running import dagster_home

    settings = load_settings()
    home = dagster_home(settings)
    err.print(f"http://{host}:{port} shows {settings.data_dir}")
    workspace = PROJECT_ROOT / "workspace.yaml"
    command = ["dagster", "dev", "--workspace", str(workspace), "--host", host, "--port", str(port)]
    environment = {**os.environ, "DAGSTER_HOME": str(home), "INTEL_DATA_DIR": str(settings.data_dir)}
    # Its own code stays importable, and the settings' `.env` readable, from the folder that the command runs in.
    os.execve(Path(sys.executable).with_name("dagster"), command, environment)  # noqa: S606  fixed words, no shell

"""`python -m intel_pipeline.web HOST PORT [WORKSPACE]`: the server, as `intel-pipeline serve` and `dev` start it.

With a WORKSPACE it shows the Dagster UI as well; $DAGSTER_HOME is where Dagster's storage lies.
"""

import logging
import os
import sys
from pathlib import Path

from intel_pipeline.errors import IntelError
from intel_pipeline.settings import load_settings
from intel_pipeline.web.binding import bound_to
from intel_pipeline.web.serving import Dagster, serve


def main(host: str, port: str, workspace: str | None = None) -> None:
    """Serve until interrupted or terminated; an error of ours ends with its text and its exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        settings = load_settings()
        dagster = Dagster(Path(os.environ["DAGSTER_HOME"]), Path(workspace)) if workspace else None
        serve(settings, bound_to(settings, host, int(port)), dagster, tell)
    except IntelError as error:
        tell(f"Error: {error}")
        sys.exit(error.exit_code)


def tell(line: str) -> None:
    """Print a line where people look, at once."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201  the process has no other voice


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Running commands as a terminal would, in this process."""

import json

from typer.testing import CliRunner, Result

from intel_pipeline.cli.app import app
from intel_pipeline.errors import IntelError


def run(*words: str, **options: object) -> Result:
    result = CliRunner().invoke(app, list(words), **options)
    if isinstance(result.exception, IntelError):
        raise result.exception
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def answer(*words: str) -> object:
    return json.loads(run(*words).stdout)

"""Schemathesis against a server: what the description allows must be answered as it says, all else refused."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CONFIG = Path(__file__).with_name("schemathesis.toml")
ALL = "examples,coverage,fuzzing,stateful"
HOOKS = "intel_pipeline_tests.web.api.fuzzing_hooks"


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """How many requests were made up, whether all were answered as described, and what was said about it."""

    cases: int
    faultless: bool
    said: str


def fuzz(  # noqa: PLR0913  what it is told
    address: str, authorization: str, examples: int, seed: int, folder: Path, phases: str = ALL
) -> Fuzzed:
    """Ask the API at `address` `examples` times per operation and phase, with the same requests for the same seed."""
    report = folder / "report.json"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", str(CONFIG)),
        *("run", f"{address}/api/v1/openapi.json", "--header", f"Authorization: {authorization}"),
        *("--max-examples", str(examples), "--seed", str(seed), "--continue-on-failure"),
        *("--phases", phases),
        *("--report-json-path", str(report)),
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": HOOKS, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603  our own
    said = done.stdout + done.stderr
    cases = json.loads(report.read_text())["test_cases"]["generated"] if report.exists() else 0
    return Fuzzed(cases, done.returncode == 0, said)

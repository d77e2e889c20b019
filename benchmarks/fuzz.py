"""Thousands of requests made up from the API's description, to a real server on loopback. `make fuzz`."""

import sys
import tempfile
from pathlib import Path

from intel_pipeline.clock import today
from intel_pipeline.warehouse.derive import publish_now
from intel_pipeline_tests.web.api.conftest import site_of
from intel_pipeline_tests.web.api.fuzzing import fuzz
from intel_pipeline_tests.web.api.serving import serving
from intel_pipeline_tests.web.conftest import DAYS, LABELS, live
from intel_pipeline_tests.worlds import next_morning, small_pipeline

# With as many for each operation and phase, five thousand requests and more.
EXAMPLES = 150
LEAST = 5_000


def main(examples: int = EXAMPLES, seed: int = 1) -> int:
    """Ask a small world's API; print what was found, and return 1 where anything was."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pipeline = small_pipeline(folder / "world", LABELS)
        live(pipeline, today(pipeline.clock))
        for _ in range(DAYS - 1):
            live(pipeline, next_morning(pipeline))
        publish_now(pipeline)
        with site_of(pipeline, folder / "site") as site, serving(site.door) as address:
            found = fuzz(address, site.headers["key admin"]["authorization"], examples, seed, folder)
        pipeline.registry.close()
    sys.stdout.write(found.said)
    return 0 if found.faultless and found.cases >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

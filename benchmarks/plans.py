"""How Polars runs the pipeline's own query."""

import re
import tempfile
from pathlib import Path

from benchmarks import limits, lists
from benchmarks.report import Report
from intel_pipeline.changes.comparison import differing, keyed
from intel_pipeline.contracts.attributes import FINGERPRINT
from intel_pipeline.lake import snapshot_file

NODE = re.compile(r'label="([a-z-]*join)\\n')


def run() -> Report:
    """Return the joins in the physical plan over two snapshots; each must be the one that needs no memory."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder)
        pairs = differing(*(keyed([snapshot_file.scan(lake, path)], FINGERPRINT) for path in lists.written(lake, 1000)))
        plan = pairs.rows.show_graph(plan_stage="physical", engine="streaming", raw_output=True) or ""
    joins = NODE.findall(plan)
    broken = [] if joins == [limits.JOIN] else [f"the plan joins by {joins or 'nothing'}, not by {limits.JOIN}"]
    rows: list[tuple[object, ...]] = [("new, lost, changed", ", ".join(joins), limits.JOIN)]
    return Report("Physical plan", ("query", "join", "must be"), rows, broken)

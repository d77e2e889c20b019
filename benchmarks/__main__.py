"""Run every benchmark, print its ratios, and fail where a limit does not hold."""

import sys

from benchmarks import accuracy, capture, changes, long_list, memory, plans
from intel_pipeline.cli.console import print_table

BENCHMARKS = (plans, changes, memory, capture, long_list, accuracy)

if __name__ == "__main__":
    broken = []
    for benchmark in BENCHMARKS:
        report = benchmark.run()
        print_table(report.columns, report.rows, title=report.title)
        broken += report.broken
    # An empty text would end it with 1.
    sys.exit("\n".join(f"does not hold: {line}" for line in broken) or None)

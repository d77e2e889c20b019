"""Run every benchmark, print its ratios, and fail where a limit does not hold."""

from benchmarks import accuracy, capture, changes, long_list, memory, rebuild, validation
from benchmarks.report import tell

BENCHMARKS = (changes, memory, capture, long_list, validation, rebuild, accuracy)

if __name__ == "__main__":
    tell(benchmark.run() for benchmark in BENCHMARKS)

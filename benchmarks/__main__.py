"""Run every benchmark and print its ratios."""

from benchmarks import capture, changes
from intel_pipeline.cli.console import print_table

if __name__ == "__main__":
    columns = ("what", "size", "CPU s", "ratio", "of")
    for title, rows in (("Comparing two follower lists", changes.run()), ("Capturing followers", capture.run())):
        print_table(columns, rows, title=title)

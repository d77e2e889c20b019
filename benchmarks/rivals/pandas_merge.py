"""Who is new, lost or renamed between two lists, by pandas' outer merge. Prints JSON: the numbers, and CPU seconds.

Run by the interpreter of the rivals' environment: `python pandas_merge.py BEFORE.parquet AFTER.parquet`.
"""

import json
import sys
import time

import pandas as pd  # type: ignore[import-untyped]


def merged(before: str, after: str) -> tuple[int, int, int]:
    """Return the numbers of who is new, lost and renamed."""
    lists = [pd.read_parquet(path, columns=["user_id", "username"]) for path in (before, after)]
    both = lists[0].merge(lists[1], on="user_id", how="outer", suffixes=("", "_after"), indicator=True)
    kept = both[both["_merge"] == "both"]
    counts = both["_merge"].value_counts()
    return int(counts["right_only"]), int(counts["left_only"]), int((kept["username"] != kept["username_after"]).sum())


if __name__ == "__main__":
    began = time.process_time()
    numbers = merged(*sys.argv[1:])
    sys.stdout.write(json.dumps({"numbers": numbers, "seconds": time.process_time() - began}))

"""What must hold; a benchmark that finds otherwise makes the whole run fail."""

# CPU of comparing two follower lists, in CPU of decoding the id column of both: who is new or lost, and who renamed.
NEW_AND_LOST = 2.5
WITH_CHANGED_ATTRIBUTES = 3.5
# Megabytes above what the process takes after its imports, for two lists of a hundred million.
PEAK_MB = 400
# Megabytes above its imports of a process that captures two million followers.
CAPTURE_PEAK_MB = 250
# CPU of capturing a follower list, from journal to lake, in CPU of a bare loop over the same source. Both write the
# ledger: whoever asks through the source has no way around it.
CAPTURE = 1.3
# Megabytes that a process takes which exports ten million rows, its imports and all.
EXPORT_PEAK_MB = 500
# Of the CPU that validating and writing a list takes together, in per cent.
VALIDATION = 15
# CPU of landing a day after a year, in CPU of landing the second one.
LATE_DAY = 1.1
# At least so many times the CPU of ours is dbt snapshot's for the same day.
DBT = 10
# A year of 200 targets with 20,000 followers each, rebuilt: seconds and megabytes.
REBUILT_SECONDS = 120
REBUILT_MB = 512
# Bytes that a change takes in the log.
CHANGE_BYTES = 6
# Milliseconds in which it is told who of 20,000 followed on a day.
FOLLOWED_MS = 10
# Milliseconds of CPU that a target's day takes through the daemon, above a bare loop over the same source.
TARGET_DAY_MS = 100
# Bytes that a target's day leaves in Dagster's storage for good, once its runs are pruned.
STORAGE_BYTES = 5_000
# CPU seconds of the planner's look at what is due of a thousand targets after a year, and of loading the code location.
PLANNER_SECONDS = 1
LOADING_SECONDS = 3
# A page in a browser at a million changes of 200 targets: seconds for the first time and again, kilobytes of what it says
# and of what it is shown with, and megabytes of the server after 200 views.
COLD_SECONDS, WARM_SECONDS = 1.5, 0.5
PAGE_KB, ASSETS_KB = 300, 1_500
SERVER_MB = 200

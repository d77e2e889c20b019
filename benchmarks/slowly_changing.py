"""The same day by what others use: one table of slowly changing rows, kept by `MERGE INTO` or by dbt snapshot."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import RIVALS, children_used, turns
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.writer import connected

MERGE, DBT = "MERGE INTO, one table", "dbt snapshot without its start-up"
TURNS = 3
# What is kept of a follower; whoever is shown otherwise gets a row more.
SHOWN = ("username", "full_name", "is_private", "is_verified")
COLUMNS = ", ".join(SHOWN)
# Every span, with the names and marks that each bore last.
HISTORY = f"""
copy (
    select target, user_id, {COLUMNS}, followed_not_after as valid_from, null::timestamptz as valid_to from members
    union all
    select target, user_id, username, username, null, null, followed_not_after, left_not_before
    from (select * from closed_spans union all by name select * from unlisted_spans)
) to '{{file}}' (format parquet)
"""  # noqa: S608  our own names
TABLE = "create table history as from '{history}'"
SAME = " and ".join(f"history.{name} is not distinct from fresh.{name}" for name in SHOWN)
MERGED = f"""
merge into history using (
    select target, user_id, {COLUMNS} from read_parquet({{lists}}, hive_partitioning = true)
) as fresh
on history.target = fresh.target and history.user_id = fresh.user_id and {SAME} and history.valid_to is null
when not matched by source and history.valid_to is null then update set valid_to = now()
when not matched then insert (target, user_id, {COLUMNS}, valid_from) values (target, user_id, {COLUMNS}, now())
"""  # noqa: S608  our own names
PROJECT = """
name: rival
version: 1.0.0
profile: rival
snapshot-paths: [snapshots]
flags: {send_anonymous_usage_stats: false}
"""
PROFILE = """
rival:
  target: dev
  outputs:
    dev: {type: duckdb, path: rival.duckdb, threads: 2}
"""
SNAPSHOT = """
{{% snapshot {name} %}}
{{{{ config(target_schema='main', unique_key='key', strategy='check', check_cols={shown},
            hard_deletes='invalidate') }}}}
{query}
{{% endsnapshot %}}
"""
LISTED = f"""
select target || ':' || user_id as key, target, user_id, {COLUMNS}
from read_parquet({{lists}}, hive_partitioning = true)
"""  # noqa: S608  our own names
LONE = "'nobody' as key, 'nobody' as username, 'nobody' as full_name, false as is_private, false as is_verified"
NOBODY = f"select {LONE}"
# The table as dbt keeps it; `key` as it is made above.
KEPT = f"""
create table {{name}} as
select key, {{columns}} {COLUMNS}, md5(key || '|' || valid_from) as dbt_scd_id, valid_from as dbt_updated_at,
    valid_from as dbt_valid_from, valid_to as dbt_valid_to
from {{source}}
"""  # noqa: S608  our own names
SOURCE = """
(select target || ':' || user_id as key, * replace (valid_from::timestamp as valid_from, valid_to::timestamp as valid_to)
 from '{history}')
"""


def run(folder: Path, lake: Path, days: Sequence[Sequence[Capture]]) -> dict[str, float]:
    """Return the least CPU seconds of each to add the last of the days to what `long.duckdb` tells of those before."""
    history = folder / "history.parquet"
    with connected(folder / "long.duckdb", read_only=True) as connection:
        connection.execute(HISTORY.format(file=history))
    lists = [str(lake / str(one.snapshot)) for one in days[-1] if one.surface == "followers"]
    return {MERGE: merged(folder, history, lists), DBT: dbt(folder, history, lists)}


def merged(folder: Path, history: Path, lists: list[str]) -> float:
    """Return the CPU seconds of `MERGE INTO`."""
    whole, copy = folder / "merge.duckdb", folder / "merge-copy.duckdb"
    with connected(whole) as connection:
        connection.execute(TABLE.format(history=history))

    def merge() -> None:
        with connected(copy) as connection:
            connection.execute(MERGED.format(lists=lists))

    taken = turns({"": merge}, TURNS, before=lambda: shutil.copyfile(whole, copy))
    return min(taken[""])


def dbt(folder: Path, history: Path, lists: list[str]) -> float:
    """Return the CPU seconds of dbt snapshot, less those of the same command for a table of one row."""
    project = folder / "dbt"
    (project / "snapshots").mkdir(parents=True)
    (project / "dbt_project.yml").write_text(PROJECT)
    (project / "profiles.yml").write_text(PROFILE)
    queries = {"followers": LISTED.format(lists=lists), "nobody": NOBODY}
    for name, query in queries.items():
        (project / "snapshots" / f"{name}.sql").write_text(SNAPSHOT.format(name=name, query=query, shown=list(SHOWN)))
    whole = project / "whole.duckdb"
    with connected(whole) as connection:
        source = SOURCE.format(history=history)
        connection.execute(KEPT.format(name="followers", columns="target, user_id,", source=source))
        lone = f"(select {LONE}, now()::timestamp as valid_from, null::timestamp as valid_to)"
        connection.execute(KEPT.format(name="nobody", columns="", source=lone))
    found: dict[str, list[float]] = {name: [] for name in queries}
    for _ in range(TURNS):
        for name, times in reversed(found.items()):
            shutil.copyfile(whole, project / "rival.duckdb")
            before = children_used()
            command = [str(RIVALS / "dbt"), "--quiet", "snapshot", "--select", name]
            subprocess.run(command, cwd=project, env={**os.environ, "DBT_PROFILES_DIR": "."}, check=True)  # noqa: S603  ours
            times.append(children_used() - before)
        # Whoever did something else would be beaten for nothing.
        agreed(project / "rival.duckdb", lists)
    return min(found["followers"]) - min(found["nobody"])


def agreed(file: Path, lists: list[str]) -> None:
    """Raise ValueError where those whom dbt has as followers are not those listed."""
    with connected(file, read_only=True) as connection:
        kept = "select target, user_id, username from followers where dbt_valid_to is null"
        listed = LISTED.format(lists=lists)
        other = f"({kept}) except select target, user_id, username from ({listed})"  # noqa: S608  ours
        rows = connection.execute(f"select count(*), (select count(*) from ({listed})) from ({kept})").fetchall()  # noqa: S608  ours
        ((different,),) = connection.execute(f"select count(*) from ({other})").fetchall()  # noqa: S608  ours
    ((now, expected),) = rows
    if different or now != expected:
        message = f"dbt has {now:,} followers where {expected:,} are listed, {different:,} of them others"
        raise ValueError(message)

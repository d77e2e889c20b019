"""What a change rests on: everything learned about one follower, and the captures that taught it."""

from typing import Annotated

import typer

from intel_pipeline.cli.console import AsJson, opened, out, plain, print_json, print_table
from intel_pipeline.cli.data import query
from intel_pipeline.errors import IntelError

LEARNED = """
select log.learned_at, log.target, log.kind, log.state, log.not_before, log.not_after, log.absences, log.needed,
    capture.distinct_count as listed, balance.reported, log.username, log.user_id, log.reason,
    log.capture_id, log.before_capture_id, log.first_capture_id, log.change_id
from follower_change_log as log
left join captures as capture on capture.capture_id = log.capture_id
left join follower_balance as balance on balance.capture_id = log.capture_id
where ($1 is null or log.target = $1)
    and log.user_id in (
        select user_id from newest_names where username = $2 or user_id::varchar = $2
        union all
        select user_id from renames where previous_username = $2
        union all
        select user_id from follower_change_log where change_id = $2
    )
order by log.target, log.user_id, log.learned_at, log.kind
"""
SHOWN = 10


class NothingLearnedError(IntelError):
    """Nothing was ever learned about somebody."""

    exit_code = 2


def evidence(
    follower: Annotated[str, typer.Argument(help="Username (also an earlier one), user_id or change_id.")],
    target: Annotated[str | None, typer.Option(help="Only as a follower of this target.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what is known of one follower's comings and goings, and what it rests on.

    One line per thing learned, oldest first: between which two moments it happened, and the capture that taught it with
    its list and the number that Instagram reported. A loss says from how many complete captures in a row the follower
    was missing, after how many 99 in 100 losses are decided (k), and why it is no more than suspected.
    """
    with opened() as pipeline:
        label = pipeline.registry.targets.get(target).label if target else None
        columns, rows = query(pipeline, LEARNED, [label, follower], None)
    if not rows:
        problem = f"nothing was ever learned about '{follower}'"
        fix = "members of a first list are no news; `intel-pipeline changes` shows who is"
        raise NothingLearnedError(problem, fix)
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    headings = ("learned", "target", "what", "state", "after", "until", "missing from", "k", "listed", "reported")
    print_table(headings, [row[:SHOWN] for row in rows])
    for reason in dict.fromkeys(row[columns.index("reason")] for row in rows):
        if reason:
            out.print(plain(reason))
    captures = {row[columns.index(name)] for row in rows for name in ("capture_id", "before_capture_id")}
    out.print(f"Captures it rests on: {', '.join(sorted(captures))}; see `intel-pipeline captures list`")

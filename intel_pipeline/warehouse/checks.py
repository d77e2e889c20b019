"""What must agree in a warehouse, as queries for what does not: `target`, the number that it should be, and what it is.

`registered` are the registry's captures, as the table `captures`, with `kept` for those that left a snapshot; `settled`
are its settlements.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """A query for what does not agree, and what that is, in words."""

    what: str
    sql: str


# Captures that were finished since the last landing, or were held back then, or derived by other rules than today's.
AWAITING = """
select target, count(*) from (
    select target, capture_id from registered anti join captures using (capture_id)
    union
    select target, capture_id from (
        select {columns} from captures where held except select {columns} from registered
    )
    union
    select target, capture_id from follower_balance where rules <> {rules}
) group by all order by all
"""
LANDED = "registered semi join captures using (capture_id)"


def by_target(expected: str, found: str) -> str:
    """Return a query for targets of which two queries for `target` count another number of rows."""
    return f"""
with expected as (select target, count(*) as number from ({expected}) group by all),
found as (select target, count(*) as number from ({found}) group by all)
select coalesce(expected.target, found.target), coalesce(expected.number, 0), coalesce(found.number, 0)
from expected full join found using (target)
where coalesce(expected.number, 0) <> coalesce(found.number, 0) order by all
"""  # noqa: S608  our own queries


def same(expected: str, found: str) -> str:
    """Return a query for targets of which two queries do not give the same rows, the first column being `target`."""
    return f"""
with expected as ({expected}), found as ({found})
select target, count(*) filter (where here = 1), count(*) filter (where here = 2) from (
    select target, 1 as here from (from expected except all from found)
    union all
    select target, 2 from (from found except all from expected)
) group by all order by all
"""  # noqa: S608  our own queries


def newest_list(surface: str) -> str:
    """Return a query for a row per entry that the last complete list of each target holds, by the registry's count."""
    return f"""
select target from (
    select target, distinct_count from captures where surface = '{surface}' and verdict = 'complete'
    qualify row_number() over (partition by target order by finished_at desc, capture_id desc) = 1
), range(distinct_count)
"""  # noqa: S608  our own names


# Of each loss its newest word; of each follower the newest word of leaving and coming back.
SUSPECTED = """
select target, user_id, first_capture_id from (
    from unnamed_change_log where kind = 'left'
    qualify row_number() over (partition by target, user_id, first_capture_id order by learned_at desc, state) = 1
) where state = 'suspected'
"""
LOST = """
select target, user_id from (
    from unnamed_change_log where kind in ('left', 'refollowed') and state = 'confirmed'
    qualify row_number() over (partition by target, user_id order by learned_at desc, kind desc) = 1
) where kind = 'left'
"""
LESSONS = """
select target, capture_id, count(distinct user_id) filter (where capture_id = first_capture_id) as missing,
    count(*) filter (where state = 'confirmed') as confirmed
from unnamed_change_log where kind = 'left' group by all having missing + confirmed > 0
"""
CHECKS = (
    Check(
        "captures that the registry does not have",
        "select target, 0, count(*) from captures anti join registered using (capture_id) group by all order by all",
    ),
    Check(
        "captures that are landed twice",
        "select target, 1, count(*) from captures group by target, capture_id having count(*) > 1",
    ),
    Check(
        "captures as the registry has them",
        "select target, count(*), 0 from (select {columns} from captures where held is not true "
        "and capture_id in (select capture_id from registered) except select {columns} from registered) group by all",
    ),
    Check(
        "settlements that the registry does not have",
        "select target, 0, count(*) from settlements anti join settled using (change_id, cause) group by all",
    ),
    Check(
        "profiles in the history",
        same(
            f"select target, capture_id from {LANDED} where surface = 'profile' and kept",  # noqa: S608  our own names
            "select target, capture_id from profile_history",
        ),
    ),
    Check(
        "follower lists in the balance",
        same(
            "select captures.target, capture_id, captures.verdict from captures semi join "
            "(from registered where kept) using (capture_id) where surface = 'followers'",
            "select target, capture_id, verdict from follower_balance",
        ),
    ),
    Check("members, by the last complete list", by_target(newest_list("followers"), "from members")),
    Check("followees, by the last complete list", by_target(newest_list("followees"), "from followees")),
    Check(
        "posts measured",
        by_target(
            f"select target from (from {LANDED} where surface = 'posts' and kept), range(distinct_count)",  # noqa: S608  our own names
            "from post_metrics",
        ),
    ),
    Check(
        "rows in quarantine",
        by_target("select target from captures, range(set_aside)", "from quarantine"),
    ),
    Check(
        "lessons that are told twice",
        "select min(target), 1, count(*) from lessons group by lesson_id having count(*) > 1 order by all",
    ),
    Check(
        "followers of whom lessons tell",
        same(
            "select target, lesson_id, followers from lessons",
            "select target, lesson_id, count(*) from (select lesson_id from lesson_followers union all "
            "select lesson_id from renames) left join lessons using (lesson_id) group by all",
        ),
    ),
    Check(
        "losses that are suspected, by the log",
        same(SUSPECTED, "select target, user_id, first_capture_id from open_losses"),
    ),
    Check("followers lost, by the log", same(LOST, "select target, user_id from lost")),
    Check(
        "losses that captures taught, by the log",
        same(
            LESSONS,
            "select target, capture_id, missing, confirmed from follower_balance where missing + confirmed > 0",
        ),
    ),
)

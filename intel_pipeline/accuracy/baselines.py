"""What people write instead: each list less the one before it. On the same captures as ours."""

from collections.abc import Iterator

from intel_pipeline.accuracy.claims import Claim
from intel_pipeline.accuracy.course import Course

BY_USERNAME = "set difference by username"
BY_ID = "set difference by id"
COUNT_CHECKED = "set difference by id, count checked"
BASELINES = (BY_USERNAME, BY_ID, COUNT_CHECKED)


def claims(course: Course, baseline: str) -> Iterator[Claim]:
    """Yield what the baseline says of each list and the last one that it kept.

    The check of counts is that of the best peer, instagram_monitor 4.0.2: a list shorter than both the reported count
    and the list before is thrown away. The other two take every list as it is.
    """
    kept: dict[str | int, int] | None = None
    since = None
    for capture, listed in zip(course.refs, course.lists, strict=True):
        names = listed["username"] if baseline == BY_USERNAME else listed["user_id"]
        members = dict(zip(names, listed["user_id"], strict=True))
        short = kept is not None and len(members) < min(len(kept), capture.reported or 0)
        if baseline == COUNT_CHECKED and short:
            continue
        if kept is not None and since is not None:
            moments = since.started_at, capture.finished_at, capture.finished_at
            yield from (Claim("left", kept[name], *moments) for name in kept.keys() - members.keys())
            yield from (Claim("followed", members[name], *moments) for name in members.keys() - kept.keys())
        kept, since = members, capture

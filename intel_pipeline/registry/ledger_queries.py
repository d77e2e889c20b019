"""The ledger's queries, made once: every request runs them, and composing them would take longer than they do.

Parameters: `session`, `bucket`, `surface`, the moments `window_ago`, `hour_ago`, `day_ago`, and how many of the newest
requests are passed over in the bucket, in the hour, and in it for the surface: `in_bucket`, `in_hour`, `for_surface`.
"""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, bindparam, cast, func, select, update

from intel_pipeline.registry.limits import Name
from intel_pipeline.registry.models import Moment, Request


def since(name: Name) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions of a session's requests in the window of the limit `name`."""
    return Request.session == bindparam("session"), Request.sent_at > bindparam(f"{name}_ago", type_=Moment())


def nth_newest(name: Name, passed_over: Any, *conditions: ColumnElement[bool]) -> "ScalarSelect[Any]":  # noqa: ANN401
    """Return when the newest request after those passed over was sent, in the window of the limit `name`."""
    newest_first = select(Request.sent_at).where(*since(name), *conditions).order_by(Request.sent_at.desc())
    return newest_first.offset(passed_over).limit(1).scalar_subquery()


# PostgreSQL sums whole numbers up to a decimal one.
IDENTITIES = select(cast(func.sum(Request.identities), BigInteger)).where(*since("day"))
# What hinders a request: in its bucket, in the hour, the one before it.
HINDRANCES = select(
    nth_newest("window", bindparam("in_bucket"), Request.bucket == bindparam("bucket")),
    nth_newest("hour", bindparam("in_hour")),
    nth_newest("day", 0),
)
# The same for a page of a list, with the identities of the day.
PAGE_HINDRANCES = HINDRANCES.add_columns(IDENTITIES.scalar_subquery())
OF_SURFACE = Request.surface == bindparam("surface")
SURFACE_HINDRANCE = select(nth_newest("hour", bindparam("for_surface"), OF_SURFACE))
PAGES = (
    select(Request.sent_at, Request.identities).where(*since("day"), Request.identities > 0).order_by(Request.sent_at)
)
IN_WINDOW = select(func.count()).where(*since("window"))
IN_FULLEST_BUCKET = IN_WINDOW.group_by(Request.bucket).order_by(func.count().desc()).limit(1)
IN_HOUR = select(func.count()).where(*since("hour"))
FOR_SURFACE = IN_HOUR.where(OF_SURFACE)
# Of a day: an index leads to the rows of a session, and its limits keep them few.
BY_KIND = (
    select(Request.bucket, Request.status, func.count()).where(*since("day")).group_by(Request.bucket, Request.status)
)
COMPLETION = (
    update(Request)
    .where(Request.request_id == bindparam("row"))
    .values(status=bindparam("new_status"), bytes=bindparam("new_bytes"), identities=bindparam("new_identities"))
)

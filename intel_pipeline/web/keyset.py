"""Pages of long lists by keyset: where the one before ended, as a word that nobody has to understand."""

import base64
import json
from datetime import UTC, datetime
from typing import NamedTuple

from intel_pipeline.web.problems import Problem


class Place(NamedTuple):
    """The last row of a page: its moment, and its id among those of the same moment."""

    at: datetime
    id: str


def cursor_of(place: Place) -> str:
    """Return a place as a cursor."""
    told = json.dumps([place.at.astimezone(UTC).isoformat(), place.id])
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def place_of(cursor: str | None) -> Place | None:
    """Return the place that a cursor tells, None for the beginning; raise Problem 422 for what is none of ours."""
    if not cursor:
        return None
    try:
        at, name = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return Place(datetime.fromisoformat(at).astimezone(UTC), str(name))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Problem(422, "after: no page ended there", "leave it out for the newest page") from error

"""Pages of long lists by keyset: where the one before ended, as a word that nobody has to understand."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from intel_pipeline.web.problems import Problem


class Place(NamedTuple):
    """The last row of a page: its moment, and its id among those of the same moment."""

    at: datetime
    id: str


def cursor_of(place: Place) -> str:
    """Return a place as a cursor."""
    return encoded([place.at.astimezone(UTC).isoformat(), place.id])


def place_of(cursor: str | None) -> Place | None:
    """Return the place that a cursor tells, None for the beginning; raise Problem 422 for what is none of ours."""
    if not cursor:
        return None
    try:
        at, name = decoded(cursor)
        return Place(datetime.fromisoformat(at).astimezone(UTC), str(name))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Problem(422, "after: no page ended there", "leave it out for the newest page") from error


def encoded(parts: Sequence[str]) -> str:
    """Return the parts of a key as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decoded(cursor: str) -> Any:  # noqa: ANN401  somebody else may have made it
    """Return whatever a cursor holds; raise ValueError or RecursionError where it holds nothing."""
    return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))

"""What changed of a profile between two captures."""

from collections.abc import Sequence

import polars as pl

from intel_pipeline.changes.evidence import CaptureRef, change_id
from intel_pipeline.contracts.change import PROFILE_CHANGE

FIELDS = (
    "username",
    "full_name",
    "biography",
    "external_url",
    "is_private",
    "is_verified",
    "is_business",
    "category",
    "follower_count",
    "following_count",
    "media_count",
    "picture",
)
# A source that does not tell these leaves them null, as Instagram does with counts that it hides; that is no change.
UNTOLD = frozenset({"is_business", "category", "follower_count", "following_count", "media_count", "picture"})


def profile_changes(
    captures: Sequence[tuple[CaptureRef, CaptureRef]], before: pl.DataFrame, after: pl.DataFrame
) -> pl.DataFrame:
    """Return one row of PROFILE_CHANGE per field that differs between the two `captures` of each pair.

    `before`, `after`: the earlier and the later row of each, as `contracts.profile.ProfileSnapshot`.
    """
    pairs = zip(captures, before.iter_rows(named=True), after.iter_rows(named=True), strict=True)
    rows = [
        {
            "change_id": change_id(later.target, "profile", field, later.capture_id),
            "target": later.target,
            "user_id": new["user_id"],
            "field": field,
            "value_before": text(old[field]),
            "value_after": text(new[field]),
            "not_before": earlier.started_at,
            "not_after": later.finished_at,
            "capture_id": later.capture_id,
            "before_capture_id": earlier.capture_id,
        }
        for (earlier, later), old, new in pairs
        for field in FIELDS
        if differs(field, old[field], new[field])
    ]
    return pl.DataFrame(rows, schema=PROFILE_CHANGE)


def differs(field: str, old: object, new: object) -> bool:
    """Tell whether the field changed, as far as both captures were told of it."""
    if field in UNTOLD and (old is None or new is None):
        return False
    # Sources write an empty text as null or as ''.
    return (old or None) != (new or None) if isinstance(old, str | None) and isinstance(new, str | None) else old != new


def text(value: object) -> str | None:
    """Return the value as text, booleans as SQL writes them."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)

"""What a change may refer to as its evidence."""

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CaptureRef:
    """A capture as the change code sees it. `complete`: absence from it proves absence.

    `listed`: how many followers its list holds. `reported`: the number that Instagram reported at it, the mean of two
    readings that were `moved` apart; every complete capture has one.
    """

    capture_id: str
    target: str
    started_at: datetime
    finished_at: datetime
    complete: bool
    listed: int = 0
    reported: float | None = None
    moved: int = 0


def change_id(target: str, kind: str, subject: object, first_evidence: str) -> str:
    """Return the change's id: the same for the same finding, however often and in whatever order it is derived."""
    # As change_id_of in SQL, which knows no better digest; it keeps nothing secret.
    text = f"{target}\x1f{kind}\x1f{subject}\x1f{first_evidence}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:24]

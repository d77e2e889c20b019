"""What was learned, laid down in files until it is landed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.standing import LOST, OPEN_LOSS
from intel_pipeline.changes.taught import AllTaught, Said, Taught
from intel_pipeline.warehouse.landing.keeping import RESTATED_COLUMNS
from intel_pipeline.warehouse.landing.learning import Learned
from intel_pipeline.warehouse.landing.shelf import shelved, taken

MOMENT = datetime(2026, 11, 1, 6, tzinfo=UTC)
CAPTURE = CaptureRef(
    "first", "desk", MOMENT, MOMENT + timedelta(minutes=9), complete=True, listed=2, reported=2, moved=0
)


def learned(target: str) -> Learned:
    said = Said("left", "suspected", "first", MOMENT, MOMENT + timedelta(days=1), absences=1, needed=2)
    return Learned(
        target,
        captures={0: CAPTURE},
        balance=pl.DataFrame({"target": [target], "capture_id": ["first"]}),
        restated=pl.DataFrame(schema=RESTATED_COLUMNS),
        taught=AllTaught(
            [
                Taught(0, "first", said, np.array([1, 3])),
                Taught(0, "first", said._replace(kind="renamed"), np.array([2]), ["was_two"]),
            ]
        ),
        lost=pl.DataFrame([(1, "a name that is longer than twelve", MOMENT)], schema=LOST, orient="row"),
        back=pl.DataFrame(schema=LOST),
        losses=pl.DataFrame([(3, "c", 7, MOMENT, MOMENT, None, "first")], schema=OPEN_LOSS, orient="row"),
        shown={},
        sighting=set(),
        last=0,
        listed="followers/first.parquet",
        usable=True,
        whole=True,
    )


def test_what_was_learned_is_taken_as_it_was_laid_down_and_then_gone(tmp_path: Path) -> None:
    expected = [learned("one"), learned("other")]
    files = [*shelved(tmp_path, expected)]
    for found, one, file in zip(taken(files), expected, files, strict=True):
        assert repr(found) == repr(one)
        assert found.losses.equals(one.losses)
        assert [(part.followers.tolist(), part.names) for part in found.taught] == [([1, 3], ()), ([2], ["was_two"])]
        assert not file.exists()
    assert not [*tmp_path.iterdir()]

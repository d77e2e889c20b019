"""What was learned, laid down in files until it is landed."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from intel_pipeline.changes.standing import LOST, OPEN_LOSS
from intel_pipeline.warehouse.landing.keeping import RESTATED_COLUMNS
from intel_pipeline.warehouse.landing.learning import Learned
from intel_pipeline.warehouse.landing.shelf import OTHERS, shelved, taken
from intel_pipeline.warehouse.landing.spans import NOBODY

MOMENT = datetime(2026, 11, 1, 6, tzinfo=UTC)


def learned(target: str) -> Learned:
    return Learned(
        target,
        {"lost": pl.DataFrame([(1, "a name that is longer than twelve", MOMENT)], schema=LOST, orient="row")},
        pl.DataFrame([(target, "first", 2, 1)], schema=RESTATED_COLUMNS, orient="row"),
        pl.DataFrame(schema=LOST),
        pl.DataFrame([(3, "c", 7, MOMENT, MOMENT, None, "first")], schema=OPEN_LOSS, orient="row"),
        NOBODY,
        listed=True,
        spans=True,
    )


def test_what_was_learned_is_taken_as_it_was_laid_down_and_then_gone(tmp_path: Path) -> None:
    expected = [learned("one"), learned("other")]
    parts = [*shelved(tmp_path, expected)]
    for found, one in zip(taken(parts), expected, strict=True):
        assert (found.target, found.listed, found.usable, found.spans) == (one.target, True, True, True)
        assert found.fresh.keys() == one.fresh.keys()
        for name in OTHERS:
            assert_frame_equal(getattr(found, name), getattr(one, name))
        assert_frame_equal(found.fresh["lost"], one.fresh["lost"])
    assert not [*tmp_path.iterdir()]

"""Exports that are asked for from afar: bounded in number, size and time."""

import shutil

import pytest

from intel_pipeline.errors import BusyError
from intel_pipeline.exports.description import Form, Rows
from intel_pipeline.web.exporting import KEPT, MOST_WAITING, Exports

ALL = Rows("changes", "from follower_changes")


@pytest.fixture
def exports(shown, tmp_path):
    made = Exports(shown.settings.publication, tmp_path / "asked", shown.clock)
    yield made
    finish(made)


def finish(exports):
    """Wait for all that is going on: each holds the turn while it is made."""
    for thread in threads():
        thread.join(60)


def threads():
    import threading

    return [one for one in threading.enumerate() if one.name.startswith("export-")]


def test_what_was_made_is_known_after_a_restart(exports, shown):
    job = exports.ask(ALL, Form("jsonl"))
    finish(exports)
    again = Exports(exports.publication, exports.folder, shown.clock)
    found = again.get(job.export_id)
    assert found.state == "done"
    assert found.told["rows"] == len(found.path.read_text().splitlines())
    assert [one.export_id for one in again.all()] == [job.export_id]


def test_too_many_at_once_are_refused(exports):
    # As if another were being made and took long.
    with exports._turn:  # noqa: SLF001
        for _ in range(MOST_WAITING):
            exports.ask(ALL, Form())
        with pytest.raises(BusyError, match="waiting already"):
            exports.ask(ALL, Form())
    finish(exports)
    assert {one.state for one in exports.all()} == {"done"}


def test_the_oldest_make_room(exports):
    first = exports.ask(ALL, Form())
    finish(exports)
    for number in range(KEPT):
        copy = exports.folder / f"{number:016x}"
        shutil.copytree(exports.folder / first.export_id, copy)
    newest = exports.ask(ALL, Form())
    finish(exports)
    kept = exports.all()
    assert len(kept) == KEPT
    assert newest.export_id in [one.export_id for one in kept]


def test_a_file_that_grows_too_large_is_given_up(shown, tmp_path):
    exports = Exports(shown.settings.publication, tmp_path / "asked", shown.clock, most_bytes=100)
    job = exports.ask(ALL, Form())
    finish(exports)
    assert exports.get(job.export_id).problem == "the file is larger than 100 bytes"
    assert [path for path in exports.folder.rglob("*") if path.is_file()] == []


def test_what_takes_too_long_is_given_up(shown, tmp_path):
    exports = Exports(shown.settings.publication, tmp_path / "asked", shown.clock, seconds=0.0)
    endless = Rows("query", "select sum(a.range * b.range) from range(1000000) as a, range(1000000) as b")
    job = exports.ask(endless, Form())
    finish(exports)
    found = exports.get(job.export_id)
    assert (found.state, found.problem) == ("failed", "it has taken more than 0 s")


def test_what_cannot_be_read_says_why(exports):
    job = exports.ask(Rows("query", "select 1 / (username::integer) from targets"), Form())
    finish(exports)
    assert "Could not convert" in exports.get(job.export_id).problem


def test_an_id_that_nobody_was_given_leads_nowhere(exports):
    assert exports.get("../../../registry") is None
    assert exports.all() == []

import pytest

from intel_pipeline.errors import TargetError
from intel_pipeline.web.report.period import PeriodError
from intel_pipeline_tests.cli.commands import run
from intel_pipeline_tests.exports.books import publication


@pytest.fixture
def book(folder):
    """A data folder with a publication, and a target on the watchlist of which nothing was captured."""
    publication(folder)
    run("targets", "add", "nasa")
    return folder


def test_a_report_goes_where_it_is_told(folder, tmp_path):
    with pytest.raises(TargetError, match="no target 'nasa'"):
        run("report", "nasa", "-o", str(tmp_path / "x.html"))
    assert not (tmp_path / "x.html").exists()


def test_a_period_that_ends_before_it_begins_is_refused(book):
    with pytest.raises(PeriodError, match="ends before it begins"):
        run("report", "nasa", "--from", "2026-11-05", "--to", "2026-11-01")

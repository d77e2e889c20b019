from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.capture.quiet_hours import QuietHours, begin_and_end

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(*begin_and_end("23:00-07:00"), BERLIN)
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo"]
# The year's changes of clocks are in it.
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  the strategy's own form
CLOCKS = st.times().map(lambda time: time.replace(second=0, microsecond=0))


@pytest.mark.parametrize("text", ["23-07", "24:00-07:00", "7:00-8:00", "08:00-08:00", "night"])
def test_what_are_no_quiet_hours_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="as in 23:00-07:00"):
        begin_and_end(text)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-24T21:59+00:00", None),
        ("2026-11-24T22:00+00:00", "2026-11-25T06:00+00:00"),
        ("2026-11-25T05:59+00:00", "2026-11-25T06:00+00:00"),
        ("2026-11-25T06:00+00:00", None),
        # Summer time ends at 01:00 UTC of that night, which is an hour longer, and begins again in March.
        ("2026-10-24T21:00+00:00", "2026-10-25T06:00+00:00"),
        ("2026-03-28T22:00+00:00", "2026-03-29T05:00+00:00"),
    ],
)
def test_quiet_hours_go_by_the_clocks_of_their_zone(now: str, until: str | None) -> None:
    assert NIGHT.until(datetime.fromisoformat(now)) == (datetime.fromisoformat(until) if until else None)


@given(st.sampled_from(ZONES), CLOCKS, CLOCKS, MOMENTS)
def test_they_end_and_begin_again_within_a_day_or_so_whatever_clocks_do(zone, begin, end, now) -> None:
    if begin == end:
        return
    quiet = QuietHours(begin, end, ZoneInfo(zone))
    until, begins = quiet.until(now), quiet.next(now)
    assert now < begins <= now + timedelta(hours=26)
    if until is not None:
        assert now < until <= now + timedelta(hours=26)
        assert until.astimezone(ZoneInfo(zone)).time() == end or skipped(end, until, zone)


def skipped(clock, moment, zone) -> bool:
    """Whether that day's clocks, set forward, never showed `clock`."""
    local = datetime.combine(moment.astimezone(ZoneInfo(zone)).date(), clock, ZoneInfo(zone))
    return local.astimezone(UTC).astimezone(ZoneInfo(zone)).time() != clock

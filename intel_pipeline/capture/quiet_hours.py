"""Hours of the day in which nothing is asked of Instagram by itself."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begin` to `end` by the clocks of `zone`, over midnight where the end comes first."""

    begin: time
    end: time
    zone: ZoneInfo

    def until(self, now: datetime) -> datetime | None:
        """Return when the quiet hours of this moment end; None outside of them."""
        clock = now.astimezone(self.zone).time()
        over_midnight = self.end <= self.begin
        inside = self.begin <= clock or clock < self.end if over_midnight else self.begin <= clock < self.end
        return self._next(self.end, now) if inside else None

    def next(self, now: datetime) -> datetime:
        """Return when the next quiet hours begin."""
        return self._next(self.begin, now)

    def _next(self, clock: time, now: datetime) -> datetime:
        """Return the first moment after `now` at which clocks show `clock`, or skip it in spring."""
        today = now.astimezone(self.zone).date()
        days = (today + timedelta(days=after) for after in range(3))
        moments = (
            datetime.combine(day, clock, self.zone).replace(fold=fold).astimezone(UTC)
            for day in days
            for fold in (0, 1)
        )
        return next(moment for moment in moments if moment > now)


def begin_and_end(text: str) -> tuple[time, time]:
    """Return when quiet hours such as 23:00-07:00 begin and end; ValueError for what is none."""
    form = FORM.fullmatch(text.strip())
    if form is None or form[1] + form[2] == form[3] + form[4]:
        message = f"'{text}' are no quiet hours: write begin and end, as in 23:00-07:00"
        raise ValueError(message)
    return time(int(form[1]), int(form[2])), time(int(form[3]), int(form[4]))

"""What a benchmark has to tell."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NoReturn

from intel_pipeline.cli.console import print_table


@dataclass(frozen=True, slots=True)
class Report:
    """A table, and a line for each limit that did not hold."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]
    broken: list[str] = field(default_factory=list)


def over(what: str, found: float, limit: float | None) -> list[str]:
    """Return a line where `found` is over its `limit`, if there is one."""
    return [f"{what}: {found:,.2f}, and {limit:,} is the limit"] if limit is not None and found > limit else []


def tell(reports: Iterable[Report]) -> NoReturn:
    """Print each report as it comes, and end the process: with 1 and what did not hold, or with 0."""
    broken = []
    for report in reports:
        print_table(report.columns, report.rows, title=report.title)
        broken += report.broken
    # An empty text would end it with 1.
    sys.exit("\n".join(f"does not hold: {line}" for line in broken) or None)

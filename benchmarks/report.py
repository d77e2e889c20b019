"""What a benchmark has to tell."""

from dataclasses import dataclass, field


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

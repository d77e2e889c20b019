"""Put figures into the page: `intel-pipeline accuracy --full --json > f.json; python -m benchmarks.accuracy_page f.json`."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from intel_pipeline.accuracy.baselines import BASELINES
from intel_pipeline.accuracy.figures import LEAST_RECALL
from intel_pipeline.accuracy.scores import Score
from intel_pipeline.accuracy.trials import all_at_once, in_pairs, singly
from intel_pipeline.accuracy.trying import OURS
from intel_pipeline.cli.accuracy import percent
from intel_pipeline.cli.console import shown

PAGE = Path("docs/accuracy.md")
BEGIN, END = "<!-- {} -->", "<!-- end of {} -->"
ALONE = [*singly(), *all_at_once()]
TIMES = "days_median", "days_95", "hours_median"
Figures = dict[tuple[str, str], dict[str, dict[str, Any]]]


def read(file: Path) -> Figures:
    """Return the figures by (what was tried, who claimed), and kind of change."""
    return {(one["tried"], one["claimant"]): one for one in json.loads(file.read_text())}


def score(figures: Figures, claimant: str, tried: Iterable[str], kind: str) -> Score:
    """Return the sum of the numbers of several trials; the times cannot be summed up and are left out."""
    total = Score()
    for name in tried:
        numbers = figures[name, claimant][kind]
        total.add(Score(**{key: number for key, number in numbers.items() if hasattr(total, key)}))
    return total


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table whose first column is words and whose others are numbers."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *([shown(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def losses(figures: Figures) -> str:
    """Return the table of losses, each fault by itself, and what all of them came to."""
    head = ["fault", "confirmed", "**untrue**", "true losses", "of these found", "lasted k", "of these found"]
    head += ["provable", "**of these found**", "days to it, median", "95 % in", "bounds, h"]

    def row(name: str, one: Score, times: Sequence[object]) -> list[object]:
        found = one.happened, percent(one.confirmed), one.lasting, percent(one.recall), one.provable
        proven = percent(one.recall_of_provable)
        return [name, one.claimed, f"**{one.untrue}**", *found, proven and f"**{proven}**", *times]

    rows = [
        row(name, score(figures, OURS, [name], "left"), [figures[name, OURS]["left"][time] for time in TIMES])
        for name in ALONE
    ]
    return table(head, [*rows, row("**all of these**", score(figures, OURS, ALONE, "left"), [None] * len(TIMES))])


def others(figures: Figures) -> str:
    """Return what else changes, each fault by itself."""
    renamed, followed = (score(figures, OURS, ALONE, kind) for kind in ("renamed", "followed"))
    return (
        f"**Renames**: {renamed.found:,} of {renamed.happened:,} found, {renamed.untrue} untrue. **Follows**: "
        f"{followed.claimed:,} reported, {followed.untrue} untrue."
    )


def pairs(figures: Figures) -> str:
    """Return what all pairs came to, and those that fall short one by one."""
    names = [*in_pairs()]
    left, renamed, followed = (score(figures, OURS, names, kind) for kind in ("left", "renamed", "followed"))
    single = {name: score(figures, OURS, [name], "left") for name in names}
    low = {
        name: one
        for name, one in single.items()
        if one.recall_of_provable is not None and one.recall_of_provable < LEAST_RECALL
    }
    none = sum(one.lasting == 0 for one in single.values())
    untrue = ", ".join(name for name, one in single.items() if one.untrue)
    rows = (
        (name, one.claimed, one.untrue, percent(one.confirmed), one.provable, percent(one.recall_of_provable))
        for name, one in low.items()
    )
    head = ["pair", "confirmed", "untrue", "true losses found", "lasted k, provable", "of these found"]
    return f"""\
- **{left.claimed:,} confirmed losses, {left.untrue} untrue**{f" ({untrue})" if untrue else ""}. Of {left.happened:,} true
  ones {percent(left.confirmed)} were found, of those that lasted k {percent(left.recall)}, of the provable ones among
  them {percent(left.recall_of_provable)}.
- {renamed.found:,} of {renamed.happened:,} renames found, {renamed.untrue} untrue; {followed.claimed:,} follows,
  {followed.untrue} untrue.
- {len(names) - len(low)} of {len(names)} pairs find at least 99 % of what lasted k and is provable, {none} of them because
  there is no k. The others:

{table(head, rows)}"""


def beside(figures: Figures, tried: Sequence[str]) -> str:
    """Return what others come to on the same captures."""
    head = ["", "losses reported", "untrue", "precision", "found", "follows reported", "untrue", "precision"]
    rows = []
    for claimant in (OURS, *BASELINES):
        left, followed = (score(figures, claimant, tried, kind) for kind in ("left", "followed"))
        name = f"**{claimant}**" if claimant == OURS else claimant
        lost = left.claimed, left.untrue, percent(left.precision), percent(left.recall)
        rows.append([name, *lost, followed.claimed, followed.untrue, percent(followed.precision)])
    return table(head, rows)


def sections(figures: Figures) -> Iterator[tuple[str, str]]:
    """Yield each section of the page that holds figures."""
    yield "losses", f"{losses(figures)}\n\n{others(figures)}"
    yield "pairs", pairs(figures)
    yield "baselines", beside(figures, ALONE)
    yield "baselines where nothing misleads", beside(figures, ["none"])


def main(file: Path) -> None:
    """Replace what stands between the marks of each section."""
    page = PAGE.read_text()
    for name, text in sections(read(file)):
        before, rest = page.split(BEGIN.format(name))
        _, after = rest.split(END.format(name))
        page = f"{before}{BEGIN.format(name)}\n{text}\n{END.format(name)}{after}"
    PAGE.write_text(page)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

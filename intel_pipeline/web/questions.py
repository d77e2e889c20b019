"""The documented questions with their SQL, as `docs/ask-your-data.md` has them."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

FORM = re.compile(r"^\*\*(\d+)\. (.+?)\*\*.*?^```sql\n(.+?)^```", re.MULTILINE | re.DOTALL)
# The demo's targets, which the page is written about.
WRITTEN = ("large", "small", "business")


class Question(NamedTuple):
    """One of them."""

    number: int
    words: str
    sql: str


@cache
def questions() -> tuple[Question, ...]:
    """Return all of them, in the page's order."""
    page = (files(__package__) / "ask-your-data.md").read_text(encoding="utf-8")
    return tuple(Question(int(number), words, sql.strip()) for number, words, sql in FORM.findall(page))


def about(question: Question, labels: Sequence[str]) -> Question:
    """Return a question about one's own targets in the place of the demo's, as far as there are any."""
    sql = question.sql
    if labels and not set(WRITTEN) <= set(labels):
        for place, label in enumerate(WRITTEN):
            own = labels[min(place, len(labels) - 1)].replace("'", "''")
            sql = sql.replace(f"'{label}'", f"'{own}'")
    return question._replace(sql=sql)

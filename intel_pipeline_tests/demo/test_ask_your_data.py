import re

import pytest

from intel_pipeline.folders import PROJECT_ROOT
from intel_pipeline_tests.warehouse.lands import rows

# Three days of 20,000 followers are lived before the first test, which takes a busy machine minutes.
pytestmark = pytest.mark.timeout(600)
PAGE = (PROJECT_ROOT / "docs" / "ask-your-data.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"^\*\*(\d+)\. (.+?)\*\*.*?^```sql\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_there_are_twenty_questions_and_no_other_sql():
    assert [int(number) for number, _, _ in QUESTIONS] == list(range(1, 21))
    assert PAGE.count("```sql") == len(QUESTIONS)


@pytest.mark.parametrize("number", range(1, 21))
def test_the_demos_data_answers_the_question(lived, number):
    _, question, sql = QUESTIONS[number - 1]
    assert rows(lived.publication.resolve(), sql), question

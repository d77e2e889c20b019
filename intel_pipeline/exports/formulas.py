"""Text that a spreadsheet would take for a formula, and how it is made harmless: as OWASP says, with an apostrophe."""

import re

from intel_pipeline.warehouse.writer import literal

# What spreadsheets skip before they look at the first character: blanks, controls and what has no width.
BLANK = "\\x00-\\x20\\x7f-\\xa0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
# Full-width and small forms are read as the plain ones where the system's language has them.
SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫\u2212"  # noqa: RUF001  they are the point
# Both in a form that Python and DuckDB (RE2) read alike.
START = f"^([{BLANK}]*[{SIGNS}]|[\\x00-\\x1f])"
# Half of Europe's spreadsheets split at semicolons, whatever the quotes of a file with commas say.
WITHIN = f"([;\\t\\r\\n][{BLANK}]*)([{SIGNS}])"


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet might take a cell with `text` for a formula."""
    return re.match(START, text) is not None


def harmless(text: str) -> str:
    """Return `text` with an apostrophe before whatever a spreadsheet might take for a formula."""
    return re.sub(START, r"'\g<0>", re.sub(WITHIN, r"\1'\2", text))


def guarded(expression: str) -> str:
    """Return the SQL of `harmless` for a text `expression`."""
    within = f"regexp_replace({expression}, {literal(WITHIN)}, '\\1''\\2', 'g')"
    return f"regexp_replace({within}, {literal(START)}, '''\\0')"

from datetime import UTC, datetime

import pytest

from intel_pipeline.instagram.errors import LoginNeededError
from intel_pipeline.instagram.second_factor import code_of

# RFC 6238, appendix B: the secret "12345678901234567890" in base32, and its codes' last six digits.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(("second", "code"), [(59, "287082"), (1111111109, "081804"), (2000000000, "279037")])
def test_a_secret_makes_the_codes_of_the_standard(second: int, code: str) -> None:
    assert code_of(SECRET, datetime.fromtimestamp(second, UTC)) == code


def test_a_secret_may_be_typed_as_apps_show_it() -> None:
    at = datetime.fromtimestamp(59, UTC)
    shown = " ".join(SECRET[place : place + 4].lower() for place in range(0, len(SECRET), 4))
    assert code_of(shown, at) == code_of(SECRET, at)


@pytest.mark.parametrize("typed", ["123456", "123 456", "1234-5678"])
def test_a_code_is_sent_as_it_is_typed(typed: str) -> None:
    assert code_of(typed, datetime.fromtimestamp(59, UTC)) == typed.replace(" ", "").replace("-", "")


@pytest.mark.parametrize("typed", ["", "12345", "not a secret!", "A" * 20 + "1", SECRET[:-2]])
def test_anything_else_is_refused_and_not_quoted(typed: str) -> None:
    with pytest.raises(LoginNeededError, match="neither a code nor the secret") as refused:
        code_of(typed, datetime.fromtimestamp(59, UTC))
    assert not typed or typed not in str(refused.value)

import base64
from datetime import UTC, datetime

import pytest

from intel_pipeline.simulator.specs import TargetSpec, ViewerSpec, totp

DRIFTS = (-60, -30, 0, 30, 60)
RFC_6238_KEY = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (2000000000, "279037")])
def test_one_time_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert totp(RFC_6238_KEY, seconds // 30) == code


def test_a_one_time_code_is_forgiven_one_step_of_drift_and_no_more() -> None:
    viewer = ViewerSpec("somebody", "secret", totp_key=RFC_6238_KEY)
    assert viewer.needs_code
    accepted = {drift: viewer.accepts("081804", datetime.fromtimestamp(1111111109 + drift, UTC)) for drift in DRIFTS}
    assert accepted == {-60: False, -30: True, 0: True, 30: True, 60: False}


def test_without_a_second_factor_no_code_is_right() -> None:
    assert not ViewerSpec("somebody", "secret").accepts("", datetime.fromtimestamp(0, UTC))


def test_targets_refuse_names_and_days_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="cannot be called 'Not Valid'"):
        TargetSpec(label="a", username="Not Valid")
    with pytest.raises(ValueError, match="cannot be called 'é'"):
        TargetSpec(label="a", username="a", renames_on=((1, "é"),))
    with pytest.raises(ValueError, match="before the world starts"):
        TargetSpec(label="a", username="a", vanishes_on=-1)
    with pytest.raises(ValueError, match="ends before it begins"):
        TargetSpec(label="a", username="a", away_between=(9, 9))
    with pytest.raises(ValueError, match="begins before the world starts"):
        TargetSpec(label="a", username="a", private_between=(-1, 9))
    for wrong in ({"hidden_share": 1.5}, {"cuts": ((0.1, -0.1),)}, {"limits": (2.0, 0.5)}, {"deaths": -0.1}):
        with pytest.raises(ValueError, match="not between 0 and 1"):
            TargetSpec(label="a", username="a", **wrong)

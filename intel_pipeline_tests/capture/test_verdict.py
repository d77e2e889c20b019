import pytest

from intel_pipeline.capture.verdict import Evidence, follower_verdict, gap_band


def evidence(**changed: object) -> Evidence:
    whole = {
        "rows": 1000,
        "distinct": 1000,
        "reported_before": 1000,
        "reported_after": 1000,
        "pages": 20,
        "ended": True,
    }
    return Evidence(**{**whole, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({}, "complete", None),
        ({"rows": 1040}, "complete", None),
        ({"distinct": 990}, "complete", None),
        ({"distinct": 989}, "suspect", "989 listed, 1000 then 1000 reported: beyond the band of 10"),
        ({"distinct": 1010}, "complete", None),
        ({"distinct": 1011}, "suspect", "1011 listed, 1000 then 1000 reported: beyond the band of 10"),
        ({"reported_after": 1400}, "complete", None),
        ({"reported_before": 700}, "complete", None),
        ({"reported_before": 700, "reported_after": 1400}, "suspect", "1000 listed, 700 then 1400 reported"),
        ({"reported_before": None}, "complete", None),
        ({"reported_after": None, "distinct": 900}, "suspect", "900 listed, 1000 reported: beyond the band of 10"),
        ({"reported_before": None, "reported_after": None}, "suspect", "reported no number"),
        ({"rows": 0, "distinct": 0, "reported_before": 0, "reported_after": 0}, "complete", None),
        (
            {"rows": 0, "distinct": 0, "reported_before": 0, "reported_after": 1},
            "suspect",
            "empty although 1 followers",
        ),
        ({"rows": 0, "distinct": 0}, "suspect", "empty although 1000 followers"),
        ({"ended": False}, "partial", "did not reach the end"),
        ({"ended": False, "broken": "an empty page"}, "partial", "an empty page"),
        ({"broken": "a cursor came back"}, "partial", "a cursor came back"),
        ({"limited": True}, "limited", "only a part"),
        ({"limited": True, "ended": False, "broken": "x", "distinct": 5}, "limited", "only a part"),
    ],
)
def test_a_list_proves_no_more_than_its_evidence(changed: dict[str, object], verdict: str, reason: str | None) -> None:
    found, reasons = follower_verdict(evidence(**changed))
    assert found == verdict
    assert (reasons == ()) == (reason is None)
    assert reason is None or reason in reasons[0]


@pytest.mark.parametrize(("reported", "band"), [(0, 2), (3, 2), (200, 2), (201, 3), (1000, 10), (1_000_000, 10_000)])
def test_the_band_is_a_hundredth_and_never_less_than_two(reported: int, band: int) -> None:
    assert gap_band(reported) == band

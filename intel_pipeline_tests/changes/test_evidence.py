from intel_pipeline.changes.evidence import change_id


def test_an_id_is_the_same_for_the_same_finding_in_every_process() -> None:
    assert change_id("desk", "left", 7, "capture-1") == "16dd992beddc41492d806754"


def test_an_id_differs_where_anything_of_the_finding_does() -> None:
    findings = [
        ("desk", "left", 7, "capture-1"),
        ("desk2", "left", 7, "capture-1"),
        ("desk", "renamed", 7, "capture-1"),
        ("desk", "left", 77, "capture-1"),
        ("desk", "left", 7, "capture-2"),
        ("desk", "left", "7capture", "-1"),
    ]
    assert len({change_id(*finding) for finding in findings}) == len(findings)

import pytest

from intel_pipeline_tests.warehouse.soak import READERS, Desk, soak

# Readers take what a machine has, so that the writer's share of a busy one is small.
PUBLICATIONS = 6


@pytest.mark.timeout(300)
def test_readers_and_writer_are_never_in_each_other_s_way(tmp_path, registry) -> None:
    soaked = soak(Desk(tmp_path, registry, kept=3), lambda published: published >= PUBLICATIONS)
    assert len(soaked.published) == PUBLICATIONS
    assert soaked.waits == 0
    assert [way for way, _ in soaked.readers] == list(READERS)
    for way, seen in soaked.readers:
        assert (way, seen["errors"], seen["torn"]) == (way, [], [])
        assert seen["reads"] > 1
    assert [seen["generations"] for way, seen in soaked.readers if way == "held"] == [1]
    assert sum(seen["generations"] for _, seen in soaked.readers) > len(READERS)
    assert len(list(tmp_path.glob("publications/*"))) == 3

"""A small run of `make fuzz`."""

import pytest

from intel_pipeline_tests.web.api.fuzzing import fuzz


@pytest.mark.timeout(300)
def test_whatever_is_asked_the_answer_is_as_described(site, address, tmp_path):
    found = fuzz(address, site.headers["key admin"]["authorization"], 3, 20261128, tmp_path, phases="examples,fuzzing")
    assert found.faultless, found.said
    assert found.cases > 200

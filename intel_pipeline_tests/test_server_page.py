import re
from pathlib import Path

import pytest
import yaml
from dagster._core.errors import DagsterInvalidConfigError
from dagster._core.instance.config import dagster_instance_config
from dagster._core.workspace.config_schema import process_workspace_config

from intel_pipeline.folders import PROJECT_ROOT


def blocks() -> list[str]:
    page = (PROJECT_ROOT / "docs" / "server.md").read_text(encoding="utf-8")
    return [
        re.sub("^   ", "", block, flags=re.MULTILINE) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    ]


def test_the_instance_of_the_page_about_servers_is_one_that_dagster_takes(tmp_path: Path) -> None:
    instance, _ = blocks()
    (tmp_path / "dagster.yaml").write_text(instance)
    config, _ = dagster_instance_config(str(tmp_path))
    assert config["storage"]["postgres"]["postgres_db"]["db_name"] == "dagster"
    (tmp_path / "dagster.yaml").write_text(instance.replace("hostname", "host"))
    with pytest.raises(DagsterInvalidConfigError, match="host"):
        dagster_instance_config(str(tmp_path))


def test_pools_and_monitoring_on_a_server_are_those_of_the_laptop() -> None:
    server = yaml.safe_load(blocks()[0])
    laptop = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text(encoding="utf-8"))
    for name in ("telemetry", "run_monitoring", "run_retries"):
        assert server[name] == laptop[name]
    assert server["concurrency"]["pools"] == laptop["concurrency"]["pools"]


def test_the_workspace_of_the_page_about_servers_is_one_that_dagster_takes() -> None:
    result = process_workspace_config(yaml.safe_load(blocks()[1]))
    assert result.success

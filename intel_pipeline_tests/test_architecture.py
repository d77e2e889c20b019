"""The direction of imports, read from the source and, for what is heavy, from a fresh interpreter."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import intel_pipeline

PACKAGE = Path(intel_pipeline.__file__).parent
HEAVY = ("polars", "duckdb", "pandera", "pyarrow", "instaloader", "alembic")
# What they would bring along, and what else nobody needs who only looks at the definitions.
UNNEEDED = (
    *HEAVY,
    "pandas",
    "numpy",
    "requests",
    "rich",
    "typer",
    "psycopg",
    "grpc",
    "starlette",
    "uvicorn",
    "keyring",
)
# Every run and every daemon pays for each: 1,207, 119 of them ours, on 2026-11-27, in 0.9 s of a processor.
MOST_MODULES, MOST_OF_OURS = 1_350, 160
LOADED = "import sys, json, intel_pipeline.definitions; print(json.dumps(sorted(sys.modules)))"


def modules(*parts: str) -> list[Path]:
    found = [
        path
        for part in parts
        for path in ([PACKAGE / part] if part.endswith(".py") else PACKAGE.glob(f"{part}/**/*.py"))
    ]
    assert found, parts
    return found


def imported(path: Path, *, at_module_level: bool = False) -> Iterator[str]:
    """Yield the full names of what a module imports; at module level, without what only a type checker reads."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in top_level(tree) if at_module_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in tree.body:
        if isinstance(node, ast.Try | ast.With):
            yield from node.body
        elif not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            yield node


def breaches(paths: list[Path], forbidden: tuple[str, ...], *, at_module_level: bool = False) -> list[str]:
    return [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in paths
        for name in imported(path, at_module_level=at_module_level)
        if any(name == one or name.startswith(f"{one}.") for one in forbidden)
    ]


def test_only_the_dagster_side_imports_dagster() -> None:
    theirs = (*modules("defs"), *modules("definitions.py", "web/dagster_ui.py"))
    others = [path for path in modules(".") if path not in theirs]
    assert len(others) > 100
    assert breaches(others, ("dagster", "dagster_webserver", "graphql")) == []
    assert breaches(modules("definitions.py"), ("dagster",))


def test_the_dashboard_is_served_without_loading_dagster() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, intel_pipeline.web.serving; print('dagster' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert loaded.stdout.split() == ["False"]


def test_changes_know_nothing_but_frames_and_their_columns() -> None:
    allowed = (
        *("polars", "typing", "dataclasses", "datetime.datetime", "datetime.timedelta", "hashlib", "collections"),
        *("numpy", "math", "statistics", "functools", "itertools", "operator", "zlib", "bisect", "contextlib"),
        # Room in which one thread weighs, used again: nothing is kept there from one call to the next.
        "threading.local",
        *("intel_pipeline.changes", "intel_pipeline.contracts", "intel_pipeline.sorting", "intel_pipeline.parcels"),
    )
    paths = [*modules("changes"), PACKAGE / "sorting.py", PACKAGE / "parcels.py"]
    # Of Arrow its tables, and not its ways to disks.
    names = [name for path in paths for name in imported(path) if name not in ("pyarrow", "pyarrow.compute")]
    strangers = [name for name in names if not name.startswith(allowed)]
    assert strangers == []


@pytest.mark.parametrize("name", ["open", "print", "now", "today", "utcnow", "getenv", "read_parquet", "write_parquet"])
def test_changes_touch_neither_disk_nor_clock(name: str) -> None:
    calls = [
        ast.unparse(node.func)
        for path in modules("changes")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    ]
    assert calls
    assert [call for call in calls if call.split(".")[-1] == name] == []


def test_the_simulator_shares_nothing_with_the_pipeline_but_clock_and_errors() -> None:
    allowed = ("intel_pipeline.simulator", "intel_pipeline.clock", "intel_pipeline.errors")
    ours = [
        f"{path.name} imports {name}"
        for path in modules("simulator")
        for name in imported(path)
        if name.startswith("intel_pipeline") and not name.startswith(allowed)
    ]
    assert ours == []


@pytest.mark.parametrize(
    ("part", "to_its_right"),
    [
        ("instagram", ("capture", "lake", "changes", "warehouse", "importers", "defs", "cli", "demo", "pipeline")),
        ("registry", ("lake", "changes", "warehouse", "importers", "defs", "cli", "demo", "pipeline")),
        ("contracts", ("capture", "changes", "instagram", "registry", "lake", "warehouse", "importers", "defs", "cli")),
        ("lake", ("capture", "changes", "instagram", "registry", "warehouse", "importers", "defs", "cli", "pipeline")),
        ("capture", ("accuracy", "changes", "warehouse", "importers", "defs", "cli", "demo", "definitions")),
        ("warehouse", ("accuracy", "exports", "instagram", "importers", "defs", "cli", "demo", "definitions")),
        ("importers", ("instagram", "defs", "cli", "demo", "definitions")),
        ("exports", ("instagram", "capture", "changes", "lake", "registry", "importers", "defs", "cli", "pipeline")),
        ("accuracy", ("registry", "lake", "warehouse", "importers", "defs", "cli", "demo", "definitions", "pipeline")),
        ("defs", ("cli", "importers", "simulator", "accuracy")),
    ],
)
def test_data_flows_one_way(part: str, to_its_right: tuple[str, ...]) -> None:
    assert breaches(modules(part), tuple(f"intel_pipeline.{name}" for name in to_its_right)) == []


def test_no_statement_changes_rows_of_a_table_while_it_adds_others_to_it() -> None:
    # DuckDB 2.0 does so with two threads for a MERGE: in 9 of 40,000 it read a text that was being written.
    texts = [
        node.value.lower()
        for path in modules(".")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    sql = [*texts, *(file.read_text().lower() for file in PACKAGE.rglob("*.sql"))]
    assert any("update posts set" in text for text in sql)
    assert [text for text in sql if "merge into" in text or "on conflict" in text] == []


def test_nothing_heavy_is_imported_at_module_level_on_the_dagster_side() -> None:
    assert breaches(modules("defs", "definitions.py"), HEAVY, at_module_level=True) == []


def test_loading_the_definitions_loads_nothing_heavy() -> None:
    done = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = json.loads(done.stdout.splitlines()[-1])
    packages = {name.split(".")[0] for name in loaded}
    assert "dagster" in packages
    assert set(UNNEEDED) & packages == set()
    assert len(loaded) <= MOST_MODULES
    assert sum(name.startswith("intel_pipeline") for name in loaded) <= MOST_OF_OURS

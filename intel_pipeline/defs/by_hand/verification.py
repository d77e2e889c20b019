"""Whether the warehouse holds what lake and registry prove."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.snapshots.taking import failing_for_good

if TYPE_CHECKING:
    from intel_pipeline.warehouse.verification import Difference

UNTRUE = "the warehouse does not hold what lake and registry prove: launch `rebuild_changes`, which makes it anew"
UNREADABLE = "snapshots cannot be read: restore those that are named from a backup"


class VerifyConfig(dg.Config):
    """How closely to look."""

    deep: bool = Field(
        default=False, description="Also derive everything again into a temporary file, and compare every row."
    )


@dg.op(pool="warehouse")
def verify_warehouse(context: dg.OpExecutionContext, pipeline: PipelineResource, config: VerifyConfig) -> None:
    """Compare the warehouse with registry and lake, target by target; nothing is changed."""
    from intel_pipeline.warehouse.equality import compare_rebuilt
    from intel_pipeline.warehouse.verification import verify as look

    with failing_for_good():
        it = pipeline.it
        found = look(it, lambda _: None)
        told = lambda done, number, surface: context.log.info("%s of %s captures: %s", done, number, surface)  # noqa: E731
        compared = compare_rebuilt(it, told) if config.deep and it.settings.warehouse_file.exists() else None
    differences = [*found.differences, *(compared.differences if compared else ())]
    metadata: dict[str, dg.MetadataValue] = {
        "captures": dg.MetadataValue.int(found.captures),
        "rows": dg.MetadataValue.int(sum(found.tables.values())),
        "rows_derived_again": dg.MetadataValue.int(compared.rows if compared else 0),
        "awaiting_the_next_landing": dg.MetadataValue.int(found.awaiting.total()),
        "differences": table_of(differences),
        "unreadable": dg.MetadataValue.text("\n".join(found.unreadable) or "none"),
    }
    if differences or found.unreadable:
        raise dg.Failure(UNREADABLE if found.unreadable else UNTRUE, metadata=metadata, allow_retries=False)
    context.add_output_metadata(metadata)


def table_of(differences: "Sequence[Difference]") -> dg.TableMetadataValue:
    """Return what differs as a table: of which target, what it should be, and what it is."""
    columns = [
        dg.TableColumn("what"),
        dg.TableColumn("target"),
        *(dg.TableColumn(one, "int") for one in ("expected", "found")),
    ]
    records = [
        dg.TableRecord({"what": one.what, "target": one.target or "", "expected": one.expected, "found": one.found})
        for one in differences
    ]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns))


@dg.job(
    executor_def=dg.in_process_executor,
    # What the launchpad begins with.
    config={"ops": {"verify_warehouse": {"config": {"deep": False}}}},
    description="Checks the warehouse against registry and lake by counts, and with `deep: true` row by row; fails where "
    "something differs, and says what. Nothing is changed.",
)
def verify() -> None:
    """Verify the warehouse."""
    verify_warehouse()

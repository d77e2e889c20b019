"""What every asset says of itself beside its description: whose it is, what it reads, and whose data it holds."""

from typing import Literal

# Who acts where a run of it fails: whoever keeps sessions and targets, whoever reads the changes, whoever runs the machine.
CAPTURING, READING, RUNNING = ["team:capturing"], ["team:reading"], ["team:running"]


def tags(
    reads: Literal["instagram", "lake", "warehouse", "publication", "registry", "dagster"],
    personal_data: Literal["targets", "followers", "none"],
) -> dict[str, str]:
    """Return the tags of an asset; `personal_data`: whose there is in what it makes, none of which is in Dagster."""
    return {"reads": reads, "personal_data": personal_data}

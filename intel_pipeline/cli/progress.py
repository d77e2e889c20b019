"""Progress of long work, on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from intel_pipeline.capture.watching import Watch
from intel_pipeline.cli.console import err


@contextmanager
def watching(title: str, steps: int | None = None) -> Iterator[Watch]:
    """Show a line for the whole (`steps` of it, where they are known) and one for the capture that is going on.

    Yields what is to be told of captures; a call with the surface `step` completes a step of the whole.
    """
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        whole = progress.add_task(title, total=steps)
        part = progress.add_task("", total=None, visible=False)

        def watch(label: str, surface: str, rows: int, reported: int | None) -> None:
            if surface == "step":
                progress.update(whole, description=label, completed=rows)
                progress.update(part, visible=False)
            else:
                progress.update(part, description=f"{label} {surface}", completed=rows, total=reported, visible=True)

        yield watch

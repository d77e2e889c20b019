"""What was learned, laid down in files until it is landed: held, it would be as much as all that it is learned from."""

import pickle
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import uuid4

from intel_pipeline.warehouse.landing.learning import Learned


def shelved(folder: Path, learned: Iterable[Learned]) -> Iterator[Path]:
    """Lay each part down in a file of its own in `folder`; yield the files."""
    for part in learned:
        file = folder / uuid4().hex
        with file.open("wb") as opened:
            pickle.dump(part, opened, pickle.HIGHEST_PROTOCOL)
        # Else it were held until what the next part teaches is learned.
        del part
        yield file


def taken(files: Iterable[Path]) -> Iterator[Learned]:
    """Yield each part as it was learned; its file is gone then."""
    for file in files:
        with file.open("rb") as opened:
            part: Learned = pickle.load(opened)  # noqa: S301  laid down above, in a folder that is nobody else's
        file.unlink()
        yield part
        del part

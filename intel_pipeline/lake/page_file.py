"""Raw pages in the lake: those of the captures of one surface that finished on one day, in one immutable Parquet file.

Pages resemble each other, so many of them together are packed tighter than each for itself; and any tool can read them.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intel_pipeline.errors import DamagedFileError
from intel_pipeline.replacement import replaced, sweep

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = "pages"
FOOTER = b"intel_pipeline"
# Bytes of bodies in a row group: so much is held, and packed as one.
GROUP = 8_000_000
# Beyond it, zstd takes twice the time for one in a hundred bytes less.
LEVEL = 9


@dataclass(frozen=True, slots=True)
class PackedPage:
    """A page of a capture. `body`: as received, byte for byte."""

    capture_id: str
    target: str
    key: str
    received_at: datetime
    via: str
    body: bytes


def path_of(lake: Path, surface: str, day: date, captures: Iterable[str]) -> Path:
    """Return the path of the file with the pages of these captures: the same ones always have the same."""
    named = hashlib.blake2b("\n".join(sorted(captures)).encode(), digest_size=6).hexdigest()
    return lake / FOLDER / surface / f"{day}-{named}.parquet"


def write(path: Path, captures: Sequence[str], pages: Iterable[PackedPage]) -> int:
    """Write `pages`, those of one of the `captures` after those of another, and return their number.

    The file is read again before it takes its name: DamagedFileError where something else is read than was written.
    OSError where the disk refuses. Nothing is left in either case.
    """
    import pyarrow.parquet as pq

    numbers: Counter[str] = Counter(dict.fromkeys(captures, 0))
    written, again = hashlib.blake2b(), hashlib.blake2b()
    options: dict[str, Any] = {"compression": "zstd", "compression_level": LEVEL, "data_page_size": 4 * GROUP}
    columns = {"use_dictionary": ["capture_id", "target", "via"], "write_statistics": ["capture_id"]}
    with replaced(path) as temporary:
        with pq.ParquetWriter(temporary, schema(), write_page_checksum=True, **options, **columns) as writer:
            for group in groups(pages):
                for page in group:
                    numbers[page.capture_id] += 1
                    written.update(print_of(page))
                writer.write_table(table(group))
            writer.add_key_value_metadata({FOOTER: json.dumps({"pages": numbers}).encode()})
        for page in read(temporary):
            again.update(print_of(page))
        if again.digest() != written.digest():
            raise damaged(path, "something else was read from it than had been written")
    return numbers.total()


def read(path: Path, capture_id: str | None = None) -> Iterator[PackedPage]:
    """Yield the pages in a file, of one capture or of all, in their order; raise DamagedFileError where they cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for number in range(file.num_row_groups):
                if capture_id is None or may_hold(file.metadata.row_group(number), capture_id):
                    for row in file.read_row_group(number, use_threads=False).to_pylist():
                        if capture_id in (None, row["capture_id"]):
                            yield PackedPage(**row)
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException) as error:
        raise damaged(path, "its pages cannot be read") from error


def numbers_in(path: Path) -> dict[str, int]:
    """Return the captures in a file, each with the number of its pages; raise DamagedFileError where it does not say."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        numbers: dict[str, int] = json.loads(pq.read_metadata(path).metadata[FOOTER])["pages"]
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
        raise damaged(path, "it does not say whose pages it holds") from error
    return numbers


def files(lake: Path, surface: str = "*", day: date | None = None) -> list[tuple[date, Path]]:
    """Return the files with pages of a surface and of captures that finished on `day`, or of all; each with its day."""
    found = []
    for path in sorted((lake / FOLDER).glob(f"{surface}/{day or '*'}-*.parquet")):
        # A file that somebody else has put there is nobody's pages.
        with suppress(ValueError):
            found.append((date.fromisoformat(path.name[:10]), path))
    return found


def sweep_all(lake: Path) -> None:
    """Remove what processes that were killed have left half written."""
    for folder in (lake / FOLDER).glob("*/"):
        sweep(folder)


def may_hold(group: Any, capture_id: str) -> bool:  # noqa: ANN401  PyArrow has no public type for it
    """Tell whether pages of the capture may lie in a row group, by the least and the greatest of its ids."""
    statistics = group.column(0).statistics
    return statistics is None or statistics.min <= capture_id <= statistics.max


def groups(pages: Iterable[PackedPage]) -> Iterator[list[PackedPage]]:
    """Yield the pages in row groups."""
    group: list[PackedPage] = []
    size = 0
    for page in pages:
        group.append(page)
        size += len(page.body)
        if size >= GROUP:
            yield group
            group, size = [], 0
    yield group


def schema() -> "pa.Schema":
    """Return the columns of the file."""
    import pyarrow as pa

    text = pa.string()
    moment = pa.timestamp("us", "UTC")
    types = {"capture_id": text, "target": text, "key": text, "received_at": moment, "via": text, "body": pa.binary()}
    return pa.schema(types)


def table(pages: Sequence[PackedPage]) -> "pa.Table":
    """Return the pages as rows."""
    import pyarrow as pa

    names = [field.name for field in fields(PackedPage)]
    columns = {name: [getattr(page, name) for page in pages] for name in names}
    return pa.table(columns, schema=schema())


def print_of(page: PackedPage) -> bytes:
    """Return bytes by which a page differs from every other."""
    texts = (page.capture_id, page.target, page.key, page.received_at.isoformat(), page.via)
    return "\x1f".join(texts).encode() + b"\x1e" + page.body


def damaged(path: Path, why: str) -> DamagedFileError:
    """Return the error for a file whose pages cannot be trusted."""
    problem = f"the raw pages in {path.name} are unusable: {why}"
    return DamagedFileError(problem, f"restore {path} from a backup; snapshots and changes do not depend on it")

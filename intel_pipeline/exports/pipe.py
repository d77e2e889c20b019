"""What DuckDB writes into a file, poured into a stream while it is written."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PIECE = 1 << 20


@contextmanager
def poured(path: Path, out: IO[bytes]) -> Iterator[Path]:
    """Yield `path` as a pipe to be written to; all of it has reached `out` at the end.

    DuckDB would cut a file off that it opens as /dev/stdout, also where a shell has opened it to append. Raises what
    `out` raises, such as BrokenPipeError where its reader has enough.
    """
    os.mkfifo(path, 0o600)
    source = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    # Held open, so that a pipe that nobody writes to yet has not ended.
    held = os.open(path, os.O_WRONLY)
    os.set_blocking(source, True)
    failures: list[OSError] = []

    def pour() -> None:
        try:
            while piece := os.read(source, PIECE):
                out.write(piece)
            out.flush()
        except OSError as error:
            failures.append(error)
        finally:
            # Whoever still writes is told so: there is no use in going on.
            os.close(source)

    thread = threading.Thread(target=pour, daemon=True)
    thread.start()
    try:
        yield path
    except Exception as error:
        os.close(held)
        thread.join()
        raise (failures[0] if failures else error) from error
    else:
        os.close(held)
        thread.join()
        if failures:
            raise failures[0]
    finally:
        path.unlink(missing_ok=True)

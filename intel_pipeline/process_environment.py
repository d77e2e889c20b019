"""How processes of ours are started, and what libraries read of the environment when they are first loaded."""

import ctypes
import os
import sys

# Of Polars and NumPy: among processes of which each has a core of its own, their own threads would only get in the way.
ONE_CORE = {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
# Of Polars, Arrow and the C library. They keep what they let go of, each thread for itself, in case that it is wanted
# again: a fifth of what a process holds that makes large tables.
GIVES_BACK = {
    "_RJEM_MALLOC_CONF": "narenas:1,dirty_decay_ms:50,muzzy_decay_ms:0",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
}
# By malloc.h.
M_ARENA_MAX = -8


def command_of(module: str, *words: str) -> list[str]:
    """Return the command that runs a module of ours with these words.

    -P: whatever lies in the folder that this program was started in, a copy of it or a library's name, is none of it.
    """
    return [sys.executable, "-P", "-m", module, *words]


def take_one_core() -> None:
    """Let what is loaded from here on keep to one core and give back what it lets go of, but for what the user says otherwise."""
    os.environ.update({**ONE_CORE, **GIVES_BACK, **os.environ})
    libc = ctypes.CDLL(None)
    # It has been loaded by then, and is told so. Others than GNU's have no arenas.
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_ARENA_MAX, 1)

"""How a step fails: what a retry may mend, and what it may not."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from intel_pipeline.errors import IntelError, RegistryError


@contextmanager
def failing_for_good() -> Iterator[None]:
    """Let no error of ours be retried but one of the registry's server, which is back soon if it is started anew.

    A policy retries whatever is raised, and a closed round, a wrong password or a full disk is no better ten seconds
    later.
    """
    try:
        yield
    except RegistryError:
        raise
    except IntelError as error:
        raise dg.Failure(str(error), allow_retries=False) from error

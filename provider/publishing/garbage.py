"""Long passes over a district's rows, without the runs of Python's garbage collector."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage_runs() -> Iterator[None]:
    """Millions of rows are alive at once, none of them in a cycle: looking for cycles costs a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()

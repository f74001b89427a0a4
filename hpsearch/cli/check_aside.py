"""Standard output belongs to the report: what the user's own modules print goes to standard error."""

import contextlib
import os
import sys
from collections.abc import Iterator

OUT, ERR = 1, 2


@contextlib.contextmanager
def standard_output_aside() -> Iterator[None]:
    """Inside, whatever is printed, also by compiled code and by other programs, goes to standard error."""
    sys.stdout.flush()
    try:
        kept = os.dup(OUT)
    except OSError:  # there is none
        with contextlib.redirect_stdout(sys.stderr):
            yield
        return
    try:
        os.dup2(ERR, OUT)
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, OUT)
        os.close(kept)

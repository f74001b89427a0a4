"""Patience with a database that is away: what was trained meanwhile is not thrown away."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from hpsearch.errors import DatabaseUnavailableError

T = TypeVar("T")
PAUSE_S = 1.0
"""Between two tries; each of them takes a few seconds itself."""


def patiently(write: Callable[[], T], patience_s: float, halt: threading.Event) -> T:
    """``write``, tried again while the database is away: for ``patience_s``, and not after ``halt``.

    Raises DatabaseUnavailableError when that is over.
    """
    until = time.monotonic() + patience_s
    while True:
        try:
            return write()
        except DatabaseUnavailableError:
            if time.monotonic() >= until or halt.wait(PAUSE_S):
                raise

"""What wakes the service: rings of the bell, a study that has ended, a signal."""

import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Protocol

from hpsearch.progress import EventKind


class Ring(Protocol):
    """Something has happened to a study."""

    @property
    def study_id(self) -> int:
        """Which one."""

    @property
    def kind(self) -> str:
        """One of ``EventKind``."""


class Bell(Protocol):
    """Tells at once what others have written."""

    def subscribe(self, callback: Callable[[Ring | None], None]) -> Callable[[], None]:
        """Lets ``callback`` hear every ring, and None when some may have been missed; gives back how to end that."""


RELEVANT = frozenset({EventKind.STATE, EventKind.WISH})
"""The service itself writes the other kinds."""


class Wakes:
    """A call that is made while nobody waits is not lost. ``call`` may be used in a signal handler."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[None] = SimpleQueue()  # the one lock of the standard library that a handler may take

    def call(self) -> None:
        """Ends the wait."""
        self._calls.put(None)

    def wait(self, seconds: float) -> None:
        """Until somebody calls, at most for so long; calls before that count as one."""
        until = time.monotonic() + seconds
        try:
            self._calls.get(timeout=max(0.0, until - time.monotonic()))
            while True:
                self._calls.get_nowait()
        except Empty:
            return

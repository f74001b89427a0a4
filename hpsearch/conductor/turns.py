"""Who may have a definition checked now: a few at once, and no owner twice while there are few places."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Turns:
    """``places`` at once, at most one of them for one owner: one owner's hanging checks leave room for the others'."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._taken: set[str] = set()
        self._changed = threading.Condition()

    @contextmanager
    def of(self, owner: str, beat_s: float, heed: Callable[[], None]) -> Iterator[None]:
        """Waits for the owner's turn; calls ``heed``, which may raise, every ``beat_s`` seconds meanwhile."""
        with self._changed:
            while owner in self._taken or len(self._taken) >= self._places:
                self._changed.wait(beat_s)
                heed()
            self._taken.add(owner)
        try:
            yield
        finally:
            with self._changed:
                self._taken.remove(owner)
                self._changed.notify_all()

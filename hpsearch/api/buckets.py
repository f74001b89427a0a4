"""How often something may be done: token buckets, one per name, in the memory of this process."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

MOST_NAMES = 10_000
"""Buckets that are kept; the full ones are forgotten first, since a new one is full too."""


@dataclass
class _Bucket:
    tokens: float
    at: float


class Buckets:
    """Each name may do so much a minute on average, and as much at once after a minute of rest."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._lock = Lock()

    def take(self, name: str, per_minute: int) -> float:
        """Takes one token; where there is none, takes nothing and returns the seconds until there is one, else 0."""
        with self._lock:
            bucket = self._filled(name, per_minute)
            if bucket.tokens < 1:
                return (1 - bucket.tokens) * 60 / per_minute
            bucket.tokens -= 1
            return 0.0

    def wait(self, name: str, per_minute: int) -> float:
        """The same without taking."""
        with self._lock:
            return max(0.0, 1 - self._filled(name, per_minute).tokens) * 60 / per_minute

    def _filled(self, name: str, per_minute: int) -> _Bucket:
        now = self._clock()
        if name not in self._buckets and len(self._buckets) >= MOST_NAMES:
            self._forget(now)
        bucket = self._buckets.setdefault(name, _Bucket(per_minute, now))
        bucket.tokens = min(per_minute, bucket.tokens + (now - bucket.at) * per_minute / 60)
        bucket.at = now
        return bucket

    def _forget(self, now: float) -> None:
        """Drops those that nobody has used for a minute, and all of them if that is not enough."""
        kept = {name: bucket for name, bucket in self._buckets.items() if now - bucket.at < 60}
        self._buckets = kept if len(kept) < MOST_NAMES else {}

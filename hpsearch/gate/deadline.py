"""How much time a check has."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Deadline:
    """A moment of a clock that gives seconds."""

    at_s: float
    clock: Callable[[], float] = time.monotonic

    @property
    def left_s(self) -> float:
        """Seconds left, at least 0; infinite if there is no end."""
        return max(0.0, self.at_s - self.clock())

    @property
    def is_set(self) -> bool:
        """Whether there is an end at all."""
        return math.isfinite(self.at_s)


NO_DEADLINE = Deadline(math.inf)

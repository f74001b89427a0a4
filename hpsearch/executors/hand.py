"""A hand: what a foreman gives its orders to, whatever kind of process is behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from hpsearch.executors.line import Answer, Order
from hpsearch.executors.sign import Sign


@dataclass(frozen=True)
class Ending:
    """Why an order was not served to its end."""

    reason: str
    """For the user."""
    said_itself: bool
    """Whether the worker has told it; else it is dead."""
    is_accident: bool = False
    """Whether what ended the worker lies outside of it, so that its order cannot be to blame."""


class Hand(Protocol):
    """One worker process. It serves one order at a time."""

    def serve(self, order: Order) -> Iterator[Sign | Answer]:
        """TAKEN, READY, and then everything that the order asks for, each as soon as it exists.

        Raises whatever ``ending`` can explain if the worker dies or cannot do it.
        """

    def ending(self, error: Exception) -> Ending:
        """Why the worker raised that, or died."""

    def kill(self) -> None:
        """Ends the process at once; nothing happens if it has ended."""

"""What the work on one study is done with, under one lease."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from hpsearch.conductor.keeper import Keeper
from hpsearch.conductor.observer import Observer
from hpsearch.conductor.patience import patiently
from hpsearch.conductor.shelf import Shelf
from hpsearch.executors.port import Executor
from hpsearch.store.port import Lease, StudyStore

T = TypeVar("T")


@dataclass(frozen=True)
class Means:
    """Where results go, who trains, who looks on, and who says when to stop."""

    store: StudyStore
    executor: Executor
    observer: Observer
    keeper: Keeper
    turn: str
    """Of the executor: whose work it is."""
    at_most: int | None
    """So many workers train for the study; None: as many as there are."""
    patience_s: float
    """How long a write waits for a database that is away."""
    shelf: Shelf
    """Where trials wait that may go on after a rung."""

    @property
    def lease(self) -> Lease:
        """The right to write."""
        return self.keeper.lease

    def write(self, write: Callable[[], T]) -> T:
        """Does it, with patience."""
        return patiently(write, self.patience_s, self.keeper.halt)

"""Reads batches in another thread before they are asked for."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import torch
from torch import Tensor

DEPTH = 3
"""Batches that wait at most. Heuristic: one is being read and one is ready while one is trained on."""


class Ahead:
    """What ``read`` gives of the positions in a batch, in the order in which they were announced."""

    def __init__(self, read: Callable[[Tensor], Tensor]) -> None:
        self._read = read
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="hpsearch-data")
        self._wanted: Iterator[Tensor] = iter(())
        self._coming: deque[tuple[Tensor, Future[Tensor]]] = deque()

    def expect(self, wanted: Iterable[Tensor]) -> None:
        """Announces the batches to come, in place of those that were announced before."""
        self._forget()
        self._wanted = iter(wanted)
        self._fill()

    def take(self, positions: Tensor) -> Tensor:
        """One batch; at once if it was the next one to come. Raises what reading it raises."""
        if not self._coming or not torch.equal(self._coming[0][0], positions):
            return self._read(positions)
        _, batch = self._coming.popleft()
        self._fill()
        return batch.result()

    def _fill(self) -> None:
        while len(self._coming) < DEPTH and (positions := next(self._wanted, None)) is not None:
            self._coming.append((positions, self._reader.submit(self._read, positions)))

    def _forget(self) -> None:
        for _, batch in self._coming:
            batch.cancel()
        self._coming.clear()
        self._wanted = iter(())

"""The executor on this machine's cores: worker processes that the nursery forks in milliseconds."""

import itertools
from collections.abc import Sequence

from hpsearch.errors import WorkerError
from hpsearch.executors.foreman import Foreman
from hpsearch.executors.machine import cores
from hpsearch.executors.nursery import Nursery
from hpsearch.executors.pooled import IDLE_S, PooledExecutor
from hpsearch.executors.process_hand import ProcessHand

WORKER_MODULES = ("hpsearch.executors.process_worker",)
"""What a nursery has to import for workers; without them each worker does."""
BEAT_S = 5.0
"""Seconds after which the thread looks around although nothing was said to have changed."""


class ProcessExecutor(PooledExecutor):
    """Trains cohorts in processes of this machine, on its CPU."""

    def __init__(
        self,
        *,
        workers: int | None = None,
        import_paths: Sequence[str] = (),
        nursery: Nursery | None = None,
        idle_s: float = IDLE_S,
    ) -> None:
        """``workers``: processes that train at the same time, by default one per core that this process may use.
        ``import_paths``: folders with the user's own modules. ``nursery``: one that is there already; it is ended
        with this executor. ``idle_s``: how long a worker keeps its memory without anything to train."""
        super().__init__(workers or cores())
        self._argument = {"import_paths": list(import_paths), "workers": self._workers}
        self._nursery, self._idle_s = nursery, idle_s
        self._up: set[str] = set()
        """Names of the workers whose foremen are at work; foremen take theirs away."""

    def _served(self) -> None:
        """Starts a worker whenever there are fewer than there is work for."""
        feed, names = self._feed, (f"worker-{number}" for number in itertools.count(1))
        try:
            self._living()
            while not feed.has_ended:
                feed.wait(lambda: feed.has_ended or self._wants_more(), BEAT_S)
                if not feed.has_ended and self._wants_more():
                    self._start_worker(next(names))
            feed.wait(lambda: not self._up, BEAT_S)
        finally:
            if self._nursery is not None:
                self._nursery.close()

    def _wants_more(self) -> bool:
        return self._feed.wanted > len(self._up)

    def _start_worker(self, name: str) -> None:
        child = self._living().child("hpsearch.executors.process_worker:work", self._argument)

        def gone() -> None:
            child.close()
            self._up.discard(name)
            self._feed.nudge()

        self._up.add(name)
        Foreman(name, ProcessHand(child), self._feed, idle_s=self._idle_s, gone=gone).begin()

    def _living(self) -> Nursery:
        """The nursery, a new one if the last one has died."""
        if self._nursery is not None and self._nursery.has_died:
            self._nursery.close()
            self._nursery = None
        if self._nursery is None:
            try:
                self._nursery = Nursery(WORKER_MODULES)
            except OSError as error:
                raise WorkerError(f"no process can be started ({error}); free memory, then try again") from error
        return self._nursery

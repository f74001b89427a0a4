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
ACCIDENTS = 4
"""So many starts in a row that failed for reasons outside of the worker mean that none will succeed."""
PAUSE_S = 0.1
"""Before the first start after such a one; doubled for each of them. Heuristic: what was lacking may come back."""


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
        self._up: dict[str, ProcessHand] = {}
        """By name, the workers whose foremen are at work; foremen take theirs away."""
        self._accident: str | None = None
        """Why the last worker that took nothing up ended, through no fault of its own."""
        self._accidents = 0
        """How often in a row that was so."""

    def _served(self) -> None:
        """Starts a worker whenever there are fewer than there is work for."""
        feed, names = self._feed, (f"worker-{number}" for number in itertools.count(1))
        try:
            self._living()
            while not feed.has_ended:
                feed.wait(lambda: feed.has_ended or self._wants_more(), BEAT_S)
                if not feed.has_ended and self._wants_more():
                    self._after_accident()
                    self._start_worker(next(names))
            feed.wait(lambda: not self._up, BEAT_S)
        finally:
            if self._nursery is not None:
                self._nursery.close()

    def _wants_more(self) -> bool:
        return self._feed.wanted > len(self._up)

    def _start_worker(self, name: str) -> None:
        try:
            child = self._living().child("hpsearch.executors.process_worker:work", self._argument)
        except WorkerError as error:  # it has died a moment ago
            self._accident = str(error)
            self._bury()
            return
        except OSError as error:  # too many open files in this process
            self._accident = f"no process can be started ({error})"
            return
        hand = ProcessHand(child)

        def gone() -> None:
            if hand.has_begun:
                self._accidents = 0
            elif child.orphaned_because is not None:
                self._accident = child.orphaned_because
            child.close()
            self._up.pop(name, None)
            self._feed.nudge()

        self._up[name] = hand
        Foreman(name, hand, self._feed, idle_s=self._idle_s, gone=gone).begin()

    def _after_accident(self) -> None:
        """Lets some time pass. Raises WorkerError if it is always the same, and nobody is at work."""
        if self._accident is None:
            return
        why, self._accident = self._accident, None
        self._accidents += 1
        self._feed.wait(lambda: self._feed.has_ended, min(PAUSE_S * 2**self._accidents, BEAT_S))
        if self._accidents >= ACCIDENTS and not self._up:
            raise WorkerError(why)

    def _bury(self) -> None:
        if self._nursery is not None:
            self._nursery.close()
            self._nursery = None

    def _living(self) -> Nursery:
        """The nursery, a new one if the last one has died."""
        if self._nursery is not None and self._nursery.has_died:
            self._bury()
        if self._nursery is None:
            try:
                self._nursery = Nursery(WORKER_MODULES)
            except OSError as error:
                raise WorkerError(f"no process can be started ({error}); free memory, then try again") from error
        return self._nursery

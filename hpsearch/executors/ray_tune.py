"""The executor on Ray Tune: one long-lived Tune run that places cohorts on warm workers, in processes of their own."""

import os
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from hpsearch.errors import WorkerError
from hpsearch.executors.feed import Broken, Feed, Inbox, Lost, Reported
from hpsearch.executors.ledger import Ledger
from hpsearch.executors.ray_cluster import Resources, leave, prepare_environment, start_or_join
from hpsearch.executors.ray_scratch import scratch_folder
from hpsearch.job import Cohort
from hpsearch.trial import TrialResult

LOST_STARTS = 3
"""So many workers in a row that died before they were ready mean that none will be."""
CLOSING_S = 30.0
"""Seconds that closing waits for Ray to end; what is left after that ends with the process."""


class RayTuneExecutor:
    """Trains cohorts on a local Ray or on a cluster. Ray places and restarts; it decides nothing and keeps nothing.

    Ray exists once per process, hence so does this executor; ``run`` may be called from several threads at once.
    Ray lives in a thread of its own, so that signals stay with their owner and the caller can go on meanwhile.
    """

    isolates_processes = True

    def __init__(
        self,
        home: Path,
        *,
        workers: int | None = None,
        gpus_per_worker: float = 0.0,
        address: str | None = None,
        import_paths: Sequence[str] = (),
    ) -> None:
        """``workers``: processes that train at the same time, by default one per core that this process may use.
        ``gpus_per_worker``: share of a GPU for each, 0 for none. ``address``: the cluster to join, None for a Ray
        of our own, whose files go below ``home``. ``import_paths``: folders with the user's own modules."""
        self._home = home
        self._resources = Resources(workers or _cores(), gpus_per_worker, address)
        self._import_paths = tuple(import_paths)
        self._feed = Feed(self._resources.workers)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def run(self, cohorts: Sequence[Cohort]) -> Generator[TrialResult, None, None]:
        """See the port."""
        ledger = Ledger(cohorts)
        self._start()
        inbox: Inbox = SimpleQueue()
        lost_starts = 0
        try:
            for cohort in cohorts:
                self._feed.submit(cohort, inbox)
            while not ledger.is_settled:
                event = inbox.get()
                if isinstance(event, Broken):
                    raise WorkerError(event.reason)
                if isinstance(event, Reported):
                    lost_starts = 0
                    if ledger.settle(event.result):
                        yield event.result
                elif event.was_ready:
                    yield from self._after_loss(event, ledger, inbox)
                else:
                    lost_starts += 1
                    if lost_starts >= LOST_STARTS:
                        raise WorkerError(_no_start(event.reason))
                    self._feed.submit(event.cohort, inbox)
        finally:
            self._feed.withdraw(inbox)

    def _after_loss(self, loss: Lost, ledger: Ledger, inbox: Inbox) -> tuple[TrialResult, ...]:
        after = ledger.after_loss(loss.cohort, loss.reason)
        for cohort in after.again:
            self._feed.submit(cohort, inbox)
        return after.given_up

    def close(self) -> None:
        """See the port."""
        self._feed.end("the workers were sent home while trials were still missing; give the same command again")
        if self._thread is not None:
            self._thread.join(CLOSING_S)

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="hpsearch-ray", daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        """The thread: Ray from its start to its end. It is a daemon, so that it never holds the process up."""
        try:
            prepare_environment(self._resources)
            with scratch_folder(self._home) as folder:
                try:
                    start_or_join(self._resources, folder)
                    if not self._feed.has_ended:
                        from hpsearch.executors.ray_loop import serve  # noqa: PLC0415  (after Ray's environment)

                        serve(self._feed, folder, self._resources, self._import_paths)
                finally:
                    leave()
        except WorkerError as error:
            self._feed.abandon(str(error))
        except Exception as error:  # noqa: BLE001  (whoever waits for results must hear of it)
            self._feed.abandon(f"Ray has ended ({type(error).__name__}: {error}); give the same command again")
        else:
            self._feed.abandon("the workers have ended")


def _no_start(reason: str) -> str:
    return (
        f"{LOST_STARTS} workers in a row died before they could train: {reason}; "
        f"see that torch can be imported and the data be loaded in the memory that one worker has"
    )


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

"""The executor on Ray Tune: one long-lived Tune run that places cohorts on warm workers, in processes of their own."""

import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.errors import WorkerError
from hpsearch.executors.feed import Feed
from hpsearch.executors.ledger import Ledger
from hpsearch.executors.line import Line, Measuring, Order
from hpsearch.executors.machine import cores
from hpsearch.executors.memory import Memory
from hpsearch.executors.port import Arrivals
from hpsearch.executors.ray_cluster import Resources, leave, prepare_environment, start_or_join
from hpsearch.executors.ray_measuring import RayMeasuring
from hpsearch.executors.ray_run import HALT_BEAT_S, RayRun
from hpsearch.executors.ray_scratch import scratch_folder
from hpsearch.job import Job

IDLE_S = 20.0
"""Seconds that a worker stays warm without anything to train."""
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
        idle_s: float = IDLE_S,
    ) -> None:
        """``workers``: processes that train at the same time, by default one per core that this process may use.
        ``gpus_per_worker``: share of a GPU for each, 0 for none. ``address``: the cluster to join, None for a Ray
        of our own, whose files go below ``home``. ``import_paths``: folders with the user's own modules.
        ``idle_s``: how long a worker keeps its memory without anything to train."""
        self._home = home
        self._resources = Resources(workers or cores(), gpus_per_worker, address)
        self._import_paths = tuple(import_paths)
        self._idle_s = idle_s
        self._feed = Feed(self._resources.workers)
        self._memory = Memory(self._resources.workers)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def run(
        self,
        cohorts: Sequence[Cohort],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Generator[Arrivals, None, None]:
        """See the port."""
        run = RayRun(self._feed, Line(turn, at_most), Ledger(cohorts, self._memory.share), self._memory)
        self._start()
        try:
            run.begin([Order(cohort, self._memory.share(cohort)) for cohort in cohorts])
            while not run.is_settled:
                arrived = run.arrivals(HALT_BEAT_S)
                if halt is not None and halt.is_set():
                    return
                if arrived is not None:
                    yield arrived
        finally:
            run.end()

    def measure(
        self,
        jobs: Sequence[Job],
        *,
        turn: str = "",
        at_most: int | None = None,
        halt: threading.Event | None = None,
    ) -> Arrangement | None:
        """See the port."""
        members = Cohort(tuple(jobs)).jobs
        measuring = RayMeasuring(self._feed, Line(turn, at_most))
        self._start()
        measurement = measuring.result(Order(Measuring(members)), self._resources.workers, halt)
        if measurement is None:
            return None
        self._memory.learn(members[0], measurement)
        return measurement.arrangement if measurement.trouble is None else None

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

                        serve(self._feed, folder, self._resources, self._import_paths, self._idle_s)
                finally:
                    leave()
        except WorkerError as error:
            self._feed.abandon(str(error))
        except Exception as error:  # noqa: BLE001  (whoever waits for results must hear of it)
            self._feed.abandon(f"Ray has ended ({type(error).__name__}: {error}); give the same command again")
        else:
            self._feed.abandon("the workers have ended")

"""The executor on Ray Tune: one long-lived Tune run that places workers, in processes of their own."""

from collections.abc import Sequence
from pathlib import Path

from hpsearch.errors import WorkerError
from hpsearch.executors.machine import cores
from hpsearch.executors.pooled import IDLE_S, PooledExecutor
from hpsearch.executors.ray_cluster import Resources, leave, prepare_environment, start_or_join
from hpsearch.executors.ray_scratch import scratch_folder


class RayTuneExecutor(PooledExecutor):
    """Trains cohorts on a local Ray or on a cluster. Ray places and restarts; it decides nothing and keeps nothing.

    Ray exists once per process, hence so does this executor.
    """

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
        super().__init__(workers or cores())
        self._home = home
        self._resources = Resources(workers or cores(), gpus_per_worker, address)
        self._import_paths = tuple(import_paths)
        self._idle_s = idle_s

    def _served(self) -> None:
        """Ray from its start to its end."""
        prepare_environment(self._resources)
        with scratch_folder(self._home) as folder:
            try:
                start_or_join(self._resources, folder)
                if not self._feed.has_ended:
                    from hpsearch.executors.ray_loop import serve  # noqa: PLC0415  (after Ray's environment)

                    serve(self._feed, folder, self._resources, self._import_paths, self._idle_s)
            except WorkerError:
                raise
            except Exception as error:
                what = f"Ray has ended ({type(error).__name__}: {error}); give the same command again"
                raise WorkerError(what) from error
            finally:
                leave()

"""A worker: the process in which Ray Tune trains cohorts, one after the other. Imported in that process."""

import faulthandler
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ray.tune import Trainable

if TYPE_CHECKING:
    from hpsearch.cohort import Cohort
    from hpsearch.executors.bench import Bench
    from hpsearch.trial import TrialResult


class CohortTrainable(Trainable):  # type: ignore[misc]  # Ray has no types
    """One Tune trial is one cohort; one step is one member, so that its result leaves as soon as it exists.

    The first step only makes ready and reports None. The configuration holds ``cohort``, ``import_paths``,
    ``device`` and ``fault_folder``.
    """

    def setup(self, config: dict[str, Any]) -> None:
        """Once per process. Quick: until it has returned, nobody can end the process."""
        self._bench: Bench | None = None
        self._fault_log: IO[str] | None = None
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Once per cohort."""
        self._log_faults(Path(new_config["fault_folder"]))
        self._device: str = new_config["device"]
        self._import_paths: tuple[str, ...] = new_config["import_paths"]
        self._cohort: Cohort = new_config["cohort"]
        self._results: Iterator[TrialResult] | None = None
        self.config: dict[str, Any] = {}  # Tune would send it back with every result
        return True

    def step(self) -> dict[str, Any]:
        """Makes ready, or trains until the next member has its result."""
        if self._results is None:
            self._results = self._ready_bench().results(self._cohort)
            return {"member": None}
        return {"member": next(self._results)}

    def _ready_bench(self) -> "Bench":
        if self._bench is None:
            from hpsearch.executors.bench import bench_of_worker  # noqa: PLC0415  (imports torch, which takes seconds)

            self._bench = bench_of_worker(self._device, self._import_paths)
        self._bench.prepare(self._cohort)
        return self._bench

    def _log_faults(self, folder: Path) -> None:
        """What Python can still say when a signal ends the process goes to a file named by the Tune trial."""
        try:
            log = (folder / self.trial_id).open("w")
        except OSError:  # on another machine there is no such folder
            return
        faulthandler.enable(log, all_threads=False)
        if self._fault_log is not None:
            self._fault_log.close()
        self._fault_log = log

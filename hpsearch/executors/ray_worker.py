"""A worker: the process in which Ray Tune trains cohorts, one after the other. Imported in that process."""

import faulthandler
from pathlib import Path
from typing import IO, Any

import torch
from ray.tune import Trainable

from hpsearch.executors.bench import Bench, importable


class CohortTrainable(Trainable):  # type: ignore[misc]  # Ray has no types
    """One Tune trial is one cohort; one step is one member, so that its result leaves as soon as it exists.

    The configuration holds ``cohort``, ``import_paths``, ``device`` and ``fault_folder``.
    """

    def setup(self, config: dict[str, Any]) -> None:
        """Once per process."""
        torch.set_num_threads(1)
        importable(config["import_paths"]).__enter__()  # for as long as the process lives
        self._bench = Bench(config["device"])
        self._fault_log: IO[str] | None = None
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Once per cohort."""
        self._log_faults(Path(new_config["fault_folder"]))
        self._results = self._bench.results(new_config["cohort"])
        self.config: dict[str, Any] = {}  # Tune would send it back with every result
        return True

    def step(self) -> dict[str, Any]:
        """Trains until the next member has its result."""
        return {"member": next(self._results)}

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

"""A worker: the process, placed by Ray Tune, that serves one order after the other. Imported in that process."""

import faulthandler
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ray.tune import Trainable

from hpsearch.executors.sign import Sign

if TYPE_CHECKING:
    from hpsearch.executors.bench import Bench
    from hpsearch.executors.line import Answer, Order


class OrderTrainable(Trainable):  # type: ignore[misc]  # Ray has no types
    """One Tune trial is one worker. It takes its orders by ``serve``, past Tune, and its only step says that it is up.

    The configuration holds ``import_paths``, ``device``, ``workers``, ``gpu_share`` and ``fault_folder``.
    """

    def setup(self, config: dict[str, Any]) -> None:
        """Once per process. Quick: until it has returned, nobody can end the process."""
        self._bench: Bench | None = None
        self._settings = config
        self.config: dict[str, Any] = {}  # Tune would send it back with the step
        self._log_faults(Path(config["fault_folder"]))

    def step(self) -> dict[str, Any]:
        """The worker is up."""
        return {"is_up": True}

    def serve(self, order: "Order") -> "Iterator[Sign | Answer]":
        """TAKEN, READY, and then everything that the order asks for, each as soon as it exists."""
        yield Sign.TAKEN
        bench = self._ready_bench(order)
        yield Sign.READY
        yield from bench.answers(order)

    def _ready_bench(self, order: "Order") -> "Bench":
        if self._bench is None:
            from hpsearch.executors.bench import bench_of_worker  # noqa: PLC0415  (imports torch, which takes seconds)

            settings = self._settings
            self._bench = bench_of_worker(
                settings["device"], settings["import_paths"], settings["workers"], settings["gpu_share"]
            )
        self._bench.prepare(order.work.jobs)
        return self._bench

    def _log_faults(self, folder: Path) -> None:
        """What Python can still say when a signal ends the process goes to a file named by the Tune trial."""
        try:
            self._fault_log = (folder / self.trial_id).open("w")
        except OSError:  # on another machine there is no such folder
            return
        faulthandler.enable(self._fault_log, all_threads=False)

"""The bench: trains cohorts and measures in this process, one order after the other."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import torch

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.data.dataset import Dataset
from hpsearch.data.loading import load_dataset
from hpsearch.executors.amount import shown
from hpsearch.executors.answers import OutOfMemory, lacks_memory
from hpsearch.executors.line import Answer, Order
from hpsearch.executors.measurement import Measurement
from hpsearch.executors.measuring import measurement
from hpsearch.executors.room import room_bytes, training_bytes
from hpsearch.job import DataSettings, Job
from hpsearch.training.blame import described
from hpsearch.training.cohort import train_cohort
from hpsearch.training.samples.arrays import Shelf
from hpsearch.trial import Failure, TrialResult, failed


class Bench:
    """Serves one order at a time and keeps the data of the last one, which the next one mostly needs again."""

    def __init__(self, device: str = "cpu", workers: int = 1, gpu_share: float = 0.0) -> None:
        """``workers`` so many share this machine, and each has ``gpu_share`` of a GPU."""
        self._device, self._workers, self._gpu_share = device, workers, gpu_share
        self._loaded: tuple[DataSettings, Dataset] | None = None
        self._shelf: Shelf | None = None
        """The loaded data on the device."""

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Loads the data of jobs that have the same, if that can be done; their answers say so if not."""
        with suppress(Exception):
            self._dataset(jobs[0].data)

    def answers(self, order: Order) -> Iterator[Answer]:
        """Whatever the order asks for, each as soon as it exists."""
        if isinstance(order.work, Cohort):
            yield from self.results(order.work)
        else:
            yield self.measurement(order.work.jobs)

    def results(self, cohort: Cohort) -> Iterator[TrialResult | OutOfMemory]:
        """One answer for each member. Data that cannot be loaded fail every member."""
        try:
            dataset = self._dataset(cohort.jobs[0].data)
        except MemoryError:
            yield from (OutOfMemory(job, "the data does not fit into memory") for job in cohort.jobs)
            return
        except Exception as error:  # noqa: BLE001  (the user's loader may raise anything)
            reason = f"the data cannot be loaded: {described(error)}"
            yield from (failed(job, Failure.ERROR, reason) for job in cohort.jobs)
            return
        missing = {job.number: job for job in cohort.jobs}
        try:
            for result in train_cohort(cohort, dataset, self._device, self._shelf):
                job = missing.pop(result.number)
                yield self._out_of_memory(job, result.reason, dataset) if lacks_memory(result) else result
        except MemoryError as error:
            reason = described(error)
            yield from [self._out_of_memory(job, reason, dataset) for job in missing.values()]

    def measurement(self, jobs: Sequence[Job]) -> Measurement:
        """How the jobs train fastest here; the default arrangement, with the reason, if that cannot be found out."""
        room_bytes = 0
        try:
            dataset = self._dataset(jobs[0].data)
            room_bytes = self._room_bytes(dataset)
            return measurement(jobs, dataset, self._device, room_bytes, self._shelf)
        except (Exception, SystemExit) as error:  # noqa: BLE001  (whatever goes wrong shows again when they train)
            return Measurement(Arrangement(), room_bytes, trouble=described(error))

    def _out_of_memory(self, job: Job, reason: str | None, dataset: Dataset) -> OutOfMemory:
        try:
            predicted = f"{shown(training_bytes(job, dataset, self._device).peak_bytes)} were predicted"
        except (Exception, SystemExit):  # noqa: BLE001  (the user's own network may raise anything)
            predicted = "how much it needs cannot be predicted"
        room = shown(self._room_bytes(dataset))
        return OutOfMemory(job, f"{reason}; {predicted}, and a worker has {room} for training")

    def _room_bytes(self, dataset: Dataset) -> int:
        return room_bytes(self._device, self._workers, self._gpu_share, dataset)

    def _dataset(self, settings: DataSettings) -> Dataset:
        if self._loaded is None or self._loaded[0] != settings:
            self._loaded = self._shelf = None  # never hold two data sets in memory
            self._loaded = (settings, load_dataset(settings))
            self._shelf = Shelf(self._loaded[1], self._device)
        return self._loaded[1]


def bench_of_worker(device: str, import_paths: Sequence[str], workers: int, gpu_share: float) -> Bench:
    """A bench that has this process to itself: on one thread and with the user's modules for good."""
    torch.set_num_threads(1)
    sys.path[:0] = import_paths
    return Bench(device, workers, gpu_share)


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside, torch computes on one thread: the order of its sums, hence every bit of a result, depends on it."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def importable(folders: Sequence[str]) -> Iterator[None]:
    """Inside, modules in ``folders`` can be imported, before all others of the same name."""
    added = [folder for folder in folders if folder not in sys.path]
    sys.path[:0] = added
    try:
        yield
    finally:
        for folder in added:
            if folder in sys.path:
                sys.path.remove(folder)

"""The bench: trains cohorts in this process, one after the other."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import torch

from hpsearch.cohort import Cohort
from hpsearch.data.dataset import Dataset
from hpsearch.data.loading import load_dataset
from hpsearch.job import DataSettings
from hpsearch.training.blame import described
from hpsearch.training.cohort import train_cohort
from hpsearch.trial import Failure, TrialResult, failed


class Bench:
    """Trains one cohort at a time and keeps the data of the last one, which the next one mostly needs again."""

    def __init__(self, device: str = "cpu") -> None:
        self._device = device
        self._loaded: tuple[DataSettings, Dataset] | None = None

    def prepare(self, cohort: Cohort) -> None:
        """Loads the data of a cohort, if that can be done; ``results`` says so if not."""
        with suppress(Exception):
            self._dataset(cohort.jobs[0].data)

    def results(self, cohort: Cohort) -> Iterator[TrialResult]:
        """One result for each member, as soon as there is one. Data that cannot be loaded fail every member."""
        settings = cohort.jobs[0].data
        try:
            dataset = self._dataset(settings)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  (the user's loader may raise anything)
            reason = f"the data cannot be loaded: {described(error)}"
            yield from (failed(job, Failure.ERROR, reason) for job in cohort.jobs)
            return
        yield from train_cohort(cohort, dataset, self._device)

    def _dataset(self, settings: DataSettings) -> Dataset:
        if self._loaded is None or self._loaded[0] != settings:
            self._loaded = None  # never hold two data sets in memory
            self._loaded = (settings, load_dataset(settings))
        return self._loaded[1]


def bench_of_worker(device: str, import_paths: Sequence[str]) -> Bench:
    """A bench that has this process to itself: on one thread and with the user's modules for good."""
    torch.set_num_threads(1)
    sys.path[:0] = import_paths
    return Bench(device)


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

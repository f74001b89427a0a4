"""The same cohorts trained with nothing around them: by so many processes, each of which knows its share beforehand."""

import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier

from hpsearch.cohort import Cohort

LONGEST_S = 3600
LONGEST_START_S = 120


def bare_seconds(cohorts: Sequence[Cohort], workers: int) -> float:
    """From the moment when all processes are warm to the end of the last one."""
    context = multiprocessing.get_context("spawn")
    shares = [share for number in range(workers) if (share := cohorts[number::workers])]
    together, took = context.Barrier(len(shares)), context.SimpleQueue()
    processes = [context.Process(target=_trains, args=(share, together, took)) for share in shares]
    for process in processes:
        process.start()
    for process in processes:
        process.join(LONGEST_S)
        if process.exitcode:
            raise SystemExit(f"a bare process ended with {process.exitcode}")
    return max(took.get() for _ in processes)


def _trains(cohorts: Sequence[Cohort], together: Barrier, took: "SimpleQueue[float]") -> None:
    import torch

    from hpsearch.data.loading import load_dataset
    from hpsearch.training.cohort import train_cohort

    torch.set_num_threads(1)
    dataset = load_dataset(cohorts[0].jobs[0].data)
    for _ in train_cohort(cohorts[0], dataset):
        pass
    together.wait(LONGEST_START_S)
    began = time.perf_counter()
    for cohort in cohorts:
        for _ in train_cohort(cohort, dataset):
            pass
    took.put(time.perf_counter() - began)

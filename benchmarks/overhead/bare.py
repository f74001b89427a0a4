"""The same cohorts trained with nothing around them: by so many processes, each of which knows its share beforehand."""

import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier

from hpsearch.cohort import Cohort

LONGEST_S = 3600
LONGEST_START_S = 120


def bare_seconds(cohorts: Sequence[Cohort], workers: int) -> tuple[float, float]:
    """From the moment when all processes are warm to the end of the last one; and the processors' time of all."""
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
    found = [took.get() for _ in processes]
    return max(wall_s for wall_s, _ in found), sum(cpu_s for _, cpu_s in found)


def _trains(cohorts: Sequence[Cohort], together: Barrier, took: "SimpleQueue[tuple[float, float]]") -> None:
    import torch

    from hpsearch.data.loading import load_dataset
    from hpsearch.training.cohort import train_cohort

    torch.set_num_threads(1)
    dataset = load_dataset(cohorts[0].jobs[0].data)
    for _ in train_cohort(cohorts[0], dataset):
        pass
    together.wait(LONGEST_START_S)
    began, used = time.perf_counter(), time.process_time()
    for cohort in cohorts:
        for _ in train_cohort(cohort, dataset):
            pass
    took.put((time.perf_counter() - began, time.process_time() - used))

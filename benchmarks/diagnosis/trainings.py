"""Training the catalogue in this process, and keeping what was recorded."""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from benchmarks.diagnosis.catalogue import Case
from benchmarks.diagnosis.changes import broken_data
from benchmarks.diagnosis.data import sound_data
from benchmarks.diagnosis.loops import training_with
from hpsearch.cohort import Cohort
from hpsearch.data.dataset import Dataset
from hpsearch.job import Budget, Job, seed_for
from hpsearch.stage import StageName
from hpsearch.training.cohort import train_cohort
from hpsearch.trial import FinishedTrial, TrialResult

RESULT = TypeAdapter(TrialResult)
SEEDS = 3
"""Initialisations that are looked at before the training."""


@cache
def data_of(data: str, change: str) -> Dataset:
    """A data set as a case trains on it."""
    return broken_data(sound_data(data), change)


def dataset_of(case: Case) -> Dataset:
    """The data of a case; its task has the number of samples that it trains on."""
    dataset = data_of(case.data, case.kind.data)
    samples = case.kind.samples
    if samples is None:
        return dataset
    return replace(dataset, task=replace(dataset.task, train_samples=samples))


def trained(case: Case, folder: Path) -> tuple[FinishedTrial, Dataset]:
    """The case with its curves, read from the folder if it was trained before."""
    kept = _kept(case, folder)
    return FinishedTrial(case.job, _result(kept["result"], case.number, kept["seconds"])), dataset_of(case)


def first_looks(case: Case, folder: Path) -> tuple[FinishedTrial, ...]:
    """What the recipe's first stage records of the case's network before any update."""
    kept = _kept(case, folder)["initial"]
    return tuple(
        FinishedTrial(job, _result(one, job.number, 0.0)) for job, one in zip(initial_jobs(case), kept, strict=True)
    )


def all_trained(chosen: Iterable[Case], folder: Path) -> Iterator[tuple[Case, FinishedTrial, Dataset]]:
    """Every case with its curves, one at a time."""
    for case in chosen:
        yield case, *trained(case, folder)


def initial_jobs(case: Case) -> tuple[Job, ...]:
    """The jobs of the first stage for the case."""
    return tuple(
        replace(
            case.job,
            stage=StageName.INITIAL_LOSS,
            number=number,
            budget=Budget(steps=0),
            regularised=False,
            weights_seed=seed_for(number, "weights", case.name),
        )
        for number in range(SEEDS)
    )


def _kept(case: Case, folder: Path) -> dict[str, Any]:
    file = folder / f"{case.name.replace('/', '--')}.json"
    if not file.is_file():
        found = json.dumps(_train(case))
        file.write_text(found, encoding="utf-8")
    kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return kept


def _train(case: Case) -> dict[str, Any]:
    dataset = data_of(case.data, case.kind.data)  # the job's budget limits its samples
    started = time.process_time()
    with training_with(case.kind.loop):
        (result,) = train_cohort(Cohort((case.job,)), dataset)
    seconds = time.process_time() - started
    initial = [one for job in initial_jobs(case) for one in train_cohort(Cohort((job,)), dataset)]
    return {"result": asdict(result), "initial": [asdict(one) for one in initial], "seconds": seconds}


def _result(kept: dict[str, Any], number: int, seconds: float) -> TrialResult:
    """What was kept, under the number that the case has now."""
    return replace(RESULT.validate_python(kept), number=number, duration_s=seconds)

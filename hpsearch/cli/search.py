"""The search behind ``hpsearch run``: which study to work on, with which workers, and what to tell meanwhile."""

from pathlib import Path

import click

from hpsearch.cli.definition import study_in
from hpsearch.cli.progress import shown_progress
from hpsearch.cli.storage import open_store
from hpsearch.cli.workers import workers_for
from hpsearch.conductor.conduct import Conductor
from hpsearch.conductor.holder import this_process
from hpsearch.errors import LeaseLostError
from hpsearch.executors.ray_tune import RayTuneExecutor
from hpsearch.preflight.check import check_definition
from hpsearch.report.best import default_objective
from hpsearch.results import StudyRecord, StudyResults
from hpsearch.settings import Settings
from hpsearch.store.port import StudyStore
from hpsearch.study import StudyDefinition, StudyState
from hpsearch.task import Task

ENDED = (StudyState.COMPLETE, StudyState.FAILED)


def searched(settings: Settings, path: Path, workers: int | None, again: bool) -> StudyResults:
    """The results of the study in a file, after training whatever they still lack.

    ``workers`` replaces the number in the definition. A study that has ended is given back as it is, or trained
    once more, as a study of its own, if ``again`` says so.
    """
    definition = study_in(path)
    with open_store(settings) as store:
        known = store.find(definition.identity)
        if known is not None and known.state in ENDED and not again:
            _say(f"Study {known.name} has ended before; this is its report. --again trains a copy.")
            return store.results(known.id)
        task = check_definition(definition).task
        study = chosen_study(store, definition, again)
        asked = workers_for(definition.resources, workers, _gpus(settings))
        executor = RayTuneExecutor(
            settings.home,
            workers=asked.count,
            gpus_per_worker=asked.gpus_each,
            address=settings.ray_address,
            import_paths=[str(path.resolve().parent)],
        )
        objective = definition.objective or default_objective(task)
        with executor, shown_progress(objective) as progress:
            progress.say("Starting the workers.")
            conductor = Conductor(store, executor, progress, this_process(), settings.lease_s)
            return _conducted(conductor, study, task)


def chosen_study(store: StudyStore, definition: StudyDefinition, again: bool) -> StudyRecord:
    """The study that this definition goes on with, or a new one; says which."""
    known = store.find(definition.identity)  # asked once more: another process may have begun it meanwhile
    if known is not None and (known.state not in ENDED or not again):
        _say(f"Going on with study {known.name}, which is {known.state}.")
        return known
    study = store.create(definition)
    taken = f": another study is called {definition.name}" if study.name != definition.name else ""
    _say(f"New study {study.name}{taken}.")
    return study


def _conducted(conductor: Conductor, study: StudyRecord, task: Task) -> StudyResults:
    """The study at its end, also if another process has brought it there."""
    try:
        return conductor.conduct(study, task)
    except LeaseLostError:
        results = conductor.store.results(study.id)
        if results.study.state not in ENDED:
            raise
        return results


def _gpus(settings: Settings) -> int:
    """Number of this machine's GPUs; a cluster's are not divided from here."""
    import torch

    return 0 if settings.ray_address else torch.cuda.device_count()


def _say(message: str) -> None:
    click.echo(message, err=True)

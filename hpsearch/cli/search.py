"""The training behind ``hpsearch run``: checks, workers, progress, and the conductor."""

from pathlib import Path

import torch

from hpsearch.cli.choosing import ENDED, chosen_study
from hpsearch.cli.progress import shown_progress
from hpsearch.cli.workers import workers_for
from hpsearch.conductor.conduct import Conductor
from hpsearch.conductor.holder import this_process
from hpsearch.errors import LeaseLostError
from hpsearch.executors.ray_tune import RayTuneExecutor
from hpsearch.preflight.check import check_definition
from hpsearch.results import StudyRecord, StudyResults
from hpsearch.settings import Settings
from hpsearch.store.port import StudyStore
from hpsearch.study import StudyDefinition, objective_for
from hpsearch.task import Task


def searched(
    store: StudyStore, settings: Settings, definition: StudyDefinition, folder: Path, workers: int | None, again: bool
) -> StudyResults:
    """The results of a definition's study after training whatever they still lack.

    ``folder`` holds the user's own modules. ``workers`` replaces the number in the definition. ``again`` asks for a
    copy of a study that has ended. Raises DefinitionError before anything is stored if data or network do not fit.
    """
    task = check_definition(definition).task
    study = chosen_study(store, definition, again)
    # A cluster's GPUs are not counted from here: there the definition says the share.
    asked = workers_for(definition.resources, workers, 0 if settings.ray_address else torch.cuda.device_count())
    executor = RayTuneExecutor(
        settings.home,
        workers=asked.count,
        gpus_per_worker=asked.gpus_each,
        address=settings.ray_address,
        import_paths=[str(folder)],
    )
    with executor, shown_progress(objective_for(definition.objective, task)) as progress:
        progress.say("Starting the workers.")
        conductor = Conductor(store, executor, progress, this_process(), settings.lease_s)
        return _conducted(conductor, study, task)


def _conducted(conductor: Conductor, study: StudyRecord, task: Task) -> StudyResults:
    """The study at its end, also if another process has brought it there."""
    try:
        return conductor.conduct(study, task)
    except LeaseLostError:
        results = conductor.store.results(study.id)
        if results.study.state not in ENDED:
            raise
        return results

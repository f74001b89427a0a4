"""The training behind ``hpsearch run``: checks, workers, progress, and the conductor."""

import logging

import click

from hpsearch.cli.begun import Begun
from hpsearch.cli.choosing import chosen_study
from hpsearch.cli.examination import Examined
from hpsearch.cli.progress import shown_progress
from hpsearch.cli.workers import workers_for
from hpsearch.conductor.advised import advised
from hpsearch.conductor.conduct import Conductor
from hpsearch.conductor.holder import this_process
from hpsearch.conductor.loaded import Loaded
from hpsearch.conductor.logs import LOGGER, keep_off_the_terminal
from hpsearch.errors import LeaseLostError, PausedError
from hpsearch.finding import Severity
from hpsearch.recipe.data_findings import is_judged, refused
from hpsearch.results import StudyRecord, StudyResults
from hpsearch.settings import Settings
from hpsearch.store.port import StudyStore
from hpsearch.study import ENDED, StudyDefinition, StudyState, objective_for


def searched(
    store: StudyStore,
    settings: Settings,
    definition: StudyDefinition,
    workers: int | None,
    again: bool,
    begun: Begun,
) -> StudyResults:
    """The results of a definition's study after training whatever they still lack.

    ``workers`` replaces the number in the definition. ``again`` asks for a copy of a study that has ended. Raises
    DefinitionError before anything is stored if data or network do not fit, and PausedError if the study is paused
    meanwhile.
    """
    keep_off_the_terminal(logging.getLogger(LOGGER))  # whatever matters of it stands in the results
    examined = begun.examined()
    task = examined.task
    study = _resumed(settings, chosen_study(store, definition, again))
    if not is_judged(store.results(study.id)):
        _warn(definition, Loaded(task, examined.findings, examined.behaviour))
    # A cluster's GPUs are not counted from here: there the definition says the share.
    asked = workers_for(
        definition.resources, workers, 0 if settings.cluster_address else examined.gpus, examined.fitting
    )
    executor = begun.executor(asked)
    with executor, shown_progress(objective_for(definition.objective, task)) as progress:
        conductor = Conductor(
            store, executor, progress, this_process(), settings.lease_s, checkpoints=settings.checkpoints
        )
        return _conducted(conductor, study, examined)


def _warn(definition: StudyDefinition, loaded: Loaded) -> None:
    """Says before the first stage what will be told with it, so that nobody has to wait for it.

    No error in the data: the stage fails or is overridden for that reason, and says it at once.
    """
    in_data = () if refused(definition, loaded.found) else loaded.found
    warnings = [one for one in in_data if one.severity is Severity.WARNING]
    for one in (*warnings, *advised(definition, loaded)):
        click.echo(f"{one.severity}: {one.message} [{one.code}]. {one.advice}", err=True)


def _resumed(settings: Settings, study: StudyRecord) -> StudyRecord:
    """The study, which does not wait any more for the command that resumes it: this is one."""
    if study.state is not StudyState.PAUSED:
        return study
    from hpsearch.storage import open_database
    from hpsearch.store.desk import StudyDesk

    with open_database(settings) as database:
        return StudyDesk(database.engine, database.ensure).resume(study.owner, study.id)


def _conducted(conductor: Conductor, study: StudyRecord, examined: Examined) -> StudyResults:
    """The study at its end, also if another process has brought it there or its user has cancelled it."""
    while (results := _worked_on(conductor, study, examined)).study.state is StudyState.INTERRUPTED:
        pass  # its user has asked for a pause, and taken that back when the work had stopped already
    if results.study.state is StudyState.PAUSED:
        raise PausedError(f"study {study.name} was paused; nothing is lost: the same command resumes it")
    if results.study.state is StudyState.CANCELLED:
        click.echo(f"Study {study.name} was cancelled; --again trains a copy.", err=True)
    return results


def _worked_on(conductor: Conductor, study: StudyRecord, examined: Examined) -> StudyResults:
    try:
        return conductor.conduct(study, examined.task, examined.findings, examined.behaviour)
    except LeaseLostError:
        results = conductor.store.results(study.id)
        if results.study.state not in (*ENDED, StudyState.PAUSED):
            raise
        return results

"""Which study ``hpsearch run`` works on: the one that the definition has already, or a new one."""

import click

from hpsearch.recipe.data_findings import is_judged
from hpsearch.results import StudyRecord, StudyResults
from hpsearch.store.port import StudyStore
from hpsearch.study import ENDED, StudyDefinition


def ended_before(store: StudyStore, definition: StudyDefinition, again: bool) -> StudyResults | None:
    """The results of the definition's study if it has ended and nobody asks for a copy; says so."""
    known = store.find(definition.identity)
    if known is None or known.state not in ENDED or again:
        return None
    click.echo(f"Study {known.name} has ended before; this is its report. --again trains a copy.", err=True)
    return store.results(known.id)


def has_told_data(store: StudyStore, definition: StudyDefinition) -> bool:
    """Whether the definition's study goes on and has told what was found in its data."""
    known = store.find(definition.identity)
    return known is not None and known.state not in ENDED and is_judged(store.results(known.id))


def chosen_study(store: StudyStore, definition: StudyDefinition, again: bool) -> StudyRecord:
    """The study that this definition goes on with, or a new one; says which.

    ``again`` asks for a copy of a study that has ended. One that has not goes on all the same: so the same command
    goes on with an interrupted copy.
    """
    known = store.find(definition.identity)
    if known is not None and (known.state not in ENDED or not again):
        click.echo(f"Going on with study {known.name}, which is {known.state}.", err=True)
        return known
    study = store.create(definition)
    if known is not None:
        what = f", a copy of {known.name}"
    elif study.name != definition.name:
        what = f": another study is called {definition.name}"
    else:
        what = ""
    click.echo(f"New study {study.name}{what}.", err=True)
    return study

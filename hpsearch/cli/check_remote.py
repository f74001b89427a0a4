"""``hpsearch check --server``: a service does the check, and the report is what it would be here."""

import contextlib
from pathlib import Path

import click

from hpsearch.checked import CheckState
from hpsearch.cli.remote import connected
from hpsearch.client.errors import ServiceError, UnreachableError
from hpsearch.errors import DefinitionError, HpsearchError, Problem, shown
from hpsearch.report.check_baseline import demand_same_study
from hpsearch.report.check_documents import BaselineDocument, CheckDocument
from hpsearch.settings import settings_from_environment

OWN_FILES = ("network.factory", "data.factory", "data.path")
"""What a definition may name that is on this machine and need not be on the service's."""
STEP = (
    "The service reads no file of this machine: have its operator install the code there and allow it "
    "(HPSEARCH_FACTORIES, HPSEARCH_DATA), or leave out --server."
)


def checked_there(
    study: Path, url: str, allow_http: bool, budget_s: float | None, whole: bool, known: BaselineDocument | None
) -> CheckDocument:
    """The check by the service at ``url``, waited for; given up there where this is interrupted or fails.

    Raises DefinitionError, also for a baseline of another study and for own code that the service does not have, and
    a ServiceError.
    """
    with connected(settings_from_environment(), url, allow_http) as client:
        try:
            begun = client.begin_check(study, budget_s=budget_s, whole=whole)
        except DefinitionError as error:
            raise DefinitionError(_explained(problem) for problem in error.problems) from error
        try:
            if known is not None:
                demand_same_study(known, begun.name)
            click.echo(f"check {begun.id} at {client.url}: {begun.state}", err=True)
            found = client.check_ended(begun.id, file=str(study))
        except UnreachableError:  # neither could it be given up
            raise
        except (KeyboardInterrupt, DefinitionError, ServiceError):
            with contextlib.suppress(ServiceError):
                client.delete_check(begun.id)
            raise
    if found.state is CheckState.REJECTED:
        raise DefinitionError(
            _explained(Problem(one.path, one.value, one.message, one.next_step)) for one in found.problems
        )
    if found.check is None:
        raise HpsearchError(f"check {found.id} at {shown(url)} has ended without a report; look there for its state")
    return found.check


def _explained(problem: Problem) -> Problem:
    """The problem, with what to do where it is about code or files of this machine."""
    if problem.path not in OWN_FILES:
        return problem
    return Problem(problem.path, problem.value, problem.message, STEP)

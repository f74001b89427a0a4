"""Composes the documents that say what is wrong with an input."""

from hpsearch.errors import DefinitionError, HpsearchError, Problem, encodable
from hpsearch.report.compose import task_document
from hpsearch.report.documents import ErrorDocument, ProblemDocument, ValidationDocument
from hpsearch.report.stages import written
from hpsearch.study import StudyDefinition
from hpsearch.task import Task


def error_document(error: HpsearchError) -> ErrorDocument:
    """Why a command could not do its work."""
    problems = error.problems if isinstance(error, DefinitionError) else ()
    return ErrorDocument(error=encodable(str(error)), problems=problem_documents(problems))


def usage_document(message: str) -> ErrorDocument:
    """What is wrong with the arguments of a command."""
    return ErrorDocument(error=message, problems=())


def valid_document(study: StudyDefinition, task: Task) -> ValidationDocument:
    """A definition that can be run, on data that set this task."""
    return ValidationDocument(
        valid=True, name=study.name, problems=(), task=task_document(task), space=written(study.space)
    )


def invalid_document(error: DefinitionError) -> ValidationDocument:
    """A definition that cannot be run."""
    return ValidationDocument(valid=False, name=None, problems=problem_documents(error.problems), task=None, space={})


def problem_documents(problems: tuple[Problem, ...]) -> tuple[ProblemDocument, ...]:
    """The problems, in the order in which they were found."""
    return tuple(
        ProblemDocument(path=found.path, value=found.value, message=found.message, next_step=found.next_step)
        for found in problems
    )


def problem_words(found: ProblemDocument) -> str:
    """One problem as a command line tells it."""
    return str(Problem(found.path, found.value, found.message, found.next_step))

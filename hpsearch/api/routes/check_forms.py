"""A check in every form in which it is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from hpsearch.api.routes.accepting import preferred
from hpsearch.checked import CheckRecord, CheckState
from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.gate.lines import line_of, lines_in, path_of
from hpsearch.report.check_baseline import baseline_of, compared, demand_judged
from hpsearch.report.check_documents import BaselineDocument, CheckDocument
from hpsearch.report.check_markdown import check_markdown, problems_markdown
from hpsearch.report.check_text import check_renderable
from hpsearch.report.github import command, github_commands
from hpsearch.report.junit import junit_of_problems, junit_xml
from hpsearch.report.problems import error_document, problem_words
from hpsearch.report.service_checks import ServiceCheckDocument, report_of, service_check
from hpsearch.report.text import plain_text
from hpsearch.store.check_desk import CheckDesk

Form = Literal["json", "junit", "markdown", "text", "github"]
WIDTH = 100
"""Columns of text."""


class Told:
    """A check, and what whoever asks knows of it: the path of its definition, and a baseline."""

    def __init__(self, record: CheckRecord, file: str | None, known: BaselineDocument | None) -> None:
        self.record, self.file, self._known = record, file, known

    @cached_property
    def check(self) -> CheckDocument | None:
        """The report, with lines where the file is known, compared where there is a baseline."""
        check = report_of(self.record)
        if check is None:
            return None
        if self.file is not None:
            check = _placed(check, self.file, lines_in(self.record.written))
        return check if self._known is None else check.model_copy(update={"comparison": compared(check, self._known)})

    @property
    def document(self) -> ServiceCheckDocument:
        """The whole as JSON has it."""
        return service_check(self.record, self.check)


def baseline_for(checks: CheckDesk, whose: str | None, check_id: int, name: str) -> BaselineDocument:
    """What a check of the study ``name`` is held against.

    Raises NotFoundError for a check that one may not see, and DefinitionError for one that has no verdict, of which a
    part could not be judged, or that is of another study.
    """
    found = checks.check(whose, check_id)
    report = report_of(found) if found.state is CheckState.COMPLETE else None
    if report is None:
        rule = f"check {check_id} is {found.state}, and only one that is complete has something to compare with"
        raise DefinitionError([Problem("query.baseline", str(check_id), rule, "Name another check.")])
    if found.name != name:
        rule = f"check {check_id} is of another study, {shown(found.name)}, and this one is called {shown(name)}"
        raise DefinitionError([Problem("query.baseline", str(check_id), rule, "Name another check.")])
    demand_judged(report, "query.baseline", str(check_id), "Name another check, or ask for one with a larger budget.")
    return baseline_of(report)


def _placed(check: CheckDocument, file: str, lines: dict[str, int]) -> CheckDocument:
    findings = tuple(
        finding.model_copy(update={"file": file, "line": line_of(lines, path_of(finding.part, finding.code))})
        for finding in check.findings
    )
    return check.model_copy(update={"findings": findings})


def _junit(told: Told) -> str:
    if told.check is not None:
        return junit_xml(told.check)
    return junit_of_problems(told.record.name, error_document(DefinitionError(told.record.problems)))


def _markdown(told: Told) -> str:
    if told.check is not None:
        return check_markdown(told.check)
    return problems_markdown(told.document.problems, "the definition")


def _text(told: Told) -> str:
    if told.check is not None:
        return plain_text(check_renderable(told.check), WIDTH)
    return "".join(f"hpsearch: {problem_words(problem)}\n" for problem in told.document.problems)


def _github(told: Told) -> str:
    if told.check is not None:
        lines = github_commands(told.check, told.file)
    else:
        places = lines_in(told.record.written)
        lines = [
            command(
                "error", str(one), told.file, line_of(places, one.path) if told.file else None, "hpsearch definition"
            )
            for one in told.record.problems
        ]
    return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class CheckForm:
    """One form of a check that has ended; as JSON also of one that has not."""

    media_type: str
    write: Callable[[Told], str]


FORMS: dict[Form, CheckForm] = {
    "json": CheckForm("application/json", lambda told: told.document.model_dump_json()),
    "junit": CheckForm("application/xml", _junit),
    "markdown": CheckForm("text/markdown", _markdown),
    "text": CheckForm("text/plain", _text),
    "github": CheckForm("text/plain", _github),
}
"""In the order in which they are preferred where a client takes several alike."""


def preferred_form(accept: str) -> Form | None:
    """The form that an Accept header likes best; None if it takes none of them."""
    return preferred(accept, {name: form.media_type for name, form in FORMS.items()})

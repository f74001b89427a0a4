"""What the checks of the data do to the first stage: what they find is told with it, and errors fail it untrained.

Whoever loads the data for a study checks them (docs/decisions/0135-data-are-checked-before-the-first-stage.md).
"""

from collections.abc import Sequence
from dataclasses import replace

from hpsearch.finding import Finding, Severity
from hpsearch.results import StudyResults
from hpsearch.stage import RECIPE
from hpsearch.study import StudyDefinition
from hpsearch.verdict import Outcome, Verdict

FIRST = RECIPE[0]
"""The stage whose verdict has what was found in the data."""
WAY_ON = f"recipe.{FIRST}.override is true"
"""What a definition says so that data with errors are trained on."""
WAY_OUT = "data.checks.ignore"
"""What a definition names the codes of checks in that are not to be made."""


def overrides_data(study: StudyDefinition) -> bool:
    """Whether the definition says to go on although the data have errors."""
    return study.recipe.of(FIRST).override


def is_judged(results: StudyResults) -> bool:
    """Whether the first stage was: then what was found in the data is told, and they are not checked any more."""
    return any(one.stage is FIRST and one.verdict is not None for one in results.stages)


def refused(study: StudyDefinition, found: Sequence[Finding]) -> Verdict | None:
    """The verdict of the first stage where errors in the data fail it before anything is trained; None if it runs.

    A definition that skips the stage skips what is measured of the network, and not what is wrong with the data.
    """
    errors = _errors(found)
    if not errors or overrides_data(study):
        return None
    ways = f"{WAY_OUT} has {' and '.join(sorted({one.code for one in errors}))} or {WAY_ON}"
    summary = f"nothing is trained on data that are not sound, unless {ways}: {_first(errors)}"
    return Verdict(FIRST, Outcome.FAIL, summary, findings=tuple(found))


def with_data(verdict: Verdict, found: Sequence[Finding]) -> Verdict:
    """The first stage's verdict with what was found in the data in front, as far as it has not got that already.

    The definition overrides errors, or ``refused`` had told of them.
    """
    told = {finding.code for finding in verdict.findings}
    new = tuple(finding for finding in found if finding.code not in told)
    verdict = replace(verdict, findings=(*new, *verdict.findings))
    errors = _errors(new)
    if not errors or verdict.outcome not in (Outcome.PASS, Outcome.SKIPPED):
        return verdict
    summary = f"the data are not sound: {_first(errors)} (overridden by the definition); {verdict.summary}"
    return replace(verdict, outcome=Outcome.OVERRIDDEN, summary=summary)


def _errors(found: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.severity is Severity.ERROR]


def _first(errors: Sequence[Finding]) -> str:
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{errors[0].message}{more}"

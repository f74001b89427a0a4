"""What a check is held against where old failures are known: only what got worse fails."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hpsearch.checked import CheckVerdict
from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.finding import Severity
from hpsearch.report.check_documents import (
    BaselineDocument,
    BaselineErrorDocument,
    CheckDocument,
    ComparisonDocument,
    PlacedFindingDocument,
)
from hpsearch.report.check_words import FAILING

Key = tuple[str, str, tuple[str, ...]]


def baseline_of(check: CheckDocument) -> BaselineDocument:
    """What a later check is held against: verdicts and errors, no numbers, which vary between machines."""
    errors = (
        BaselineErrorDocument(part=part, code=code, layers=layers) for part, code, layers in sorted(_errors(check))
    )
    return BaselineDocument(
        name=check.name, parts={part.name: part.verdict for part in check.parts}, errors=tuple(errors)
    )


def demand_judged(check: CheckDocument, path: str, value: str, step: str) -> None:
    """Raises DefinitionError, about the option or parameter ``path``, for a check that cannot become a baseline.

    Nobody knows what it would have said, and each later failure would be taken for one that was known.
    """
    unjudged = [part.name for part in check.parts if part.verdict is CheckVerdict.INCOMPLETE]
    if not unjudged and check.verdict is CheckVerdict.INCOMPLETE:
        unjudged = [part.name for part in check.parts if part.verdict is CheckVerdict.NOT_RUN]
    if unjudged:
        rule = f"{', '.join(unjudged)} could not be judged, so that this is no baseline"
        raise DefinitionError([Problem(path, value, rule, step)])


def demand_same_study(baseline: BaselineDocument, name: str) -> None:
    """Raises DefinitionError if the baseline is that of another study: what it knows says nothing of this one."""
    if baseline.name != name:
        rule = f"the baseline is that of another study; this one is called {shown(name)}"
        step = "Name its own baseline, or write one with --write-baseline."
        raise DefinitionError([Problem("--baseline", shown(baseline.name), rule, step)])


def compared(check: CheckDocument, baseline: BaselineDocument) -> ComparisonDocument:
    """What fails now and did not before, what failed before too, and what fails no more.

    A part that did not run before, because one in front of it failed, makes nothing worse. One that is cut short now
    does, and so does one that the definition skipped, or that could not be judged in time before: of that nothing is
    known.
    """
    worse: list[str] = []
    known: list[str] = []
    better: list[str] = []
    before = Counter((error.part, error.code, error.layers) for error in baseline.errors)
    now = _errors(check)
    hidden = CheckVerdict.FAIL in baseline.parts.values()
    for part in check.parts:
        then = baseline.parts.get(part.name, CheckVerdict.PASS)
        added = [key for key in (now - before) if key[0] == part.name]
        if part.verdict not in FAILING:
            better += [f"{part.name} passes now"] if then in FAILING and part.verdict is CheckVerdict.PASS else []
        elif then is CheckVerdict.NOT_RUN and hidden:
            known.append(f"{part.name}: {part.summary}")
        elif part.verdict is CheckVerdict.INCOMPLETE:
            worse.append(f"{part.name} could not be judged: {part.summary}")
        elif then is not CheckVerdict.FAIL:
            worse.append(f"{part.name} failed: {part.summary}")
        elif added:
            worse += [f"{part.name} has a new error, {_named(key)}" for key in added]
        else:
            known.append(f"{part.name}: {part.summary}")
    return ComparisonDocument(worse=tuple(worse), known=tuple(known), better=tuple(better))


def _errors(check: CheckDocument) -> Counter[Key]:
    return Counter(
        (finding.part, finding.code, layers_of(finding))
        for finding in check.findings
        if finding.severity is Severity.ERROR
    )


def layers_of(finding: PlacedFindingDocument) -> tuple[str, ...]:
    """The layers that a finding names, sorted."""
    evidence: Mapping[str, Any] = finding.evidence
    listed = evidence.get("layers")
    names = [one.get("layer") for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    names = names or [evidence.get("layer")]
    return tuple(sorted({name for name in names if isinstance(name, str) and name}))


def _named(key: Key) -> str:
    _, code, layers = key
    return f"{code} at {', '.join(layers)}" if layers else code

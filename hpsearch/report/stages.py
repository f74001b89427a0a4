"""Composes the documents of stages: the rounds of one stage become one entry."""

from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from hpsearch.finding import Finding
from hpsearch.report.documents import FindingDocument, RoundDocument, StageDocument, TrialDocument
from hpsearch.report.speed_documents import speed_document
from hpsearch.results import StageRecord, TrialRecord
from hpsearch.space import Space
from hpsearch.speed import Speed
from hpsearch.stage import StageName
from hpsearch.verdict import Outcome, Verdict


def stage_documents(
    names: Sequence[StageName], stages: Sequence[StageRecord], trials: Sequence[TrialRecord]
) -> tuple[StageDocument, ...]:
    """One document for each named stage that has begun or was skipped."""
    return tuple(
        stage_document(name, rounds, [trial for trial in trials if trial.stage is name])
        for name in names
        if (rounds := [record for record in stages if record.stage is name])
    )


def stage_document(name: StageName, rounds: Sequence[StageRecord], trials: Sequence[TrialRecord]) -> StageDocument:
    """One stage with all its rounds, at least one; ``trials`` are those of all rounds."""
    rounds = sorted(rounds, key=lambda record: record.round)
    judged = [record.verdict for record in rounds if record.verdict is not None]
    last = judged[-1] if judged else None
    documents = tuple(
        round_document(record, [trial for trial in trials if trial.round == record.round]) for record in rounds
    )
    return StageDocument(
        name=name,
        verdict=merged_outcome(judged) if last and documents[-1].verdict and not last.again else None,
        summary=last.summary if last else "",
        planned=sum(document.planned for document in documents),
        done=sum(document.done for document in documents),
        measured=dict(last.measured) if last else {},
        expected=dict(last.expected) if last else {},
        findings=finding_documents(judged),
        handed_on=written(last.handed_on) if last else {},
        handed_on_reason=last.handed_on_reason if last else "",
        best_trial=last.best_trial if last else None,
        speed=speed_document(merged_speed(record.speed for record in rounds)),
        rounds=documents,
        trials=tuple(trial_document(trial) for trial in sorted(trials, key=lambda trial: trial.number)),
    )


def round_document(record: StageRecord, trials: Sequence[TrialRecord]) -> RoundDocument:
    """One round; ``trials`` are its own."""
    verdict = record.verdict
    return RoundDocument(
        round=record.round,
        verdict=verdict.outcome if verdict else None,
        summary=verdict.summary if verdict else "",
        planned=record.planned,
        done=sum(trial.result is not None for trial in trials),
        measured=dict(verdict.measured) if verdict else {},
        expected=dict(verdict.expected) if verdict else {},
        handed_on=written(verdict.handed_on) if verdict else {},
        handed_on_reason=verdict.handed_on_reason if verdict else "",
        findings=tuple(dict.fromkeys(finding.code for finding in verdict.findings)) if verdict else (),
        speed=speed_document(record.speed),
    )


def merged_speed(speeds: Iterable[Speed | None]) -> Speed | None:
    """Of all rounds together; None if none is known."""
    known = [speed for speed in speeds if speed is not None]
    return sum(known[1:], known[0]) if known else None


def merged_outcome(judged: Sequence[Verdict]) -> Outcome:
    """The outcome of a stage from those of its rounds: the first that occurs of fail, overridden, pass, skipped."""
    outcomes = {verdict.outcome for verdict in judged}
    return next(
        outcome for outcome in (Outcome.FAIL, Outcome.OVERRIDDEN, Outcome.PASS, Outcome.SKIPPED) if outcome in outcomes
    )


def finding_documents(judged: Iterable[Verdict]) -> tuple[FindingDocument, ...]:
    """The findings of all rounds; of several with one code and message the latest, in the place of the first."""
    findings: dict[tuple[str, str], Finding] = {}
    for verdict in judged:
        findings.update({(finding.code, finding.message): finding for finding in verdict.findings})
    return tuple(finding_document(finding) for finding in findings.values())


def finding_document(finding: Finding) -> FindingDocument:
    """One finding."""
    return FindingDocument(
        code=finding.code,
        severity=finding.severity,
        message=finding.message,
        evidence=dict(finding.evidence),
        advice=finding.advice,
        source=finding.source,
    )


def trial_document(trial: TrialRecord) -> TrialDocument:
    """One trial, without its curves."""
    result = trial.result
    return TrialDocument(
        stage=trial.stage,
        number=trial.number,
        round=trial.round,
        parameters=dict(trial.parameters),
        state=result.state.value if result else "planned",
        value=result.value if result else None,
        best_epoch=result.best_epoch if result else None,
        failure=result.failure if result else None,
        reason=result.reason if result else None,
        duration_s=result.duration_s if result else None,
        parameter_count=result.parameter_count if result else None,
        multiply_adds=result.multiply_adds if result else None,
    )


def written(space: Space) -> dict[str, JsonValue]:
    """A space as the definition writes it."""
    return {path: {kind: list(content)} for path, found in space.items() for kind, content in found.as_dict().items()}

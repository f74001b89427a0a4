"""What the looks inside the networks say that have tried to learn a sample by heart."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.finding import Finding, Severity
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict

AT_THE_START = frozenset({"HC311", "HC322"})
"""Of these what the first weights show, before any update …"""
FAULTS = AT_THE_START | {"HC315", "HC316", "HC321", "HC331", "HC332", "HC333", "HC341", "HC342", "HC343"}
"""Faults of the network itself. What updates do at rates that are tried out only, too large ones among them, says
nothing of it."""
BESIDE_A_PASS = frozenset({"HC316", "HC321", "HC342", "HC343"})
"""Those that a small sample can be learned with."""
CAUSES = frozenset({"HC311", "HC316", "HC321", "HC322", "HC331", "HC332", "HC333", "HC343"})
"""Of a sample that cannot be learned: they come before the symptom."""
COMMON = 0.5
"""Share of the attempts that must show a fault for it to be the network's (heuristic): more than this."""


def seen_inside(verdict: Verdict, finished: Sequence[FinishedTrial], study: StudyDefinition, task: Task) -> Verdict:
    """The verdict of an attempt to learn a sample, with the faults that most attempts show; as it is of other stages.

    Beside a pass they are warnings: the verdict is that of the recipe.
    """
    if verdict.stage is not StageName.OVERFIT or not finished:
        return verdict
    passed = verdict.outcome is Outcome.PASS
    looked_at = [trial for trial in finished if trial.result.learned] if passed else finished
    found = [_found_in(trial, study, task) for trial in looked_at if trial.result.failure is None]
    codes = Counter(code for one in found for code in one)
    told = BESIDE_A_PASS if passed else FAULTS
    added = [
        next(one[code] for one in found if code in one)
        for code in sorted(codes)
        if code in told and codes[code] > COMMON * len(found)
    ]
    if not added:
        return verdict
    if passed:
        return replace(verdict, findings=(*verdict.findings, *(_beside_a_pass(one) for one in added)))
    causes = sorted((one for one in added if one.code in CAUSES), key=lambda one: one.severity is not Severity.ERROR)
    others = [one for one in added if one.code not in CAUSES]
    return replace(verdict, findings=(*causes, *verdict.findings, *others), summary=_caused(verdict.summary, causes))


def _found_in(trial: FinishedTrial, study: StudyDefinition, task: Task) -> dict[str, Finding]:
    """What the looks of one attempt say, by code: of some rules only if the looks before any update say it alone."""
    first = replace(trial, result=replace(trial.result, looks=trial.result.looks[:1]))
    at_start = {finding.code for finding in diagnose(first, study, task)}
    found = {finding.code: finding for finding in diagnose(trial, study, task)}
    return {code: finding for code, finding in found.items() if code not in AT_THE_START or code in at_start}


def _caused(summary: str, causes: Sequence[Finding]) -> str:
    return f"{summary}; {causes[0].message}" if causes else summary


def _beside_a_pass(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.WARNING) if finding.severity is Severity.ERROR else finding

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

FAULTS = frozenset({"HC315", "HC316", "HC321", "HC331", "HC332", "HC333", "HC341", "HC342", "HC343"})
"""Faults of the network itself. What updates do at rates that are tried out only, too large ones among them, says
nothing of it."""
BESIDE_A_PASS = frozenset({"HC316", "HC342", "HC343"})
"""Those that a small sample can be learned with."""
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
    found = [
        {finding.code: finding for finding in diagnose(trial, study, task)}
        for trial in looked_at
        if trial.result.failure is None
    ]
    codes = Counter(code for one in found for code in one)
    told = BESIDE_A_PASS if passed else FAULTS
    added = [
        next(one[code] for one in found if code in one)
        for code in sorted(codes)
        if code in told and codes[code] > COMMON * len(found)
    ]
    if not added:
        return verdict
    return replace(verdict, findings=(*verdict.findings, *(_beside_a_pass(one) if passed else one for one in added)))


def _beside_a_pass(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.WARNING) if finding.severity is Severity.ERROR else finding

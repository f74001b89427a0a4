"""What the looks inside the networks say that have tried to learn a sample by heart."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.diagnosis.gradients import VANISHED, arriving
from hpsearch.finding import Finding, Severity
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict

VANISHING = "HC311"
"""Updates at rates that are tried out only, too large ones among them, may make gradients vanish. So the first weights
must show it as well; an attempt that is planned too short to be looked at before any update never shows it."""
FAULTS = frozenset(
    {VANISHING, "HC315", "HC316", "HC321", "HC322", "HC331", "HC332", "HC333", "HC341", "HC342", "HC343"}
)
"""Faults of the network itself, and not of what such updates do. The rule of HC322 asks for a look before any update
itself."""
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
    """What the looks of one attempt say, by code; a rule that is not trusted here hides nothing that others say."""
    without = () if _vanish_at_the_start(trial) else (VANISHING,)
    return {finding.code: finding for finding in diagnose(trial, study, task, without)}


def _vanish_at_the_start(trial: FinishedTrial) -> bool:
    """Whether hardly any gradient arrived at the first layer before the first update."""
    looks = trial.result.looks
    arrived = arriving(looks[0]) if looks and looks[0].step == 0 else None
    return arrived is not None and arrived[1] < VANISHED


def _caused(summary: str, causes: Sequence[Finding]) -> str:
    return f"{summary}; {causes[0].message}" if causes else summary


def _beside_a_pass(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.WARNING) if finding.severity is Severity.ERROR else finding

"""What the looks inside the networks say that have tried to learn a sample by heart."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from hpsearch.diagnosis.diagnose import all_but, diagnose
from hpsearch.diagnosis.inside.gradients import VANISHED, arriving
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
    {VANISHING, "HC315", "HC316", "HC321", "HC322", "HC331", "HC332", "HC333", "HC334", "HC335", "HC341", "HC342"}
) | {"HC343", "HC351", "HC353"}
"""Faults of the network itself, and not of what such updates do. The rule of HC322 asks for a look before any update
itself."""
BETWEEN = "HC332"
"""Outputs between 0 and 1: those of weights that are next to nothing are there too, where none is negative."""
OTHERWISE = "HC341"
"""Another loss in evaluation mode than in training mode, of the same samples and with statistics that are theirs."""
BESIDE_A_PASS = frozenset({"HC315", "HC316", "HC321", "HC334", "HC335", OTHERWISE, "HC342", "HC343", "HC351", "HC353"})
"""Those that a small sample can be learned with."""
EVALUATE_ALIKE = (
    "Look at what the forward pass, or a module of your own, does in one of the modes alone (self.training, own train "
    "and eval methods), and at norms whose momentum is next to nothing."
)
OF_UPDATES = frozenset({"HC301", "HC302", "HC304", "HC314", "HC317"})
"""What updates, dropout and decay do in attempts at rates that are tried out only. What they bring about is no fault of
the network: it would fail sound ones. They are told themselves where the lowest rate shows them as well."""
CAUSES = frozenset({"HC311", "HC316", "HC321", "HC322", "HC331", "HC332", "HC333", "HC334", "HC343", "HC351", "HC353"})
"""Of a sample that cannot be learned: they come before the symptom."""
COMMON = 0.5
"""Share of the attempts that must show a fault for it to be the network's (heuristic): more than this."""


def seen_inside(
    verdict: Verdict,
    finished: Sequence[FinishedTrial],
    study: StudyDefinition,
    task: Task,
    *,
    leaves_unit: bool = False,
) -> Verdict:
    """The verdict of an attempt to learn a sample, with the faults that most attempts show; as it is of other stages.

    Beside a pass they are warnings: the verdict is that of the recipe. But where all that was learned is gone in
    evaluation mode, it fails: no score on validation will ever show what a training has learned.

    ``leaves_unit``: other weights were seen to take the outputs out of 0 … 1, so that no sigmoid holds them there.
    """
    if verdict.stage is not StageName.OVERFIT or not finished:
        return verdict
    passed = verdict.outcome is Outcome.PASS
    looked_at = [trial for trial in finished if trial.result.learned] if passed else finished
    added = _common(looked_at, study, task, BESIDE_A_PASS if passed else FAULTS, leaves_unit, alone=passed)
    if not added:
        return verdict
    if passed:
        return _beside_a_pass(verdict, added, task)
    causes = _causes(added)
    others = [one for one in added if one.code not in CAUSES]
    return replace(verdict, findings=(*causes, *verdict.findings, *others), summary=_caused(verdict.summary, causes))


def seen_without_a_verdict(
    tried: Sequence[FinishedTrial], study: StudyDefinition, task: Task, *, leaves_unit: bool = False
) -> tuple[Finding, ...]:
    """The faults that most attempts show of which none is proof, causes first: as warnings."""
    added = _common(tried, study, task, FAULTS, leaves_unit)
    return tuple(_as_warning(one) for one in (*_causes(added), *(one for one in added if one.code not in CAUSES)))


def _common(
    trials: Sequence[FinishedTrial],
    study: StudyDefinition,
    task: Task,
    told: AbstractSet[str],
    leaves_unit: bool,
    *,
    alone: bool = False,
) -> list[Finding]:
    """What most of some attempts show, by code; ``alone``: without what updates do."""
    whole = [trial for trial in trials if trial.result.failure is None]
    found = [_found_in(trial, study, task, told) for trial in whole]
    if leaves_unit and any(_between(one) for one in found):
        told = told - {BETWEEN}
        found = [_found_in(trial, study, task, told) for trial in whole]
    if not alone and whole:
        lowest = min(range(len(whole)), key=lambda place: whole[place].job.optimizer.learning_rate)
        told = told | (OF_UPDATES & found[lowest].keys())
    codes = Counter(code for one in found for code in one)
    return [
        next(one[code] for one in found if code in one)
        for code in sorted(codes)
        if code in told and codes[code] > COMMON * len(found)
    ]


def _causes(added: Sequence[Finding]) -> list[Finding]:
    return sorted((one for one in added if one.code in CAUSES), key=lambda one: one.severity is not Severity.ERROR)


def _as_warning(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.WARNING) if finding.severity is Severity.ERROR else finding


def _found_in(trial: FinishedTrial, study: StudyDefinition, task: Task, told: AbstractSet[str]) -> dict[str, Finding]:
    """What the looks of one attempt say, by code; a rule that is not trusted here hides nothing that others say."""
    trusted = told if _vanish_at_the_start(trial) else told - {VANISHING}
    found = diagnose(trial, study, task, all_but(trusted | OF_UPDATES))
    return {finding.code: finding for finding in found if finding.severity is not Severity.INFO}


def _between(found: Mapping[str, Finding]) -> bool:
    """Whether outputs are told to lie between 0 and 1 none of which was cut off at 0."""
    evidence = found[BETWEEN].evidence if BETWEEN in found else {}
    lowest, highest = evidence.get("lowest"), evidence.get("highest")
    return isinstance(lowest, float) and isinstance(highest, float) and lowest > 0 and highest <= 1


def _vanish_at_the_start(trial: FinishedTrial) -> bool:
    """Whether hardly any gradient arrived at the first layer before the first update."""
    looks = trial.result.looks
    arrived = arriving(looks[0]) if looks and looks[0].step == 0 else None
    return arrived is not None and arrived[1] < VANISHED


def _caused(summary: str, causes: Sequence[Finding]) -> str:
    return f"{summary}; {causes[0].message}" if causes else summary


def _beside_a_pass(verdict: Verdict, added: Sequence[Finding], task: Task) -> Verdict:
    warnings = [_as_warning(one) for one in added]
    told = [replace(one, advice=EVALUATE_ALIKE) if one.code == OTHERWISE else one for one in warnings]
    place = next((n for n, one in enumerate(told) if one.code == OTHERWISE and _is_gone(one, task)), None)
    if place is None:
        return replace(verdict, findings=(*verdict.findings, *told))
    lost = replace(told.pop(place), severity=Severity.ERROR)
    summary = f"{lost.message}; {verdict.summary}"
    return replace(verdict, outcome=Outcome.FAIL, summary=summary, findings=(lost, *verdict.findings, *told))


def _is_gone(finding: Finding, task: Task) -> bool:
    """Whether the loss in evaluation mode is that of guessing at least, or no finite number."""
    evaluated = finding.evidence.get("evaluated")
    return not isinstance(evaluated, float) or not math.isfinite(evaluated) or evaluated >= task.initial_loss

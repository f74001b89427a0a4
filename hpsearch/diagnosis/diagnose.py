"""From what was recorded of a trial to findings."""

from collections.abc import Collection, Mapping
from graphlib import TopologicalSorter

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.diagnosis.curves.last_word import last_word
from hpsearch.diagnosis.curves.rule import CurveRule
from hpsearch.diagnosis.curves.table import CURVE_RULES
from hpsearch.diagnosis.inside.rule import InsideRule
from hpsearch.diagnosis.inside.seen import Inside
from hpsearch.diagnosis.inside.table import INSIDE_RULES
from hpsearch.finding import SEVEREST_FIRST, Finding, Severity, severest_first
from hpsearch.rulebook import Remark
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial

TRIAL_RULES: dict[str, CurveRule | InsideRule] = {**CURVE_RULES, **INSIDE_RULES}
"""All rules on single trials, by code."""
NEVER_RAISED = frozenset({"HC209"})
"""What is extreme need not be the only reason: an error is told beside it, and it does not become one."""


def diagnose(
    trial: FinishedTrial,
    study: StudyDefinition,  # noqa: ARG001
    task: Task,
    without: Collection[str] = (),
    *,
    state: bool = True,
) -> tuple[Finding, ...]:
    """What the curves of one trial say, and the looks inside its network; errors first, then by code.

    The curves say nothing of budgets in steps, of trials that were pruned or lost, and of fewer than three epochs, but
    that they diverged; looks say something wherever there are any. A rule is silent where another one found the reason
    of what it would report; that one is as grave then as what it explains. A training that surely ended badly and of
    which no rule has an error or a warning is told the ``state`` that it is in, unless that is not asked for. Codes in
    ``without`` are not told, and no rule is silent because of them: a place that tells some codes only names all the
    others here (``all_but``).
    """
    noticed: dict[str, Remark] = {}
    curve = Curve(trial, task) if trial.job.budget.epochs is not None else None
    if curve is not None:
        noticed = {code: remark for code, rule in CURVE_RULES.items() if (remark := rule.look(curve)) is not None}
    inside = Inside(trial, task)
    if inside.looks:
        noticed |= {code: remark for code, rule in INSIDE_RULES.items() if (remark := rule.look(inside)) is not None}
    if state and curve is not None and all(_gravity(code, one) is Severity.INFO for code, one in noticed.items()):
        noticed |= last_word(curve, noticed)
    noticed = {code: remark for code, remark in noticed.items() if code not in without}
    findings = [_finding(TRIAL_RULES[code], noticed[code], severity) for code, severity in causes(noticed).items()]
    return severest_first(findings)


def all_but(told: Collection[str]) -> frozenset[str]:
    """The codes of all other rules, for a place that tells these alone."""
    return frozenset(TRIAL_RULES.keys() - set(told))


def causes(noticed: Mapping[str, Remark]) -> dict[str, Severity]:
    """The codes that are told of those that were noticed, each as grave as the gravest that it explains.

    What is explained by another error or warning is left out. So that no warning hides an error, it becomes one where
    it is the reason of one: the rate that is too low for the loss to fall at all is an error. Of what never becomes
    one, the error is told beside it.
    """
    own = {code: _gravity(code, remark) for code, remark in noticed.items()}
    grave = {code for code, severity in own.items() if severity is not Severity.INFO}
    reasons = {code: {one for one in explaining(code) & grave if _explains(noticed[one], code)} for code in noticed}
    gravest = dict(own)
    for code in reversed(tuple(TopologicalSorter(reasons).static_order())):  # symptoms before their reasons
        reasons[code] = {
            one for one in reasons[code] if one not in NEVER_RAISED or not _graver(gravest[code], own[one])
        }
        for reason in reasons[code]:
            gravest[reason] = min(gravest[reason], gravest[code], key=SEVEREST_FIRST.index)
    return {code: gravest[code] for code in noticed if not reasons[code]}


def _gravity(code: str, remark: Remark) -> Severity:
    return remark.severity or TRIAL_RULES[code].severity


def _explains(reason: Remark, code: str) -> bool:
    return reason.explains is None or code in reason.explains


def _graver(one: Severity, other: Severity) -> bool:
    return SEVEREST_FIRST.index(one) < SEVEREST_FIRST.index(other)


def explaining(code: str) -> frozenset[str]:
    """The codes beside which the rule of this code is silent: they say why."""
    return TRIAL_RULES[code].explained_by | {other for other, rule in INSIDE_RULES.items() if code in rule.explains}


def _finding(rule: CurveRule | InsideRule, remark: Remark, severity: Severity) -> Finding:
    return Finding(rule.code, severity, remark.sentence, remark.numbers, remark.advice or rule.advice, rule.source)

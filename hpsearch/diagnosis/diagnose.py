"""From the recorded curves of a trial to findings."""

from hpsearch.diagnosis.curve import Curve
from hpsearch.diagnosis.rule import CurveRule
from hpsearch.diagnosis.table import CURVE_RULES
from hpsearch.finding import Finding, Severity
from hpsearch.rulebook import Remark
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial

SEVEREST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def diagnose(trial: FinishedTrial, study: StudyDefinition, task: Task) -> tuple[Finding, ...]:  # noqa: ARG001
    """What the curves of one trial with a budget in epochs say; errors first, then by code.

    Nothing is said of budgets in steps, of trials that were pruned or lost, and of fewer than three epochs, but that
    they diverged. A rule is silent where another one found the reason of what it would report.
    """
    if trial.job.budget.epochs is None:
        return ()
    curve = Curve(trial, task)
    noticed = {code: remark for code, rule in CURVE_RULES.items() if (remark := rule.look(curve)) is not None}
    grave = {code for code, remark in noticed.items() if _severity(CURVE_RULES[code], remark) is not Severity.INFO}
    findings = [
        _finding(CURVE_RULES[code], remark)
        for code, remark in noticed.items()
        if not CURVE_RULES[code].explained_by & grave
    ]
    return tuple(sorted(findings, key=lambda finding: (SEVEREST_FIRST.index(finding.severity), finding.code)))


def _severity(rule: CurveRule, remark: Remark) -> Severity:
    return remark.severity or rule.severity


def _finding(rule: CurveRule, remark: Remark) -> Finding:
    return Finding(rule.code, _severity(rule, remark), remark.sentence, remark.numbers, rule.advice, rule.source)

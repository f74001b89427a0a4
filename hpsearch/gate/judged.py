"""What else is known of a network whose stage was run: from looks inside it, and from what was tried of it."""

from collections.abc import Collection
from dataclasses import replace

from torch import Tensor

from hpsearch.finding import Finding
from hpsearch.gate.bench import CheckBench
from hpsearch.gate.beside import told_once, with_beside
from hpsearch.gate.head_only import TO_STAY, with_head_only
from hpsearch.gate.images import with_images
from hpsearch.gate.inside import seen_inside, seen_without_a_verdict
from hpsearch.gate.spread import with_spread
from hpsearch.gate.stage_run import StageRun
from hpsearch.stage import StageName
from hpsearch.verdict import Outcome, Verdict

FROZEN = "HC316"
"""Layers that are frozen as they were drawn."""


def judged_inside(verdict: Verdict, run: StageRun, bench: CheckBench) -> Verdict:
    """The verdict of a stage with what looks inside say of the network."""
    seen = seen_inside(verdict, run.finished, bench.study, bench.task, leaves_unit=bench.leaves_unit)
    if seen.stage is not StageName.OVERFIT:
        return seen
    return with_head_only(_without_what_was_set(seen, bench), run.finished, bench.drawn)


def _without_what_was_set(verdict: Verdict, bench: CheckBench) -> Verdict:
    """Layers that are frozen as they were drawn are none if another seed draws them alike: they were set, or loaded."""
    frozen = next((one.evidence.get("frozen") for one in verdict.findings if one.code == FROZEN), None)
    if not isinstance(frozen, list):
        return verdict
    if any(one.startswith(f"{name}.") for name in frozen for one in bench.drawn):
        return _with_what_goes_on(verdict)
    return replace(verdict, findings=tuple(one for one in verdict.findings if one.code != FROZEN))


def _with_what_goes_on(verdict: Verdict) -> Verdict:
    """A failure beside layers that are frozen as they were drawn, with what to do if they are meant so."""
    if verdict.outcome is not Outcome.FAIL:
        return verdict
    findings = (
        replace(one, advice=f"{one.advice} {TO_STAY}") if one.code == FROZEN else one for one in verdict.findings
    )
    return replace(verdict, findings=tuple(findings))


def judged(verdict: Verdict, run: StageRun, bench: CheckBench, told: Collection[str], images: Tensor) -> Verdict:
    """… and with what was tried of it. ``told``: codes that have been told before; ``images``: of the training."""
    seen = told_once(judged_inside(verdict, run, bench), told)
    seen = with_spread(seen, run.finished, line=bench.line, task=bench.task)
    return with_images(with_beside(seen, bench.reach, bench.standing, bench.task, told), images)


def known(run: StageRun, bench: CheckBench, told: Collection[str]) -> tuple[Finding, ...]:
    """What attempts to learn a sample that are no proof, or that had too little time, say of the network."""
    tried = (*run.finished, *run.unproved)
    if run.plan.stage is not StageName.OVERFIT or not tried:
        return ()
    seen = seen_without_a_verdict(tried, bench.study, bench.task, leaves_unit=bench.leaves_unit)
    nothing = Verdict(run.plan.stage, Outcome.PASS, "", 0, {}, {}, seen)
    nothing = with_spread(nothing, run.unproved, line=bench.line, task=bench.task)
    return with_beside(nothing, bench.reach, bench.standing, bench.task, told).findings

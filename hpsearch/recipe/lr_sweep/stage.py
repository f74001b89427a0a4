"""Third stage: which learning rates make the loss drop significantly within about a hundred iterations?

Smith (2017) raises the rate within one run; here every rate has a run of its own from the same weights and in the same
order, so that none inherits what another has done to the weights.
"""

import math
from collections.abc import Sequence

from hpsearch.finding import Finding, Severity
from hpsearch.job import Budget, job_for
from hpsearch.recipe.centre import centre
from hpsearch.recipe.learning_rates import (
    LEARNING_RATE,
    allowed,
    constant_rate,
    joining,
    own_rates,
    sweep_grid,
    within,
    written,
)
from hpsearch.recipe.loss_curve import BLOW_UP, SHARE_OF_GUESSING, Course, LossCurve
from hpsearch.recipe.lr_sweep.findings import fixed_rate_finding, none_dropped, outside_finding
from hpsearch.recipe.lr_sweep.sweep import GOOD_SHARE, Sweep, sweep_of
from hpsearch.recipe.plan import Plan, held
from hpsearch.recipe.step import Draw
from hpsearch.recipe.wording import counted
from hpsearch.space import Distribution, Grid, Space
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict

STAGE = StageName.LR_SWEEP
OPTIMIZER = "optimizer.name"
WEIGHT_DECAY = "optimizer.weight_decay"
TIMES_PLATEAU = 2
"""The sweep lasts so many times as long as the loss of a small sample stood still. Measured: 177 of 380 iterations for
six layers without norm in PyTorch's own weights, 14 to 41 for shallower ones and for labels dealt out anew."""


def plan(
    study: StudyDefinition,
    task: Task,  # noqa: ARG001
    verdicts: Sequence[Verdict],
    trials: Sequence[FinishedTrial],  # noqa: ARG001
    draw: Draw,  # noqa: ARG001
) -> Plan:
    """The centre of the space at every rate of the grid, once for each optimiser if there is a choice of them.

    It lasts longer for a network whose loss stood still for long before it learned a small sample.
    """
    settings = study.recipe.lr_sweep
    steps, stood_still = _iterations(study, verdicts)
    rates = sweep_grid(study)
    searched: dict[str, Distribution] = {LEARNING_RATE: Grid(rates)}
    points = [{**centre(study.space), WEIGHT_DECAY: settings.weight_decay, LEARNING_RATE: rate} for rate in rates]
    optimizers = study.space.get(OPTIMIZER)
    if optimizers is not None:
        searched[OPTIMIZER] = optimizers
        points = [{**point, OPTIMIZER: name} for name in optimizers.ends() for point in points]
    budget = Budget(steps=steps)
    jobs = tuple(
        constant_rate(job_for(study, STAGE, number, point, budget, weights_number=0))
        for number, point in enumerate(points)
    )
    reason = (
        f"{counted(steps, 'iteration')} at each of {counted(len(rates), 'learning rate')} from "
        f"{rates[0]:.3g} to {rates[-1]:.3g}, with a weight decay of {settings.weight_decay:.2g}"
    )
    if steps > settings.steps:
        reason += f"; more than {settings.steps}, as the loss of a small sample stood still for {stood_still} of them"
    if settings.learning_rates is not None and (added := joining(study)):
        reason += f"; the study's own {written(added)} joined the rates that were asked for"
    return Plan(STAGE, 0, jobs, held(points[0], searched), reason)


def judge(study: StudyDefinition, task: Task, plan: Plan, finished: Sequence[FinishedTrial]) -> Verdict:
    """Passes if the loss drops significantly at a rate that the study may use, and hands on the rates that do so."""
    sweep = sweep_of(finished, task, plan.jobs[0].budget.steps or study.recipe.lr_sweep.steps)
    best = sweep.best
    if best is None:
        finding = none_dropped(sweep, finished)
        rates = "the one learning rate" if len(sweep.every) == 1 else f"any of {len(sweep.every)} learning rates"
        steadily = ", without rising far above its start first," if any(c.recovered for c in sweep.every) else ""
        summary = f"the loss does not drop significantly{steadily} at {rates}; {finding.message}"
        return Verdict(STAGE, Outcome.FAIL, summary, 0, *_without_drop(sweep, task), (finding,))
    handed_on, reason, found = _handed_on(study, sweep)
    low, high = sweep.interval
    measured = {
        "learning_rate": best.learning_rate,
        "loss": best.end,
        "drop": best.drop,
        "low": low,
        "high": high,
        "curves": sweep.as_evidence(),
    }
    if found is not None and found.severity is Severity.ERROR:  # the reason first, with the numbers it is about
        tried = [curve.learning_rate for curve in sweep.every]
        own = sweep.only(allowed(study, tried)) if allowed(study, tried) else sweep
        summary = f"{found.message}; {_summary(sweep, best)}"
        shown, expected = _without_drop(own, task)
        shown = {**shown, "low": low, "high": high, "curves": sweep.as_evidence()}
        return Verdict(STAGE, Outcome.FAIL, summary, 0, shown, expected, (found,))
    return Verdict(
        STAGE,
        Outcome.PASS,
        _summary(sweep, best) + (f"; {found.message}" if found else ""),
        0,
        measured,
        {"loss_below": best.reference - best.needed},
        (found,) if found else (),
        handed_on,
        reason,
    )


def _iterations(study: StudyDefinition, verdicts: Sequence[Verdict]) -> tuple[int, int]:
    """How long the sweep lasts, and for how long the loss of a small sample stood still until it was learned.

    Fresh samples hold a network on a plateau at least as long as repeated ones do: without twice that time "no drop"
    would say nothing. No longer than an attempt to learn a sample may take.
    """
    settings = study.recipe.lr_sweep
    learned = next((verdict for verdict in reversed(verdicts) if verdict.stage is StageName.OVERFIT), None)
    found = None if learned is None else learned.measured.get("stood_still")
    stood_still = found if isinstance(found, int) else 0
    return max(settings.steps, min(TIMES_PLATEAU * stood_still, study.recipe.overfit.steps)), stood_still


def _summary(sweep: Sweep, best: LossCurve) -> str:
    """Where the loss drops most, and which rates ended lower but are not proposed."""
    most = f"drops most at a learning rate of {best.learning_rate:.3g}, from {best.start:.3g} to {best.end:.3g}"
    lower = [curve for curve in sweep.every if curve.course is Course.UNSTABLE and curve.end < best.end]
    if not lower:
        return f"the loss {most}"
    others = ", ".join(f"{curve.end:.3g} at {curve.learning_rate:.3g}" for curve in lower)
    return f"among the rates at which it does not rise far above its start, the loss {most} (the others: {others})"


def _without_drop(sweep: Sweep, task: Task) -> tuple[dict[str, object], dict[str, object]]:
    """What was measured and expected where the loss drops at no rate: the best there is, and what it lacks."""
    curves: dict[str, object] = {"curves": sweep.as_evidence()}
    finite = [curve for curve in sweep.every if math.isfinite(curve.end)]
    if not finite:
        failed = {"learning_rates": len(sweep.every), "without_a_finite_loss": len(sweep.every)}
        return {**failed, **curves}, {"loss_below": (1 - SHARE_OF_GUESSING) * task.initial_loss}
    calm = [curve for curve in finite if curve.course is not Course.UNSTABLE]
    nearest = min(calm or finite, key=lambda curve: curve.end)
    measured = {"learning_rate": nearest.learning_rate, "loss": nearest.end}
    expected: dict[str, object] = {"loss_below": nearest.reference - nearest.needed}
    if not calm:  # the end may be low enough: what it lacks is that it never rose
        measured["highest_loss"] = nearest.highest
        expected = {"highest_loss_at_most": BLOW_UP * nearest.start}
    return {**measured, **curves}, expected


def _handed_on(study: StudyDefinition, sweep: Sweep) -> tuple[Space, str, Finding | None]:
    """What the next stage searches instead of the definition's rates, why, and what is wrong with the study's own."""
    low, high = sweep.interval
    own = study.space.get(LEARNING_RATE)
    why = f"from {low:.3g} to {high:.3g} the loss drops at least {GOOD_SHARE:.0%} as far as at the best rate"
    if own is None:
        rate = own_rates(study)[0]
        place = "inside" if low <= rate <= high else "outside"
        reason = f"the learning rate is fixed at {rate:.3g}, which lies {place}: {why}"
        return {}, reason, fixed_rate_finding(rate, sweep)
    part = within(own, low, high)
    if part is None:
        return {}, "", outside_finding(study, sweep)
    cut = low < min(own_rates(study)) or high > max(own_rates(study))
    return {LEARNING_RATE: part}, f"{why}{', cut to the rates of the definition' if cut else ''}", None

"""Fifth stage: longer trainings around the best of the coarse search, in rounds that move and narrow."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from hpsearch.finding import Finding, Severity
from hpsearch.recipe.chance import noise
from hpsearch.recipe.plan import Best, Plan
from hpsearch.recipe.search.best import best_so_far
from hpsearch.recipe.search.best_curves import found_in_best
from hpsearch.recipe.search.coarse import HALF_WIDTH
from hpsearch.recipe.search.curves import common_findings, told
from hpsearch.recipe.search.searching import epochs_of, halved, scores, search_jobs, swept_space
from hpsearch.recipe.search.steering.fit import epochs_advised
from hpsearch.recipe.search.steering.steered import Steered, steered
from hpsearch.recipe.sources import BOUTHILLIER
from hpsearch.recipe.step import Draw
from hpsearch.recipe.wording import counted, shown_score
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition, objective_for, score_words
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict

STAGE = StageName.FINE
NARROWING = 1 / 2
"""Every round covers this share of the width around the best that the round before it covered (heuristic)."""


def plan(
    study: StudyDefinition, task: Task, verdicts: Sequence[Verdict], trials: Sequence[FinishedTrial], draw: Draw
) -> Plan:
    """Points of the region that the coarse search, or the round before, has handed on; of the whole space without one.

    Trial numbers go on over the rounds.
    """
    settings = study.recipe.fine
    searches = [verdict for verdict in verdicts if verdict.stage in (StageName.COARSE, STAGE)]
    number = sum(verdict.stage is STAGE for verdict in searches)
    handed_on = searches[-1].handed_on if searches else {}
    space = handed_on or swept_space(study, verdicts)
    first = sum(trial.job.stage is STAGE for trial in trials)
    jobs = search_jobs(study, STAGE, settings, space, draw, (number, first))
    where = "around the best so far" if handed_on else "over the whole space"
    points = counted(len(jobs), f"{settings.sampler} point")
    each = " each" if len(jobs) > 1 else ""
    made = Plan(STAGE, number, jobs, space, "", best_so_far(trials, study, task))
    reason = f"round {number + 1}: {points} {where}, {counted(epochs_of(made, settings), 'epoch')}{each}"
    return halved(replace(made, reason=reason), settings)


def judge(study: StudyDefinition, task: Task, plan: Plan, finished: Sequence[FinishedTrial]) -> Verdict:
    """Passes as the coarse search does; says whether another round is worth it: around the best, or with a change."""
    found = scores(study, task, plan, finished)
    of_round = {job.number for job in plan.jobs}
    round_trials = [trial for trial in finished if trial.job.number in of_round]
    common = common_findings(study, task, round_trials)
    told_common = told(STAGE, study, task, round_trials)
    known = {finding.code for finding in told_common}
    errors = [finding for finding in found.findings if finding.severity is Severity.ERROR]
    best = found.best[0] if found.best else None
    if errors or best is None:
        summary = errors[0].message
        return Verdict(
            STAGE,
            Outcome.FAIL,
            summary,
            plan.round,
            found.measured,
            found.expected,
            (*found.findings, *told_common, *([] if best is None else found_in_best(study, task, best, known))),
            best_trial=None if best is None else best.job.number,
        )
    more = plan.round + 1 < study.recipe.fine.rounds
    now = found.situation(study, plan, finished, common, HALF_WIDTH * NARROWING ** (plan.round + 1))
    after = steered(now) if more else Steered({})
    advised = epochs_advised(now)
    followed_by_advice = frozenset(str(one.evidence["finding"]) for one in advised)
    known |= followed_by_advice
    nothing = _brought_nothing(study, task, plan.best_before, best)
    again = more and (nothing is None or after.opens)
    after = after if again else Steered({})
    stopped = nothing and nothing(again)
    leading = after.codes | followed_by_advice
    explained = told(STAGE, study, task, round_trials, leading) if leading else told_common
    return Verdict(
        STAGE,
        Outcome.PASS,
        shown_score(study, task, finished, best) + (f"; {stopped.message}" if stopped else ""),
        plan.round,
        found.measured,
        {**found.expected, **({"value_before": plan.best_before.value} if plan.best_before else {})},
        (
            *after.without_repetition(found.findings),
            *((stopped,) if stopped else ()),
            *(one for one in explained if one.code in after.codes or one.code not in followed_by_advice),
            *after.findings,
            *advised,
            *(() if again else found_in_best(study, task, best, known)),
        ),
        after.space,
        f"{found.spanned}less around the best than before{after.words}" if again else "",
        best.job.number,
        again,
    )


def _brought_nothing(
    study: StudyDefinition, task: Task, before: Best | None, best: FinishedTrial
) -> Callable[[bool], Finding] | None:
    """Why the round has not improved on what was known, by more than the noise of the score; None if it has.

    The finding is made once it is known whether there will be another round all the same.
    """
    value = best.result.value
    if before is None or value is None:
        return None
    objective = objective_for(study.objective, task)
    error = noise(before.value, objective, task)
    gain = value - before.value if objective.sense == "maximize" else before.value - value
    if gain > error:
        return None
    if gain < 0 and before.stage is StageName.COARSE:
        return partial(_worse_than_coarse, before, value, error, objective.metric, -gain > error)
    return partial(_no_better, before, value, error, objective.metric)


def _what_follows(again: bool) -> str:
    return "what was found in it changes the next round" if again else "this round is the last"


def _no_better(before: Best, value: float, error: float, metric: str, again: bool) -> Finding:
    follows = f"; {_what_follows(again)}" if again else f", so that {_what_follows(again)}"
    return Finding(
        "round-brought-nothing",
        Severity.INFO,
        f"it is no better than {score_words(before.value, metric)} (trial {before.number} of {before.stage}) by more "
        f"than the noise of {score_words(error, metric)}{follows}",
        {"value": value, "before": before.value, "standard_error": error},
        "More validation samples would show smaller differences.",
        BOUTHILLIER,
    )


def _worse_than_coarse(before: Best, value: float, error: float, metric: str, clear: bool, again: bool) -> Finding:
    """The shorter training has the better value; what that means for the result: docs/decisions/0013."""
    noise_or_not = "more" if clear else "no more"
    return Finding(
        "fine-worse-than-coarse",
        Severity.WARNING if clear else Severity.INFO,
        f"that is worse than the {score_words(before.value, metric)} of trial {before.number} of coarse, by "
        f"{noise_or_not} than the noise of {score_words(error, metric)}; the fine trial is still what is reported and "
        f"tested, and {_what_follows(again)}",
        {"value": value, "before": before.value, "before_trial": before.number, "standard_error": error},
        "Look at the coarse trial in the table of trials. A schedule that is stretched over more epochs changes a "
        "training, and few fine trials may miss a narrow best: raise recipe.fine.trials, or bring its epochs nearer to "
        "those of coarse."
        if clear
        else "More validation samples would tell such trials apart.",
        BOUTHILLIER,
    )

"""Fourth stage: a few epochs at many points of the whole space, around the learning rates that work."""

from collections.abc import Sequence

from hpsearch.finding import Severity
from hpsearch.recipe.plan import Plan
from hpsearch.recipe.search.best_curves import found_in_best
from hpsearch.recipe.search.curves import common_findings, told
from hpsearch.recipe.search.searching import halved, scores, search_jobs, swept_space
from hpsearch.recipe.search.steering.steered import Steered, steered
from hpsearch.recipe.step import Draw
from hpsearch.recipe.wording import counted, shown_score
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict

STAGE = StageName.COARSE
HALF_WIDTH = 1 / 8
"""Share of a definition's range that the fine search covers on either side of the best trial, at least (heuristic)."""


def plan(
    study: StudyDefinition,
    task: Task,  # noqa: ARG001
    verdicts: Sequence[Verdict],
    trials: Sequence[FinishedTrial],  # noqa: ARG001
    draw: Draw,
) -> Plan:
    """Points of every distribution in the definition, the learning rate among those that the sweep has handed on."""
    settings = study.recipe.coarse
    space = swept_space(study, verdicts)
    jobs = search_jobs(study, STAGE, settings, space, draw, (0, 0))
    points = counted(len(jobs), f"{settings.sampler} point")
    each = " each" if len(jobs) > 1 else ""
    reason = f"{points} over {counted(len(space), 'hyperparameter')}, {counted(settings.epochs, 'epoch')}{each}"
    return halved(Plan(STAGE, 0, jobs, space, reason), settings)


def judge(study: StudyDefinition, task: Task, plan: Plan, finished: Sequence[FinishedTrial]) -> Verdict:
    """Passes if some trial is better than guessing; hands on the region around the best ones, changed by what their
    curves say."""
    found = scores(study, task, plan, finished)
    common = common_findings(study, task, finished)
    after = Steered({})
    if found.best:
        now = found.situation(study, plan, finished, common, HALF_WIDTH)
        after = Steered(now.space) if study.recipe.fine.skip else steered(now)
    errors = [finding for finding in found.findings if finding.severity is Severity.ERROR]
    best = found.best[0] if found.best else None
    told_common = told(STAGE, study, task, finished, after.codes)
    summary = errors[0].message if errors or best is None else shown_score(study, task, finished, best)
    return Verdict(
        STAGE,
        Outcome.FAIL if errors else Outcome.PASS,
        summary,
        0,
        found.measured,
        found.expected,
        (
            *after.without_repetition(found.findings),
            *told_common,
            *after.findings,
            *(found_in_best(study, task, best, {one.code for one in told_common}) if errors and best else ()),
        ),
        after.space,
        f"{found.spanned}an eighth of each range around the best{after.words}" if best else "",
        best.job.number if best is not None else None,
    )

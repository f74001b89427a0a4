"""What the coarse and the fine search share: placing trials, and judging what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hpsearch.finding import Finding
from hpsearch.job import Job
from hpsearch.recipe.chance import chance_of_accuracy, guessing_loss, least_accuracy, lucky_share, noise
from hpsearch.recipe.learning_rates import LEARNING_RATE
from hpsearch.recipe.plan import Plan
from hpsearch.recipe.search.findings import at_edge, nothing_completed, nothing_generalises, some_failed
from hpsearch.recipe.search.situation import Situation, around, point_of, whole_space
from hpsearch.recipe.step import Draw
from hpsearch.search_job import EPOCHS, search_job
from hpsearch.space import Space
from hpsearch.stage import Coarse, Fine, StageName
from hpsearch.study import StudyDefinition, objective_for
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial, TrialState, ranked
from hpsearch.verdict import Verdict

FEWEST_SHARE, MOST_SHARE = 1 / 8, 1 / 4
"""So many of the trials that ended well, at least and at most, are the best ones, around which the search goes on."""


def swept_space(study: StudyDefinition, verdicts: Sequence[Verdict]) -> Space:
    """The definition's space with the learning rates that the sweep has handed on, if it has."""
    swept = [verdict.handed_on for verdict in verdicts if verdict.stage is StageName.LR_SWEEP and verdict.handed_on]
    space = dict(study.space)
    if swept and LEARNING_RATE in space:
        space[LEARNING_RATE] = swept[-1][LEARNING_RATE]
    return space


def search_jobs(
    study: StudyDefinition,
    stage: StageName,
    settings: Coarse | Fine,
    space: Space,
    draw: Draw,
    round_first: tuple[int, int],
) -> tuple[Job, ...]:
    """The jobs of one round: ``round_first`` is its number and that of its first trial."""
    number, first = round_first
    points = draw.points(
        settings.sampler,
        space,
        seed=study.seed,
        stage=stage,
        round=number,
        first=first,
        count=settings.trials,
        points_per_range=settings.points_per_range,
    )
    return tuple(search_job(study, stage, first + place, point) for place, point in enumerate(points))


def halved(plan: Plan, settings: Coarse | Fine) -> Plan:
    """The plan of a round with its rungs, where the definition asks for them."""
    halving = settings.halving
    if halving is None:
        return plan
    rungs = halving.rungs(epochs_of(plan, settings))
    after = " and ".join(", ".join(map(str, rungs)).rsplit(", ", 1))
    reason = f"{plan.reason}; the best {halving.keep:.0%} go on after epoch {after}"
    return replace(plan, rungs=rungs, keep=halving.keep, reason=reason)


def epochs_of(plan: Plan, settings: Coarse | Fine) -> int:
    """How long the trials of a plan train."""
    longer = plan.space.get(EPOCHS)
    return settings.epochs if longer is None else int(str(longer.ends()[0]))


def best_few(trials: Sequence[FinishedTrial], study: StudyDefinition, task: Task) -> list[FinishedTrial]:
    """The best trial and those that cannot be told from it, best first; empty if none ended well.

    That is within one standard error of its score, but an eighth of the trials at least and a quarter at most, of those
    that have not failed.
    """
    objective = objective_for(study.objective, task)
    order = ranked(trials, objective)
    if not order:
        return []
    best = _value(order[0])
    alike = sum(abs(_value(trial) - best) <= noise(best, objective, task) for trial in order)
    sound = sum(trial.result.failure is None for trial in trials)
    fewest, most = -(-sound * FEWEST_SHARE // 1), -(-sound * MOST_SHARE // 1)  # rounded up
    return order[: int(min(max(alike, fewest), most))]


@dataclass(frozen=True)
class Scores:
    """What a search has reached: the best few trials, and whether they are better than guessing."""

    best: tuple[FinishedTrial, ...]
    """Best first; empty if no trial ended well."""
    measured: dict[str, object]
    expected: dict[str, object]
    findings: tuple[Finding, ...]

    @property
    def spanned(self) -> str:
        """The beginning of a sentence on ``around``; one trial alone spans nothing."""
        return f"what the best {len(self.best)} trials span, and " if len(self.best) > 1 else ""

    def situation(
        self,
        study: StudyDefinition,
        plan: Plan,
        finished: Sequence[FinishedTrial],
        found: Mapping[str, Finding],
        half_width: float,
    ) -> Situation:
        """Where the search stands after a round, with the region around the best few as what comes next."""
        numbers = {job.number for job in plan.jobs}
        of_round = tuple(trial for trial in finished if trial.job.number in numbers)
        space = around(study, plan.space, self.best, half_width)
        return Situation(study, plan.stage, plan.space, of_round, self.best, found, space, plan.round)


def scores(study: StudyDefinition, task: Task, plan: Plan, finished: Sequence[FinishedTrial]) -> Scores:
    """Reads the finished trials of a search: those of the plan's round and of the rounds before."""
    best = best_few(finished, study, task)
    failed = [trial for trial in finished if trial.result.failure is not None]
    stopped = sum(trial.result.state is TrialState.PRUNED for trial in finished)
    early: dict[str, object] = {"stopped_early": stopped} if stopped else {}
    if not best:
        counts: dict[str, object] = {"trials": len(finished), "failed": len(failed), **early, "complete": 0}
        return Scores((), counts, {"complete_at_least": 1}, (nothing_completed(finished),))
    measured: dict[str, object] = {
        "value": _value(best[0]),
        "trial": best[0].job.number,
        "parameters": dict(best[0].job.parameters),
        "trials": len(finished),
        "failed": len(failed),
        **early,
    }
    against, expected, chance = _against_guessing(task, finished)
    measured.update(against)
    whole = whole_space(study, plan.space)
    found = [
        nothing_generalises(task, finished, against, expected) if chance else None,
        some_failed(finished) if failed else None,
        *at_edge(whole, [point_of(study, trial, whole) for trial in best]),
    ]
    return Scores(tuple(best), measured, expected, tuple(finding for finding in found if finding is not None))


def _against_guessing(
    task: Task, finished: Sequence[FinishedTrial]
) -> tuple[dict[str, object], dict[str, object], bool]:
    """The best score of any epoch, what it is held against, and whether guessing could have reached it.

    A value is the best of many looks at one validation split, hence every epoch of every trial counts as a look.
    """
    epochs = [epoch for trial in finished for epoch in trial.result.epochs]
    looks = len(epochs)
    if task.is_classification:
        accuracy = max(epoch.val_accuracy or 0.0 for epoch in epochs)
        chance = chance_of_accuracy(accuracy, looks, task)
        least = least_accuracy(looks, task)
        expected: dict[str, object] = {"guessing_accuracy": task.guessing_accuracy, "accuracy_at_least": least}
        measured: dict[str, object] = {"accuracy": accuracy, "epochs": looks, "probability_by_guessing": chance}
        return measured, expected, accuracy < least
    loss, guess = min(epoch.val_loss for epoch in epochs), guessing_loss(task)
    most = guess * (1 - lucky_share(looks, task))
    return {"loss": loss, "epochs": looks}, {"guessing_loss": guess, "loss_at_most": most}, loss > most


def _value(trial: FinishedTrial) -> float:
    """Of a trial that ended well."""
    if trial.result.value is None:
        raise ValueError(f"trial {trial.job.number} of {trial.job.stage} has no value; rank the trials first")
    return trial.result.value

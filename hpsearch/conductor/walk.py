"""One walk through the recipe of one study, under one lease."""

from collections.abc import Sequence

from hpsearch.conductor.means import Means
from hpsearch.conductor.trainer import Trainer
from hpsearch.recipe.plan import Plan
from hpsearch.recipe.steps import RECIPE_STEPS, concluded, skipped
from hpsearch.results import StudyRecord
from hpsearch.search import sampling
from hpsearch.stage import StageName
from hpsearch.study import objective_for
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Verdict


class Walk:
    """Plans every round again from the start, so that an interrupted study takes the very same way.

    What the store already holds is not done again: results are taken as they are, and so are verdicts.
    """

    def __init__(self, means: Means, study: StudyRecord, task: Task) -> None:
        self.stage: StageName | None = None
        """Where the walk is; None before the first stage."""
        self._means, self._study, self._task = means, study, task
        known = means.store.results(study.id)
        self._trainer = Trainer(means, task, objective_for(study.definition.objective, task), known)
        self._judged = {(s.stage, s.round): s.verdict for s in known.stages if s.verdict is not None}
        self._verdicts: list[Verdict] = []
        self._finished: list[FinishedTrial] = []

    def through(self, stages: Sequence[StageName]) -> str | None:
        """All stages in order; returns why the study failed, None if it did not.

        Raises Halted where the keeper halts it.
        """
        for name in stages:
            self.stage = name
            verdict = self._round(name)
            while verdict.again:
                verdict = self._round(name)
            if not verdict.goes_on:
                return f"stage {name} failed: {verdict.summary}"
        return None

    def _round(self, name: StageName) -> Verdict:
        """The next round of a stage, or what it was judged to be before."""
        definition, means = self._study.definition, self._means
        verdict = skipped(definition, self._task, name)
        if verdict is None:
            step = RECIPE_STEPS[name]
            plan = step.plan(definition, self._task, self._verdicts, self._finished, sampling)
            self._run(plan)
            mine = [trial for trial in self._finished if trial.job.stage is name]
            verdict = self._judged.get((name, plan.round)) or concluded(
                definition, step.judge(definition, self._task, plan, mine)
            )
        self._verdicts.append(verdict)
        if (name, verdict.round) not in self._judged:
            means.keeper.check()
            means.write(lambda: means.store.save_verdict(means.lease, verdict))
            means.observer.stage_judged(verdict)
        return verdict

    def _run(self, plan: Plan) -> None:
        """Trains what is missing of a plan."""
        means, trainer = self._means, self._trainer
        means.keeper.check()
        means.write(lambda: means.store.start_round(means.lease, plan.stage, plan.round, plan.jobs, plan.space))
        missing = len(trainer.missing(plan.jobs))
        if (plan.stage, plan.round) not in self._judged:
            done = len(plan.jobs) - missing
            means.observer.stage_started(plan.stage, plan.round, len(plan.jobs), done, plan.reason)
        if missing:
            trainer.train(plan, self._finished)
        self._finished += [FinishedTrial(job, trainer.results[job.stage, job.number]) for job in plan.jobs]

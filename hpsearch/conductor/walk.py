"""One walk through the recipe of one study, under one lease."""

from collections.abc import Sequence
from contextlib import closing

from hpsearch.conductor.keeper import Keeper
from hpsearch.conductor.observer import Observer
from hpsearch.executors.port import Executor
from hpsearch.job import Cohort, cohorts
from hpsearch.recipe.plan import Plan
from hpsearch.recipe.steps import RECIPE_STEPS, concluded, skipped
from hpsearch.results import StudyRecord
from hpsearch.search import sampling
from hpsearch.stage import StageName
from hpsearch.store.port import StudyStore
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial, TrialResult
from hpsearch.verdict import Verdict


class Walk:
    """Plans every round again from the start, so that an interrupted study takes the very same way.

    What the store already holds is not done again: results are taken as they are, and so are verdicts.
    """

    def __init__(
        self,
        store: StudyStore,
        executor: Executor,
        observer: Observer,
        keeper: Keeper,
        study: StudyRecord,
        task: Task,
    ) -> None:
        self._store, self._executor, self._observer, self._keeper = store, executor, observer, keeper
        self._study, self._task = study, task
        known = store.results(study.id)
        self._results = {(t.stage, t.number): t.result for t in known.trials if t.result is not None}
        self._judged = {(s.stage, s.round): s.verdict for s in known.stages if s.verdict is not None}
        self._verdicts: list[Verdict] = []
        self._finished: list[FinishedTrial] = []

    def through(self, stages: Sequence[StageName]) -> str | None:
        """All stages in order; returns why the study failed, None if it did not."""
        for name in stages:
            verdict = self._round(name)
            while verdict.again:
                verdict = self._round(name)
            if not verdict.goes_on:
                return f"stage {name} failed: {verdict.summary}"
        return None

    def _round(self, name: StageName) -> Verdict:
        """The next round of a stage, or what it was judged to be before."""
        definition, lease = self._study.definition, self._keeper.lease
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
            self._store.save_verdict(lease, verdict)
            self._observer.stage_judged(verdict)
        return verdict

    def _run(self, plan: Plan) -> None:
        """Trains what is missing of a plan; every result is stored before anyone hears of it."""
        self._store.start_round(self._keeper.lease, plan.stage, plan.round, plan.jobs, plan.space)
        missing = self._missing(plan)
        waiting = sum(len(cohort.jobs) for cohort in missing)
        if (plan.stage, plan.round) not in self._judged:
            self._observer.stage_started(plan.stage, plan.round, len(plan.jobs), len(plan.jobs) - waiting, plan.reason)
        if missing:
            with closing(self._executor.run(missing)) as arriving:
                for result in arriving:
                    self._keep(result)
        self._finished += [FinishedTrial(job, self._results[job.stage, job.number]) for job in plan.jobs]

    def _keep(self, result: TrialResult) -> None:
        self._keeper.check()
        if self._store.save_result(self._keeper.lease, result):
            self._observer.trial_finished(result)
        self._results[result.stage, result.number] = result

    def _missing(self, plan: Plan) -> list[Cohort]:
        """The plan's cohorts without the members that have a result; who trains with whom follows from the plan."""
        left = (
            tuple(job for job in cohort.jobs if (job.stage, job.number) not in self._results)
            for cohort in cohorts(plan.jobs)
        )
        return [Cohort(jobs) for jobs in left if jobs]

"""One walk through the recipe of one study, under one lease."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TypeVar

from hpsearch.cohort import Cohort, cohorts
from hpsearch.conductor.keeper import Keeper
from hpsearch.conductor.observer import Observer
from hpsearch.conductor.patience import patiently
from hpsearch.executors.port import Arrivals, Executor
from hpsearch.recipe.plan import Plan
from hpsearch.recipe.steps import RECIPE_STEPS, concluded, skipped
from hpsearch.results import StudyRecord
from hpsearch.search import sampling
from hpsearch.stage import StageName
from hpsearch.store.port import StudyStore
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Verdict

T = TypeVar("T")


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
        *,
        patience_s: float,
        at_most: int | None,
    ) -> None:
        """``at_most`` so many workers train for the study; a write waits for the database for ``patience_s``."""
        self.stage: StageName | None = None
        """Where the walk is; None before the first stage."""
        self._store, self._executor, self._observer, self._keeper = store, executor, observer, keeper
        self._study, self._task, self._patience_s, self._at_most = study, task, patience_s, at_most
        known = store.results(study.id)
        self._results = {(t.stage, t.number): t.result for t in known.trials if t.result is not None}
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
            self._keeper.check()
            self._write(lambda: self._store.save_verdict(lease, verdict))
            self._observer.stage_judged(verdict)
        return verdict

    def _run(self, plan: Plan) -> None:
        """Trains what is missing of a plan; every result is stored before anyone hears of it."""
        lease = self._keeper.lease
        self._keeper.check()
        self._write(lambda: self._store.start_round(lease, plan.stage, plan.round, plan.jobs, plan.space))
        missing = self._missing(plan)
        waiting = sum(len(cohort.jobs) for cohort in missing)
        if (plan.stage, plan.round) not in self._judged:
            self._observer.stage_started(plan.stage, plan.round, len(plan.jobs), len(plan.jobs) - waiting, plan.reason)
        if missing:
            self._train(missing)
        self._finished += [FinishedTrial(job, self._results[job.stage, job.number]) for job in plan.jobs]

    def _train(self, missing: Sequence[Cohort]) -> None:
        running = self._executor.run(missing, turn=self._study.owner, at_most=self._at_most, halt=self._keeper.halt)
        with closing(running):
            for arrived in running:
                self._keep(arrived)
        self._keeper.check()

    def _keep(self, arrived: Arrivals) -> None:
        self._keeper.check()
        lease, results = self._keeper.lease, arrived.results
        ended = {(result.stage, result.number) for result in results}
        begun = [job for job in arrived.started if (job.stage, job.number) not in ended]
        if begun:
            numbers = [job.number for job in begun]
            self._write(lambda: self._store.start_trials(lease, begun[0].stage, numbers))
        if not results:
            return
        new = self._write(lambda: self._store.save_results(lease, results))
        self._results |= {(result.stage, result.number): result for result in results}
        for result in new:
            self._observer.trial_finished(result)

    def _write(self, write: Callable[[], T]) -> T:
        return patiently(write, self._patience_s, self._keeper.halt)

    def _missing(self, plan: Plan) -> list[Cohort]:
        """The plan's cohorts without the members that have a result; who trains with whom follows from the plan."""
        left = (
            (cohort, tuple(job for job in cohort.jobs if (job.stage, job.number) not in self._results))
            for cohort in cohorts(plan.jobs, {})
        )
        return [replace(cohort, jobs=jobs) for cohort, jobs in left if jobs]

"""The one loop: plan a stage, run what is missing of its plan, judge it, until the recipe ends or a stage fails."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from hpsearch.conductor.keeper import kept, obtain
from hpsearch.conductor.observer import Observer
from hpsearch.errors import LeaseLostError
from hpsearch.executors.port import Executor
from hpsearch.job import Cohort, cohorts
from hpsearch.recipe.steps import RECIPE_STEPS, Plan, Step, concluded, skipped
from hpsearch.results import StudyRecord, StudyResults
from hpsearch.search.sampling import points
from hpsearch.stage import RECIPE, StageName
from hpsearch.store.port import Lease, StudyStore
from hpsearch.study import StudyState
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial, TrialResult
from hpsearch.verdict import Verdict

WHOLE_RECIPE = (*RECIPE, StageName.TEST)


@dataclass(frozen=True)
class Conductor:
    """Works on one study at a time: the only writer of its results."""

    store: StudyStore
    executor: Executor
    observer: Observer
    holder: str
    """Name of this process (``holder.this_process``)."""
    lease_s: float = 15.0
    stages: Sequence[StageName] = WHOLE_RECIPE

    def conduct(self, study: StudyRecord, task: Task) -> StudyResults:
        """Takes the study from wherever it stands to its end.

        Raises LeaseLostError if another conductor took it over, and whatever the executor or the store raise;
        the study is then left as interrupted and a later call goes on with what is missing.
        """
        lease = obtain(self.store, study.id, self.holder, self.lease_s, self.observer)
        with kept(self.store, lease, self.lease_s) as lost:
            try:
                failure = self._run(study, task, lease, lost)
            except LeaseLostError:
                raise
            except BaseException as error:
                reason = "interrupted" if isinstance(error, KeyboardInterrupt) else f"{type(error).__name__}: {error}"
                self.store.release(lease, StudyState.INTERRUPTED, reason)
                raise
            state = StudyState.COMPLETE if failure is None else StudyState.FAILED
            self.store.release(lease, state, failure)
        return self.store.results(study.id)

    def _run(self, study: StudyRecord, task: Task, lease: Lease, lost: threading.Event) -> str | None:
        """All stages in order; returns why the study failed, None if it did not."""
        self.store.set_task(lease, task)
        for name in self.stages:
            verdict = self._stage(name, study, task, lease, lost)
            if not verdict.goes_on:
                return f"stage {name} failed: {verdict.summary}"
        return None

    def _stage(
        self, name: StageName, study: StudyRecord, task: Task, lease: Lease, lost: threading.Event
    ) -> Verdict:
        """All rounds of one stage; rounds that were judged before are not run again."""
        step = RECIPE_STEPS[name]
        while True:
            known = self.store.results(study.id)
            earlier = tuple(stage.verdict for stage in known.stages if stage.verdict is not None)
            mine = [verdict for verdict in earlier if verdict.stage is name]
            if mine and not mine[-1].again:
                return mine[-1]
            if skip := skipped(study.definition, task, name):
                self._judged(lease, skip)
                return skip
            plan = step.plan(study.definition, task, earlier, _finished_before(known, step), points)
            verdict = self._round(step, plan, study, task, lease, lost)
            self._judged(lease, verdict)

    def _round(
        self, step: Step, plan: Plan, study: StudyRecord, task: Task, lease: Lease, lost: threading.Event
    ) -> Verdict:
        """Runs what the plan still misses and judges the whole round."""
        self.store.start_round(lease, plan.stage, plan.round, plan.jobs, plan.space)
        results = {
            trial.number: trial.result
            for trial in self.store.results(study.id).of_stage(plan.stage)
            if trial.result is not None
        }
        done = sum(job.number in results for job in plan.jobs)
        self.observer.stage_started(plan.stage, plan.round, len(plan.jobs), done, plan.reason)
        missing = remaining(cohorts(plan.jobs), results.keys())
        with closing(self._results(missing)) as arriving:
            for result in arriving:
                if lost.is_set():
                    raise LeaseLostError("another conductor has taken the study over; it goes on there")
                if self.store.save_result(lease, result):
                    self.observer.trial_finished(result)
                results[result.number] = result
        finished = [FinishedTrial(job, results[job.number]) for job in plan.jobs]
        return concluded(study.definition, step.judge(study.definition, task, plan, finished))

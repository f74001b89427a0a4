"""Trains what is missing of a plan: to the end at once, or rung by rung."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace

from hpsearch.cohort import Arrangement, Cohort, cohorts, shape
from hpsearch.conductor.arranger import Arranger, at_rung
from hpsearch.conductor.means import Means
from hpsearch.conductor.stopwatch import Stopwatch
from hpsearch.executors.answers import lacks_memory
from hpsearch.executors.port import Arrivals
from hpsearch.job import Job
from hpsearch.recipe.halving import begun_at, goes_on, stopped_at
from hpsearch.recipe.plan import Plan
from hpsearch.results import StudyResults
from hpsearch.study import Objective
from hpsearch.task import Task
from hpsearch.trial import Failure, FinishedTrial, TrialResult, TrialState


class Trainer:
    """Every result is stored before anyone hears of it. What the store already holds is not trained again."""

    def __init__(self, means: Means, task: Task, objective: Objective, known: StudyResults) -> None:
        self.results = {(t.stage, t.number): t.result for t in known.trials if t.result is not None}
        self._means, self._objective = means, objective
        self._arranger = Arranger(means, task, known.arrangements)
        self._speeds = {(one.stage, one.round): one.speed for one in known.stages}
        self._reached: dict[int, TrialResult] = {}
        """How far the trials of the running round have come that may go on, by number."""
        self._is_noted = False
        self._watch = Stopwatch()
        self._folder: str | None = None
        """Where they wait for the decision."""

    def missing(self, jobs: Sequence[Job]) -> list[Job]:
        """Those that have no result."""
        return [job for job in jobs if (job.stage, job.number) not in self.results]

    def train(self, plan: Plan, finished: Sequence[FinishedTrial]) -> None:
        """Afterwards every job of the plan has a result. ``finished``: all trials of earlier rounds.

        Raises Halted where the work has to stop.
        """
        self._watch, self._reached = Stopwatch(), {}
        mine = [trial.job for trial in finished if trial.job.stage is plan.stage]
        begun = {shape(job) for job in (*mine, *plan.jobs) if (job.stage, job.number) in self.results}
        with self._watch.measuring():
            arrangements = self._arranger.arrangements(plan, begun)
        self._folder = self._means.shelf.opened() if plan.rungs else None
        living = list(plan.jobs)
        for rung in plan.rungs:
            living = self._after(rung, plan, living, arrangements)
        self._run(plan, living, arrangements)
        if plan.rungs:
            self._means.shelf.clear()
        self._tell_speed(plan)

    def _after(
        self, rung: int, plan: Plan, living: Sequence[Job], arrangements: Mapping[str, Arrangement]
    ) -> list[Job]:
        """The jobs that go on after a rung, which is trained unless it is already known who does."""
        if not any(self._was_stopped_at(rung, job) for job in living):
            jobs = [replace(job, budget=replace(job.budget, until_epoch=rung)) for job in living]
            self._run(plan, jobs, arrangements)
            trials = [FinishedTrial(job, self._result(job)) for job in living]
            self._store(stopped_at(rung, plan.keep, begun_at(plan, rung), trials, self._objective))
        return [job for job in living if goes_on(self.results.get((job.stage, job.number)), rung)]

    def _was_stopped_at(self, rung: int, job: Job) -> bool:
        """All trials that are stopped at a rung are written down at once: where there is one, there are all of them."""
        result = self.results.get((job.stage, job.number))
        return result is not None and result.state is TrialState.PRUNED and result.epochs[-1].epoch == rung

    def _result(self, job: Job) -> TrialResult:
        return self.results.get((job.stage, job.number)) or self._reached[job.number]

    def _run(self, plan: Plan, jobs: Sequence[Job], arrangements: Mapping[str, Arrangement]) -> None:
        """Trains the jobs that have no result. Who trains with whom follows from the plan, whoever is missing.

        Of jobs that train as one network those with a result are trained once more beside the others, whose sums
        would be rounded differently without them; but not those whose process died or had too little memory, which
        might take the others with them again.
        """
        means = self._means
        whole = cohorts(jobs, at_rung(jobs, plan.jobs, arrangements))
        work = [
            replace(cohort, jobs=tuple(self._company(cohort, left)), checkpoints=self._folder)
            for cohort in whole
            if (left := self.missing(cohort.jobs))
        ]
        if not work:
            return
        running = means.executor.run(work, turn=means.turn, at_most=means.at_most, halt=means.keeper.halt)
        with closing(running):
            for arrived in self._watch.watch(work, running):
                self._keep(arrived)
        means.keeper.check()

    def _company(self, cohort: Cohort, left: Sequence[Job]) -> Sequence[Job]:
        """Those of a cohort that train if these are left of it."""
        if not cohort.arrangement.stacked:
            return left
        results = [self.results.get((job.stage, job.number)) for job in cohort.jobs]
        return [
            job
            for job, result in zip(cohort.jobs, results, strict=True)
            if result is None or not (result.failure is Failure.WORKER_LOST or lacks_memory(result))
        ]

    def _keep(self, arrived: Arrivals) -> None:
        self._means.keeper.check()
        lease, store = self._means.lease, self._means.store
        ended = {(result.stage, result.number) for result in arrived.results}
        begun = [job for job in arrived.started if (job.stage, job.number) not in ended]
        if begun:
            numbers = [job.number for job in begun]
            self._means.write(lambda: store.start_trials(lease, begun[0].stage, numbers))
        # One that has come to its rung is not over yet: the others of the round decide that.
        unknown = [result for result in arrived.results if (result.stage, result.number) not in self.results]
        waiting = [result for result in unknown if result.state is TrialState.PRUNED]
        self._reached |= {result.number: result for result in waiting}
        if waiting:
            self._note(waiting)
        self._store([result for result in unknown if result.state is not TrialState.PRUNED])

    def _note(self, waiting: Sequence[TrialResult]) -> None:
        """Something has come of the study, of which there is nothing to store. The store need hear that only once."""
        means = self._means
        if not self._is_noted:
            means.write(lambda: means.store.note_progress(means.lease))
            self._is_noted = True
        means.observer.rung_reached(waiting[0].stage, [result.number for result in waiting])

    def _store(self, results: Sequence[TrialResult]) -> None:
        if not results:
            return
        means = self._means
        new = means.write(lambda: means.store.save_results(means.lease, results))
        self.results |= {(result.stage, result.number): result for result in results}
        for result in new:
            means.observer.trial_finished(result)

    def _tell_speed(self, plan: Plan) -> None:
        means, own = self._means, self._watch.speed()
        if own.trials == 0:
            return
        before = self._speeds.get((plan.stage, plan.round))
        speed = own if before is None else before + own
        means.write(lambda: means.store.save_speed(means.lease, plan.stage, plan.round, speed))
        means.observer.round_trained(plan.stage, plan.round, speed)

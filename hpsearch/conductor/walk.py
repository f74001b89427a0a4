"""One walk through the recipe of one study, under one lease."""

from collections.abc import Sequence

from hpsearch.conductor.advised import advised, with_advice
from hpsearch.conductor.loaded import Loaded
from hpsearch.conductor.means import Means
from hpsearch.conductor.trainer import Trainer
from hpsearch.recipe.data_findings import FIRST, refused, with_data
from hpsearch.recipe.plan import Plan
from hpsearch.recipe.steps import RECIPE_STEPS, concluded, skipped
from hpsearch.results import StudyRecord, StudyResults
from hpsearch.search import sampling
from hpsearch.stage import StageName
from hpsearch.study import objective_for
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Verdict


class Walk:
    """Plans every round again from the start, so that an interrupted study takes the very same way.

    What the store already holds is not done again: results are taken as they are, and so are verdicts.
    """

    def __init__(self, means: Means, study: StudyRecord, loaded: Loaded, known: StudyResults) -> None:
        """``known``: what the store holds of the study under this lease."""
        self.stage: StageName | None = None
        """Where the walk is; None before the first stage."""
        self._means, self._study, self._task, self._loaded = means, study, loaded.task, loaded
        self._trainer = Trainer(means, self._task, objective_for(study.definition.objective, self._task), known)
        self._judged = {(s.stage, s.round): s.verdict for s in known.stages if s.verdict is not None}
        self._begun = {(s.stage, s.round) for s in known.stages}
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
        means, verdict = self._means, self._verdict(name)
        new = (name, verdict.round) not in self._judged
        if new and name is FIRST:
            verdict = with_data(verdict, self._loaded.found)
            verdict = with_advice(verdict, advised(self._study.definition, self._loaded))
        self._verdicts.append(verdict)
        if new:
            means.keeper.check()
            means.write(lambda: means.store.save_verdict(means.lease, verdict))
            means.observer.stage_judged(verdict)
        return verdict

    def _verdict(self, name: StageName) -> Verdict:
        """The verdict of the next round: a known one, or one without what is told with the first stage."""
        definition = self._study.definition
        known = self._judged.get((name, 0))
        if name is FIRST and known is None and (verdict := refused(definition, self._loaded.found)) is not None:
            if (name, verdict.round) not in self._begun:
                self._start(Plan(name, verdict.round, (), {}, "nothing is trained"))
            return verdict
        if name is FIRST and known is not None and not known.goes_on:
            return known  # it may have been refused, and then nothing of it was planned
        left_out = skipped(definition, self._task, name)
        return self._trained(name) if left_out is None else known or left_out

    def _trained(self, name: StageName) -> Verdict:
        definition, plan = self._study.definition, self._plan(name)
        self._run(plan)
        known = self._judged.get((name, plan.round))
        if known is not None:
            return known
        mine = [trial for trial in self._finished if trial.job.stage is name]
        return concluded(definition, RECIPE_STEPS[name].judge(definition, self._task, plan, mine))

    def _plan(self, name: StageName) -> Plan:
        step = RECIPE_STEPS[name]
        return step.plan(self._study.definition, self._task, self._verdicts, self._finished, sampling)

    def _start(self, plan: Plan) -> None:
        means = self._means
        means.keeper.check()
        means.write(lambda: means.store.start_round(means.lease, plan.stage, plan.round, plan.jobs, plan.space))

    def _run(self, plan: Plan) -> None:
        """Trains what is missing of a plan."""
        means, trainer = self._means, self._trainer
        self._start(plan)
        missing = len(trainer.missing(plan.jobs))
        if (plan.stage, plan.round) not in self._judged:
            done = len(plan.jobs) - missing
            means.observer.stage_started(plan.stage, plan.round, len(plan.jobs), done, plan.reason)
        if missing:
            trainer.train(plan, self._finished)
        self._finished += [FinishedTrial(job, trainer.results[job.stage, job.number]) for job in plan.jobs]

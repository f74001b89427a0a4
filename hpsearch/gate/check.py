"""The check of a definition: its data, its network before training, and the sanity stages, in this process."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from hpsearch.advice.advise import advise
from hpsearch.advice.own_scale import findings_in_data
from hpsearch.checked import Checked, CheckVerdict, Part, Placed
from hpsearch.data.dataset import Dataset
from hpsearch.finding import Finding, Severity
from hpsearch.gate.bench import CheckBench
from hpsearch.gate.deadline import NO_DEADLINE, Deadline
from hpsearch.gate.dose import DOSES, WHOLE, Dose, can_be_proved, limited, usual_dose
from hpsearch.gate.judged import judged, known
from hpsearch.gate.sentences import left_out
from hpsearch.gate.stage_run import NOTHING, Before, StageRun, chosen_dose, run_stage
from hpsearch.recipe.data_findings import overrides_data
from hpsearch.recipe.ends import concluded, told_to_skip
from hpsearch.results import StageRecord, TrialRecord
from hpsearch.stage import SANITY, StageName
from hpsearch.study import StudyDefinition
from hpsearch.verdict import Outcome, Verdict

SHARES = {StageName.INITIAL_LOSS: 0.2, StageName.OVERFIT: 0.5, StageName.LR_SWEEP: 1.0}
"""Of the time that is left, what a stage's dose may be expected to take."""
BEHAVIOUR = "HP4"
"""The rules on what the forward pass does."""
VERDICTS = {
    Outcome.PASS: CheckVerdict.PASS,
    Outcome.FAIL: CheckVerdict.FAIL,
    Outcome.OVERRIDDEN: CheckVerdict.OVERRIDDEN,
    Outcome.SKIPPED: CheckVerdict.SKIPPED,
}


class Watcher(Protocol):
    """Who wants to know how far a check is."""

    def begins(self, part: str) -> None:
        """A part begins."""

    def ended(self, part: Part) -> None:
        """A part has ended."""


class Unwatched:
    """Nobody wants to know."""

    def begins(self, part: str) -> None:
        """Nothing."""

    def ended(self, part: Part) -> None:
        """Nothing."""


def check(
    study: StudyDefinition,
    dataset: Dataset,
    *,
    whole: bool = False,
    deadline: Deadline = NO_DEADLINE,
    watcher: Watcher | None = None,
) -> Checked:
    """Checks a definition that preflight has accepted, on the data that it gave back.

    ``whole``: the stages as the definition has them; otherwise in doses that are quick. Without a deadline the verdicts
    depend on the definition and the data alone.
    """
    return _Check(study, dataset, whole, deadline, watcher or Unwatched()).done()


class _Check:
    """One check under way."""

    def __init__(
        self, study: StudyDefinition, dataset: Dataset, whole: bool, deadline: Deadline, watcher: Watcher
    ) -> None:
        self._study, self._dataset, self._task = study, dataset, dataset.task
        self._whole, self._deadline, self._watcher = whole, deadline, watcher
        self._parts: list[Part] = []
        self._stages: list[StageRecord] = []
        self._trials: list[TrialRecord] = []
        self._before = NOTHING
        self._began_s = 0.0

    def done(self) -> Checked:
        self._begin("data")
        found = findings_in_data(self._study, self._dataset)
        self._end(_of_findings("data", found, overrides_data(self._study)))
        self._begin("advice")
        self._end(_of_findings("advice", advise(self._study, self._task)))
        self._train()
        return Checked(self._study.name, self._task, tuple(self._parts), tuple(self._stages), tuple(self._trials))

    def _train(self) -> None:
        bench = CheckBench(self._study, self._dataset, self._deadline)
        stopped_by = "not run: advice failed" if _misbehaves(self._parts[-1]) else ""
        for stage in SANITY:
            if told_to_skip(self._study, stage):
                self._parts.append(Part(stage, CheckVerdict.SKIPPED, "the definition leaves this stage out"))
                continue
            if stopped_by:
                self._parts.append(Part(stage, CheckVerdict.NOT_RUN, stopped_by))
                continue
            run, before = self._stage(stage, bench), self._before
            verdicts = before.verdicts if run.verdict is None else (*before.verdicts, run.verdict)
            self._before = Before(run.finished, run.learned_at or before.learned_at, verdicts)
            last = self._parts[-1].verdict
            if last is CheckVerdict.FAIL:
                stopped_by = f"not run: {stage} failed"
            elif run.given_up is not None and run.verdict is None:
                stopped_by = f"not run: {stage} was not judged"

    def _stage(self, stage: StageName, bench: CheckBench) -> StageRun:
        self._begin(stage)
        started_at = datetime.now(UTC)
        dose = limited(self._dose(stage, bench), self._study, bench.multiply_adds)
        run = run_stage(bench, stage, dose, self._before)
        unproved = stage is StageName.LR_SWEEP and dose is not WHOLE and not run.cut and not _clean(run)
        if unproved and can_be_proved(self._study, bench.multiply_adds):
            dose, unproved = WHOLE, False
            run = run_stage(bench, stage, dose, replace(self._before, attempts=()))
        sentences = left_out(self._study, stage, dose, run)
        if unproved and run.verdict is not None and not run.passed:
            summary = f"not judged: in a short sweep {run.verdict.summary}. Only a whole one is proof: use --whole"
            self._end(Part(stage, CheckVerdict.INCOMPLETE, summary, left_out=sentences))
            return run
        if run.verdict is None:
            found = tuple(Placed(finding, None) for finding in known(run, bench, self._told))
            self._end(Part(stage, CheckVerdict.INCOMPLETE, _unjudged(run), found, sentences))
        else:
            images = self._dataset.train.images
            verdict = concluded(self._study, judged(run.verdict, run, bench, self._told, images))
            self._keep(run, verdict, started_at)
            found = tuple(Placed(finding, None) for finding in verdict.findings)
            self._end(Part(stage, VERDICTS[verdict.outcome], verdict.summary, found, sentences))
        return run

    @property
    def _told(self) -> set[str]:
        """Codes of the parts so far, but for information."""
        everything = (one.finding for part in self._parts for one in part.findings)
        return {one.code for one in everything if one.severity is not Severity.INFO}

    def _dose(self, stage: StageName, bench: CheckBench) -> Dose:
        if self._whole:
            return WHOLE
        usual = usual_dose(self._study, stage, bench.multiply_adds)
        if not self._deadline.is_set:
            return usual
        return chosen_dose(usual, DOSES, stage, bench, SHARES[stage] * self._deadline.left_s)

    def _keep(self, run: StageRun, verdict: Verdict, started_at: datetime) -> None:
        results = {trial.job.number: trial.result for trial in run.finished}
        stage = run.plan.stage
        self._stages.append(StageRecord(stage, 0, len(run.plan.jobs), verdict, started_at, datetime.now(UTC)))
        self._trials += [
            TrialRecord(stage, 0, job.number, job.parameters, results.get(job.number)) for job in run.plan.jobs
        ]

    def _begin(self, name: str) -> None:
        self._began_s = time.perf_counter()
        self._watcher.begins(name)

    def _end(self, part: Part) -> None:
        part = replace(part, duration_s=time.perf_counter() - self._began_s)
        self._parts.append(part)
        self._watcher.ended(part)


def _misbehaves(advice: Part) -> bool:
    """Whether the forward pass itself is wrong: what training would show then is minutes of following from that."""
    errors = (one.finding for one in advice.findings if one.finding.severity is Severity.ERROR)
    return any(error.code.startswith(BEHAVIOUR) for error in errors)


def _unjudged(run: StageRun) -> str:
    """Why there is no verdict."""
    if run.given_up is not None and not run.cut:
        steps = run.plan.jobs[0].budget.steps
        return (
            f"not judged: within {run.given_up} of {steps} iterations no learning rate that was tried did it; "
            f"{run.plan.reason}. Only all iterations are proof: use --whole"
        )
    done = f"{len(run.finished)} of {len(run.plan.jobs)} trials"
    return f"not judged: the time was up after {done}; {run.plan.reason}. Raise --budget"


def _clean(run: StageRun) -> bool:
    return run.passed and run.verdict is not None and not run.verdict.findings


def _of_findings(name: str, findings: Sequence[Finding], overridden: bool = False) -> Part:
    """A part that fails if one of its findings is an error, unless the definition says to go on then."""
    counts = {severity: sum(finding.severity is severity for finding in findings) for severity in Severity}
    words = ", ".join(
        f"{count} {word if count == 1 else word + 's'}"
        for count, word in zip(counts.values(), ("error", "warning", "remark"), strict=True)
        if count
    )
    worst = next((finding.message for finding in findings if finding.severity is Severity.ERROR), "")
    summary = f"{words}; {worst}" if worst else words or "nothing found"
    verdict = CheckVerdict.PASS
    if worst:
        verdict = CheckVerdict.OVERRIDDEN if overridden else CheckVerdict.FAIL
        summary += " (overridden by the definition)" if overridden else ""
    return Part(name, verdict, summary, tuple(Placed(finding, None) for finding in findings))

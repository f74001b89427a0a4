"""How fast this machine trains the network at hand: measured on every job, needed only where there is a budget."""

from hpsearch.gate.dose import INITIAL_SAMPLES, NOMINAL_STEP_S, Work, initial_work
from hpsearch.job import Job
from hpsearch.stage import StageName
from hpsearch.trial import TrialResult


class Speed:
    """Seconds for a sample, learned from the jobs that have run; that of the nominal machine before the first."""

    def __init__(self, sample_s: float) -> None:
        self._sample_s = sample_s

    def learn(self, job: Job, result: TrialResult) -> None:
        """Takes a finished job in. One that failed says nothing."""
        if result.failure is not None:
            return
        if job.stage is StageName.INITIAL_LOSS:
            samples = initial_work(job.budget.samples or INITIAL_SAMPLES, job.batch_size).samples
        else:
            samples = float(len(result.step_losses) * min(job.batch_size, job.budget.samples or job.batch_size))
        if samples:
            self._sample_s = result.duration_s / samples

    def seconds(self, work: Work) -> float:
        """What some work will take."""
        return work.seconds(self._sample_s, NOMINAL_STEP_S)

    def steps_within(self, seconds: float, batch: int) -> int:
        """So many steps of ``batch`` samples fit."""
        return int(seconds / (self._sample_s * batch + NOMINAL_STEP_S))

"""How far a round is: counted from what the conductor tells, put into words for whoever looks on."""

from hpsearch.report.words import seconds_words, value_words
from hpsearch.stage import StageName
from hpsearch.study import Objective
from hpsearch.trial import TrialResult, TrialState


class RoundTracker:
    """Counts the trials of one round. Times are in seconds of any clock that never goes back."""

    def __init__(self, stage: StageName, round_number: int, planned: int, done: int, objective: Objective) -> None:
        """``done`` trials were finished before this process took the study on."""
        self.stage, self.round_number, self.planned, self.done = stage, round_number, planned, done
        self._objective = objective
        self._first: tuple[int, float] | None = None
        self._best: float | None = None
        self._pruned, self._failed = 0, 0

    @property
    def title(self) -> str:
        """The stage, and the round where there are more of them."""
        return f"{self.stage}, round {self.round_number + 1}" if self.round_number else str(self.stage)

    def finished(self, result: TrialResult, now_s: float) -> None:
        """One more trial has ended."""
        self.done += 1
        if self._first is None:
            self._first = (self.done, now_s)
        self._pruned += result.state is TrialState.PRUNED
        self._failed += result.failure is not None
        if result.value is not None and (self._best is None or self._objective.better(result.value, self._best)):
            self._best = result.value

    def left_s(self, now_s: float) -> float | None:
        """Estimate of the time left, from what has ended since this process saw the first trial end; None before.

        The start of workers comes before that trial and must not count.
        """
        if self._first is None or self.done == self._first[0]:
            return None
        done, since_s = self._first
        return (now_s - since_s) / (self.done - done) * (self.planned - self.done)

    def words(self, now_s: float) -> str:
        """Trials done and planned, best so far, time left."""
        parts = [f"{self.done}/{self.planned} trials"]
        if self._pruned:
            parts.append(f"{self._pruned} stopped early")
        if self._failed:
            parts.append(f"{self._failed} failed")
        if self._best is not None:
            parts.append(f"best {self._objective.metric} {value_words(self._best)}")
        if self.done < self.planned and (left := self.left_s(now_s)) is not None:
            parts.append(f"about {seconds_words(left)} left")
        return ", ".join(parts)

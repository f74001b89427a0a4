"""How fast a round was worked on, and what its time went into."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Speed:
    """One round, over all processes that have worked on it. Seconds of workers are added up over all of them."""

    wall_s: float
    """From the first look at the round to its last result; rests in between do not count."""
    workers: int
    """Cohorts that were trained at the same time, at most."""
    measuring_s: float
    """Of the wall time: how jobs train fastest was measured."""
    starting_s: float
    """Of the wall time: no worker had taken anything up yet."""
    ending_s: float
    """Of workers: they had nothing to do any more while others were still training for the round, or for a rung."""
    trained_s: float
    """Of workers: they trained."""
    trials: int
    """Trainings, each rung of a trial counted for itself."""
    cohorts: int
    alone: int = 0
    """Trainings of cohorts that were to be trained as one network and could not be."""
    alone_because: str | None = None
    """Why, of the first of them."""

    @property
    def per_minute(self) -> float:
        """Trainings in a minute of wall time; 0 where there was no time."""
        return 60 * self.trials / self.wall_s if self.wall_s > 0 else 0.0

    @property
    def members(self) -> float:
        """Of a cohort, on average."""
        return self.trials / self.cohorts if self.cohorts else 0.0

    @property
    def share_training(self) -> float:
        """Of the time of all workers, in [0, 1]: the clocks of several machines may make a little more of it."""
        return self.share(self.trained_s)

    def share(self, worker_s: float) -> float:
        """So many seconds of workers as a share of the time that all of them had."""
        had_s = self.wall_s * self.workers
        return min(1.0, worker_s / had_s) if had_s > 0 else 0.0

    def __add__(self, other: "Speed") -> "Speed":
        """Both one after the other."""
        return Speed(
            self.wall_s + other.wall_s,
            max(self.workers, other.workers),
            self.measuring_s + other.measuring_s,
            self.starting_s + other.starting_s,
            self.ending_s + other.ending_s,
            self.trained_s + other.trained_s,
            self.trials + other.trials,
            self.cohorts + other.cohorts,
            self.alone + other.alone,
            self.alone_because or other.alone_because,
        )

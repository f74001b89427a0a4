"""How fast a round went, as a document."""

from dataclasses import asdict

from pydantic import Field

from hpsearch.report.document import Document
from hpsearch.report.speed_words import limit_words
from hpsearch.speed import Speed


class SpeedDocument(Document):
    """How fast trials were trained, and what the time went into. Rests of the study do not count."""

    trials_per_minute: float = Field(description="trainings, each rung of a trial counted for itself")
    members_per_cohort: float = Field(description="trials that were trained together, on average")
    share_training: float = Field(description="of the time of all workers, in [0, 1]")
    limit: str = Field(description="what limited the speed, by a rule")
    wall_s: float
    workers: int = Field(description="cohorts that were trained at the same time, at most")
    measuring_s: float = Field(description="of wall_s: finding out how to train fastest")
    starting_s: float = Field(description="of wall_s: no worker had taken anything up yet")
    ending_s: float = Field(description="of all workers: nothing was left for them while others still trained")
    trained_s: float = Field(description="of all workers")
    trials: int
    cohorts: int
    alone: int = Field(description="trainings of cohorts that could not be trained as one network")
    alone_because: str | None = Field(description="why, of the first one")

    def speed(self) -> Speed:
        """What it was made of."""
        derived = {"trials_per_minute", "members_per_cohort", "share_training", "limit"}
        return Speed(**self.model_dump(exclude=derived))


def speed_document(speed: Speed | None) -> SpeedDocument | None:
    """The document; None for None."""
    if speed is None:
        return None
    return SpeedDocument(
        trials_per_minute=speed.per_minute,
        members_per_cohort=speed.members,
        share_training=speed.share_training,
        limit=limit_words(speed),
        **asdict(speed),
    )

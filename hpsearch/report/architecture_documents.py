"""The part of a report that says which hyperparameters mattered, and what size of network its accuracy is worth."""

from pydantic import Field

from hpsearch.report.document import Document, Number
from hpsearch.stage import StageName


class LevelDocument(Document):
    """One value of a hyperparameter, or one range of its values, over the trials of both searches."""

    level: str = Field(description="the value, or the first and the last one of the range")
    trials: int = Field(description="that ended with a value")
    best_stage: StageName
    best_trial: int = Field(description="number within the stage")
    best_value: Number
    best_value_error: Number = Field(description="standard error of that score over the draw of validation samples")
    beaten: Number = Field(
        description="mean share of the other trials of its round that such a trial beats, other hyperparameters being "
        "equal; 0.5 is the middle; null if no round has tried another level too"
    )
    beaten_error: Number = Field(description="standard error of that")


class ImportanceDocument(Document):
    """One hyperparameter that was searched, over the trials of both searches that ended with a value."""

    parameter: str = Field(description="dotted path in the definition")
    importance: Number = Field(
        description="share of the variance of the trials' ranks within their rounds that it explains, in [0, 1], "
        "beyond what chance is expected to explain"
    )
    p_value: Number = Field(
        description="of seeing as much if it has no effect, adjusted for the number of hyperparameters"
    )
    distinguishable: bool = Field(description="whether that is below 0.05")
    answer: str = Field(description="which value is best, in a sentence")
    levels: tuple[LevelDocument, ...] = Field(description="numbers in rising order")


class SizedTrialDocument(Document):
    """A trial and the size of its network."""

    stage: StageName
    trial: int = Field(description="number within the stage")
    value: float
    parameter_count: int
    multiply_adds: int | None = Field(description="for one sample")


class SizesDocument(Document):
    """Trials that no other one beats with a network of the same size or a smaller one, smallest first."""

    by_parameters: tuple[SizedTrialDocument, ...]
    by_multiply_adds: tuple[SizedTrialDocument, ...]
    smallest_alike: SizedTrialDocument = Field(
        description="the one with the fewest parameters of the trials within one standard error of the best one's score"
    )

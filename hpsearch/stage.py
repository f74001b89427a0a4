"""The stages of the recipe, in their order, and what a user can set for each."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class StageName(StrEnum):
    """One step of the recipe; ``test`` is the single reading of the test split after the search."""

    INITIAL_LOSS = "initial_loss"
    OVERFIT = "overfit"
    LR_SWEEP = "lr_sweep"
    COARSE = "coarse"
    FINE = "fine"
    TEST = "test"


RECIPE = (StageName.INITIAL_LOSS, StageName.OVERFIT, StageName.LR_SWEEP, StageName.COARSE, StageName.FINE)
"""The stages that are judged, in the order in which they run."""

SEARCHES = (StageName.FINE, StageName.COARSE)
"""The stages whose trials are compared; the one whose trials train longest stands in front."""

SANITY = RECIPE[:3]
"""The stages that find a broken network before a search is paid for."""

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Stage(BaseModel):
    """What every stage can be told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    skip: bool = False
    """Leave the stage out."""
    override: bool = False
    """Go on although the stage fails; its verdict says so."""


class InitialLoss(Stage):
    """Is the loss at initialisation what theory says? (weight decay off)"""

    seeds: Annotated[int, Field(ge=2, le=100)] = 5
    """How many independent initialisations are measured."""


class Overfit(Stage):
    """Can the network learn a small sample by heart? (all regularisation off)"""

    batches: Count = 5
    """How many mini-batches the sample has."""
    samples: Count | None = None
    """How many samples, instead of whole mini-batches; 1 for a single sample."""
    steps: Count = 400
    """At most so many iterations at each learning rate."""
    learning_rates: Annotated[tuple[Rate, ...], Field(min_length=1)] | None = None
    """The learning rates tried side by side; by default three to five that suit the optimiser."""


class LrSweep(Stage):
    """Which learning rates make the loss drop within about a hundred iterations? (all data, small weight decay)"""

    steps: Annotated[int, Field(ge=20, le=100_000)] = 100
    """At most so many iterations at each learning rate."""
    learning_rates: Annotated[tuple[Rate, ...], Field(min_length=2)] | None = None
    """The rates to try; by default a logarithmic grid that holds 1e-1 … 1e-5 and two rates in each gap."""
    weight_decay: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1e-5
    """The small weight decay that is switched on here."""


class Halving(BaseModel):
    """Synchronous successive halving (Jamieson and Talwalkar, 2016): at each rung only the best of a round go on.

    The first rung is ``from_epoch``, each further one ``1 / keep`` times as many epochs, as long as that is less than
    the whole training.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_epoch: Count = 2
    """No trial is stopped before the end of this epoch: the first one tells little (docs/decisions/0070)."""
    keep: Annotated[float, Field(gt=0, lt=1)] = 1 / 2
    """The share of a rung's trials that go on, rounded up, and one at least (docs/decisions/0100)."""

    def rungs(self, epochs: int) -> tuple[int, ...]:
        """The epochs at whose end trials are compared, of a training over ``epochs``."""
        found: list[int] = []
        rung = float(self.from_epoch)
        while round(rung) < epochs:
            found.append(round(rung))
            rung = min(max(rung / self.keep, rung + 1), float(epochs))
        return tuple(found)


class Search(Stage):
    """What the two searching stages share."""

    sampler: Literal["random", "grid", "sobol"] = "random"
    """How the points are placed in the space."""
    trials: Count = 32
    """How many points; a grid search has as many as its grid instead."""
    points_per_range: Annotated[int, Field(ge=2, le=100)] = 4
    """How many levels a grid search takes from a range (choices and grids have their own)."""
    epochs: Count = 3
    """How long each trial trains."""
    halving: Halving | None = None
    """Stop the trials of a round that promise least; by default every trial is trained to its end."""
    patience: Count | None = None
    """End a trial after so many epochs in a row without a lower validation loss; by default none ends early."""

    @model_validator(mode="after")
    def _rungs_below_the_end(self) -> "Search":
        if self.halving is not None and self.halving.from_epoch >= self.epochs:
            raise ValueError(
                f"halving.from_epoch must be less than epochs, got {self.halving.from_epoch} of {self.epochs}; "
                "lower it or train for more epochs"
            )
        return self


class Coarse(Search):
    """A few epochs at many points around the learning rates that work."""


class Steering(BaseModel):
    """What a round of the fine search may change because of what was found before it. A value that a definition sets
    to something else than its default is never changed (docs/steering.md)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schedule: bool = True
    """Try a decay of the learning rate where the loss stands still at a rate that was never lowered."""
    regularisation: bool = True
    """Move weight decay and dropout up where the best trials overfit, and down where they underfit."""
    epochs: bool = True
    """Train up to twice as long where the best trials are still improving at their end."""
    width: bool = True
    """Go on with the wider ones of the definition's widths where the best trials underfit."""
    ranges: bool = True
    """Widen a default range at whose end the best trials lie, and leave out rates at which all trials diverge."""


def _steering(raw: object) -> object:
    """``steer: false`` is short for everything switched off, ``steer: true`` for the defaults."""
    return dict.fromkeys(Steering.model_fields, raw) if isinstance(raw, bool) else raw


class Fine(Search):
    """More epochs at points around the best of the coarse search."""

    trials: Count = 16
    epochs: Count = 12
    rounds: Annotated[int, Field(ge=1, le=20)] = 2
    """At most so many rounds, each around the best so far; a round that brings nothing is the last, unless what was
    found in it changes the next one."""
    steer: Annotated[Steering, BeforeValidator(_steering)] = Steering()
    """What the findings of a search may change in the next round; ``false`` for nothing."""


class Recipe(BaseModel):
    """All stages with their settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    initial_loss: InitialLoss = InitialLoss()
    overfit: Overfit = Overfit()
    lr_sweep: LrSweep = LrSweep()
    coarse: Coarse = Coarse()
    fine: Fine = Fine()

    @model_validator(mode="before")
    @classmethod
    def _empty_sections_are_defaults(cls, raw: object) -> object:
        """``lr_sweep:`` with nothing behind it is YAML's null and means the defaults."""
        if isinstance(raw, dict):
            return {name: {} if section is None else section for name, section in raw.items()}
        return raw

    def of(self, name: StageName) -> Stage:
        """The settings of one stage; raises KeyError for ``test``, which has none."""
        stages: dict[StageName, Stage] = {
            StageName.INITIAL_LOSS: self.initial_loss,
            StageName.OVERFIT: self.overfit,
            StageName.LR_SWEEP: self.lr_sweep,
            StageName.COARSE: self.coarse,
            StageName.FINE: self.fine,
        }
        return stages[name]

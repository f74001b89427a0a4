"""Where a search stands when its next round is thought over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hpsearch.finding import Finding
from hpsearch.networks.parameters import PARAMETERS
from hpsearch.optimization import OptimizerDefinition, ScheduleDefinition
from hpsearch.recipe.search.region import Range, region
from hpsearch.search_job import EPOCHS, SCHEDULE, search_settings, value_at
from hpsearch.space import Choice, Distribution, Int, LogInt, LogUniform, Point, Space, Uniform, Value
from hpsearch.stage import Fine, StageName
from hpsearch.study import StudyDefinition
from hpsearch.trial import FinishedTrial

NETWORK = "network."
OPTIMIZER = "optimizer."


def whole_space(study: StudyDefinition, searched: Space) -> Space:
    """All that the rounds of a study may draw from by now: the definition's space, with what earlier changes of the
    last round's space have added to it."""
    paths = sorted({*study.space, *searched} - {EPOCHS})
    return {path: _hull(study.space.get(path), searched.get(path)) for path in paths}


def around(study: StudyDefinition, searched: Space, best: Sequence[FinishedTrial], half_width: float) -> Space:
    """The region around the best trials of what may be drawn from; a training that was made longer stays so."""
    whole = whole_space(study, searched)
    points = [point_of(study, trial, whole) for trial in best]
    for path, part in whole.items():
        if isinstance(part, Choice):  # of a round with other choices, as where a schedule was set
            whole = {**whole, path: _with(part, [point[path] for point in points])}
    longer = {EPOCHS: searched[EPOCHS]} if EPOCHS in searched else {}
    return {**region(whole, points, half_width), **longer}


def point_of(study: StudyDefinition, trial: FinishedTrial, space: Space) -> Point:
    """Where a trial lies in a space, also in paths that its own round did not search."""
    return {path: value_at(trial.job, path, network_default(study, path)) for path in space}


def network_default(study: StudyDefinition, path: str) -> Value:
    """What a named network takes where its hyperparameter is not given; None if that is not known."""
    name = study.network.name
    if name not in PARAMETERS or not path.startswith(NETWORK):
        return None
    field = PARAMETERS[name].model_fields.get(path.removeprefix(NETWORK))
    value: Value = None if field is None else field.default
    return value


def is_own(study: StudyDefinition, path: str) -> bool:
    """Whether the recipe has chosen what stands at a path of the optimiser, or how long the fine search trains: it is
    the default there.

    A default that was written out counts as the recipe's too: a stored definition has every default written out.
    """
    if path == EPOCHS:
        return bool(study.recipe.fine.epochs == Fine.model_fields["epochs"].default)
    if path == SCHEDULE:  # a warm-up that is given belongs to the schedule, and so does the rest of the section
        return study.optimizer.schedule.model_dump() == ScheduleDefinition().model_dump()
    name = path.removeprefix(OPTIMIZER)
    return bool(getattr(study.optimizer, name) == OptimizerDefinition.model_fields[name].default)


@dataclass(frozen=True)
class Situation:
    """A judged round, and what the next one would search if nothing were changed."""

    study: StudyDefinition
    stage: StageName
    searched: Space
    """What the judged round has drawn from."""
    trials: tuple[FinishedTrial, ...]
    """Of the judged round."""
    best: tuple[FinishedTrial, ...]
    """The best few of the stage, best first; at least one."""
    found: Mapping[str, Finding]
    """What the round's best trials have in common, by code."""
    space: Space
    """What the next round would search."""

    round: int = 0
    """Of the judged round, from 0."""

    @property
    def following(self) -> str:
        """The round that is changed, as the beginning of a sentence."""
        return f"round {1 if self.stage is StageName.COARSE else self.round + 2} of the fine search"

    @property
    def whole(self) -> Space:
        return whole_space(self.study, self.searched)

    @property
    def epochs(self) -> int:
        """Of the judged round's trainings."""
        longer = self.searched.get(EPOCHS)
        epochs = longer.ends()[0] if longer else search_settings(self.study, self.stage).epochs
        return epochs if isinstance(epochs, int) else 0

    @property
    def is_grid(self) -> bool:
        """Whether the next round visits every combination, so that each further value costs trials."""
        return self.study.recipe.fine.sampler == "grid"

    def best_value(self, path: str) -> Value:
        """What the very best trial has there."""
        return value_at(self.best[0].job, path, network_default(self.study, path))

    def where(self, code: str) -> str:
        """In which trials a finding was made."""
        evidence = self.found[code].evidence
        share, trials = evidence.get("share"), evidence.get("looked_at")
        if share is None or trials is None:
            return "in the only trial"
        having = round(share * trials)
        return f"in all {trials} best trials" if having == trials else f"in {having} of the {trials} best trials"

    def because(self, code: str) -> dict[str, Any]:
        """The finding as the reason of a change."""
        evidence = self.found[code].evidence
        named = {"trials": evidence["trials"]} if "trials" in evidence else {}
        return {"finding": code, **named}

    def example(self, code: str) -> Mapping[str, Any]:
        """The numbers of a finding: those of the trial that is its example, or of the only one."""
        evidence = self.found[code].evidence
        found: Mapping[str, Any] = evidence.get("example", evidence)
        return found

    def with_space(self, space: Space) -> "Situation":
        return replace(self, space=space)


def _hull(own: Distribution | None, searched: Distribution | None) -> Distribution:
    """The definition's part, as far as what was searched reaches beyond it."""
    if own is None or searched is None:
        found = own or searched
        if found is None:
            raise ValueError("a path of neither space: a bug in steering")
        return found
    if isinstance(own, Uniform | LogUniform | Int | LogInt) and type(own) is type(searched):
        return _joined(own, searched)
    return own


def _joined(own: Range, searched: Any) -> Range:
    return type(own)(min(own.low, searched.low), max(own.high, searched.high))


def _with(part: Choice, values: Sequence[Value]) -> Choice:
    known = {(isinstance(value, bool), value) for value in part.values}
    new = dict.fromkeys(value for value in values if (isinstance(value, bool), value) not in known)
    return Choice((*part.values, *new))

"""The catalogue: which fault is trained with which architecture on which data, and what of it is held out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.diagnosis.data import data_settings
from benchmarks.diagnosis.fifth_networks import FIFTH_RATES
from benchmarks.diagnosis.fourth_networks import FOURTH_RATES
from benchmarks.diagnosis.kinds import Kind
from benchmarks.diagnosis.known import KINDS
from benchmarks.diagnosis.second_architectures import SECOND_RATES
from benchmarks.diagnosis.sixth_networks import SIXTH_RATES
from benchmarks.diagnosis.sound import HELD_OUT_SOUND, SOUND
from benchmarks.diagnosis.third_networks import THIRD_RATES
from benchmarks.diagnosis.unseen import HELD_OUT_KINDS
from hpsearch.job import Budget, Job, NetworkSettings, OptimizerSettings, seed_for
from hpsearch.stage import StageName

TUNED_ARCHITECTURES = ("plain", "norm", "residual")
HELD_OUT_ARCHITECTURES = ("vgg", "separable", "dense")
TUNED_DATA = ("digits", "shapes")
HELD_OUT_DATA = ("digits", "forms")
"""Of the architectures that are held out; ``forms`` is held out as a whole."""
RATES = {"plain": 0.02, "norm": 0.05, "residual": 0.05, "vgg": 0.02, "separable": 0.05, "dense": 0.05}
RATES |= SECOND_RATES | THIRD_RATES | FOURTH_RATES | FIFTH_RATES | SIXTH_RATES


@dataclass(frozen=True)
class Case:
    """One training of the catalogue."""

    kind: Kind
    architecture: str
    data: str
    number: int

    @property
    def name(self) -> str:
        return f"{self.kind.name}/{self.architecture}/{self.data}"

    @property
    def sound(self) -> bool:
        """Whether nothing is meant to be wrong with it."""
        return not self.kind.right

    @property
    def held_out(self) -> bool:
        """Fixed before any rule was tuned on the rest (docs/decisions/0110)."""
        new = self.kind in HELD_OUT_KINDS or self.kind in HELD_OUT_SOUND
        return new or self.architecture in HELD_OUT_ARCHITECTURES or self.data not in TUNED_DATA

    @property
    def job(self) -> Job:
        """The order to train it."""
        kind = self.kind
        sound = OptimizerSettings("sgd", RATES[self.architecture] * kind.rate, 1e-4, 0.9, "constant", 0.1, 1 / 3)
        return Job(
            stage=StageName.FINE,
            number=self.number,
            parameters={},
            data=data_settings(self.data),
            batch_size=kind.batch_size,
            network=NetworkSettings(
                None, "benchmarks.diagnosis.networks:build", {"architecture": self.architecture, **kind.network}
            ),
            optimizer=replace(sound, **kind.optimizer),
            label_smoothing=kind.smoothing,
            budget=Budget(epochs=kind.epochs, samples=kind.samples),
            objective=None,
            regularised=True,
            weights_seed=seed_for(0, "weights", self.name),
            order_seed=seed_for(0, "order", self.name),
        )


def cases() -> Iterator[Case]:
    """All trainings in their order: those that rules may be tuned on, then those that are held out."""
    return (Case(*one, number) for number, one in enumerate((*_tuned(), *_held_out())))


def _tuned() -> Iterator[tuple[Kind, str, str]]:
    """Every kind with every architecture on both data sets; sound settings on one of them in turn."""
    for kind in KINDS:
        for architecture in _in_turn(kind, TUNED_ARCHITECTURES):
            for data in TUNED_DATA:
                yield kind, architecture, data
    for number, kind in enumerate(SOUND):
        for place, architecture in enumerate(TUNED_ARCHITECTURES):
            yield kind, architecture, _data(kind, TUNED_DATA, number + place)


def _held_out() -> Iterator[tuple[Kind, str, str]]:
    """The same kinds with new architectures, new kinds with all, and new sound settings; on one data set in turn."""
    for number, kind in enumerate(KINDS):
        for place, architecture in enumerate(_in_turn(kind, HELD_OUT_ARCHITECTURES)):
            yield kind, architecture, HELD_OUT_DATA[(number + place) % 2]
    for number, kind in enumerate(HELD_OUT_KINDS):
        for place, architecture in enumerate(_in_turn(kind, (*TUNED_ARCHITECTURES, *HELD_OUT_ARCHITECTURES))):
            yield kind, architecture, HELD_OUT_DATA[(number + place) % 2]
    for number, kind in enumerate(SOUND):
        yield kind, HELD_OUT_ARCHITECTURES[number % 3], _data(kind, HELD_OUT_DATA, number)
    for number, kind in enumerate(HELD_OUT_SOUND):
        for place, architecture in enumerate(HELD_OUT_ARCHITECTURES):
            yield kind, architecture, _data(kind, HELD_OUT_DATA, number + place)


def _in_turn(kind: Kind, architectures: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in architectures if one in kind.architectures)


def _data(kind: Kind, data: tuple[str, str], number: int) -> str:
    """Digits for what is made of grey images."""
    return "digits" if kind.data else data[number % 2]

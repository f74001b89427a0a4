"""The catalogue: every kind of fault, what a rule may say about it, and the sound trainings beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hpsearch.job import Budget, DataSettings, Job, NetworkSettings, OptimizerSettings, seed_for
from hpsearch.stage import StageName

ARCHITECTURES = ("plain", "norm", "residual")
DATA = ("digits", "shapes")
HELD_OUT_ARCHITECTURE, HELD_OUT_DATA = "residual", "shapes"
"""Nothing of these was looked at while the rules were made."""
RATES = {"plain": 0.02, "norm": 0.05, "residual": 0.05}
EPOCHS = 12
WITHOUT_NORM = ("plain",)


@dataclass(frozen=True)
class Kind:
    """One kind of fault, as changes to a sound training."""

    name: str
    right: frozenset[str]
    """Any of these codes is a right answer; for a sound training there is none."""
    also: frozenset[str] = frozenset()
    """Codes that are true as well, and neither right nor wrong."""
    rate: float = 1.0
    """Times the sound learning rate."""
    epochs: int = EPOCHS
    batch_size: int = 32
    samples: int | None = None
    optimizer: Mapping[str, Any] = field(default_factory=dict, hash=False)
    network: Mapping[str, Any] = field(default_factory=dict, hash=False)
    data: str = ""
    """The change of the data, see ``trainings``."""
    architectures: tuple[str, ...] = ARCHITECTURES


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


KINDS = (
    Kind("rate-too-low-1000", _codes("HC103"), _codes("HC202"), rate=1e-3),
    Kind("rate-too-low-100", _codes("HC103 HC202"), _codes("HC106"), rate=1e-2),
    Kind("rate-too-high-100", _codes("HC101 HC102 HC107"), _codes("HC201"), rate=100),
    Kind("rate-too-high-1000", _codes("HC101 HC102"), _codes("HC107 HC201"), rate=1000),
    Kind("momentum-0.999", _codes("HC101 HC102 HC107"), _codes("HC105 HC201"), rate=5, optimizer={"momentum": 0.999}),
    Kind("momentum-0.99", _codes("HC102 HC105 HC107"), rate=2, optimizer={"momentum": 0.99}),
    Kind(
        "decay-at-epoch-1",
        _codes("HC104"),
        _codes("HC103"),
        rate=0.2,
        optimizer={"schedule": "step", "factor": 1e-3, "every": 1 / EPOCHS},
    ),
    Kind(
        "decay-at-epoch-3",
        _codes("HC104"),
        _codes("HC103"),
        rate=0.03,
        optimizer={"schedule": "step", "factor": 0.003, "every": 3 / EPOCHS},
    ),
    Kind("too-few-epochs", _codes("HC202 HC103"), _codes("HC106"), rate=0.03, epochs=4),
    Kind("too-few-samples", _codes("HC203"), _codes("HC202"), samples=50, epochs=60, batch_size=16),
    Kind("labels-shuffled-in-training", _codes("HC201 HC206"), data="train-labels"),
    Kind("labels-shuffled", _codes("HC201 HC206"), data="labels"),
    Kind("labels-shifted", _codes("HC201 HC206"), data="shifted"),
    Kind("images-are-noise", _codes("HC201 HC206"), data="noise"),
    Kind("labels-40-percent-wrong", _codes("HC203 HC204"), _codes("HC105 HC202"), data="noisy-labels"),
    Kind("too-small", _codes("HC204"), _codes("HC105 HC202"), network={"width": 1}),
    Kind("dropout-0.95", _codes("HC204 HC201"), _codes("HC202"), network={"dropout": 0.95}),
    Kind("weight-decay-1", _codes("HC201 HC204 HC102"), _codes("HC105"), optimizer={"weight_decay": 1.0}),
    Kind(
        "rate-never-lowered",
        _codes("HC105 HC107"),
        _codes("HC102 HC108 HC203 HC204"),
        rate=1.5,
        batch_size=10,
        epochs=14,
        data="few-wrong-labels",
    ),
    Kind("batch-of-two", _codes("HC108"), _codes("HC102 HC105 HC107 HC203 HC202"), rate=0.5, batch_size=2, samples=200),
    Kind(
        "tiny-weights",
        _codes("HC106 HC201 HC103"),
        _codes("HC202"),
        network={"fault": "tiny"},
        architectures=WITHOUT_NORM,
    ),
    Kind(
        "small-weights",
        _codes("HC106"),
        _codes("HC202 HC103"),
        network={"fault": "small"},
        architectures=WITHOUT_NORM,
    ),
    Kind("zero-weights", _codes("HC201"), network={"fault": "zero"}),
    Kind("dead-relus", _codes("HC201"), network={"fault": "dead"}),
    Kind(
        "sigmoids",
        _codes("HC106 HC201 HC103"),
        _codes("HC202"),
        network={"activation": "sigmoid"},
        architectures=WITHOUT_NORM,
    ),
    Kind("all-layers-frozen", _codes("HC201 HC204"), network={"fault": "all-frozen"}),
    Kind("frozen-narrow-body", _codes("HC204"), _codes("HC202 HC103 HC105"), network={"fault": "frozen", "width": 4}),
    Kind("batch-mixed", _codes("HC201 HC206"), network={"fault": "mixing"}),
    Kind(
        "softmax-twice",
        _codes("HC207 HC204"),
        _codes("HC106 HC202 HC103"),
        network={"fault": "softmax-output"},
    ),
)

SOUND = (
    *(Kind(f"sound-{seed}", frozenset()) for seed in range(2)),
    *(
        Kind(f"sound-cosine-{rate:g}", frozenset(), rate=rate, optimizer={"schedule": "cosine"})
        for rate in (0.5, 1.0, 2.0)
    ),
    Kind("sound-step", frozenset(), optimizer={"schedule": "step", "factor": 0.1, "every": 2 / 3}),
    Kind("sound-slow", frozenset(), rate=0.5),
    Kind("sound-decay", frozenset(), optimizer={"weight_decay": 1e-3, "schedule": "cosine"}),
    Kind("sound-dropout", frozenset(), network={"dropout": 0.2}, optimizer={"schedule": "cosine"}),
    Kind("sound-wide", frozenset(), network={"width": 20}, optimizer={"schedule": "cosine"}),
)


def data_settings(name: str) -> DataSettings:
    """A named data set, divided as ever."""
    return DataSettings(name, None, None, {}, 0.2, 0.2, True, "auto", split_seed=1)


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
    def held_out(self) -> bool:
        return self.architecture == HELD_OUT_ARCHITECTURE or self.data == HELD_OUT_DATA

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
            label_smoothing=0.0,
            budget=Budget(epochs=kind.epochs, samples=kind.samples),
            objective=None,
            regularised=True,
            weights_seed=seed_for(0, "weights", self.name),
            order_seed=seed_for(0, "order", self.name),
        )


def cases() -> Iterator[Case]:
    """All trainings in their order."""
    everything = [
        (kind, architecture, data) for kind in (*KINDS, *SOUND) for architecture in kind.architectures for data in DATA
    ]
    return (Case(*one, number) for number, one in enumerate(everything))

"""Every kind of fault of the catalogue, and which codes are a right answer to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EPOCHS = 12
WITHOUT_NORM = ("plain", "vgg")
WITH_NORM = ("norm", "residual", "separable", "dense")
EVERYWHERE = ("plain", "norm", "residual", "vgg", "separable", "dense")


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
    """The change of the data, see ``changes.CHANGES``."""
    loop: str = ""
    """The training loop, see ``loops.LOOPS``; the trainer's own by default."""
    smoothing: float = 0.0
    """Of the labels."""
    architectures: tuple[str, ...] = EVERYWHERE
    lasting: bool = False
    """Whether it is a fault even where the validation accuracy is that of a sound training: waste, or a score that
    does not mean what it seems to. Any other that costs no accuracy is listed apart."""


def codes(text: str) -> frozenset[str]:
    """Some codes, written with spaces between them."""
    return frozenset(text.split())


START = "activation-scale initial-loss-off"
"""What the look at the first weights says of their scale."""
NOTHING = "HC201 HC206"
"""Nothing is learned, or nothing that holds for other images."""
MOVED = f"HD401 {NOTHING}"
"""… and the data themselves show it."""
CRAZED = "HC101 HC102 HC107"
"""The steps are too large."""

_RATES = (
    Kind("rate-too-low-1000", codes("HC103"), codes("HC202 HC201"), rate=1e-3),
    Kind("rate-too-low-100", codes("HC103 HC202"), codes("HC106"), rate=1e-2),
    Kind("rate-too-high-100", codes(CRAZED), codes("HC201"), rate=100),
    Kind("rate-too-high-1000", codes(CRAZED), codes("HC201"), rate=1000),
    Kind("exploding-without-norm", codes("HC101 HC102"), codes("HC201"), rate=1e4, architectures=WITHOUT_NORM),
    Kind("exploding-with-norm", codes("HC101 HC102"), codes("HC201 HC107"), rate=3e4, architectures=WITH_NORM),
    Kind("momentum-0.999", codes(CRAZED), codes("HC105 HC201"), rate=5, optimizer={"momentum": 0.999}),
    Kind("momentum-0.99", codes(f"{CRAZED} HC105"), rate=2, optimizer={"momentum": 0.99}),
    Kind("adam-rate-too-low", codes("HC103 HC202"), codes("HC106"), optimizer={"name": "adam", "learning_rate": 3e-6}),
    Kind(
        "decay-at-epoch-1",
        codes("HC104"),
        codes("HC103"),
        rate=0.2,
        optimizer={"schedule": "step", "factor": 1e-3, "every": 1 / EPOCHS},
    ),
    Kind(
        "decay-at-epoch-3",
        codes("HC104"),
        codes("HC103"),
        rate=0.03,
        optimizer={"schedule": "step", "factor": 0.003, "every": 3 / EPOCHS},
    ),
    Kind("too-few-epochs", codes("HC202 HC103"), codes("HC106"), rate=0.03, epochs=4),
    Kind(
        "rate-never-lowered",
        codes("HC105 HC107"),
        codes("HC102 HC108 HC203 HC204 HC206 HD401"),
        rate=1.5,
        batch_size=10,
        epochs=14,
        data="few-wrong-labels",
    ),
    Kind("batch-of-two", codes("HC108"), codes("HC102 HC105 HC107 HC203 HC202"), rate=0.5, batch_size=2, samples=200),
    Kind("weight-decay-1", codes("HC201 HC204 HC102"), codes("HC105 HC107"), optimizer={"weight_decay": 1.0}),
)

_DATA = (
    Kind("labels-shuffled-in-training", codes(MOVED), data="train-labels"),
    Kind("labels-shuffled", codes(MOVED), data="labels"),
    Kind("labels-shifted", codes(MOVED), data="shifted"),
    Kind("labels-40-percent-wrong", codes("HC203 HC204"), codes("HC105 HC202 HC207 HD401"), data="noisy-labels"),
    Kind("labels-permuted-in-validation", codes(MOVED), data="permuted-validation", lasting=True),
    Kind("labels-start-at-one", codes("HD202"), data="starts-at-one", lasting=True),
    Kind("images-are-noise", codes(MOVED), codes("HD402"), data="noise"),
    Kind("pixels-scattered", codes("HD402"), codes("HC203"), data="scattered", lasting=True),
    Kind("images-not-a-number", codes("HD101"), codes("HC101 training-failed"), data="not-a-number", lasting=True),
    Kind("images-constant", codes("HD102"), codes("HC203 HC204 HC105 HC202"), data="constant-images", lasting=True),
    Kind("validation-inverted", codes("HD106"), codes("HC203 HC206"), data="inverted-validation", lasting=True),
    Kind("pixels-to-255", codes("HD104"), codes(f"{START} {CRAZED} HC201"), data="bytes-in", lasting=True),
    Kind(
        "ranges-mixed",
        codes("HD105"),
        codes(f"{START} {CRAZED} HC202 HC203 HC204 HC103 HC106"),
        data="mixed-ranges",
        lasting=True,
    ),
    Kind("split-leaking", codes("HD302"), codes("HD303"), data="leaking", lasting=True),
    Kind("samples-copied", codes("HD304 HC203"), codes("HD203"), data="copied", lasting=True),
    Kind("classes-uneven", codes("HD204"), codes("HD203 HD202"), data="uneven", epochs=16, lasting=True),
    Kind("too-few-samples", codes("HC203"), codes("HC202"), samples=50, epochs=60, batch_size=16),
    Kind("batches-sorted", codes("HC107 HC102"), codes("HC105 HC108 HC201 HC206"), data="ordered", loop="sorted"),
)

_NETWORK = (
    Kind(
        "tiny-weights",
        codes(f"{START} HC106 HC201"),
        codes("HC202 HC103"),
        network={"fault": "tiny"},
        architectures=WITHOUT_NORM,
    ),
    Kind(
        "small-weights",
        codes(f"{START} HC106"),
        codes("HC202 HC103"),
        network={"fault": "small"},
        architectures=WITHOUT_NORM,
    ),
    Kind("huge-weights", codes(START), codes(f"{CRAZED} HC201"), network={"fault": "huge"}, lasting=True),
    Kind("zero-weights", codes("signal-lost HC201"), codes(START), network={"fault": "zero"}),
    Kind("dead-relus", codes("signal-lost HC201"), codes(START), network={"fault": "dead"}),
    Kind(
        "deep-sigmoids",
        codes(f"{START} HC106 HC201"),
        codes("HC103 HC202 HC204 HC102"),
        network={"fault": "deep"},
    ),
    Kind(
        "deep-without-norm",
        codes(f"{START} signal-lost HC106 HC201"),
        codes("HC103 HC202 HC204 HC102"),
        network={"fault": "deep-relu"},
    ),
    Kind("all-layers-frozen", codes("parameters-without-gradient HC201 HC204"), network={"fault": "all-frozen"}),
    Kind(
        "frozen-narrow-body",
        codes("parameters-without-gradient HC204"),
        codes("HC202 HC103 HC105"),
        network={"fault": "frozen", "width": 4},
    ),
    Kind("unused-layer", codes("parameters-without-gradient"), network={"fault": "unused"}, lasting=True),
    Kind("batch-mixed", codes(NOTHING), network={"fault": "mixing"}),
    Kind("reshape-mixes-batch", codes(NOTHING), network={"fault": "wrong-reshape"}),
    Kind(
        "softmax-twice",
        codes("activation-on-output HC207"),
        codes("HC106 HC202 HC103 HC204"),
        network={"fault": "softmax-output"},
        lasting=True,
    ),
    Kind(
        "softmax-twice-as-a-call",
        codes("HC207"),
        codes("HC106 HC202 HC103 HC204"),
        network={"fault": "hidden-softmax"},
        lasting=True,
    ),
    Kind(
        "relu-output",
        codes("activation-on-output HC201"),
        codes("HC204"),
        network={"fault": "relu-output"},
        lasting=True,
    ),
    Kind("norm-before-output", codes("HC207"), codes("HC202 HC103"), network={"fault": "norm-output"}),
    Kind("dropout-0.95", codes("HC204 HC201"), codes("HC202"), network={"dropout": 0.95}),
    Kind("too-small", codes("HC204"), codes("HC105 HC202"), network={"width": 1}),
    Kind("too-large", codes("HC203"), codes("HC202"), network={"width": 48}, samples=60, epochs=30),
    Kind(
        "optimiser-has-the-last-layer-only",
        codes("HC204 HC201"),
        codes("HC202 HC103"),
        network={"width": 4},
        loop="head-only",
    ),
    Kind(
        "trained-in-evaluation-mode",
        codes(f"{START} HC101 HC102"),
        codes("HC201"),
        network={"fault": "never-trains"},
        architectures=WITH_NORM,
    ),
    Kind(
        "validated-in-training-mode",
        codes("HC204"),
        codes("HC202"),
        network={"fault": "never-evaluates", "dropout": 0.7},
    ),
    Kind("classes-as-numbers", codes("HC204"), codes("HC202 HC203"), data="as-numbers", lasting=True),
    Kind("loss-with-wrong-sign", codes(CRAZED), codes("HC201"), loop="ascending"),
)

KINDS = (*_RATES, *_DATA, *_NETWORK)
"""Those that rules may be tuned on, with the architectures that they may be tuned on."""

HELD_OUT_KINDS = (
    Kind("adam-rate-too-high", codes(CRAZED), codes("HC201 HC105"), optimizer={"name": "adam", "learning_rate": 1.0}),
    Kind("gradients-never-cleared", codes(CRAZED), codes("HC201 HC105"), loop="accumulating"),
    Kind("clipped-to-nothing", codes("HC103 HC202"), codes("HC106 HC201"), optimizer={"clip_norm": 1e-3}),
    Kind("l1-too-strong", codes("HC201 HC204"), codes("HC102 HC105"), optimizer={"l1": 0.1}),
    Kind("labels-off-by-one-in-training", codes(MOVED), data="off-by-one-in-training", lasting=True),
    Kind("validation-darker", codes("HD106"), codes("HC203 HC206"), data="darker-validation", lasting=True),
    Kind("split-leaking-nearly", codes("HD303"), codes("HD302"), data="leaking-nearly", lasting=True),
    Kind("images-with-two-labels", codes("HD301"), codes("HC203 HC204 HC207 HD304"), data="conflicting", lasting=True),
    Kind(
        "split-by-class", codes("HD206"), codes("HC203 HC206 HD401 HD203 HD204"), data="divided-by-class", lasting=True
    ),
    Kind(
        "constant-weights",
        codes("activation-scale HC201 HC204"),
        codes("HC103 HC202 HC106"),
        network={"fault": "constant"},
    ),
    Kind("most-relus-dead", codes("HC204"), codes("HC202 HC103"), network={"fault": "half-dead"}, lasting=True),
    Kind(
        "detached-body",
        codes("parameters-without-gradient HC204"),
        codes("HC202 HC103"),
        network={"fault": "detached"},
        lasting=True,
    ),
    Kind("output-divided-by-100", codes("HC103 HC202 HC207 HC106 HC201"), network={"fault": "faint-output"}),
    Kind("output-times-100", codes(START), codes(f"{CRAZED} HC201"), network={"fault": "loud-output"}, lasting=True),
    Kind(
        "sigmoid-output",
        codes("activation-on-output HC207"),
        codes("HC106 HC202 HC103 HC204"),
        network={"fault": "sigmoid-output"},
        lasting=True,
    ),
    Kind("norms-never-settle", codes("HC203 HC206"), network={"fault": "stale-norms"}, architectures=WITH_NORM),
    Kind(
        "augmentation-destroys-labels", codes("HC201 HC204 HC206"), codes("HC202 HC103"), network={"fault": "destroyed"}
    ),
    Kind("images-never-arrive", codes("signal-lost HC201"), codes("HC204"), network={"fault": "blind"}),
    Kind("bottleneck-of-one", codes("HC204"), codes("HC105 HC202"), network={"fault": "bottleneck"}),
    Kind("optimiser-lacks-the-last-layer", codes("HC204 HC202"), codes("HC103"), loop="headless", lasting=True),
    Kind("restarts-every-epoch", codes("HC204 HC107"), codes("HC105"), loop="restarting"),
    Kind("channel-constant", codes("HD103"), data="constant-channel", lasting=True),
    Kind("pixels-a-thousandth", codes("HD104"), codes(f"{START} HC103 HC202 HC106 HC201"), data="faint", lasting=True),
)
"""Nothing of these is looked at while rules are tuned."""

"""The kinds of faults of the fifth part in numbers and data. Each is a leaf of a published list of real faults.

H: the taxonomy of Humbatova et al. (ICSE 2020). DC: the mutation operators of DeepCrime (Humbatova, Jahangirova and
Tonella, ISSTA 2021) by their letters. Z: the bugs of Zhang et al. (ISSTA 2018). I: the bug types and root causes of
Islam et al. (ESEC/FSE 2019). D: the bugs of defect4ML (Morovati et al., EMSE 2023).
"""

from dataclasses import dataclass
from typing import Any

from benchmarks.diagnosis.kinds import BROKEN, LARGE, MOVED, POOR, SMALL, START, Kind, codes

EVERY = (
    *("hourglass", "tutorial", "mixer", "norm", "highway", "dense"),
    *("shuffle", "pyramid", "recurrent", "vgg", "maxout", "patches"),
)
"""In the order in which kinds take them in turn; half of them are new."""
WITH_BATCH_NORM = ("hourglass", "norm", "shuffle", "recurrent", "patches", "dense", "pyramid")
WITHOUT_NORM = ("highway", "tutorial", "maxout", "vgg")


@dataclass(frozen=True)
class Published(Kind):
    """A kind that is in a published list of real faults."""

    source: str = ""
    """The leaf or operator, behind the letter of its list."""


def fault(name: str, source: str, right: str, also: str = "", **changes: Any) -> Published:
    """A kind for all architectures, unless it says for which."""
    whole = {"epochs": 0, "architectures": EVERY, **changes}
    return Published(name, codes(right), codes(also), source=source, **whole)


_DECAYED = "HC102 HC105 HC107 signal-lost same-answer dead-units vanishing-gradients"

NUMBERS = (
    fault(
        "batch-of-one",
        "H: suboptimal batch size; DC: HBS",
        f"HC108 HC105 {LARGE}",
        f"{BROKEN} HC202 HC203 HC204 HC206 HC221",
        epochs=5,
        batch_size=1,
        samples=300,
        architectures=(*WITHOUT_NORM, "mixer"),
    ),
    fault(
        "batching-disabled",
        "H: suboptimal batch size; DC: HDB",
        f"{SMALL} HC202 HC209",
        "HC106 HC201 HC203 HC204 evaluated-otherwise",
        epochs=12,
        batch_size=4096,
    ),
    fault(
        "rate-fifty-times-too-high",
        "H: suboptimal learning rate; DC: HLR; D",
        LARGE,
        f"{BROKEN} HC105 HC204 HC206 HC209",
        epochs=12,
        rate=50.0,
        optimizer={"schedule": "cosine"},
    ),
    fault(
        "rate-a-thousand-times-too-low",
        "H: suboptimal learning rate; DC: HLR; D",
        f"{SMALL} HC202",
        "HC106 HC201 HC204",
        epochs=14,
        batch_size=24,
        optimizer={"name": "adamw", "learning_rate": 2e-6, "weight_decay": 1e-2},
    ),
    fault(
        "two-epochs",
        "H: suboptimal number of epochs; DC: HNE; D",
        f"HC202 {SMALL}",
        "HC106 HC201 HC203 HC204 HC206 HC221",
        epochs=2,
        rate=0.15,
        batch_size=64,
    ),
    fault(
        "changed-to-plain-sgd",
        "H: wrong optimisation function; DC: OCH",
        f"{SMALL} HC202",
        "HC106 HC201 HC204",
        epochs=10,
        batch_size=48,
        optimizer={"learning_rate": 1e-3, "momentum": 0.0},
    ),
    fault(
        "changed-to-rmsprop",
        "H: wrong optimisation function; DC: OCH",
        LARGE,
        f"{BROKEN} HC105 HC108 HC204 HC206 HC209",
        epochs=12,
        optimizer={"name": "rmsprop", "learning_rate": 0.1, "momentum": 0.0},
    ),
    fault(
        "gradients-clipped-away",
        "H: wrong gradient clipping; DC: OCG",
        f"{SMALL} HC202 HC209",
        "HC106 HC201 HC204",
        epochs=14,
        optimizer={"clip_norm": 2e-3, "nesterov": True, "schedule": "cosine"},
    ),
    fault(
        "l2-too-strong",
        "H: wrong weight regularisation; DC: RCW",
        "weights-decay-away HC201 HC204",
        f"{_DECAYED} HC103 HC106 HC202 HC209",
        epochs=14,
        optimizer={"weight_decay": 0.3},
    ),
    fault(
        "l1-added",
        "H: wrong weight regularisation; DC: RAW",
        "weights-decay-away HC201 HC204",
        f"{_DECAYED} HC103 HC106 HC202 HC209",
        epochs=14,
        optimizer={"l1": 0.06, "schedule": "cosine"},
    ),
    fault(
        "dropout-too-strong",
        "H: wrong dropout rate; DC: RCD",
        "dropout-destroys HC208 HC204 HC201",
        "HC103 HC105 HC106 HC202 same-answer dead-units evaluated-otherwise",
        epochs=12,
        network={"dropout": 0.93},
        architectures=("maxout", "highway", "recurrent", "shuffle", "tutorial", "norm"),
    ),
    fault(
        "regularisation-removed-from-few-samples",
        "H: missing regularisation, too little training data; DC: RRW",
        "HC203",
        "HC107 HC202 HC206 HC221",
        epochs=60,
        batch_size=16,
        samples=60,
        network={"width": 32},
        optimizer={"weight_decay": 0.0},
    ),
    fault(
        "rate-falls-to-nothing",
        "H: wrong update of the learning rate; Z: wrong hyperparameters",
        "HC104",
        "HC103 HC201 HC202 HC204 HC209 updates-too-small",
        epochs=16,
        rate=0.4,
        optimizer={"schedule": "exponential", "factor": 1e-24},
    ),
)

_UNLIKE = "HC203 HD401 HD403"
"""What is true beside splits that are unlike each other."""

DATA = (
    fault(
        "labels-become-the-first",
        "H: wrong labels; DC: TCL",
        "HC221 HD206 HC203 HC204",
        "HC105 HC202 HC206 HC207 HD204 HD401 HD403",
        data="fifth-labels-become-the-first",
        lasting=True,
    ),
    fault(
        "most-training-data-removed",
        "H: too little training data; DC: TRD",
        "HD203 HC203",
        f"{SMALL} HC105 HC106 HC107 HC202 HC206 HC221",
        data="fifth-most-training-data-removed",
        epochs=30,
        batch_size=8,
    ),
    fault(
        "unbalanced-in-training",
        "H: unbalanced training data; DC: TUD",
        "HD204 HD206",
        "HD202 HD203 HC202 HC203 HC204 HC206 HC221 HD401 HD403",
        data="fifth-unbalanced-in-training",
        lasting=True,
    ),
    fault(
        "noise-in-training",
        "H: low quality of training data; DC: TAN",
        "HD106 HC203 HC206 HC208 HC221",
        "HC204 HD401 HD403",
        data="fifth-noise-in-training",
        lasting=True,
    ),
    fault(
        "classes-overlap",
        "H: overlapping classes; DC: TCO",
        "HD301",
        "HC203 HC204 HC207 HC105 HC221 HD206 HD304",
        data="fifth-classes-overlap",
        lasting=True,
    ),
    fault(
        "never-scaled",
        "H: missing scaling or normalisation; D",
        "HD104",
        f"{START} {LARGE} {BROKEN} {POOR} HC206 HC208",
        data="fifth-never-scaled",
        lasting=True,
    ),
    fault(
        "divided-by-255-twice",
        "H: wrong scaling or normalisation; D",
        "HD104",
        f"{START} HC103 HC202 HC106 HC201 vanishing-gradients HC204 signal-lost same-answer {SMALL}",
        data="fifth-divided-by-255-twice",
        lasting=True,
    ),
    fault(
        "bytes-in-validation",
        "H: unlike preprocessing of training and test data; D",
        "HD106",
        f"{_UNLIKE} HC206 HC221 HD104 HD105",
        data="fifth-bytes-in-validation",
        lasting=True,
    ),
    fault(
        "transposed-in-validation",
        "H: wrong tensor shape (transposed), unlike preprocessing of training and test data",
        "HD106 HD107 HC206 HC221",
        _UNLIKE,
        data="fifth-transposed-in-validation",
    ),
    fault(
        "channels-read-as-rows",
        "H: wrong tensor shape (reshaped in place of transposed); I: data bug",
        "HD402",
        f"{POOR} HC201 HC206 HD102 HD105 HD110 HD401",
        data="fifth-channels-read-as-rows",
        lasting=True,
    ),
    fault(
        "low-resolution",
        "H: important features discarded, low quality of training data",
        f"{MOVED} HC204",
        f"{POOR} HD301 HD302 HD303 HD304",
        data="fifth-low-resolution",
    ),
    fault("shuffled-apart", "H: wrong labels (order of the shuffle); I: data bug", MOVED, data="fifth-shuffled-apart"),
    fault(
        "never-shuffled",
        "H: missing data shuffle; D",
        "HC109 HC107 HC102 HD205",
        f"HC105 HC108 HC201 HC206 HC204 HC221 {BROKEN} updates-too-large",
        data="ordered",
        loop="sorted",
        epochs=12,
    ),
    fault(
        "split-in-stored-order",
        "H: wrong split of training and test data; I: data bug",
        "HD202 HD206",
        "HC203 HC204 HC206 HC221 HD106 HD203 HD204 HD401 HD403",
        data="fifth-split-in-stored-order",
        lasting=True,
    ),
    fault(
        "validated-on-training-data",
        "H: missing validation set; DC: VRM",
        "HD302",
        "HD303",
        data="fifth-validated-on-training-data",
        lasting=True,
    ),
    fault(
        "classes-regressed",
        "H: wrong type of loss for the task; Z: wrong model parameter or structure",
        "HD207",
        "HC105 HC202 HC203 HC204 HC206",
        data="as-numbers",
        rate=0.1,
        epochs=12,
        lasting=True,
    ),
)

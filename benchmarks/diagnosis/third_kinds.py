"""The kinds of faults of the third part. Which codes are right follows their pages, as for the parts before."""

from typing import Any

from benchmarks.diagnosis.kinds import BENT, BROKEN, CUT, LARGE, MOVED, NOTHING, POOR, SMALL, START, Kind, codes

THIRD_EPOCHS = 14
EVERY = (
    *("fire", "norm", "patches", "plain", "attended", "residual"),
    *("inception", "vgg", "separable", "squeeze", "dense", "convnext"),
)
"""In the order in which kinds take them in turn."""
WITH_BATCH_NORM = ("patches", "norm", "attended", "residual", "inception", "separable", "dense")

_UNLIKE = "HC203 HD401"
_DECAYED = "HC102 HC105 HC107 signal-lost same-answer dead-units vanishing-gradients"
_DATA_OF: dict[str, tuple[str, ...]] = {
    "half-of-the-classes-missing": ("letters", "scans"),
    "class-weights-inverted": ("letters", "scans"),
}
"""Kinds that not every data set can have."""


def data_for(kind: Kind, others: tuple[str, ...]) -> tuple[str, ...]:
    """The data sets that a kind takes in turn."""
    return _DATA_OF.get(kind.name, others)


def _fault(name: str, right: str, also: str = "", **changes: Any) -> Kind:
    return Kind(name, codes(right), codes(also), **{"epochs": THIRD_EPOCHS, "architectures": EVERY, **changes})


_NUMBERS = (
    _fault(
        "adagrad-rate-too-low",
        f"{SMALL} HC202",
        "HC106 HC201",
        optimizer={"name": "adagrad", "learning_rate": 1e-5},
    ),
    _fault(
        "exponential-falls-too-fast",
        "HC104",
        "HC103 HC201 HC202 updates-too-small",
        rate=0.5,
        optimizer={"schedule": "exponential", "factor": 1e-20},
    ),
    _fault(
        "plateau-without-patience",
        f"HC104 {SMALL} HC202",
        "HC106 HC201 HC204 HC206",
        loop="impatient-plateau",
    ),
    _fault("clipped-by-tiny-value", f"{SMALL} HC202", "HC106 HC201 HC204", loop="clipped-by-value"),
    _fault("last-layer-thousandfold", LARGE, f"{BROKEN} HC105 HC206", loop="thousandfold"),
    _fault(
        "loss-summed", f"{LARGE} initial-loss-off scaled-loss", f"{BROKEN} HC105 HC204 HC206 HC208", loop="loss-summed"
    ),
    _fault("updates-rounded-away", f"{SMALL} {CUT} HC201 HC204", "HC106 HC202 HC206 HC105", loop="rounded-away"),
    _fault(
        "norms-decay-strongly",
        "weights-decay-away HC201 HC204",
        f"{_DECAYED} HC103 HC106 HC202",
        loop="norms-decay",
        architectures=WITH_BATCH_NORM,
    ),
    _fault(
        "group-of-convolutions-at-rate-0",
        f"{CUT} HC204",
        "HC202 HC103 HC105 HC201 HC206",
        network={"width": 4},
        loop="convolutions-at-zero",
    ),
    _fault(
        "class-weights-inverted",
        "HC221 HC204 inverted-class-weights",
        "HC202 HC203 HC206 HD204",
        data="third-uneven-1-to-6",
        loop="frequent-weighs-more",
    ),
)

_DATA = (
    _fault("files-in-another-order", MOVED, data="third-files-in-another-order"),
    _fault("erased-in-validation", "HD106 HC206 HC221", _UNLIKE, data="third-erased-in-validation"),
    _fault(
        "half-of-the-classes-missing",
        "HD202 HC221",
        "HD203 HD206 HC203 HC206 HD401 HD403",
        data="third-half-of-the-classes-missing",
        lasting=True,
    ),
    _fault(
        "shrunk-to-two-pixels",
        f"{MOVED} HC204",
        f"{POOR} HD301 HD302 HD303 HD304",
        data="third-shrunk",
    ),
    _fault(
        "missing-labels-are-zero",
        "HC221 HD206 HC203 HC204",
        "HC105 HC202 HC206 HC207 HD401 HD403",
        data="third-missing-labels-are-zero",
        lasting=True,
    ),
    _fault(
        "images-with-an-offset",
        "HD104",
        f"{START} {LARGE} {BROKEN} {POOR}",
        data="third-with-an-offset",
        lasting=True,
    ),
    _fault(
        "validation-black-and-white",
        "HD109 HD106",
        f"{_UNLIKE} HC206 HC221",
        data="third-black-and-white-in-validation",
        lasting=True,
    ),
    _fault(
        "padded-in-validation",
        "HD108 HD106",
        f"{_UNLIKE} HC206 HC221",
        data="third-padded-in-validation",
        lasting=True,
    ),
)

_NETWORK = (
    _fault(
        "outputs-of-length-one",
        BENT,
        "HC106 HC202 HC103 HC204",
        network={"fault": "third-unit-outputs"},
        lasting=True,
    ),
    _fault(
        "normalised-along-the-batch",
        f"samples-influence-each-other {NOTHING}",
        "HC103 HC202 HC204 HC207 same-answer evaluated-otherwise",
        network={"fault": "third-along-the-batch"},
        lasting=True,
    ),
    _fault(
        "branches-times-100",
        f"{START} {LARGE} hidden-by-norm",
        f"{BROKEN} {POOR} HC206",
        network={"fault": "third-loud-branches"},
        architectures=("residual", "squeeze", "convnext"),
        lasting=True,
    ),
    _fault(
        "gates-shut",
        f"{CUT} signal-lost dead-units",
        "HC103 HC105 HC201 HC202 HC204 vanishing-gradients dead-units-at-start",
        network={"fault": "third-shut-gates"},
        architectures=("squeeze",),
        lasting=True,
    ),
    _fault(
        "only-norms-learn",
        f"{CUT} HC204 HC201",
        "HC202 HC103 HC105 HC206",
        network={"fault": "third-only-norms", "width": 8},
        architectures=WITH_BATCH_NORM,
    ),
    _fault(
        "loss-on-the-wrong-head",
        f"evaluated-otherwise HC206 {CUT}",
        "HC203 HC202",
        network={"fault": "third-wrong-head"},
    ),
    _fault(
        "a-fifth-of-training-images-left",
        "evaluated-otherwise HC208 HC201 HC204 HC206",
        "HC202 HC103 HC105 HC203 same-answer",
        network={"fault": "third-corner-left"},
    ),
    _fault(
        "gradient-reversed-below-the-last-layer",
        f"{LARGE} HC201 HC204",
        f"{BROKEN} HC105 HC206",
        network={"fault": "third-reversed-gradient"},
    ),
    _fault(
        "one-output-begins-at-20",
        f"{START} HC106",
        f"{LARGE} {BROKEN} {POOR}",
        network={"fault": "third-bias-of-20"},
        lasting=True,
    ),
    _fault(
        "norms-without-memory",
        "samples-influence-each-other evaluated-in-training-mode",
        "evaluated-otherwise",
        network={"fault": "third-without-memory"},
        architectures=WITH_BATCH_NORM,
        lasting=True,
    ),
)

THIRD_KINDS = (*_NUMBERS, *_DATA, *_NETWORK)
"""All kinds of faults of this part."""

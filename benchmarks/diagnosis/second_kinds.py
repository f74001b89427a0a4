"""The kinds of faults of the second held-out part: its numbers and schedules, and its data."""

from typing import Any

from benchmarks.diagnosis.kinds import BROKEN, LARGE, MOVED, POOR, SMALL, Kind, codes

SECOND_EPOCHS = 14
WITH_BATCH_NORM = ("norm", "residual", "separable", "dense", "inception")
EVERY = (
    *("alexnet", "plain", "inception", "norm", "convnext", "residual"),
    *("strided", "vgg", "squeeze", "separable", "dense"),
)
"""In the order in which kinds take them in turn."""

PENDING: dict[str, frozenset[str]] = {
    "class-never-right": codes("HC221"),
    "equal-filters": codes("equal-weights"),
    "small-validation": codes("HD208"),
    "warm-up-too-long": frozenset(),
}
"""What a user would expect to be told and no rule told when this part was written, with the codes that say it since.
They are filled in by what a code means, and never by what it found."""


def meant(text: str) -> frozenset[str]:
    """Some codes, and by name what had none yet."""
    words = text.split()
    known = codes(" ".join(word for word in words if word not in PENDING))
    return known.union(*(PENDING[word] | {word} for word in words if word in PENDING))


def fault(name: str, right: str, also: str = "", **changes: Any) -> Kind:
    """A kind for all architectures, unless it says for which."""
    return Kind(name, meant(right), meant(also), **{"epochs": SECOND_EPOCHS, "architectures": EVERY, **changes})


NUMBERS = (
    fault(
        "warm-up-longer-than-the-training",
        f"warm-up-too-long {SMALL} HC202 HC209",
        "HC106 HC201",
        rate=0.03,
        optimizer={"warmup": 1.0},
    ),
    fault(
        "cyclic-peak-too-high",
        LARGE,
        f"{BROKEN} HC105 HC206",
        rate=100,
        optimizer={"schedule": "cyclic", "factor": 0.01, "every": 0.25},
    ),
    fault(
        "adam-decay-too-strong",
        "weights-decay-away HC201 HC204",
        "HC102 HC105 HC107 signal-lost same-answer dead-units vanishing-gradients",
        optimizer={"name": "adam", "learning_rate": 3e-3, "weight_decay": 0.3},
    ),
    fault(
        "max-norm-0.01",
        "weights-decay-away HC201 HC204 HC207 HC209",
        "HC102 HC103 HC105 HC106 HC202 signal-lost same-answer dead-units vanishing-gradients",
        optimizer={"max_norm": 0.01},
    ),
    fault("smoothing-0.9", "HC207 HC204 HC209", "HC103 HC105 HC106 HC202 HC203", smoothing=0.9),
    fault(
        "whole-set-in-one-batch",
        f"{SMALL} HC202 HC209",
        "HC106 HC201 HC203 evaluated-otherwise",
        batch_size=4096,
    ),
    fault(
        "schedule-stepped-by-batches",
        "HC104",
        "HC103 HC201 HC202 updates-too-small",
        rate=0.5,
        optimizer={"schedule": "step", "factor": 0.5, "every": 1 / (6 * SECOND_EPOCHS)},
    ),
    fault(
        "schedule-that-rises",
        LARGE,
        f"{BROKEN} HC105 HC206",
        rate=0.1,
        optimizer={"schedule": "exponential", "factor": 1e4},
        lasting=True,
    ),
)

_UNLIKE = "HC203 HD401"
"""What is true beside splits that are unlike each other, as among the kinds that were seen."""

DATA = (
    fault(
        "two-classes-swapped-in-validation",
        f"class-never-right {MOVED}",
        "HC203",
        data="swapped-in-validation",
        lasting=True,
    ),
    fault(
        "class-merged-in-training",
        f"class-never-right {MOVED} HD202 HD206",
        "HC203",
        data="class-merged-in-training",
        lasting=True,
    ),
    fault(
        "class-half-wrong-in-training",
        "class-never-right HD206 HC203 HC204",
        "HC105 HC202 HC206 HC207 HD401",
        data="class-half-wrong-in-training",
        lasting=True,
    ),
    fault("validation-on-its-side", "HD106 HD107 HC206 class-never-right", _UNLIKE, data="rotated-validation"),
    fault(
        "channels-reversed-in-validation",
        "HD106 HD107 HC206",
        _UNLIKE,
        data="reversed-channels-in-validation",
        lasting=True,
    ),
    fault("validation-not-normalised", "HD106", f"{_UNLIKE} HC206", data="raw-validation", lasting=True),
    fault("validation-blurred", "HD106", f"{_UNLIKE} HC206", data="blurred-validation"),
    fault("bytes-wrap-around-in-training", "HD106 HD110", f"{_UNLIKE} HC206", data="wrapped-in-training", lasting=True),
    fault(
        "floats-cast-to-bytes",
        f"HD102 HD104 {MOVED}",
        f"{POOR} HC207 HD109 HD301 HD302 HD303 HD304 same-answer dead-units scale-at-start activation-scale",
        data="cast-to-bytes",
    ),
    fault(
        "cropped-to-a-corner",
        f"{MOVED} HD102 HC204",
        f"{POOR} HD301 HD302 HD303 HD304 HD402",
        data="cropped",
    ),
    fault("validation-of-20", "small-validation", data="small-validation", lasting=True),
    fault(
        "divided-by-brightness",
        "HD106",
        "HC203 HC206 HD206 HD202 HD203 HD401",
        data="divided-by-brightness",
        lasting=True,
    ),
    fault("classes-marked-in-training", "HD106 HD404 HC206", _UNLIKE, data="marked-in-training"),
    fault(
        "one-image-for-many",
        f"HD301 HD304 {MOVED}",
        "HC203 HC204 HC105 HC202 HC103",
        data="one-image-for-many",
        lasting=True,
    ),
)

DATA_OF = {
    "channels-reversed-in-validation": ("textures", "signs"),
    "no-activations": ("gratings", "signs", "textures"),
    "floats-cast-to-bytes": ("gratings", "five", "signs"),
}
"""Kinds that not every data set can have."""

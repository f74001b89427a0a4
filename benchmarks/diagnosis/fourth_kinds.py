"""The kinds of faults of the fourth part. Which codes are right follows their pages, as for the parts before."""

from typing import Any

from benchmarks.diagnosis.kinds import BROKEN, LARGE, MOVED, POOR, SMALL, Kind, codes

EVERY = (
    *("tutorial", "deep", "transformer", "residual", "pyramid", "normless"),
    *("efficient", "vgg", "attended", "convnext", "inception", "plain"),
)
"""In the order in which kinds take them in turn."""
WITH_BATCH_NORM = ("deep", "pyramid", "efficient", "residual", "attended", "inception")
DATA_OF: dict[str, tuple[str, ...]] = {
    "two-classes-mixed": ("glyphs", "moons", "flags"),
    "all-regularisation-at-once": ("glyphs", "cells"),
    "grey-validation": ("flags",),
    "validation-numbered-by-text": ("glyphs",),
    "missing-values-are-numbers": ("gauges",),
    "targets-of-two-units": ("gauges",),
    "sigmoid-on-a-value": ("gauges",),
    "first-channel-only": ("flags",),
    "mirrored-in-training": ("moons", "flags"),
    "class-weighs-too-much": ("glyphs", "flags", "moons"),
    "kept-for-dropped": ("glyphs", "cells", "moons"),
    "one-norm-for-all": ("glyphs", "cells", "moons"),
    "five-of-each-class": ("glyphs", "cells"),
}
"""Kinds that not every data set can have."""


def fault(name: str, right: str, also: str = "", **changes: Any) -> Kind:
    """A kind for all architectures, unless it says for which."""
    return Kind(name, codes(right), codes(also), **{"epochs": 0, "architectures": EVERY, **changes})


NUMBERS = (
    fault(
        "adam-at-the-rate-of-sgd",
        LARGE,
        f"{BROKEN} HC105 HC204 HC206 HC208",
        epochs=12,
        optimizer={"name": "adam", "learning_rate": 0.1},
        architectures=("transformer", "tutorial", "residual", "convnext", "vgg"),
    ),
    fault(
        "batch-of-4-at-three-times-the-rate",
        f"HC108 HC105 {LARGE}",
        f"{BROKEN} HC202 HC203 HC204 HC206 HC221",
        epochs=8,
        rate=3.0,
        batch_size=4,
    ),
    fault(
        "all-regularisation-at-once",
        "HC204 HC207 HC208 HC209 weights-decay-away dropout-destroys",
        "HC103 HC105 HC106 HC201 HC202 signal-lost same-answer dead-units vanishing-gradients",
        epochs=16,
        smoothing=0.5,
        network={"dropout": 0.8, "width": 6},
        optimizer={"weight_decay": 0.03},
    ),
    fault(
        "fifteen-iterations",
        f"{SMALL} HC202",
        "HC106 HC201 HC203 HC204 HC206 HC221",
        epochs=3,
        samples=320,
        batch_size=64,
    ),
    fault(
        "sgd-at-the-rate-of-adam",
        f"{SMALL} HC202",
        "HC106 HC201 HC204",
        epochs=8,
        optimizer={"learning_rate": 3e-4, "momentum": 0.0},
    ),
    fault(
        "warm-up-to-a-rate-too-high",
        LARGE,
        f"{BROKEN} HC105 HC204 HC206 HC209",
        epochs=14,
        rate=100.0,
        optimizer={"warmup": 0.6},
    ),
)

_UNLIKE = "HC203 HD401 HD403"
"""What is true beside splits that are unlike each other."""

DATA = (
    fault(
        "class-missing-in-validation", "HD202", "HD206 HC208", data="fourth-class-missing-in-validation", lasting=True
    ),
    fault(
        "part-numbered-otherwise",
        "HC203 HC204 HD403",
        "HC105 HC202 HC206 HC207 HC208 HC221 HD401",
        data="fourth-part-numbered-otherwise",
    ),
    fault(
        "two-classes-mixed",
        "HC203 HC204 HC221",
        "HC105 HC202 HC206 HC207 HD401",
        data="fourth-two-classes-mixed",
    ),
    fault(
        "not-a-number-in-validation",
        "HD101",
        "HC101 HC203 HC206 training-failed",
        data="fourth-not-a-number-in-validation",
        lasting=True,
    ),
    fault(
        "bytes-wrap-around",
        "HD110",
        f"{POOR} HC201 HC206 HD401 same-answer",
        data="fourth-wrapped-everywhere",
        lasting=True,
    ),
    fault("grey-validation", "HD106 HD107 HC206 HC221", _UNLIKE, data="fourth-grey-validation"),
    fault("noise-in-validation", "HD106 HC206 HC221", _UNLIKE, data="fourth-noise-in-validation"),
    fault(
        "normalised-twice-in-validation",
        "HD106",
        f"{_UNLIKE} HC206 HC221",
        data="fourth-normalised-twice-in-validation",
        lasting=True,
    ),
    fault("varied-before-the-split", "HD303", "HD302 HD304", data="fourth-varied-before-the-split", lasting=True),
    fault("stray-folder", "HD202 HD203 HD204", "HD206 HC221", data="fourth-stray-folder", lasting=True),
    fault("validation-numbered-by-text", MOVED, "HC203 HD206", data="fourth-validation-numbered-by-text", lasting=True),
    fault(
        "missing-values-are-numbers",
        "HC108 HC201 HC204 HC206 HD209 HD401",
        f"{POOR} {LARGE} HC105 HC107 same-answer",
        data="fourth-missing-values-are-numbers",
        lasting=True,
    ),
    fault(
        "targets-of-two-units",
        "HC203 HC204 HC206 HD210 HD401",
        f"{POOR} HC107 HC108 HC201",
        data="fourth-targets-of-two-units",
        lasting=True,
    ),
    fault(
        "five-of-each-class",
        "HD203 HC203",
        f"{SMALL} HC105 HC106 HC202 HC206 HC221",
        data="fourth-five-of-each-class",
        epochs=25,
        batch_size=8,
    ),
)

LOOPS = (
    fault(
        "shares-of-mixed-images-swapped",
        f"other-labels {MOVED} HC204 HC208 evaluated-otherwise",
        "HC103 HC105 HC202 HC203 same-answer",
        loop="shares-swapped",
    ),
    fault(
        "class-weighs-300-times-as-much",
        "HC201 HC204 HC221 inverted-class-weights",
        f"{LARGE} {BROKEN} {POOR} HC108 HC206 scaled-loss",
        loop="class-weighs-too-much",
    ),
)

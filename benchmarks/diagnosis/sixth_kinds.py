"""The kinds of faults of the sixth part in numbers, data and loops. Which codes are right follows their pages."""

from typing import Any

from benchmarks.diagnosis.kinds import BROKEN, LARGE, MOVED, NOTHING, POOR, SMALL, START, Kind, codes

EVERY = (
    *("spatial", "norm", "reader", "highway", "cardinal", "pyramid"),
    *("context", "residual", "octave", "attended", "weighed", "dense"),
)
"""In the order in which kinds take them in turn; half of them are new."""
WITH_BATCH_NORM = ("reader", "norm", "cardinal", "attended", "context", "octave")
WITHOUT_NORM = ("spatial", "weighed", "highway")


def fault(name: str, right: str, also: str = "", **changes: Any) -> Kind:
    """A kind for all architectures, unless it says for which."""
    return Kind(name, codes(right), codes(also), **{"epochs": 0, "architectures": EVERY, **changes})


NUMBERS = (
    fault(
        "rmsprop-with-momentum-0.99",
        f"{LARGE} HC209",
        f"{BROKEN} HC105 HC204 HC206",
        epochs=12,
        optimizer={"name": "rmsprop", "learning_rate": 2e-2, "momentum": 0.99, "weight_decay": 0.0},
    ),
    fault(
        "rate-scaled-by-the-samples",
        LARGE,
        f"{BROKEN} HC105 HC204 HC206 HC209",
        epochs=12,
        rate=40.0,
        batch_size=48,
    ),
    fault(
        "rate-of-fine-tuning",
        f"{SMALL} HC202",
        "HC106 HC201 HC204",
        epochs=10,
        optimizer={"learning_rate": 3e-5, "nesterov": True, "schedule": "cosine"},
    ),
    fault(
        "milestones-counted-in-steps",
        "HC104",
        "HC103 HC201 HC202 HC204 HC209 updates-too-small",
        epochs=16,
        rate=0.4,
        optimizer={"schedule": "step", "factor": 0.1, "every": 0.04},
    ),
    fault(
        "narrow-and-dropped",
        "HC204 HC208 dropout-destroys",
        "HC103 HC105 HC106 HC201 HC202 HC206 HC221 same-answer dead-units evaluated-otherwise",
        epochs=14,
        network={"width": 2, "dropout": 0.6},
        architectures=("norm", "context", "residual", "attended", "dense"),
    ),
)

_UNLIKE = "HC203 HD401 HD403"
"""What is true beside splits that are unlike each other."""

DATA = (
    fault(
        "dark-images-mislabelled",
        "HC203 HC204",
        "HC105 HC107 HC202 HC206 HC207 HC208 HC221 HD206 HD401 HD403",
        data="sixth-dark-images-mislabelled",
    ),
    fault(
        "three-classes-rotated-in-validation",
        f"HC221 {MOVED}",
        "HC203 HD206",
        data="sixth-three-classes-rotated-in-validation",
        lasting=True,
    ),
    fault(
        "late-from-a-third-on",
        f"{MOVED} HC203 HC204",
        "HC105 HC107 HC202 HC207 HC208",
        data="sixth-late-from-a-third-on",
    ),
    fault(
        "copied-before-the-split",
        "HD302",
        "HD303 HD304 HC203",
        data="sixth-copied-before-the-split",
        lasting=True,
    ),
    fault("frames-of-a-film", "HD303", "HD106", data="sixth-frames-of-a-film", lasting=True),
    fault(
        "upside-down-in-validation",
        "HD106 HD107 HC206 HC221",
        _UNLIKE,
        data="sixth-upside-down-in-validation",
    ),
    fault(
        "bands-in-another-order-in-validation",
        "HD106 HD107 HC206 HC221",
        f"{_UNLIKE} HD103 HD109",
        data="sixth-bands-in-another-order",
    ),
    fault(
        "overexposed-in-training",
        "HD106",
        f"{_UNLIKE} HC202 HC204 HC206 HC221 HD109",
        data="sixth-overexposed-in-training",
        lasting=True,
    ),
    fault(
        "truncated-in-training",
        "HD106 HD108",
        f"{_UNLIKE} HC202 HC204 HC206 HC208 HC221",
        data="sixth-truncated-in-training",
        lasting=True,
    ),
    fault(
        "validation-in-another-unit",
        "HD106",
        f"{_UNLIKE} HC206 HC221 HD104 HD105",
        data="sixth-validation-in-another-unit",
        lasting=True,
    ),
    fault(
        "nothing-is-minus-9999",
        "HD111",
        f"{START} {LARGE} {BROKEN} {POOR} HC206 HC208 HC221 HD104",
        data="sixth-nothing-is-minus-9999",
        lasting=True,
    ),
    fault(
        "bytes-swapped",
        f"HD110 HD402 {MOVED} HC203 HC204",
        f"{POOR} HC208",
        data="sixth-bytes-swapped",
        lasting=True,
    ),
    fault(
        "rows-in-disorder",
        f"HD402 {MOVED} HC203 HC204",
        f"{POOR} HC208",
        data="sixth-rows-in-disorder",
    ),
    fault(
        "negatives-in-validation",
        "HD106 HD107 HC206 HC221",
        _UNLIKE,
        data="sixth-negatives-in-validation",
    ),
    fault(
        "equalised-in-training",
        "HD106",
        f"{_UNLIKE} HC206 HC221 HD109",
        data="sixth-equalised-in-training",
        lasting=True,
    ),
    fault(
        "class-from-another-scanner",
        "HC221 HD106",
        f"{_UNLIKE} HC206",
        data="sixth-class-from-another-scanner",
        lasting=True,
    ),
    fault(
        "long-tail",
        "HD203 HD204",
        "HC105 HC202 HC203 HC204 HC206 HC221 HD202 HD206 HD208 HD401",
        data="sixth-long-tail",
        lasting=True,
    ),
    fault(
        "placeholders",
        "HD301",
        "HC105 HC202 HC203 HC204 HC207 HC208 HD302 HD303 HD304",
        data="sixth-placeholders",
        lasting=True,
    ),
    fault(
        "targets-sorted",
        f"{MOVED} HC203",
        "HC105 HC204",
        data="sixth-targets-sorted",
        epochs=14,
        optimizer={"name": "adam", "learning_rate": 2e-3, "weight_decay": 0.0, "schedule": "cosine"},
        lasting=True,
    ),
)

LOOPS = (
    fault(
        "classes-by-turns",
        "HC102 HC107 HC109 HC110",
        f"{LARGE} HC105 HC201 HC202 HC203 HC204 HC206 HC221 {BROKEN}",
        loop="classes-by-turns",
    ),
    fault(
        "subset-of-debugging-left-in",
        "HC203 HC206 HC111",
        "HC105 HC107 HC202 HC221",
        loop="debug-subset",
    ),
    fault(
        "mask-inverted",
        "samples-left-out HC201 HC204",
        f"{POOR} HC206 HC221 scaled-loss inverted-class-weights same-answer other-labels",
        loop="mask-inverted",
    ),
    fault(
        "own-answers-for-labels",
        f"other-labels {NOTHING}",
        f"{POOR} HC107 HC102 same-answer samples-left-out scaled-loss",
        loop="own-answers",
    ),
    fault(
        "average-written-back",
        f"{SMALL} HC202",
        "HC106 HC201 HC204 HC206",
        loop="average-written-back",
    ),
    fault(
        "half-way-back-every-epoch",
        "HC110 HC204 HC107 HC109",
        "HC105 HC201 HC202 HC206 HC103",
        loop="half-way-back",
    ),
)

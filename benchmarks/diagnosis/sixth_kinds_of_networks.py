"""The kinds of faults of the sixth part that users make in networks of their own."""

from benchmarks.diagnosis.kinds import BENT, BROKEN, CUT, LARGE, NOTHING, POOR, SMALL, START, Kind
from benchmarks.diagnosis.sixth_kinds import DATA, EVERY, LOOPS, NUMBERS, WITH_BATCH_NORM, WITHOUT_NORM, fault

_HELD = "HC103 HC106 HC202 HC203 HC204"
"""What is true beside outputs that are held back."""

NETWORK = (
    fault(
        "softplus-on-outputs",
        BENT,
        f"{_HELD} HC105 HC201",
        network={"fault": "sixth-softplus-on-outputs"},
        lasting=True,
    ),
    fault(
        "noise-that-stays",
        "evaluated-in-training-mode evaluated-otherwise HC204 HP404",
        f"{POOR} HC107 HC108 HC201 HC206 HC208 HC221 samples-influence-each-other",
        network={"fault": "sixth-noise-that-stays"},
        lasting=True,
    ),
    fault(
        "recurrence-over-the-batch",
        "samples-influence-each-other",
        f"{NOTHING} {POOR} evaluated-otherwise same-answer",
        network={"fault": "sixth-recurrence-over-the-batch"},
        architectures=("reader",),
        lasting=True,
    ),
    fault(
        "upper-rows-only",
        f"HC204 HC203 {NOTHING}",
        "HC105 HC202 HC103 HC207 HC221 dead-units same-answer",
        network={"fault": "sixth-upper-rows-only"},
    ),
    fault(
        "norm-of-single-numbers",
        f"signal-lost same-answer scale-at-start {NOTHING}",
        f"{POOR} {CUT} vanishing-gradients dead-units",
        network={"fault": "sixth-norm-of-single-numbers"},
    ),
    fault(
        "filters-that-are-no-parameters",
        f"{CUT} HP406 HC204",
        f"{POOR} HC201 HC206 HC221",
        network={"fault": "sixth-filters-that-are-no-parameters"},
        architectures=tuple(one for one in EVERY if one not in ("weighed", "dense")),
        lasting=True,
    ),
    fault(
        "signs-of-features",
        f"{CUT} vanishing-gradients HC204",
        "HC202 HC203 HC103 HC105 HC201 HC206 HC221 samples-left-out",
        network={"fault": "sixth-signs-of-features"},
        lasting=True,
    ),
    fault(
        "norms-begin-at-zero",
        "signal-lost equal-weights dead-units HC201",
        f"{START} {CUT} same-answer vanishing-gradients HC204 HC206 HC106",
        network={"fault": "sixth-norms-begin-at-zero"},
        architectures=WITH_BATCH_NORM,
    ),
    fault(
        "last-layer-drawn-wide",
        START,
        f"{LARGE} {BROKEN} {POOR} HC206",
        network={"fault": "sixth-last-layer-drawn-wide"},
        lasting=True,
    ),
    fault(
        "own-train-method",
        "evaluated-in-training-mode samples-influence-each-other",
        "evaluated-otherwise",
        network={"fault": "sixth-own-train-method"},
        architectures=WITH_BATCH_NORM,
        lasting=True,
    ),
    fault(
        "batch-size-written-down",
        "training-failed HP401",
        "samples-influence-each-other",
        network={"fault": "sixth-batch-size-written-down"},
        epochs=10,
        lasting=True,
    ),
    fault(
        "divided-by-255-in-the-network",
        f"{START} {SMALL} signal-lost HC106 HC201 vanishing-gradients",
        f"same-answer HC202 HC204 HC206 without-gradient {BROKEN}",
        network={"fault": "sixth-divided-by-255-in-the-network"},
        architectures=WITHOUT_NORM,
    ),
    fault(
        "branches-forgotten",
        f"{CUT} HP402",
        f"{POOR} HC201 HC206 HC221",
        network={"fault": "sixth-branches-forgotten"},
        architectures=("cardinal",),
        lasting=True,
    ),
    fault(
        "divided-by-the-largest",
        "samples-influence-each-other",
        f"{POOR} {SMALL} {START} HC201 HC206 vanishing-gradients",
        network={"fault": "sixth-divided-by-the-largest"},
        architectures=WITHOUT_NORM,
        lasting=True,
    ),
    fault(
        "slope-of-one",
        "HC204 linear-network",
        "HC105 HC202 HC201 HC203 HC206 HC221",
        network={"fault": "sixth-slope-of-one"},
        architectures=("context",),
    ),
    fault(
        "laid-over-in-evaluation",
        "samples-influence-each-other",
        f"{POOR} {NOTHING} HC208 HC221 evaluated-otherwise",
        network={"fault": "sixth-laid-over-in-evaluation"},
        lasting=True,
    ),
)

SIXTH_KINDS: tuple[Kind, ...] = (*NUMBERS, *DATA, *NETWORK, *LOOPS)
"""All kinds of faults of this part."""

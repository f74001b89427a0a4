"""The kinds of faults of the second held-out part: its networks and training loops."""

from benchmarks.diagnosis.kinds import BENT, BROKEN, CUT, LARGE, NOTHING, POOR, SMALL, START
from benchmarks.diagnosis.second_kinds import DATA, NUMBERS, WITH_BATCH_NORM, fault

NETWORK = (
    fault(
        "no-activations",
        "HC204 linear-network",
        "HC105 HC202 HC201 HC203 HC206",
        network={"fault": "second-linear"},
        architectures=("strided", "separable"),
    ),
    fault(
        "tanh-output",
        BENT,
        "HC106 HC202 HC103 HC204 saturated-units same-answer",
        network={"fault": "second-tanh-output"},
        lasting=True,
    ),
    fault(
        "softmax-over-the-batch",
        f"samples-influence-each-other {BENT}",
        f"{NOTHING} HC106 HC202 HC103 HC204 same-answer",
        network={"fault": "second-batch-softmax-output"},
        lasting=True,
    ),
    fault(
        "outputs-dropped",
        "HC208 dropout-destroys HC204 HC201",
        "HC202 HC103 evaluated-otherwise",
        network={"fault": "second-dropout-output"},
    ),
    fault(
        "first-maps-dropped",
        "dropout-destroys HC208 HC204 HC201",
        "HC202 HC103 same-answer dead-units evaluated-otherwise",
        network={"fault": "second-maps-dropped"},
    ),
    fault(
        "pooled-to-one-too-early",
        "HC204 HC201",
        "HC105 HC202 HC103 HC203 HC206 dead-units same-answer",
        network={"fault": "second-pooled-early"},
    ),
    fault(
        "stride-of-eight",
        "HC204 HC201 HC206",
        "HC105 HC202 HC103 HC203",
        network={"fault": "second-wide-stride"},
    ),
    fault(
        "one-filter-in-the-first-layer",
        "equal-filters equal-weights HC204",
        "HC202 HC105 HC103 HC203",
        network={"fault": "second-one-filter"},
    ),
    fault(
        "weights-between-0-and-1",
        START,
        f"{LARGE} {BROKEN} {POOR} HC206",
        network={"fault": "second-positive-weights"},
    ),
    fault(
        "epsilon-of-norms-huge",
        f"{START} signal-lost HC106 HC201 vanishing-gradients",
        "HC202 HC103 HC204 same-answer updates-too-small",
        network={"fault": "second-huge-epsilon"},
        architectures=(*WITH_BATCH_NORM, "convnext", "squeeze"),
    ),
    fault(
        "norms-frozen-at-zero",
        f"signal-lost {CUT} HC201",
        f"{START} same-answer dead-units equal-weights vanishing-gradients HC204",
        network={"fault": "second-closed-norms"},
        architectures=WITH_BATCH_NORM,
    ),
    fault(
        "only-biases-learn",
        f"{CUT} HC204 HC201",
        "HC202 HC103 HC105 HC206",
        network={"fault": "second-only-biases", "width": 8},
    ),
    fault(
        "layer-made-in-the-forward-pass",
        "HC201 HC204 HP404 HP406",
        "HC105 HC106 HC108 HC206",
        network={"fault": "second-fresh-layer"},
    ),
    fault(
        "features-rounded",
        f"{CUT} vanishing-gradients HC204",
        "HC202 HC103 HC105 HC201 HC206",
        network={"fault": "second-rounded"},
        lasting=True,
    ),
    fault(
        "outputs-detached",
        f"{CUT} HC201",
        "HC204 HC206 HC202 updates-too-small",
        network={"fault": "second-detached-output"},
    ),
    fault("one-output-too-few", "training-failed HD201", network={"fault": "second-one-output-less"}, lasting=True),
    fault(
        "average-of-weights-lags",
        "evaluated-otherwise HC206",
        "HC203 HC202",
        network={"fault": "second-late-average"},
    ),
    fault(
        "images-mixed-and-labels-not",
        "HC208 HC201 HC204 evaluated-otherwise",
        "HC202 HC103 HC105 HC203 HC206",
        network={"fault": "second-unmixed-labels"},
    ),
)

LOOP = (
    fault("averaged-twice", f"{SMALL} HC202", "HC106 HC201", batch_size=128, loop="averaged-twice"),
    fault("scale-of-gradients-kept", LARGE, f"{BROKEN} HC105 HC107 HC206", loop="scale-kept"),
    fault("step-every-50-batches", f"{SMALL} HC202", "HC106 HC201", loop="rare-steps"),
    fault("step-forgotten", f"{SMALL} {CUT} HC201", "HC204 HC202 HC206", loop="step-forgotten"),
    fault(
        "last-layer-goes-uphill",
        f"{LARGE} activations-blow-up exploding-gradients HC201",
        f"{BROKEN} HC105 HC204 HC206",
        loop="head-uphill",
    ),
    fault("gradients-with-noise", f"{LARGE} HC105 HC108", f"{BROKEN} HC202 HC204 HC206", loop="noisy-gradients"),
    fault("one-batch-for-ever", "HC111 HC203 HC206", "HC107 HC202", loop="one-batch"),
    fault("class-never-drawn", "class-never-right", "HC203", loop="class-never-drawn"),
    fault("class-weighs-nothing", "class-never-right HC204 samples-left-out", "HC203", loop="class-weighs-nothing"),
    fault(
        "labels-of-the-batch-before",
        f"other-labels {NOTHING}",
        "HC204 HC203 same-answer",
        loop="labels-of-the-batch-before",
    ),
)

SECOND_KINDS = (*NUMBERS, *DATA, *NETWORK, *LOOP)
"""All kinds of faults of this part."""

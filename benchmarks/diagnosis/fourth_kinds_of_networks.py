"""The kinds of faults of the fourth part that users make in networks of their own."""

from benchmarks.diagnosis.fourth_kinds import DATA, LOOPS, NUMBERS, WITH_BATCH_NORM, fault
from benchmarks.diagnosis.kinds import BENT, BROKEN, CUT, LARGE, NOTHING, POOR, SMALL, START

WITHOUT_NORM = ("tutorial", "vgg", "plain")
_HELD = "HC103 HC106 HC202 HC203 HC204"
"""What is true beside outputs that are held back."""

NETWORK = (
    fault(
        "attention-across-the-batch",
        "samples-influence-each-other",
        f"{NOTHING} {POOR} evaluated-otherwise same-answer",
        network={"fault": "fourth-attention-across-the-batch"},
        architectures=("transformer",),
        lasting=True,
    ),
    fault(
        "identity-overwritten",
        f"{START} signal-lost same-answer dead-units vanishing-gradients HC106 HC201 HC204",
        f"{POOR} {CUT} equal-weights activations-blow-up hidden-by-norm exploding-gradients HC206",
        network={"fault": "fourth-identity-overwritten"},
        architectures=("deep", "normless"),
    ),
    fault(
        "blocks-in-a-list",
        f"{CUT} HC204 HP406 evaluated-in-training-mode",
        f"{POOR} HC201 HC206 samples-influence-each-other evaluated-otherwise",
        network={"fault": "fourth-blocks-in-a-list"},
        architectures=("deep", "transformer", "efficient"),
        lasting=True,
    ),
    fault(
        "one-norm-for-all",
        "evaluated-otherwise HC203 HC206",
        f"{POOR} HC102 HC107 HC204 HC221",
        network={"fault": "fourth-one-norm-for-all"},
        architectures=("pyramid",),
    ),
    fault(
        "inputs-dropped",
        "dropout-destroys evaluated-otherwise HC201 HC204 HC208",
        f"{POOR} HC206 HC221 same-answer",
        network={"fault": "fourth-inputs-dropped"},
    ),
    fault(
        "dropout-that-stays",
        "dropout-destroys evaluated-in-training-mode evaluated-otherwise HC204 HP404",
        f"{POOR} HC107 HC108 HC201 HC208 HC221 samples-influence-each-other same-answer",
        network={"fault": "fourth-dropout-that-stays"},
        lasting=True,
    ),
    fault(
        "cosines-without-scale", BENT, f"{_HELD} HC105", network={"fault": "fourth-cosines-without-scale"}, lasting=True
    ),
    fault(
        "layer-norm-on-outputs",
        f"{BENT} HC201",
        f"{_HELD} HC105 HC206 same-answer vanishing-gradients without-gradient",
        network={"fault": "fourth-layer-norm-on-outputs"},
        lasting=True,
    ),
    fault(
        "clamped-outputs",
        f"{BENT} HC201",
        f"{_HELD} HC105 HC206 same-answer dead-units vanishing-gradients without-gradient saturated-units"
        " samples-left-out",
        network={"fault": "fourth-clamped-outputs"},
        lasting=True,
    ),
    fault(
        "sigmoid-on-a-value",
        "activation-on-output HC204 saturated-units",
        f"{_HELD} HC105 HC201 HC207 same-answer samples-left-out",
        network={"fault": "fourth-sigmoid-on-a-value"},
        lasting=True,
    ),
    fault(
        "drawn-with-std-1",
        f"{START} {LARGE}",
        f"{BROKEN} {POOR} HC206",
        network={"fault": "fourth-drawn-with-std-1"},
        architectures=(*WITHOUT_NORM, "transformer"),
    ),
    fault(
        "drawn-with-std-0.001",
        f"{START} signal-lost HC106 HC201 vanishing-gradients",
        f"{SMALL} HC102 HC202 HC204 HC206 same-answer dead-units without-gradient",
        network={"fault": "fourth-drawn-with-std-0-001"},
        architectures=WITHOUT_NORM,
    ),
    fault(
        "first-channel-only",
        "HC204 unseen-channels",
        f"{POOR} HC206 HC207 HC221",
        network={"fault": "fourth-first-channel-only"},
    ),
    fault(
        "first-layers-under-no-grad",
        f"{CUT} HC204",
        f"{POOR} HC201 HC206 samples-left-out",
        network={"fault": "fourth-first-layers-under-no-grad"},
        architectures=("tutorial", "pyramid", "vgg", "efficient", "deep"),
        lasting=True,
    ),
    fault(
        "branches-detached",
        f"{CUT} HC204",
        f"{POOR} HC201 HC206 equal-weights signal-lost samples-left-out",
        network={"fault": "fourth-branches-detached"},
        architectures=("normless", "deep", "residual"),
        lasting=True,
    ),
    fault(
        "standardised-by-the-batch",
        "samples-influence-each-other",
        f"{POOR} HC208 evaluated-otherwise",
        network={"fault": "fourth-standardised-by-the-batch"},
        lasting=True,
    ),
    fault(
        "softmax-between-layers",
        f"{START} {SMALL} signal-lost vanishing-gradients HC106 HC201 HC204",
        f"{POOR} HC206 same-answer saturated-units",
        network={"fault": "fourth-softmax-between-layers"},
        architectures=("tutorial", "plain", "vgg"),
    ),
    fault(
        "kept-for-dropped",
        "dropout-destroys evaluated-otherwise HC201 HC204 HC208",
        f"{LARGE} {BROKEN} {POOR} HC108 HC206",
        network={"fault": "fourth-kept-for-dropped"},
        architectures=("deep",),
    ),
    fault(
        "mirrored-in-training",
        "evaluated-otherwise HC201 HC204 HC206 HC208 HC221",
        f"{POOR} HC207",
        network={"fault": "fourth-mirrored-in-training"},
    ),
    fault(
        "evaluated-once-and-for-all",
        "trained-in-evaluation-mode",
        f"{LARGE} {BROKEN} {POOR} HC206 evaluated-otherwise",
        network={"fault": "fourth-evaluated-once-and-for-all"},
        architectures=WITH_BATCH_NORM,
        lasting=True,
    ),
)

FOURTH_KINDS = (*NUMBERS, *DATA, *NETWORK, *LOOPS)
"""All kinds of faults of this part."""

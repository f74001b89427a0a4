"""Projects of a fourth part whose network is wrong; their data and definitions are sound."""

from collections.abc import Iterator
from typing import Any

from benchmarks.diagnosis.kinds import BENT, BROKEN, CUT, SMALL, START
from benchmarks.gate.faulty import HIGH, LOW
from benchmarks.gate.fourth_faulty import ADAM, MODULE, SGD, faulty_project, source
from benchmarks.gate.project import Project

MIXED = "HP403 samples-influence-each-other"
BENDS = f"HP201 {BENT} loss-has-a-floor"
BAD_START = f"{START} signal-lost"
LOST = f"signal-lost same-answer equal-weights {START}"
IDLE = f"{CUT} HP402"
Row = tuple[str, str, dict[str, Any], str, str, bool]
"""Class, data, parameters, right codes, true codes, whether it must fail."""

BROKEN_NETWORKS: tuple[Row, ...] = (
    ("FlattenedAcross", "digits", {}, MIXED, "", True),
    ("FlattenedAcross", "badges", {"norm": True}, MIXED, "", True),
    ("MapsBySamples", "stripes", {}, MIXED, "", True),
    ("Standardised", "badges", {}, f"{MIXED} HC342", "", True),
    ("BatchAttention", "stripes", {}, MIXED, "", True),
    ("BatchSoftmaxAttention", "badges", {}, MIXED, "", True),
    ("RowsOfTheBatch", "digits", {}, MIXED, "", True),
    ("BatchNormByHand", "cells", {}, f"{MIXED} evaluated-in-training-mode", "", True),
    ("SoftmaxCall", "stripes", {}, BENDS, "", True),
    ("SoftmaxModule", "badges", {}, BENDS, "", True),
    ("SigmoidCall", "digits", {}, BENDS, "", True),
    ("ReluCall", "glyphs", {}, BENDS, "dead-units", False),
    ("Clamped", "badges", {"norm": True}, BENDS, "", False),
    ("PositiveNumbers", "discs", {}, BENDS, "dead-units", False),
    ("CosineAlone", "glyphs", {}, f"{BENDS} {START}", LOW, False),
    ("Faint", "stripes", {}, f"{SMALL} {LOW} {START} vanishing-gradients", "", False),
    ("Cold", "badges", {}, START, f"{HIGH} {BROKEN}", True),
    ("TenOutputs", "glyphs", {}, "refused HP401 HD201", "", True),
    ("ThousandOutputs", "badges", {}, "refused HP401 initial-loss-off", "", True),
    ("WithFeatures", "stripes", {}, "refused HP401", "", True),
    ("NotFlattened", "badges", {}, "refused HP401", "", True),
    ("LinearForOtherImages", "badges", {}, "refused HP401", "", True),
    ("FirstOutputAlone", "discs", {}, "refused HP401", "", True),
    ("DropoutForEver", "badges", {}, "HP404", "", True),
    ("NoiseForEver", "digits", {}, "HP404", "", True),
    ("InPlace", "stripes", {}, "HP405", "", True),
    ("Overwritten", "badges", {}, "signal-lost same-answer", f"{CUT} dead-units", True),
    ("NanInEvaluation", "stripes", {}, "HP401 evaluated-otherwise training-failed refused loss-exploded", "", True),
)
STARTS: tuple[Row, ...] = (
    ("AllZero", "stripes", {}, LOST, CUT, True),
    ("HiddenZero", "badges", {}, LOST, CUT, True),
    ("ClosedNorms", "badges", {}, LOST, CUT, True),
    ("AllAlike", "digits", {}, f"equal-weights {START}", "same-answer", False),
    ("AllAlike", "badges", {}, f"equal-weights {START}", "same-answer", False),
    ("StandardNormal", "badges", {}, BAD_START, f"{HIGH} {BROKEN}", True),
    ("NearZero", "stripes", {}, f"{BAD_START} vanishing-gradients same-answer", LOW, False),
    ("Positive", "digits", {}, BAD_START, f"{HIGH} {BROKEN}", False),
    ("LoudHead", "badges", {}, START, f"{HIGH} {BROKEN}", True),
    ("SureFromTheStart", "stripes", {}, START, HIGH, True),
    ("NegativeBiases", "stripes", {}, f"{BAD_START} dead-units same-answer", CUT, False),
    ("SaturatedTanh", "stripes", {}, f"saturated-units HP204 {BAD_START}", "", False),
    ("Deep", "badges", {}, f"{BAD_START} vanishing-gradients same-answer", "", False),
    (
        "Deep",
        "stripes",
        {"act": "Sigmoid", "depth": 8},
        f"HP204 {BAD_START} vanishing-gradients same-answer",
        "",
        False,
    ),
)
UNTRAINED: tuple[Row, ...] = (
    ("NoActivations", "stripes", {}, "linear-network HC204", "", False),
    ("NoActivations", "badges", {}, "linear-network HC204", "", False),
    ("Frozen", "badges", {}, IDLE, "", False),
    ("Detached", "stripes", {}, IDLE, "", False),
    ("NoGrad", "badges", {"norm": True}, f"{IDLE} HC204", "", False),
    ("ThroughNumpy", "glyphs", {}, IDLE, "", False),
    ("Binary", "badges", {}, f"{IDLE} vanishing-gradients", "", False),
    ("Listed", "badges", {}, "HP406", CUT, True),
    ("TensorWeights", "stripes", {}, "HP406", CUT, True),
    ("SameLayerTwice", "stripes", {}, IDLE, "", False),
    ("LostBranches", "badges", {}, IDLE, "", False),
    ("AlwaysEvaluating", "stripes", {"width": 16, "blocks": 1}, "trained-in-evaluation-mode", "", False),
    ("OneUnit", "glyphs", {}, "stalled-above-zero HC204", "dead-units", False),
    ("NormMomentum", "badges", {}, "evaluated-otherwise", "", False),
    ("Dropping", "badges", {"hidden_rate": 0.97}, "HP207 dropout-destroys", "", False),
    ("Dropping", "glyphs", {"output_rate": 0.5}, "HP206 dropout-destroys", "", False),
)


def of_networks() -> Iterator[Project]:
    """Wrong networks, in turn with rates that are given and rates that are searched."""
    files = (("broken", BROKEN_NETWORKS), ("starts", STARTS), ("untrained", UNTRAINED))
    for place, (file, name, data, parameters, right, also, fails) in enumerate(
        (file, *row) for file, rows in files for row in rows
    ):
        definition: dict[str, Any] = {
            "data": source(data, batch_size=32),
            "network": {"factory": MODULE.format(file, name), **parameters},
        }
        if place % 3 != 2:
            definition["optimizer"] = (ADAM, SGD)[place % 3]
        yield faulty_project(f"{file}/{name}/{data}", definition, right, also, fails=fails)

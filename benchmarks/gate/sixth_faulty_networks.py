"""Projects of a sixth part whose network is wrong; their data and definitions are sound."""

from collections.abc import Iterator
from typing import Any

from benchmarks.diagnosis.kinds import BROKEN, CUT, LARGE, START
from benchmarks.gate.faulty import HIGH, LOW
from benchmarks.gate.fifth_faulty_networks import (
    BAD_START,
    BENDS,
    IDLE,
    MIXED,
    NAN,
    NAN_AT_ONCE,
    RANDOM,
    SLOPELESS,
    UNKEPT,
    Row,
)
from benchmarks.gate.fourth_faulty import ADAM, SGD, faulty_project
from benchmarks.gate.project import Project
from benchmarks.gate.sixth_sound import MODULE, source

SAME = "signal-lost same-answer"
"""Nothing of the image arrives."""

OUTPUTS: tuple[Row, ...] = (
    ("NormalisedLogits", "plates", BENDS, "", False),
    ("SoftmaxOverPlaces", "coins", f"{SAME} {BENDS}", f"{CUT} HC335", True),
    ("MeanOfProbabilities", "marks", BENDS, "", True),
    ("TanhOnNumbers", "ovens", BENDS, "saturated-units", False),
    ("KernelForLogit", "flows", BENDS, LOW, False),
    ("DroppedLogits", "slices", "HP206 HC208 dropout-destroys", BENDS, False),
    ("RoundedFeatures", "plates", IDLE, "", False),
    ("WholeNumbers", "soils", SAME, f"{CUT} HC335 dead-units", True),
    ("LogarithmOfMaps", "rain", NAN_AT_ONCE, "", True),
    ("PowerPooling", "slices", NAN, f"{BROKEN} HP401", True),
    ("MaskTheWrongWay", "boards", f"{NAN_AT_ONCE} {UNKEPT} {IDLE}", "", True),
    ("BlindToken", "boards", SAME, f"{CUT} HC335", True),
    ("NormedAway", "slices", SAME, f"{CUT} HC335", True),
    ("NormOfOneNumber", "ovens", SAME, f"{CUT} HC335 {BENDS}", True),
    ("GroupsOfOne", "marks", SAME, f"{CUT} HC335", True),
    ("ActivationsThrownAway", "boards", "linear-network HC204", "HC203 HC206", False),
    ("FirstBands", "soils", "unseen-channels", "", False),
    ("AveragedOverClasses", "plates", "refused HP401 HD201", "", True),
    ("HiddenSoftmax", "coins", SLOPELESS, LOW, False),
)
BATCHES: tuple[Row, ...] = (
    ("CentredByBatch", "beats", MIXED, "", True),
    ("AttendsToOthers", "tiles", MIXED, "", True),
    ("FlattenedForAnother", "marks", f"refused HP401 {MIXED}", "", True),
    ("ShuffledSamples", "plates", MIXED, "", True),
    ("RemembersTheLastBatch", "larger", f"refused HP401 {MIXED} {RANDOM}", "", True),
    ("NoiseForEver", "soils", RANDOM, "", True),
    ("PathsDroppedForEver", "coins", RANDOM, "", True),
    ("RolledForEver", "slices", RANDOM, "", True),
    ("NormsWithoutMemory", "rain", f"{MIXED} evaluated-in-training-mode", "", True),
    ("NeverInTraining", "plates", "trained-in-evaluation-mode", "", False),
    ("ClippedInPlace", "flows", "HP405", "", True),
    ("BlankedInPlace", "tiles", "HP405", "", True),
    ("PlacesOfTheBatch", "boards", MIXED, "", True),
)
PARAMETERS: tuple[Row, ...] = (
    ("DictOfLayers", "marks", "HP406", CUT, True),
    ("BuiltInTheCall", "larger", "HP404 HP406", CUT, True),
    ("ScaledAfterwards", "soils", "HP406 refused HP401 training-failed", CUT, True),
    ("InferenceFeatures", "tiles", f"refused HP401 HP402 training-failed {CUT}", "", True),
    ("ThroughArrays", "slices", IDLE, "", False),
    ("FrozenByName", "plates", f"refused HP401 {IDLE}", "", True),
    ("NeverLoaded", "larger", IDLE, "", False),
    ("NormsForgotten", "coins", IDLE, f"{SAME} vanishing-gradients {LOW}", False),
    ("OldVariable", "boards", IDLE, "HC204", False),
    ("TransformerStart", "plates", f"{BAD_START} same-answer vanishing-gradients", LOW, False),
    ("LoudPlaces", "boards", BAD_START, f"{HIGH} {LARGE} {BROKEN}", False),
    ("ClosedGates", "slices", f"{BAD_START} same-answer vanishing-gradients", f"{LOW} saturated-units", False),
    ("GainOfTen", "marks", BAD_START, f"{HIGH} {LARGE} {BROKEN}", False),
    ("BranchesAddUp", "plates", BAD_START, f"{HIGH} {LARGE} {BROKEN}", False),
    ("OneFilterCopied", "slices", f"equal-weights {START}", "same-answer vanishing-gradients", False),
    ("ClosedByBiases", "rain", f"dead-units same-answer {BAD_START}", f"{CUT} HC335 vanishing-gradients", True),
)
PLAIN_NUMBERS = {"WholeNumbers"}
"""Their images are not normalised, as they are between 0 and 1."""


def of_networks() -> Iterator[Project]:
    """Wrong networks, in turn with rates that are given and rates that are searched."""
    files = (("outputs", OUTPUTS), ("batches", BATCHES), ("parameters", PARAMETERS))
    for place, (file, name, data, right, also, fails) in enumerate(
        (file, *row) for file, rows in files for row in rows
    ):
        more: dict[str, Any] = {"normalize": False} if name in PLAIN_NUMBERS else {}
        definition: dict[str, Any] = {
            "data": source(data, batch_size=32, **more),
            "network": {"factory": MODULE.format(file, name)},
        }
        if place % 3 != 1:
            definition["optimizer"] = (ADAM, {}, SGD)[place % 3]
        yield faulty_project(f"{file}/{name}/{data}", definition, right, also, fails=fails)

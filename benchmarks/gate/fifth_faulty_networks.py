"""Projects of a fifth part whose network is wrong, as users reported it; their data and definitions are sound."""

from collections.abc import Iterator
from typing import Any

from benchmarks.diagnosis.kinds import BENT, BROKEN, CUT, LARGE, START
from benchmarks.gate.faulty import HIGH, LOW
from benchmarks.gate.fifth_faulty import MODULE, source
from benchmarks.gate.fourth_faulty import ADAM, SGD, faulty_project
from benchmarks.gate.project import Project

MIXED = "HP403 samples-influence-each-other"
BENDS = f"HP201 {BENT} loss-has-a-floor"
BAD_START = f"{START} signal-lost"
LOST = f"signal-lost same-answer equal-weights {START}"
IDLE = f"{CUT} HP402"
RANDOM = "HP404 evaluated-in-training-mode"
UNKEPT = "evaluated-otherwise"
NAN = f"{LARGE} training-failed loss-exploded"
NAN_AT_ONCE = f"HP401 refused {NAN}"
SLOPELESS = f"HP204 {BAD_START} vanishing-gradients same-answer"
Row = tuple[str, str, str, str, bool]
"""Class, data, right codes, true codes, whether it must fail."""

OUTPUTS: tuple[Row, ...] = (
    ("RecurrentSoftmax", "calls", BENDS, "", True),
    ("MixedSoftmax", "digits", BENDS, "", True),
    ("TwiceSoftmax", "runes", BENDS, "", True),
    ("SoftmaxOfOne", "tanks", f"{BENDS} signal-lost same-answer", CUT, True),
    ("SigmoidLogits", "digits", f"{BENDS} HP204", "saturated-units vanishing-gradients", True),
    ("OptionalSigmoid", "cloths", BENDS, "", True),
    ("ReluOnFc8", "leaves", BENDS, "dead-units", False),
    ("ReluOnLogits", "runes", BENDS, "dead-units", False),
    ("ReluOnNumbers", "tanks", f"{BENDS} HC204 stalled-above-zero", "dead-units", False),
    ("SigmoidOnNumbers", "tanks", BENDS, "saturated-units", False),
    ("SoftmaxOverBatch", "cloths", f"{MIXED} {BENDS}", "", True),
    ("LogSoftmaxOverBatch", "digits", f"{MIXED} {BENDS}", "", True),
    ("OldSoftmax", "runes", MIXED, "", True),
)
AXES: tuple[Row, ...] = (
    ("SequenceFirst", "cloths", MIXED, "", True),
    ("LstmSequenceFirst", "digits", MIXED, "", True),
    ("AxialAttention", "calls", MIXED, "", True),
    ("StatesReshaped", "runes", MIXED, "", True),
    ("BatchForMaps", "leaves", MIXED, "", True),
    ("TwelveOutputs", "runes", "refused HP401 HD201", "", True),
    ("OutputsAsNamed", "twins+from-one", "refused HP401 HD201 HD202", "HD203 HD204 HD206", True),
    ("FeaturesAsPixels", "cloths", "HC204 HC203 stalled-above-zero", LOW, False),
)
PARAMETERS: tuple[Row, ...] = (
    ("ListOfLayers", "digits", "HP406", CUT, True),
    ("ListOfBranches", "cloths", "HP406", CUT, True),
    ("ListsOfNorms", "leaves", "HP406", f"{CUT} evaluated-in-training-mode {MIXED}", True),
    ("UnregisteredHead", "runes", "HP406", CUT, True),
    ("Memory", "cloths", "HP406", CUT, True),
    ("ExtractedFeatures", "runes", IDLE, "", False),
    ("ChosenByArgmax", "leaves", IDLE, "", False),
    ("MaskByArgmax", "runes", IDLE, "", False),
    ("FrozenStages", "cloths", IDLE, "", False),
    ("FrozenConvolutions", "cloths", IDLE, "", False),
    ("ThirdUnused", "leaves", IDLE, "", False),
    ("NormOfInputs", "cloths", IDLE, "", False),
    ("NotYetDefined", "runes", "refused HP401", "", True),
    ("ImagesTimesZeros", "twins", "signal-lost same-answer", f"{CUT} dead-units", True),
    ("NoActivations", "cloths", "linear-network HC204", "", False),
    ("NoActivationsFast", "twins", f"linear-network HC204 {HIGH}", "HC206 HC203", False),
)
MODES: tuple[Row, ...] = (
    ("InceptionWithoutMomentum", "runes", UNKEPT, "", False),
    ("FrozenNorms", "cloths", UNKEPT, CUT, False),
    ("SlowestMomentum", "leaves", UNKEPT, "", False),
    ("NormsAlwaysTraining", "calls", f"evaluated-in-training-mode {MIXED}", "", True),
    ("BackboneAlwaysEvaluating", "runes", "trained-in-evaluation-mode", "", False),
    ("DroppedScores", "runes", RANDOM, "", True),
    ("DropoutMadeInCall", "cloths", RANDOM, "", True),
    ("DroppedInPerceptron", "digits", RANDOM, "", True),
    ("DropoutOfNineTenths", "cloths", "HP207 dropout-destroys HC208", "", False),
    ("KeptInsteadOfDropped", "cloths", "HP207 dropout-destroys HC208", "", False),
    ("NormedInPlace", "digits", "HP405", "", True),
    ("MirroredInPlace", "leaves", "HP405", "", True),
    ("InstanceDeviation", "runes", NAN_AT_ONCE, UNKEPT, True),
    ("StyledByDeviation", "leaves", NAN, f"{BROKEN} HP401", True),
    ("LengthsOfNothing", "cloths", NAN, f"{BROKEN} HP401", True),
    ("StandardisedChannels", "cloths+opaque", f"{NAN_AT_ONCE} HD103", "", True),
)
STARTS: tuple[Row, ...] = (
    ("TooWideXavier", "runes", BAD_START, f"{HIGH} {BROKEN}", False),
    ("TooNarrowTransforms", "digits", f"{BAD_START} vanishing-gradients", LOW, False),
    ("StandardNormalRelu", "digits", f"{BAD_START} {BENDS}", f"{HIGH} {BROKEN}", True),
    ("GateOfZeros", "runes", LOST, CUT, True),
    ("FilledAlike", "cloths", f"equal-weights {START}", "same-answer vanishing-gradients", False),
    ("SigmoidPerceptron", "runes", SLOPELESS, LOW, False),
    ("SevenSigmoids", "digits", SLOPELESS, LOW, False),
    ("ThirteenConvolutions", "cloths", SLOPELESS, LOW, False),
    ("SixteenLayers", "runes", SLOPELESS, LOW, False),
    ("LoudClassifier", "runes", BAD_START, f"{HIGH} {BROKEN}", False),
)
CHOSEN = {"TooNarrowTransforms": SGD}
"""Optimisers with which a fault costs anything; a sound network learns with them as well."""


def of_networks() -> Iterator[Project]:
    """Wrong networks, in turn with rates that are given and rates that are searched."""
    files = (("outputs", OUTPUTS), ("axes", AXES), ("parameters", PARAMETERS), ("modes", MODES), ("starts", STARTS))
    for place, (file, name, data, right, also, fails) in enumerate(
        (file, *row) for file, rows in files for row in rows
    ):
        plain, _, fault = data.partition("+")
        definition: dict[str, Any] = {
            "data": source(plain, fault, batch_size=32),
            "network": {"factory": MODULE.format(file, name)},
        }
        if place % 3 != 1 or name in CHOSEN:
            definition["optimizer"] = CHOSEN.get(name, (ADAM, {}, SGD)[place % 3])
        yield faulty_project(f"{file}/{name}/{plain}", definition, right, also, fails=fails)

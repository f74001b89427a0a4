"""Which families of faults each kind of the catalogue belongs to, in the words of detectors that know fewer of them.

A kind that no published rule describes (a schedule that decays too early, an epoch too few, a leak) belongs to none.
"""

from benchmarks.diagnosis.rivals.fifth_families import FIFTH_FAMILIES
from benchmarks.diagnosis.rivals.fourth_families import FOURTH_FAMILIES
from benchmarks.diagnosis.rivals.rule import families
from benchmarks.diagnosis.rivals.second_families import SECOND_FAMILIES, THIRD_FAMILIES

FAMILIES = {
    name: families(text)
    for text, names in (
        ("slow", "rate-too-low-1000 rate-too-low-100 adam-rate-too-low clipped-to-nothing too-few-epochs"),
        ("slow", "decay-at-epoch-1 decay-at-epoch-3"),
        (
            "explodes unstable stuck",
            (
                "rate-too-high-100 rate-too-high-1000 exploding-without-norm exploding-with-norm momentum-0.999"
                " momentum-0.99 adam-rate-too-high gradients-never-cleared loss-with-wrong-sign"
            ),
        ),
        ("unstable", "rate-never-lowered batch-of-two batches-sorted restarts-every-epoch"),
        ("regularised underfits stuck", "weight-decay-1 l1-too-strong dropout-0.95"),
        (
            "labels stuck overfits",
            (
                "labels-shuffled-in-training labels-shuffled labels-shifted labels-40-percent-wrong images-are-noise"
                " labels-off-by-one-in-training augmentation-destroys-labels images-with-two-labels"
            ),
        ),
        ("labels overfits", "labels-permuted-in-validation pixels-scattered"),
        ("scale overfits", "validation-inverted validation-darker"),
        ("scale", "pixels-to-255 ranges-mixed pixels-a-thousandth images-constant channel-constant"),
        ("explodes scale", "images-not-a-number"),
        ("uneven", "classes-uneven split-by-class labels-start-at-one"),
        ("overfits", "too-few-samples too-large samples-copied"),
        ("weights signal stuck slow", "tiny-weights small-weights zero-weights constant-weights"),
        ("weights explodes", "huge-weights"),
        ("signal stuck", "dead-relus most-relus-dead images-never-arrive"),
        ("signal weights slow stuck", "sigmoids deep-sigmoids deep-without-norm"),
        (
            "frozen underfits stuck",
            (
                "all-layers-frozen frozen-narrow-body optimiser-has-the-last-layer-only optimiser-lacks-the-last-layer"
                " detached-body unused-layer"
            ),
        ),
        ("underfits", "too-small bottleneck-of-one"),
        ("batch stuck labels", "batch-mixed reshape-mixes-batch"),
        (
            "output slow underfits",
            "softmax-twice softmax-twice-as-a-call relu-output norm-before-output sigmoid-output output-divided-by-100",
        ),
        ("output weights explodes", "output-times-100"),
        ("modes", "trained-in-evaluation-mode validated-in-training-mode norms-never-settle"),
    )
    for name in names.split()
} | {**SECOND_FAMILIES, **THIRD_FAMILIES, **FOURTH_FAMILIES, **FIFTH_FAMILIES}


def families_of(kind: str) -> frozenset[str]:
    """None for a kind that no published rule describes."""
    return FAMILIES.get(kind, frozenset())

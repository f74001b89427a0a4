"""Families of faults, as ``families`` has them, of the kinds of the fourth part.

Written before any detector was shown this part. Where the documents of any of the three describe a kind in other words,
it has that family: a branch that is dropped too often is one of regularisation and one of modes.
"""

from benchmarks.diagnosis.rivals.rule import families

FOURTH_FAMILIES = {
    name: families(text)
    for text, names in (
        ("slow", "fifteen-iterations sgd-at-the-rate-of-adam"),
        (
            "explodes unstable stuck",
            "adam-at-the-rate-of-sgd batch-of-4-at-three-times-the-rate warm-up-to-a-rate-too-high",
        ),
        ("regularised underfits stuck", "all-regularisation-at-once"),
        ("regularised underfits stuck modes", "inputs-dropped dropout-that-stays kept-for-dropped"),
        ("uneven", "class-missing-in-validation stray-folder"),
        ("uneven unstable labels stuck", "class-weighs-300-times-as-much"),
        ("labels stuck overfits", "part-numbered-otherwise two-classes-mixed shares-of-mixed-images-swapped"),
        ("labels stuck overfits modes", "mirrored-in-training"),
        ("labels overfits", "validation-numbered-by-text"),
        ("explodes scale", "not-a-number-in-validation"),
        (
            "scale overfits",
            "bytes-wrap-around grey-validation noise-in-validation normalised-twice-in-validation",
        ),
        ("overfits", "five-of-each-class"),
        ("batch stuck labels", "attention-across-the-batch standardised-by-the-batch"),
        ("signal weights slow stuck", "identity-overwritten softmax-between-layers drawn-with-std-0.001"),
        ("weights explodes", "drawn-with-std-1"),
        ("frozen underfits stuck", "first-layers-under-no-grad branches-detached"),
        ("frozen underfits stuck modes", "blocks-in-a-list"),
        ("modes", "one-norm-for-all evaluated-once-and-for-all"),
        ("output slow underfits", "cosines-without-scale layer-norm-on-outputs clamped-outputs"),
        ("underfits stuck", "first-channel-only"),
    )
    for name in names.split()
}
NOT_DESCRIBED = frozenset({"varied-before-the-split"})
"""By no published rule: none compares the images of two splits."""

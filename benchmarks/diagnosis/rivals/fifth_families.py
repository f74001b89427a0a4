"""Families of faults, as ``families`` has them, of the kinds of the fifth part.

Written before any detector was shown this part, and as generously as for the parts before: where the documents of any
of the three describe a kind in other words, it has that family.
"""

from benchmarks.diagnosis.rivals.rule import families

FIFTH_FAMILIES = {
    name: families(text)
    for text, names in (
        ("unstable explodes", "batch-of-one"),
        ("slow", "batching-disabled rate-a-thousand-times-too-low two-epochs changed-to-plain-sgd"),
        ("slow", "gradients-clipped-away rate-falls-to-nothing loss-divided-by-the-data-set"),
        ("explodes unstable stuck", "rate-fifty-times-too-high changed-to-rmsprop gradients-cleared-once-an-epoch"),
        ("regularised underfits stuck", "l2-too-strong l1-added dropout-too-strong"),
        ("regularised underfits stuck modes", "maps-dropped-always"),
        ("overfits", "regularisation-removed-from-few-samples most-training-data-removed"),
        ("uneven labels", "labels-become-the-first"),
        ("uneven", "unbalanced-in-training split-in-stored-order"),
        ("labels stuck overfits", "noise-in-training shuffled-apart classes-overlap low-resolution"),
        ("scale", "never-scaled divided-by-255-twice"),
        ("scale overfits", "bytes-in-validation transposed-in-validation"),
        ("labels overfits scale", "channels-read-as-rows"),
        ("unstable", "never-shuffled"),
        ("underfits", "classes-regressed filters-of-one-pixel pooled-too-much too-few-units activations-forgotten"),
        ("signal weights slow stuck", "sigmoids-in-depth layers-added weights-of-zero weights-of-one"),
        ("output slow underfits", "relu-on-outputs relu-on-a-regression soft-max-in-front-of-the-loss"),
        ("output slow underfits", "hard-sigmoid-on-outputs mean-absolute-error probabilities-for-logarithms"),
        ("output explodes stuck", "logarithm-forgotten percentage-error targets-broadcast"),
        ("frozen underfits stuck modes", "blocks-in-a-dictionary"),
        ("frozen underfits stuck", "through-numpy second-half-optimised"),
        ("batch stuck labels", "features-transposed"),
        ("batch modes", "own-batch-norm"),
        ("modes", "eval-in-forward slow-norms"),
        ("labels stuck overfits modes", "turned-at-random"),
        ("signal stuck", "divided-as-integers one-output-less"),
        ("weights unstable underfits", "layers-made-anew"),
    )
    for name in names.split()
}
NOT_DESCRIBED = frozenset({"validated-on-training-data"})
"""By no published rule: none compares the images of two splits."""

"""Families of faults, as ``families`` has them, of the kinds of the second and third part.

Nobody describes a validation split that is too small, or a network that raises.
"""

from benchmarks.diagnosis.rivals.rule import families

SECOND_FAMILIES = {
    name: families(text)
    for text, names in (
        (
            "slow",
            (
                "warm-up-longer-than-the-training whole-set-in-one-batch schedule-stepped-by-batches averaged-twice"
                " step-every-50-batches"
            ),
        ),
        ("slow frozen underfits stuck", "step-forgotten"),
        (
            "explodes unstable stuck",
            (
                "cyclic-peak-too-high schedule-that-rises scale-of-gradients-kept last-layer-goes-uphill"
                " gradients-with-noise"
            ),
        ),
        ("regularised underfits stuck", "adam-decay-too-strong max-norm-0.01 smoothing-0.9"),
        ("regularised underfits stuck modes", "outputs-dropped first-maps-dropped"),
        ("labels overfits", "two-classes-swapped-in-validation class-merged-in-training"),
        (
            "labels stuck overfits",
            "class-half-wrong-in-training labels-of-the-batch-before one-image-for-many",
        ),
        ("labels stuck overfits modes", "images-mixed-and-labels-not"),
        (
            "scale overfits",
            (
                "validation-on-its-side channels-reversed-in-validation validation-not-normalised validation-blurred"
                " bytes-wrap-around-in-training divided-by-brightness classes-marked-in-training"
            ),
        ),
        ("scale underfits stuck", "floats-cast-to-bytes"),
        ("underfits stuck overfits", "cropped-to-a-corner"),
        ("underfits", "no-activations pooled-to-one-too-early stride-of-eight one-filter-in-the-first-layer"),
        ("output slow underfits", "tanh-output"),
        ("output batch slow underfits", "softmax-over-the-batch"),
        ("weights explodes", "weights-between-0-and-1"),
        ("weights signal stuck slow", "epsilon-of-norms-huge"),
        ("signal frozen stuck", "norms-frozen-at-zero"),
        ("frozen underfits stuck", "only-biases-learn outputs-detached"),
        ("frozen underfits stuck signal", "features-rounded"),
        ("frozen underfits stuck unstable", "layer-made-in-the-forward-pass"),
        ("modes", "average-of-weights-lags"),
        ("overfits", "one-batch-for-ever"),
        ("uneven", "class-never-drawn"),
        ("uneven labels", "class-weighs-nothing"),
    )
    for name in names.split()
}
THIRD_FAMILIES = {
    name: families(text)
    for text, names in (
        ("slow", "adagrad-rate-too-low exponential-falls-too-fast plateau-without-patience clipped-by-tiny-value"),
        ("slow frozen underfits stuck", "updates-rounded-away"),
        ("explodes unstable stuck", "last-layer-thousandfold gradient-reversed-below-the-last-layer"),
        ("explodes unstable stuck output", "loss-summed"),
        ("regularised underfits stuck", "norms-decay-strongly"),
        ("frozen underfits stuck", "group-of-convolutions-at-rate-0 only-norms-learn"),
        ("frozen underfits stuck modes", "loss-on-the-wrong-head"),
        ("uneven", "class-weights-inverted half-of-the-classes-missing"),
        ("uneven labels stuck overfits", "missing-labels-are-zero"),
        ("labels stuck overfits", "files-in-another-order"),
        ("labels stuck overfits modes", "a-fifth-of-training-images-left"),
        ("scale overfits", "erased-in-validation validation-black-and-white padded-in-validation"),
        ("scale", "images-with-an-offset"),
        ("underfits stuck overfits", "shrunk-to-two-pixels"),
        ("output slow underfits", "outputs-of-length-one"),
        ("batch stuck labels output", "normalised-along-the-batch"),
        ("batch modes", "norms-without-memory"),
        ("weights explodes", "branches-times-100"),
        ("weights explodes output", "one-output-begins-at-20"),
        ("signal frozen stuck", "gates-shut"),
    )
    for name in names.split()
}
NOT_DESCRIBED = frozenset({"validation-of-20", "one-output-too-few"})
"""By no published rule."""

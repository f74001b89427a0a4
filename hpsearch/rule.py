"""The rules of the advice and the checks of data by their codes, and which a user has chosen. Needs no torch.

The rules themselves look at networks, or at how they are to be trained, and live in ``hpsearch.advice``; the checks
live in ``hpsearch.data.checks``. Their codes are part of the study definition, so that everybody who reads one has to
know them.
"""

from collections.abc import Iterable

RULES: dict[str, str] = {
    "HP101": "even-kernel",
    "HP102": "stride-leaves-rest",
    "HP103": "pooling-leaves-rest",
    "HP104": "stride-leaves-gaps",
    "HP105": "padding-changes-size",
    "HP106": "input-not-divisible",
    "HP107": "receptive-field-too-small",
    "HP108": "large-kernel",
    "HP109": "large-first-kernel",
    "HP110": "no-bottleneck",
    "HP111": "large-pooling",
    "HP201": "activation-on-output",
    "HP202": "no-bias-no-norm",
    "HP203": "bias-before-norm",
    "HP204": "saturating-activations",
    "HP205": "dropout-before-norm",
    "HP206": "dropout-on-outputs",
    "HP207": "dropout-of-nearly-all",
    "HP301": "narrow-first-layer",
    "HP302": "filters-not-power-of-two",
    "HP303": "head-outweighs-convolutions",
    "HP401": "forward-fails",
    "HP402": "unused-layer",
    "HP403": "samples-influence-each-other",
    "HP404": "not-deterministic",
    "HP405": "changes-its-input",
    "HP406": "unregistered-weights",
    "HP407": "features-as-places",
    "HP408": "gradients-of-something-else",
    "HP501": "warmup-most-of-training",
    "HP502": "rate-decays-to-nothing",
    "HP503": "momentum-magnifies-rates",
    "HP504": "rates-out-of-reach",
    "HP601": "weight-decay-too-strong",
    "HP602": "label-smoothing-too-strong",
    "HP603": "clip-norm-too-small",
    "HP604": "max-norm-too-small",
    "HP701": "too-few-updates",
    "HP702": "few-updates-per-epoch",
    "HP703": "batch-norm-of-tiny-batches",
    "HP801": "range-spans-nothing",
    "HP802": "range-too-wide",
}
"""1: sizes and windows; 2: activations, biases and norms; 3: widths and parameters; 4: how the forward pass behaves;
5: the learning rate; 6: what holds the weights back; 7: mini-batches and updates; 8: the ranges that are searched.
A code keeps its meaning for ever; a rule that goes leaves a gap."""

EVERY = "HP"
"""The beginning of all codes of the advice."""

OF_DATA = "HD"
"""The beginning of all codes of checks of data."""
OF_CURVES = "HC"
"""The beginning of all codes of rules on trainings."""
DATA_CODES = (
    *(f"{OF_DATA}{number}" for number in range(101, 112)),
    *(f"{OF_DATA}{number}" for number in range(201, 211)),
    *(f"{OF_DATA}{number}" for number in range(301, 305)),
    *(f"{OF_DATA}{number}" for number in range(401, 405)),
)
"""1: pixels; 2: labels and their division; 3: duplicates; 4: what can be learned."""


def is_known(code: str) -> bool:
    """Whether it is the code of a rule, or the beginning of one that has at least the letters."""
    return code.startswith(EVERY) and any(known.startswith(code) for known in RULES)


def chosen(select: Iterable[str], ignore: Iterable[str]) -> frozenset[str]:
    """The codes that begin with one of ``select`` and with none of ``ignore``."""
    wanted, unwanted = tuple(select), tuple(ignore)
    return frozenset(code for code in RULES if code.startswith(wanted) and not code.startswith(unwanted))

"""The rules of the advice on networks by their codes, and which of them a user has chosen. Needs no torch.

The rules themselves look at networks and live in ``hpsearch.advice``; their codes are part of the study definition,
so that everybody who reads one has to know them.
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
    "HP301": "narrow-first-layer",
    "HP302": "filters-not-power-of-two",
    "HP303": "head-outweighs-convolutions",
    "HP401": "forward-fails",
    "HP402": "unused-layer",
    "HP403": "samples-influence-each-other",
    "HP404": "not-deterministic",
    "HP405": "changes-its-input",
}
"""1: sizes and windows; 2: activations, biases and norms; 3: widths and parameters; 4: how the forward pass behaves.
A code keeps its meaning for ever; a rule that goes leaves a gap."""

EVERY = "HP"
"""The beginning of all codes."""


def is_known(code: str) -> bool:
    """Whether it is the code of a rule, or the beginning of one that has at least the letters."""
    return code.startswith(EVERY) and any(known.startswith(code) for known in RULES)


def chosen(select: Iterable[str], ignore: Iterable[str]) -> frozenset[str]:
    """The codes that begin with one of ``select`` and with none of ``ignore``."""
    wanted, unwanted = tuple(select), tuple(ignore)
    return frozenset(code for code in RULES if code.startswith(wanted) and not code.startswith(unwanted))

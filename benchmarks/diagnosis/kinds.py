"""What a kind of fault is, and groups of codes that are a right answer to some."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hpsearch.diagnosis.inside.table import INSIDE_RULES

EPOCHS = 12
WITHOUT_NORM = ("plain", "vgg")
WITH_NORM = ("norm", "residual", "separable", "dense")
EVERYWHERE = ("plain", "norm", "residual", "vgg", "separable", "dense")


@dataclass(frozen=True)
class Kind:
    """One kind of fault, as changes to a sound training."""

    name: str
    right: frozenset[str]
    """Any of these codes is a right answer; for a sound training there is none."""
    also: frozenset[str] = frozenset()
    """Codes that are true as well, and neither right nor wrong."""
    rate: float = 1.0
    """Times the sound learning rate."""
    epochs: int = EPOCHS
    batch_size: int = 32
    samples: int | None = None
    optimizer: Mapping[str, Any] = field(default_factory=dict, hash=False)
    network: Mapping[str, Any] = field(default_factory=dict, hash=False)
    data: str = ""
    """The change of the data, see ``changes.CHANGES``."""
    loop: str = ""
    """The training loop, see ``loops.LOOPS``; the trainer's own by default."""
    smoothing: float = 0.0
    """Of the labels."""
    architectures: tuple[str, ...] = EVERYWHERE
    lasting: bool = False
    """Whether it is a fault even where the validation accuracy is that of a sound training: waste, or a score that
    does not mean what it seems to. Any other that costs no accuracy is listed apart."""


INSIDE = {rule.name: code for code, rule in INSIDE_RULES.items()}
"""Codes of the rules on looks inside the network, by name."""


BEFORE = {"samples-influence-each-other": "HP403"}
"""The code of what is tried before training, for a rule on looks that says the same."""


def codes(text: str) -> frozenset[str]:
    """Some codes, written with spaces between them; a rule on looks may be named instead."""
    words = frozenset(text.split())
    return words | {table[word] for table in (INSIDE, BEFORE) for word in words if word in table}


NOTHING = "HC201 HC206"
"""Nothing is learned, or nothing that holds for other images."""
MOVED = f"HD401 HD403 HC221 {NOTHING}"
"""… and the data themselves show it."""
LARGE = "HC101 HC102 HC107 updates-too-large activations-blow-up exploding-gradients"
"""The steps are too large."""
BROKEN = "dead-units exploding-gradients activations-blow-up hidden-by-norm vanishing-gradients same-answer HC201"
"""What steps that are too large leave behind."""
SMALL = "HC103 updates-too-small"
"""The steps are too small."""
START = "activation-scale initial-loss-off scale-at-start dead-units-at-start"
"""The first weights have a wrong scale, or close units."""
CUT = "parameters-without-gradient frozen-layers without-gradient"
"""Something is not trained."""
BENT = "activation-on-output HC207"
"""The outputs are bent or held back."""
POOR = "HC202 HC203 HC204 HC103 HC105 HC106"
"""How a training looks that was hampered by something else."""

"""From a definition to findings about how it is to be trained. Needs no torch, and takes no time."""

from collections.abc import Collection

from hpsearch.advice.training import Training
from hpsearch.advice.training_table import TRAINING
from hpsearch.finding import Finding
from hpsearch.rule import RULES


def advise_training(training: Training, codes: Collection[str] = frozenset(RULES)) -> tuple[Finding, ...]:
    """What the rules find about how a definition is to be trained, in the order of the codes."""
    found = [(rule, rule.look(training)) for code, rule in TRAINING.items() if code in codes]
    return tuple(
        Finding(
            rule.code,
            remark.severity or rule.severity,
            remark.sentence,
            dict(remark.numbers),
            rule.advice,
            rule.source,
        )
        for rule, remark in found
        if remark is not None
    )

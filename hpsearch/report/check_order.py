"""In which order a check tells its findings: causes before what follows from them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hpsearch.finding import SEVEREST_FIRST, Severity
from hpsearch.report.check_documents import PlacedFindingDocument

BENT = ("HP201", "activation-on-output")
TRAINED_WITH = ("HP5", "HP6")
CAUSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "no-learning-rate": ("HD401", *TRAINED_WITH),
        "stalled-above-zero": BENT,
        "loss-has-a-floor": BENT,
        "loss-did-not-move": BENT,
        "learning-rates-miss": TRAINED_WITH,
        "parameters-without-gradient": ("HC315",),
    }
)
"""Codes, or beginnings of codes, of what may be why something else is so: told before it, however mild."""
OF_LAYERS = ("HP1", "HP2", "HP3")


def in_order(findings: Sequence[PlacedFindingDocument]) -> list[PlacedFindingDocument]:
    """The severest first, else in the order given; but what may be the cause of one stands right in front of it, and
    warnings on layers behind all others where there is an error. Information is no cause."""
    failed = any(one.severity is Severity.ERROR for one in findings)

    def rank(one: PlacedFindingDocument) -> tuple[int, bool]:
        of_layers = failed and one.severity is Severity.WARNING and one.code.startswith(OF_LAYERS)
        return SEVEREST_FIRST.index(one.severity), of_layers

    ordered = sorted(findings, key=rank)
    for symptom in [one for one in ordered if one.code in CAUSES]:
        before, behind = _parted(ordered, symptom)
        causes = [one for one in behind if _explains(one, symptom)]
        ordered = [*before, *causes, symptom, *(one for one in behind if not _explains(one, symptom))]
    return ordered


def _parted(
    ordered: Sequence[PlacedFindingDocument], symptom: PlacedFindingDocument
) -> tuple[Sequence[PlacedFindingDocument], Sequence[PlacedFindingDocument]]:
    """What stands before one, and what behind."""
    place = next(n for n, one in enumerate(ordered) if one is symptom)
    return ordered[:place], ordered[place + 1 :]


def _explains(one: PlacedFindingDocument, symptom: PlacedFindingDocument) -> bool:
    return one.severity is not Severity.INFO and one.code.startswith(CAUSES[symptom.code])

"""In which order a check tells its findings: causes before what follows from them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol, TypeVar

from hpsearch.finding import SEVEREST_FIRST, Severity

BENT = ("HP201", "activation-on-output", "loss-has-a-floor")
SPOILT = ("HD102", "HD103", "HD105", "HD109", "HD11", "HD209", "HD210", "HD301")
"""Images that show nothing, targets that nobody measured, or images that are given different labels."""
LABELS = ("HD401", "HD403")
TRAINED_WITH = ("HP5", "HP6", "HP703")
DROPPED = ("HP206", "HP207")
OF_NETWORKS = ("HC3", "parameters-without-gradient")
OF_OUTPUTS = ("signal-lost", "outputs-on-a-line", "HP408")
RATES = (*SPOILT, *LABELS, *TRAINED_WITH, *DROPPED, *OF_NETWORKS)
CAUSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "no-learning-rate": RATES,
        "learning-rate-too-high": RATES,
        "learning-rate-too-low": RATES,
        "learning-rates-too-high": RATES,
        "learning-rates-too-low": RATES,
        "learning-rates-miss": RATES,
        "stalled-above-zero": (*BENT, *SPOILT, *OF_NETWORKS, *OF_OUTPUTS),
        "loss-has-a-floor": BENT[:2],
        "loss-did-not-move": (*BENT, *SPOILT, *TRAINED_WITH, *OF_NETWORKS, *OF_OUTPUTS),
        "loss-exploded": ("HD104", "HD105", *OF_NETWORKS, *OF_OUTPUTS),
        "loss-unstable": ("HD104", "HD105", *OF_NETWORKS, *OF_OUTPUTS),
        "initial-loss-off": ("HD104", "HD105"),
        "parameters-without-gradient": ("HC315",),
        "HD203": ("HD204", "HD206"),
        "HC341": ("HP201",),
    }
)
"""Codes, or beginnings of codes, of what may be why something else is so: told before it, however mild."""
WRITTEN = ("data", "advice")
OF_LAYERS = ("HP1", "HP2", "HP3")


class Placed(Protocol):
    """A finding and the part of a check that tells it."""

    @property
    def part(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def severity(self) -> Severity: ...


AnyPlaced = TypeVar("AnyPlaced", bound=Placed)


def in_order(findings: Sequence[AnyPlaced]) -> list[AnyPlaced]:
    """The severest first, else in the order given; but what may be the cause of one stands right in front of it, and
    warnings on layers behind all others where there is an error, or a warning of a stage. Information is no cause."""
    failed = any(one.severity is Severity.ERROR or _is_seen(one) for one in findings)

    def rank(one: Placed) -> tuple[int, bool]:
        of_layers = failed and one.severity is Severity.WARNING and one.code.startswith(OF_LAYERS)
        return SEVEREST_FIRST.index(one.severity), of_layers

    ordered = sorted(findings, key=rank)
    for symptom in [one for one in ordered if one.code in CAUSES]:
        before, behind = _parted(ordered, symptom)
        causes = [one for one in behind if _explains(one, symptom)]
        ordered = [*before, *causes, symptom, *(one for one in behind if not _explains(one, symptom))]
    return ordered


def _is_seen(one: Placed) -> bool:
    """Whether it is a warning of what training has shown, and not of how the study is written."""
    return one.severity is Severity.WARNING and one.part not in WRITTEN


def _parted(ordered: Sequence[AnyPlaced], symptom: AnyPlaced) -> tuple[Sequence[AnyPlaced], Sequence[AnyPlaced]]:
    """What stands before one, and what behind."""
    place = next(n for n, one in enumerate(ordered) if one is symptom)
    return ordered[:place], ordered[place + 1 :]


def _explains(one: Placed, symptom: Placed) -> bool:
    return one.severity is not Severity.INFO and one.code.startswith(CAUSES[symptom.code])

"""How the training ended that was looked into."""

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.diagnosis.inside.seen import Inside


def curve_of(inside: Inside) -> Curve | None:
    """Its curves; None without epochs."""
    counted = inside.trial.job.budget.epochs is not None and bool(inside.trial.result.epochs)
    return Curve(inside.trial, inside.task) if counted else None


def validated_well(inside: Inside) -> bool:
    """Whether validation has ended well."""
    curve = curve_of(inside)
    return curve is not None and curve.ended_well


def ended_badly(inside: Inside) -> bool:
    """In training, and surely in validation."""
    curve = curve_of(inside)
    return curve is not None and not curve.ended_well and not curve.fits

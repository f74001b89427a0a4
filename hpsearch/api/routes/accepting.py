"""Which form of an answer an Accept header likes best (RFC 9110, section 12.5.1)."""

from collections.abc import Mapping
from typing import TypeVar

F = TypeVar("F", bound=str)


def preferred(accept: str, media_types: Mapping[F, str]) -> F | None:
    """The form whose type it likes best, the first of those it likes alike; None if it takes none of them."""
    liked = {name: _quality(accept, media_type) for name, media_type in media_types.items()}
    best = max(liked, key=lambda name: liked[name])
    return best if liked[best] > 0 else None


def _quality(accept: str, media_type: str) -> float:
    """How much a header likes a type: what its most specific range says."""
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    found: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights = [piece[2:] for piece in parameters if piece.startswith("q=")]
        found[name] = _weight(weights[0]) if weights else 1.0
    return next((found[one] for one in ranges if one in found), 0.0)


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0

"""All sound data sets by name, and which of them the checks were mended by."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.data.documents import DOCUMENTS
from benchmarks.data.drawings import DRAWINGS
from benchmarks.data.fields import Draw, Drawn
from benchmarks.data.guises import GUISES
from benchmarks.data.motions import MOTIONS
from benchmarks.data.photographs import PHOTOGRAPHS
from benchmarks.data.physics import PHYSICS
from benchmarks.data.sensors import SENSORS
from benchmarks.data.signals import SIGNALS
from benchmarks.data.textures import TEXTURES
from benchmarks.data.wares import WARES

Maker = Callable[[Draw], Drawn]


def _named(*families: Sequence[Maker]) -> dict[str, Maker]:
    return {f"{maker.__module__.rpartition('.')[2]}.{maker.__name__}": maker for family in families for maker in family}


PARTS: dict[str, dict[str, Maker]] = {
    "mended-by": _named(TEXTURES, DRAWINGS, SENSORS, GUISES, PHOTOGRAPHS),
    "last": _named(SIGNALS, MOTIONS, PHYSICS, DOCUMENTS, WARES),
}
"""The findings of the first were read while the checks were mended; those of the last, of other families, once at the
end."""


def drawn(name: str) -> Drawn:
    """A data set as its loader gives it, the same each time; raises KeyError for a name that no set has."""
    maker = next(sets[name] for sets in PARTS.values() if name in sets)
    made = maker(np.random.default_rng(list(name.encode())))
    return replace(made, images=np.ascontiguousarray(made.images))

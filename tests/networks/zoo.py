"""Every named network once or more, for the conformance test: how it is built, and what is published of it.

A family adds ``zoo_<family>.py`` with a tuple ``ENTRIES`` and its line in ``FAMILIES`` below.
"""

from tests.networks import zoo_convnet, zoo_lenet
from tests.networks.zoo_entry import Entry

FAMILIES: tuple[tuple[Entry, ...], ...] = (
    zoo_convnet.ENTRIES,
    zoo_lenet.ENTRIES,
)
ZOO: tuple[Entry, ...] = tuple(entry for family in FAMILIES for entry in family)

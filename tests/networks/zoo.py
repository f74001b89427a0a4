"""Every named network once or more, for the conformance test: how it is built, and what is published of it.

A family adds ``zoo_<family>.py`` with a tuple ``ENTRIES`` and its line in ``FAMILIES`` below.
"""

from tests.networks import zoo_alexnet, zoo_convnet, zoo_inception, zoo_lenet, zoo_residual, zoo_vgg, zoo_zfnet
from tests.networks.zoo_entry import Entry

FAMILIES: tuple[tuple[Entry, ...], ...] = (
    zoo_alexnet.ENTRIES,
    zoo_convnet.ENTRIES,
    zoo_inception.ENTRIES,
    zoo_lenet.ENTRIES,
    zoo_residual.ENTRIES,
    zoo_vgg.ENTRIES,
    zoo_zfnet.ENTRIES,
)
ZOO: tuple[Entry, ...] = tuple(entry for family in FAMILIES for entry in family)

"""The generic network."""

from tests.networks.zoo_entry import Entry

ENTRIES = (
    Entry(
        "convnet",
        {},
        (1, 8, 8),
        10,
        9 * 16 + 2 * 16 + 9 * 16 * 32 + 2 * 32 + 9 * 32 * 64 + 2 * 64 + 64 * 10 + 10,
        "layer by layer",
        small={"width": 8},
    ),
)

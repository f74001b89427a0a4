"""ZFNet."""

from tests.networks.zoo_entry import Entry

QUICK = {"width": 0.125, "hidden": 32}
LINEAR = (6 * 6 * 4096, 4096 * 4096 + 4096 + 4096 * 1000 + 1000)
"""Weights of the first linear layer for each map, and the rest of the linear layers."""

ENTRIES = (
    Entry(
        "zfnet",
        {},
        (3, 224, 224),
        1000,
        (7 * 7 * 3 * 96 + 96)
        + (5 * 5 * 96 * 256 + 256)
        + (9 * 256 * 512 + 512)
        + (9 * 512 * 1024 + 1024)
        + (9 * 1024 * 512 + 512)
        + (LINEAR[0] * 512 + 4096)
        + LINEAR[1],
        "layer by layer, from figure 3 and table 2 of Zeiler and Fergus (2014)",
        small=QUICK,
    ),
    Entry(
        "zfnet",
        {"wide": False, "local_response": True},
        (3, 224, 224),
        1000,
        62_357_608,
        "layer by layer, from figure 3 of Zeiler and Fergus (2014)",
        small={**QUICK, "stem": "imagenet", "norm": "group"},
        small_shape=(3, 40, 40),
    ),
)

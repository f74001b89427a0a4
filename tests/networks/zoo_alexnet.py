"""AlexNet."""

from tests.networks.zoo_entry import Entry

TORCHVISION = "torchvision's alexnet: num_params of AlexNet_Weights.IMAGENET1K_V1"
IMAGENET = (3, 224, 224)
QUICK = {"width": 0.125, "hidden": 32}

ENTRIES = (
    Entry("alexnet", {}, IMAGENET, 1000, 61_100_840, TORCHVISION, small=QUICK),
    Entry(
        "alexnet",
        {"local_response": True, "norm": "batch", "map_dropout": 0.1},
        IMAGENET,
        1000,
        61_100_840 + 2 * (64 + 192 + 384 + 256 + 256),
        "the same, and a scale and a shift for each filter",
        small={**QUICK, "stem": "imagenet"},
        small_shape=(3, 40, 40),
    ),
)

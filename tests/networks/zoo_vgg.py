"""VGG."""

from tests.networks.zoo_entry import Entry

IMAGENET = (3, 224, 224)
QUICK = {"width": 0.125, "hidden": 32}


def source(name: str) -> str:
    return f"torchvision's {name}: num_params of its weights IMAGENET1K_V1"


ENTRIES = (
    Entry("vgg11", {}, IMAGENET, 1000, 132_863_336, source("vgg11"), small=QUICK),
    Entry("vgg13", {}, IMAGENET, 1000, 133_047_848, source("vgg13"), small=QUICK, trains=False),
    Entry("vgg16", {}, IMAGENET, 1000, 138_357_544, source("vgg16"), small=QUICK),
    Entry("vgg19", {}, IMAGENET, 1000, 143_667_240, source("vgg19"), small=QUICK, trains=False),
    Entry("vgg", {"depth": 16}, IMAGENET, 1000, 138_357_544, source("vgg16"), small=QUICK, trains=False),
    Entry("vgg11", {"norm": "batch"}, IMAGENET, 1000, 132_868_840, source("vgg11_bn"), small=QUICK, trains=False),
    Entry("vgg13", {"norm": "batch"}, IMAGENET, 1000, 133_053_736, source("vgg13_bn"), small=QUICK, trains=False),
    Entry("vgg16", {"norm": "batch"}, IMAGENET, 1000, 138_365_992, source("vgg16_bn"), small=QUICK),
    Entry("vgg19", {"norm": "batch"}, IMAGENET, 1000, 143_678_248, source("vgg19_bn"), small=QUICK, trains=False),
)

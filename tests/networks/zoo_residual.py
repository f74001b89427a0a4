"""ResNet, DenseNet, MobileNet and ShuffleNet."""

from tests.networks.zoo_entry import Entry

IMAGENET = (3, 224, 224)
CIFAR = (3, 32, 32)
QUICK = {"width": 0.125}
QUICK_BOTTLENECK = {"width": 0.0625, "depth": 18, "block": "bottleneck"}
PREACTIVATION = "imgclsmob's table, less the 128 of a second norm in front of the first unit, which the paper has not"
TABLE_6 = "layer by layer; He et al. (2016), table 6, in millions"


def torchvision(name: str) -> str:
    return f"torchvision's {name}: num_params of its weights IMAGENET1K_V1"


RESNET = (
    Entry("resnet18", {}, IMAGENET, 1000, 11_689_512, torchvision("resnet18"), small=QUICK),
    Entry("resnet34", {}, IMAGENET, 1000, 21_797_672, torchvision("resnet34"), trains=False),
    Entry("resnet50", {}, IMAGENET, 1000, 25_557_032, torchvision("resnet50"), small=QUICK_BOTTLENECK),
    Entry("resnet101", {}, IMAGENET, 1000, 44_549_160, torchvision("resnet101"), trains=False),
    Entry("resnet152", {}, IMAGENET, 1000, 60_192_808, torchvision("resnet152"), trains=False),
    Entry(
        "resnet", {"depth": 18, "preactivation": True}, IMAGENET, 1000, 11_687_848 - 128, PREACTIVATION, trains=False
    ),
    Entry(
        "resnet",
        {"depth": 50, "preactivation": True},
        IMAGENET,
        1000,
        25_549_480 - 128,
        PREACTIVATION,
        small={**QUICK_BOTTLENECK, "stem": "imagenet", "norm": "group"},
        small_shape=(3, 40, 40),
    ),
)
RESNET_CIFAR = (
    Entry("resnet20", {}, CIFAR, 10, 269_722, f"{TABLE_6}: 0.27", small={"depth": 8}),
    Entry("resnet32", {}, CIFAR, 10, 464_154, f"{TABLE_6}: 0.46", trains=False),
    Entry("resnet44", {}, CIFAR, 10, 658_586, f"{TABLE_6}: 0.66", trains=False),
    Entry("resnet56", {}, CIFAR, 10, 853_018, f"{TABLE_6}: 0.85", trains=False),
    Entry("resnet110", {}, CIFAR, 10, 1_727_962, f"{TABLE_6}: 1.7", trains=False),
    Entry(
        "resnet_cifar", {"shortcut": "projection"}, CIFAR, 10, 272_474, "imgclsmob's table of ResNet-20", trains=False
    ),
    Entry(
        "resnet_cifar",
        {"shortcut": "projection", "preactivation": True},
        CIFAR,
        10,
        272_282,
        "imgclsmob's test of PreResNet-20",
        small={"depth": 8, "width": 0.5},
    ),
    Entry(
        "resnet_cifar",
        {"preactivation": True, "norm": "none", "depth": 56},
        CIFAR,
        10,
        853_018 - 2032,
        "ResNet-56 with a bias instead of a scale and a shift for each filter",
        small={"depth": 8, "width": 0.5},
    ),
)
DENSENET = (
    Entry("densenet121", {}, IMAGENET, 1000, 7_978_856, torchvision("densenet121"), trains=False),
    Entry("densenet161", {}, IMAGENET, 1000, 28_681_000, torchvision("densenet161"), trains=False),
    Entry("densenet169", {}, IMAGENET, 1000, 14_149_480, torchvision("densenet169"), trains=False),
    Entry("densenet201", {}, IMAGENET, 1000, 20_013_928, torchvision("densenet201"), trains=False),
    Entry("densenet", {}, IMAGENET, 1000, 7_978_856, torchvision("densenet121"), small={"depth": 22, "growth_rate": 4}),
    Entry(
        "densenet",
        {"depth": 100, "growth_rate": 12},
        CIFAR,
        10,
        769_162,
        "imgclsmob's test of DenseNet-BC-100 (k=12); Huang et al. (2017), table 2: 0.8 million",
        small={"depth": 22, "growth_rate": 4, "stem": "imagenet", "norm": "group", "layer_dropout": 0.1},
        small_shape=(3, 40, 40),
    ),
    Entry(
        "densenet",
        {"depth": 40, "growth_rate": 12, "bottleneck": False, "compression": 1.0},
        CIFAR,
        10,
        1_019_722,
        "layer by layer; Huang et al. (2017), table 2: 1.0 million",
        trains=False,
    ),
)
MOBILENET = (
    Entry("mobilenet", {}, IMAGENET, 1000, 4_231_976, "imgclsmob's table", small={**QUICK, "repeats": 1}),
    Entry(
        "mobilenet",
        {"width": 0.25, "resolution": 128 / 224},
        IMAGENET,
        1000,
        470_072,
        "imgclsmob's table",
        small={"width": 0.125, "repeats": 1, "norm": "none", "resolution": 0.75, "stem": "imagenet"},
        small_shape=(3, 48, 40),
    ),
)
SHUFFLENET = (
    Entry("shufflenet", {}, IMAGENET, 1000, 1_865_728, "imgclsmob's test", small=QUICK),
    Entry(
        "shufflenet",
        {"groups": 8},
        IMAGENET,
        1000,
        2_434_768,
        "imgclsmob's test",
        small={"width": 0.0625, "stem": "imagenet", "norm": "none"},
        small_shape=(3, 48, 40),
    ),
)
ENTRIES = RESNET + RESNET_CIFAR + DENSENET + MOBILENET + SHUFFLENET

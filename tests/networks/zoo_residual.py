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
    Entry("resnet", {}, IMAGENET, 1000, 25_557_032, torchvision("resnet50"), trains=False),
    Entry("resnet18", {}, IMAGENET, 1000, 11_689_512, torchvision("resnet18"), small=QUICK),
    Entry("resnet34", {}, IMAGENET, 1000, 21_797_672, torchvision("resnet34"), trains=False),
    Entry("resnet50", {}, IMAGENET, 1000, 25_557_032, torchvision("resnet50"), small=QUICK_BOTTLENECK),
    Entry("resnet101", {}, IMAGENET, 1000, 44_549_160, torchvision("resnet101"), trains=False),
    Entry("resnet152", {}, IMAGENET, 1000, 60_192_808, torchvision("resnet152"), trains=False),
    Entry("resnet", {"depth": 18, "preactivation": True}, IMAGENET, 1000, 11_687_848 - 128, PREACTIVATION, small=QUICK),
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
    Entry(
        "resnet18",
        {"norm": "none"},
        IMAGENET,
        1000,
        11_689_512 - (64 * 5 + 128 * 5 + 256 * 5 + 512 * 5),
        "torchvision's resnet18, with a bias instead of a scale and a shift for each filter",
        small=QUICK,
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
ENTRIES = RESNET + RESNET_CIFAR

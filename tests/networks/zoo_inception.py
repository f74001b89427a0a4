"""GoogLeNet and the Inception networks."""

from tests.networks.zoo_entry import Entry

GOOGLENET = (3, 224, 224)
INCEPTION = (3, 299, 299)
SIZES = ((8, 8), (32, 32), (33, 47))
QUICK = {"width": 0.125}
SHALLOW = {"width": 0.125, "depth": 0.25}
RESIDUAL = {"width": 0.125, "depth": 0.1}

ENTRIES = (
    Entry(
        "googlenet",
        {},
        GOOGLENET,
        1000,
        13_004_888,
        "torchvision's googlenet with both auxiliary classifiers, as it is built by default",
        small=QUICK,
        sizes=SIZES,
    ),
    Entry(
        "googlenet",
        {"auxiliary": False},
        GOOGLENET,
        1000,
        6_624_904,
        "torchvision's googlenet: num_params of GoogLeNet_Weights.IMAGENET1K_V1",
        small=QUICK,
        trains=False,
    ),
    Entry(
        "googlenet",
        {"norm": "none", "kernel_size": 5, "local_response": True},
        GOOGLENET,
        1000,
        6_998_552 + (128 * (512 + 1) + 1024 * (2048 + 1)) + (128 * (528 + 1) + 1024 * (2048 + 1)) + 2 * 1025 * 1000,
        "table 1 of Szegedy et al. (2015) with biases, as Caffe's bvlc_googlenet, and two classifiers of its section 5",
        small={"width": 0.125, "norm": "group", "stem": "imagenet"},
        small_shape=(3, 32, 32),
        sizes=((8, 8), (33, 47)),
    ),
    Entry(
        "googlenet",
        {"norm": "none", "kernel_size": 5, "auxiliary": False},
        GOOGLENET,
        1000,
        6_998_552,
        "Caffe's bvlc_googlenet at deployment",
        trains=False,
    ),
    Entry(
        "inception_v2",
        {},
        GOOGLENET,
        1000,
        11_295_240,
        "BN-Inception in the table of pytorchcv, converted from Cadene's pretrained-models.pytorch (bninception)",
        small=QUICK,
        sizes=SIZES,
    ),
    Entry(
        "inception_v3",
        {},
        INCEPTION,
        1000,
        27_161_264,
        "torchvision's inception_v3: num_params of Inception_V3_Weights.IMAGENET1K_V1",
        small=SHALLOW,
        sizes=SIZES,
    ),
    Entry(
        "inception_v3",
        {"auxiliary": False},
        INCEPTION,
        1000,
        23_834_568,
        "timm's inception_v3; InceptionV3 in the table of pytorchcv",
        trains=False,
    ),
    Entry(
        "inception_v4",
        {},
        INCEPTION,
        1000,
        42_679_816,
        "timm's inception_v4; InceptionV4 in the table of pytorchcv",
        small=SHALLOW,
        sizes=SIZES,
    ),
    Entry(
        "inception_resnet_v2",
        {},
        INCEPTION,
        1000,
        55_843_464,
        "timm's inception_resnet_v2; InceptionResNetV2 in the table of pytorchcv",
        small=RESIDUAL,
        sizes=SIZES,
    ),
)

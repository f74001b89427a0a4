"""LeNet-5."""

from tests.networks.zoo_entry import Entry

LAYERS = "layer by layer: 156 + 2,416 + 48,120 + 10,164 + 850, as LeCun et al. (1998) count all but the second"

ENTRIES = (
    Entry("lenet", {}, (1, 28, 28), 10, 61_706, LAYERS),
    Entry("lenet", {"pooling": "average", "activation": "tanh"}, (1, 32, 32), 10, 61_706, LAYERS),
    Entry("lenet", {"norm": "batch"}, (3, 32, 32), 10, 62_006 - 22 + 44, "layer by layer", trains=False),
)

"""The end of GoogLeNet and the Inception networks: their classifiers, the auxiliary ones included."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from torch import Tensor, nn

from hpsearch.networks.activations import ACTIVATIONS
from hpsearch.networks.blocks.chain import Chain
from hpsearch.networks.blocks.classifier import averaging_classifier
from hpsearch.networks.inception import Conv, InceptionFeatures
from hpsearch.networks.initialization import initialise
from hpsearch.networks.outputs import Outputs
from hpsearch.networks.parameters.googlenet import GoogLeNetParameters
from hpsearch.networks.parameters.inception import InceptionParameters
from hpsearch.networks.parameters.inception_later import LaterInceptionParameters


class InceptionNetwork(nn.Module):
    """(N, C, H, W) → logits (N, K); in training mode ``Outputs`` if there are auxiliary classifiers.

    Children ``features``, ``classifier`` and ``auxiliary``: classifiers by the name of the layer of the features that
    each stands behind.
    """

    def __init__(
        self, features: nn.Sequential, classifier: nn.Sequential, auxiliary: Mapping[str, nn.Sequential], weight: float
    ) -> None:
        super().__init__()
        self.features = features
        self.auxiliary = nn.ModuleDict(auxiliary)
        self.classifier = classifier
        self.weight = weight

    def forward(self, images: Tensor) -> Tensor | Outputs:
        maps, found = images, []
        for name, layer in self.features.named_children():
            maps = layer(maps)
            if self.training and name in self.auxiliary:
                found.append(self.auxiliary[name](maps))
        logits: Tensor = self.classifier(maps)
        return Outputs(logits, tuple(found), self.weight) if found else logits


def finish(
    features: InceptionFeatures,
    outputs: int,
    settings: InceptionParameters,
    auxiliary: Mapping[str, nn.Sequential] | None = None,
    weight: float = 0.0,
    branches: Iterable[nn.Module] = (),
) -> InceptionNetwork:
    """The network with its initial weights; each auxiliary classifier ends with its child ``linear``."""
    classifier = averaging_classifier(features.chain.made.channels, outputs, settings.dropout)
    network = InceptionNetwork(features.chain.sequential(), classifier, auxiliary or {}, weight)
    ends = [one.get_submodule("linear") for one in (*network.auxiliary.values(), classifier)]
    heads = [one for one in ends if isinstance(one, nn.Linear)]
    initialise(network, features.input_shape, settings, heads=heads, branches=branches)
    return network


def connected_auxiliary(features: InceptionFeatures, outputs: int, settings: GoogLeNetParameters) -> nn.Sequential:
    """GoogLeNet's, behind the maps made so far: 4×4 of them, a 1×1 convolution, a hidden layer (paper, section 5)."""
    chain = Chain(features.chain.made)
    chain.limit("reduce", 4)
    chain.add("unit", features.made_unit(Conv(128), chain.made))
    hidden = features.filters(1024)
    layers: OrderedDict[str, nn.Module] = OrderedDict(chain.sequential().named_children())
    layers["flatten"] = nn.Flatten()
    layers["linear1"] = nn.Linear(chain.made.channels * chain.made.height * chain.made.width, hidden)
    layers["activation1"] = ACTIVATIONS[settings.activation].build()
    layers["dropout"] = nn.Dropout(settings.auxiliary_dropout)
    layers["linear"] = nn.Linear(hidden, outputs)
    return nn.Sequential(layers)


def convolutional_auxiliary(
    features: InceptionFeatures, outputs: int, settings: LaterInceptionParameters
) -> dict[str, nn.Sequential]:
    """That of the later networks, behind the last layer made so far; none if it is not asked for.

    Maps of 17×17 are averaged down to 5×5, and convolved to 1×1 by way of a 1×1 convolution. Smaller maps get filters
    as large as they are.
    """
    if not settings.auxiliary:
        return {}
    chain = Chain(features.chain.made)
    if chain.made.side >= 17:
        chain.pool("reduce", "average", 5, 3)
    else:
        chain.limit("reduce", 5)
    chain.add("unit1", features.made_unit(Conv(128), chain.made))
    kernel = (min(5, chain.made.height), min(5, chain.made.width))
    chain.add("unit2", features.made_unit(Conv(768, kernel), chain.made, padding=0))
    head = averaging_classifier(chain.made.channels, outputs)
    layers = OrderedDict([*chain.sequential().named_children(), *head.named_children()])
    return {features.last: nn.Sequential(layers)}

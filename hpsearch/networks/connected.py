"""How AlexNet, ZFNet and VGG are put together: a chain of convolutions and poolings, and hidden linear layers."""

from collections import OrderedDict

from torch import nn

from hpsearch.networks.blocks.chain import Chain, scaled
from hpsearch.networks.blocks.classifier import connected_classifier
from hpsearch.networks.blocks.unit import Padding, Unit
from hpsearch.networks.initialization import initialise
from hpsearch.networks.parameters.connected import ConnectedParameters


class ConnectedFeatures:
    """The convolutional part under construction."""

    def __init__(self, input_shape: tuple[int, int, int], settings: ConnectedParameters) -> None:
        self.chain = Chain(input_shape)
        self._input_shape = input_shape
        self._settings = settings

    def unit(self, name: str, filters: int, kernel: int, *, stride: int = 1, padding: Padding = "same") -> None:
        """Appends a convolution with norm and activation.

        It has a bias also in front of a norm, as the published networks with batch norm have.
        """
        settings = self._settings
        self.chain.add(
            f"unit{name}",
            Unit(
                self.chain.made.channels,
                scaled(filters, settings.width),
                kernel,
                stride=stride,
                padding=padding,
                norm=settings.norm,
                activation=settings.activation,
                bias=True,
            ),
        )

    def respond(self, name: str) -> None:
        """Appends local response normalisation (Krizhevsky et al., 2012, section 3.3: k 2, n 5, α 1e-4, β 0.75)."""
        # PyTorch divides α by n.
        self.chain.add(f"response{name}", nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0))

    def pool(self, name: str, window: int, padding: int = 0) -> None:
        """Appends a pooling of stride 2 as far as the maps bear one, and the dropout of whole maps behind it."""
        if self.chain.pool(f"pool{name}", self._settings.pooling, window, 2, padding):
            self.chain.add(f"drop{name}", nn.Dropout2d(self._settings.map_dropout))

    def network(self, outputs: int, side: int) -> nn.Sequential:
        """Children ``features`` and ``classifier``, with their initial weights.

        The linear layers see maps of ``side`` × ``side`` at most: larger ones are averaged down to that.
        """
        settings = self._settings
        self.chain.limit("average", side)
        classifier = connected_classifier(
            self.chain.made,
            (settings.hidden, settings.hidden),
            outputs,
            activation=settings.activation,
            dropout=settings.dropout,
        )
        network = nn.Sequential(OrderedDict(features=self.chain.sequential(), classifier=classifier))
        initialise(network, self._input_shape, settings)
        return network

"""Sound networks of a fourth part that are not rows of convolutions: attention, recurrence, gates, shared layers …"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

Shape = tuple[int, int, int]


class Transformer(nn.Module):
    """Patches, a class token, and two layers of attention."""

    def __init__(self, input_shape: Shape, outputs: int, patch: int = 4, width: int = 48, dropout: float = 0.0) -> None:
        super().__init__()
        self.patches = nn.Conv2d(input_shape[0], width, patch, stride=patch)
        tokens = (input_shape[1] // patch) * (input_shape[2] // patch) + 1
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(torch.randn(1, tokens, width) * 0.02)
        self.layers = nn.Sequential(
            *(
                nn.TransformerEncoderLayer(width, 4, 2 * width, dropout, "gelu", batch_first=True, norm_first=True)
                for _ in range(2)
            )
        )
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.token.expand(len(x), -1, -1), tokens], dim=1) + self.places
        found: Tensor = self.head(self.norm(self.layers(tokens)[:, 0]))
        return found


class Rows(nn.Module):
    """A recurrent network that reads the image row by row."""

    def __init__(self, input_shape: Shape, outputs: int, hidden: int = 64) -> None:
        super().__init__()
        self.rnn = nn.GRU(input_shape[0] * input_shape[2], hidden, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        rows = x.permute(0, 2, 1, 3).flatten(2)  # (N, H, C * W)
        states, _ = self.rnn(rows)
        found: Tensor = self.fc(states.mean(dim=1))
        return found


class Mixer(nn.Module):
    """Linear layers over places and over maps in turn (after Tolstikhin et al., 2021)."""

    def __init__(self, input_shape: Shape, outputs: int, patch: int = 4, width: int = 48) -> None:
        super().__init__()
        places = (input_shape[1] // patch) ** 2
        self.patches = nn.Conv2d(input_shape[0], width, patch, stride=patch)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(5))
        self.across = nn.ModuleList(_two_layers(places, 32) for _ in range(2))
        self.along = nn.ModuleList(_two_layers(width, 96) for _ in range(2))
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).mT
        for place in range(2):
            x = x + self.across[place](self.norms[2 * place](x).mT).mT
            x = x + self.along[place](self.norms[2 * place + 1](x))
        found: Tensor = self.head(self.norms[4](x).mean(1))
        return found


def _two_layers(features: int, hidden: int) -> nn.Module:
    return nn.Sequential(nn.Linear(features, hidden), nn.GELU(), nn.Linear(hidden, features))


class Maxout(nn.Module):
    """The larger one of two maps instead of an activation."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(input_shape[0], 32, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 64, 3, padding=1)
        self.fc = nn.Linear(32 * (input_shape[1] // 4) ** 2, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.max_pool2d(torch.maximum(*self.conv1(x).chunk(2, dim=1)), 2)
        x = functional.max_pool2d(torch.maximum(*self.conv2(x).chunk(2, dim=1)), 2)
        found: Tensor = self.fc(x.reshape(x.shape[0], -1))
        return found


class Shared(nn.Module):
    """One convolution that is applied three times, with weights of unit length times a scale, under a shortcut."""

    def __init__(self, input_shape: Shape, outputs: int, maps: int = 24) -> None:
        super().__init__()
        self.stem = nn.Conv2d(input_shape[0], maps, 3, padding=1)
        self.again = weight_norm(nn.Conv2d(maps, maps, 3, padding=1))
        self.fc = nn.Linear(maps * (input_shape[1] // 2) ** 2, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.stem(x))
        for _ in range(3):
            x = x + functional.relu(self.again(x))
        found: Tensor = self.fc(functional.avg_pool2d(x, 2).flatten(1))
        return found


class Coordinates(nn.Module):
    """Two more channels that tell where a pixel is, and a sum over places weighed by attention."""

    places: Tensor

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32) -> None:
        super().__init__()
        rows = torch.linspace(-1, 1, input_shape[1])[:, None].expand(input_shape[1:])
        columns = torch.linspace(-1, 1, input_shape[2])[None, :].expand(input_shape[1:])
        self.register_buffer("places", torch.stack([rows, columns])[None].clone())
        self.body = nn.Sequential(
            *(nn.Conv2d(input_shape[0] + 2, width, 3, padding=1), nn.GroupNorm(4, width), nn.Mish()),
            *(nn.Conv2d(width, width, 3, padding=1), nn.GroupNorm(4, width), nn.Mish()),
        )
        self.score = nn.Conv2d(width, 4, 1)
        self.head = nn.Linear(4 * width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(torch.cat([x, self.places.expand(len(x), -1, -1, -1)], dim=1)).flatten(2)
        weights = self.score(x[..., None]).squeeze(-1).softmax(dim=-1)  # (N, 4, places)
        found: Tensor = self.head(torch.einsum("nkp,ncp->nkc", weights, x).flatten(1))
        return found


class Gated(nn.Module):
    """A norm on the raw images, noise while it trains, a fixed blur, and convolutions with gates."""

    kernel: Tensor

    def __init__(self, input_shape: Shape, outputs: int, noise: float = 0.1) -> None:
        super().__init__()
        channels = input_shape[0]
        self.norm = nn.BatchNorm2d(channels)
        self.noise = noise
        line = torch.tensor([1.0, 2.0, 1.0]) / 4
        self.register_buffer("kernel", (line[:, None] * line)[None, None].repeat(channels, 1, 1, 1))
        self.conv1 = nn.Conv2d(2 * channels, 48, 3, padding=1)
        self.conv2 = nn.Conv2d(24, 64, 3, padding=1)
        self.fc = nn.Linear(32 * (input_shape[1] // 4) ** 2, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(x)
        if self.training:
            x = x + self.noise * torch.randn_like(x)
        x = torch.cat([x, functional.conv2d(x, self.kernel, padding=1, groups=x.shape[1])], dim=1)
        x = functional.max_pool2d(functional.glu(self.conv1(x), dim=1), 2)
        x = functional.max_pool2d(functional.glu(self.conv2(x), dim=1), 2)
        found: Tensor = self.fc(torch.flatten(x, 1))
        return found


class Perceptron(nn.Module):
    """Linear layers with a norm and dropout."""

    def __init__(self, input_shape: Shape, outputs: int, hidden: int = 128, dropout: float = 0.2) -> None:
        super().__init__()
        features = input_shape[0] * input_shape[1] * input_shape[2]
        self.layers = nn.Sequential(
            *(nn.Linear(features, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Dropout(dropout)),
            *(nn.Linear(hidden, hidden), nn.LayerNorm(hidden), nn.CELU(), nn.Linear(hidden, outputs)),
        )

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.layers(x.view(x.size(0), -1))
        return found


class Prior(nn.Module):
    """Small kaiming weights, and biases at the output that begin at the logarithm of how frequent a class is."""

    def __init__(self, input_shape: Shape, outputs: int, prior: tuple[float, ...] = (0.8, 0.2)) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(input_shape[0], 16, 3, padding=1), nn.PReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, 3, padding=1), nn.PReLU(), nn.MaxPool2d(2)),
        )
        self.fc = nn.Linear(32 * (input_shape[1] // 4) ** 2, outputs)
        nn.init.normal_(self.fc.weight, std=0.01)
        with torch.no_grad():
            self.fc.bias.copy_(torch.tensor(prior).log())

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.fc(self.features(x).flatten(1))
        return found


NETWORKS: dict[str, Callable[..., nn.Module]] = {
    "transformer": Transformer,
    "rows": Rows,
    "mixer": Mixer,
    "maxout": Maxout,
    "shared": Shared,
    "coordinates": Coordinates,
    "gated": Gated,
    "perceptron": Perceptron,
    "prior": Prior,
}
"""Networks by name."""


def build(input_shape: Shape, outputs: int, kind: str, **parameters: Any) -> nn.Module:
    """One of them."""
    return NETWORKS[kind](input_shape, outputs, **parameters)

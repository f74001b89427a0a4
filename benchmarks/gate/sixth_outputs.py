"""Networks of a sixth part whose outputs are bent, whose numbers break, or that lose the image on its way."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.gate.sixth_networks import Course, Shape, halved
from benchmarks.gate.sixth_other_networks import Ensemble, Prototypes


class NormalisedLogits(Course):
    """Logits brought to length one, as embeddings are, and nothing that makes them longer."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.normalize(super().forward(x), dim=1)


class SoftmaxOverPlaces(nn.Module):
    """A map for each class, a soft-max over its places "to see where it is", and the mean, which is always the same."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(input_shape[0], width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.Conv2d(width, outputs, 1)),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(self.features(x).flatten(2), dim=2).mean(2)


class MeanOfProbabilities(Ensemble):
    """Three heads whose probabilities are averaged, and given to a loss that has a soft-max of its own."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x)
        return torch.stack([head(x).softmax(1) for head in self.heads]).mean(0)


class TanhOnNumbers(Course):
    """A hyperbolic tangent at the end, for numbers that are in no such range."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(super().forward(x))


class KernelForLogit(Prototypes):
    """How alike features and prototypes are, from 0 to 1, where the loss wants logits."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.exp(super().forward(x))


class DroppedLogits(Course):
    """Dropout behind every layer, the last one too."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.dropout(super().forward(x), 0.6, self.training)


class RoundedFeatures(Course):
    """Features rounded to whole numbers on their way to the head, which lets no gradient back."""

    def features(self, x: Tensor) -> Tensor:
        return torch.round(super().features(x))


class WholeNumbers(Course):
    """Images cast to whole numbers at the door, all of which are 0 for numbers from 0 to 1."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.long().float())


class LogarithmOfMaps(Course):
    """The logarithm of what a ReLU has closed in part."""

    def features(self, x: Tensor) -> Tensor:
        return torch.log(super().features(x))


class PowerPooling(nn.Module):
    """A generalised mean of maps without a floor, though the root of nothing has no slope:
    github.com/facebookresearch/multigrain/issues/5.
    """

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(input_shape[0], width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.power = nn.Parameter(torch.tensor(3.0))
        self.head = nn.Linear(2 * width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.conv2(halved(functional.relu(self.conv1(x)))))
        found: Tensor = self.head(x.pow(self.power).mean((2, 3)).pow(1 / self.power))
        return found


class MaskTheWrongWay(nn.Module):
    """True where a token may be seen, for a function that hides what is true:
    github.com/lucidrains/halonet-pytorch/pull/6. Nothing can be seen.
    """

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32) -> None:
        super().__init__()
        self.stem = nn.Conv2d(input_shape[0], width, 3, padding=1)
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, 0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x).flatten(2).transpose(1, 2)
        mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device)
        found: Tensor = self.head(self.encoder(x, mask=mask).mean(1))
        return found


class BlindToken(MaskTheWrongWay):
    """A token for the class in front, and a mask that hides from each token all that come after it."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32) -> None:
        super().__init__(input_shape, outputs, width)
        self.token = nn.Parameter(0.02 * torch.randn(1, 1, width))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1)
        mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).triu(1)
        found: Tensor = self.head(self.encoder(x, mask=mask)[:, 0])
        return found


class NormedAway(nn.Module):
    """An instance norm right before the mean over places, which leaves the same for every image."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24) -> None:
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(input_shape[0], width, 3, padding=1), nn.InstanceNorm2d(width, affine=True)
        self.conv2, self.norm2 = nn.Conv2d(width, 2 * width, 3, padding=1), nn.InstanceNorm2d(2 * width, affine=True)
        self.head = nn.Linear(2 * width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = halved(functional.relu(self.norm1(self.conv1(x))))
        found: Tensor = self.head(self.norm2(self.conv2(x)).mean((2, 3)))
        return found


class NormOfOneNumber(Course):
    """A layer norm over the one number that is to be found, which makes it 0."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        self.last = nn.LayerNorm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.last(super().forward(x))
        return found


class GroupsOfOne(nn.Module):
    """A group norm with a group for each map, where each map is a single place."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 64) -> None:
        super().__init__()
        self.body = Course(input_shape, width)
        self.mix, self.norm = nn.Conv2d(width, width, 1), nn.GroupNorm(width, width)
        self.head = nn.Conv2d(width, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.norm(self.mix(self.body(x)[:, :, None, None])))
        found: Tensor = self.head(x).flatten(1)
        return found


class ActivationsThrownAway(nn.Module):
    """Activations are called, and their results are not kept."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(input_shape[0], width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        self.fc1 = nn.Linear(width * input_shape[1] * input_shape[2], 64)
        self.fc2 = nn.Linear(64, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)
        functional.relu(x)
        x = self.conv2(x)
        functional.relu(x)
        x = self.fc1(x.flatten(1))
        functional.relu(x)
        found: Tensor = self.fc2(x)
        return found


class FirstBands(Course):
    """Takes the first three of however many bands there are, as of colours."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__((3, *input_shape[1:]), outputs)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x[:, :3])


class AveragedOverClasses(Ensemble):
    """Three heads whose answers are stacked along one axis and averaged along another."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.body(x)
        return torch.stack([head(x) for head in self.heads], 1).mean(2)


class HiddenSoftmax(Course):
    """A soft-max over maps as the activation of every layer."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, norm="none")
        self.act = nn.Softmax(dim=1)

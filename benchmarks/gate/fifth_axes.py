"""Networks that take one axis for another, each after one report, whose address it gives."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.gate.fifth_networks import Shape, conv_unit
from benchmarks.gate.fifth_other_networks import Vit


class SequenceFirst(Vit):
    """Attention that expects the sequence first, and gets the batch there: github.com/om-ai-lab/OmDet/issues/19."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, stem=True)
        for block in self.blocks:
            block.attention = nn.MultiheadAttention(48, 4)


class LstmSequenceFirst(nn.Module):
    """An LSTM in the same way: github.com/facebookresearch/fairseq/issues/2449."""

    def __init__(self, input_shape: Shape, outputs: int, hidden: int = 48) -> None:
        super().__init__()
        self.lstm = nn.LSTM(input_shape[0] * input_shape[2], hidden, num_layers=2)
        self.fc = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        rows = x.transpose(1, 2).flatten(2)  # (batch, rows, features)
        found: Tensor = self.fc(self.lstm(rows)[0][:, -1])
        return found


class AxialAttention(nn.Module):
    """Attention along the rows, then along the columns, batch first in the data alone:
    github.com/aipixel/AEMatter/issues/3.
    """

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32) -> None:
        super().__init__()
        self.stem = conv_unit(input_shape[0], width, 2)
        self.along_rows, self.along_columns = nn.MultiheadAttention(width, 2), nn.MultiheadAttention(width, 2)
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        n, c, h, w = x.shape
        rows = x.permute(0, 2, 3, 1).reshape(n * h, w, c)
        x = x + self.along_rows(rows, rows, rows)[0].reshape(n, h, w, c).permute(0, 3, 1, 2)
        columns = x.permute(0, 3, 2, 1).reshape(n * w, h, c)
        x = x + self.along_columns(columns, columns, columns)[0].reshape(n, w, h, c).permute(0, 3, 2, 1)
        found: Tensor = self.head(x.mean((2, 3)))
        return found


class StatesReshaped(nn.Module):
    """Last states of both directions, (2, batch, hidden), reshaped and not moved:
    medium.com/mcgill-artificial-intelligence-review/the-dangers-of-reshaping-and-other-fun-mistakes-ive-learnt-from-pytorch-b6a5bdc1c275.
    """

    def __init__(self, input_shape: Shape, outputs: int, hidden: int = 40) -> None:
        super().__init__()
        self.gru = nn.GRU(input_shape[0] * input_shape[2], hidden, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        _, last = self.gru(x.transpose(1, 2).flatten(2))
        found: Tensor = self.fc(last.reshape(len(x), -1))
        return found


class BatchForMaps(nn.Module):
    """Attention weights of each group of maps that sum to one over the batch: github.com/Nandan91/ULSAM/pull/7."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24, groups: int = 4) -> None:
        super().__init__()
        self.groups = groups
        self.stem = nn.Sequential(conv_unit(input_shape[0], width, 2), conv_unit(width, width, 2))
        self.attend = nn.ModuleList(nn.Conv2d(width // groups, width // groups, 1) for _ in range(groups))
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        parts = []
        for part, attend in zip(self.stem(x).chunk(self.groups, 1), self.attend, strict=True):
            parts.append(part + part * torch.softmax(functional.max_pool2d(attend(part), 3, 1, 1), dim=0) * len(x))
        found: Tensor = self.head(torch.cat(parts, 1).mean((2, 3)))
        return found


class FeaturesAsPixels(nn.Module):
    """Maps viewed as (pixels, features) without moving them, and attended to:
    github.com/fawazsammani/knowing-when-to-look-adaptive-attention/issues/6.
    """

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32) -> None:
        super().__init__()
        self.encoder = nn.Sequential(conv_unit(input_shape[0], width, 2), conv_unit(width, width, 2))
        self.score = nn.Sequential(nn.Linear(width, 16), nn.Tanh(), nn.Linear(16, 1))
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.encoder(x)
        pixels = x.reshape(len(x), -1, x.size(1))
        weights = torch.softmax(self.score(pixels), dim=1)
        found: Tensor = self.head((pixels * weights).sum(1))
        return found


class TwelveOutputs(Vit):
    """Outputs for as many classes as somebody else had: github.com/TencentGameMate/gnn_cross_lingual/issues/5."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs - 3)


class OutputsAsNamed(Vit):
    """Two outputs, for classes that are called 1 and 2: github.com/shekkizh/FCN.tensorflow/issues/17."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:  # noqa: ARG002
        super().__init__(input_shape, 2)

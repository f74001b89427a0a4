"""The JSON document of ``inspect --json``. Its field names are fixed: scripts rely on them."""

from typing import Literal

from pydantic import Field

from hpsearch.optimization import OptimizerName
from hpsearch.report.document import Document, Facts, Parameters


class ReceptiveFieldDocument(Document):
    """Which pixels of the image one number of a layer's output depends on; rows first, then columns."""

    size: tuple[float, float] = Field(description="pixels; more than the image has where padding is seen too")
    stride: tuple[float, float] | None = Field(
        description="pixels from one number's field to its neighbour's; null if every number sees the same"
    )
    offset: tuple[float, float] = Field(description="centre of the first number's field; the first pixel lies at 0")


class LayerDocument(Document):
    """One call of one layer of a network, or of an operation outside of layers, for one sample."""

    name: str = Field(description="dotted path of the module; for an operation, of the one around it and its own name")
    kind: str = Field(description="class of the module; an operation's name in lower case, for example add or cat")
    output_shape: tuple[int, ...] = Field(description="without the batch axis")
    parameters: int = Field(description="numbers in weights and biases; 0 where they were counted before")
    multiply_adds: int = Field(description="a multiplication with the addition behind it counts 1")
    activation_bytes: int = Field(description="of its output; 0 where that lies in memory that was counted before")
    receptive_field: ReceptiveFieldDocument | None = Field(description="null where it is not known")
    part: Literal["convolution", "linear", "other"] = Field(description="what its arithmetic is")


class TotalDocument(Document):
    """The whole network, for one sample."""

    parameters: int
    multiply_adds: int
    activation_bytes: int


class SharesDocument(Document):
    """Where one quantity sits, as shares of its sum over the layers, in [0, 1]."""

    convolution: float = Field(description="in convolutions")
    linear: float = Field(description="in linear layers and other products of matrices")
    other: float
    first_third: float = Field(description="in the first third of the layers")
    middle_third: float
    last_third: float


class AllSharesDocument(Document):
    """Where everything sits."""

    parameters: SharesDocument
    multiply_adds: SharesDocument
    activation_bytes: SharesDocument


class FitDocument(Document):
    """What fits into a given memory."""

    memory_bytes: int
    largest_batch: int = Field(description="whose training fits, alone on the GPU; at most 65536; 0 if none does")
    trial_bytes: int = Field(description="one trial of this batch size, with its process and the data set")
    trials: int = Field(description="that share one GPU of this memory")


class TrainingDocument(Document):
    """Predicted memory of training on a GPU. Parts do not add up to the peak: gradients appear while activations go."""

    batch_size: int
    optimizer: OptimizerName
    weights_bytes: int = Field(description="parameters and buffers")
    gradients_bytes: int
    optimizer_bytes: int = Field(description="momentum, Adam's two moments, or the squares of RMSprop and Adagrad")
    activations_bytes: int = Field(description="kept for the backward pass")
    batch_bytes: int = Field(description="images, targets and indices")
    workspace_bytes: int = Field(description="allowance for what libraries take once")
    step_bytes: int = Field(description="the peak of one iteration")
    evaluation_bytes: int = Field(description="the peak of an evaluation")
    peak_bytes: int = Field(description="the larger of the two")
    data_bytes: int = Field(description="the data set, which lies on the GPU too; 0 if it is not known")
    fit: FitDocument | None = Field(description="null if no memory was given")


class IntervalDocument(Document):
    """The least and the most that was found."""

    least: int
    most: int


class RangeDocument(Document):
    """What the networks of the search space cost: at its corners and some points between them, for one sample."""

    points: int = Field(description="networks that were looked at")
    refused: int = Field(description="points whose network cannot be built or does not accept the data")
    parameters: IntervalDocument
    multiply_adds: IntervalDocument
    activation_bytes: IntervalDocument
    training_bytes: IntervalDocument = Field(
        description="peak of training, predicted where parameters and activations let expect the least and the most"
    )
    smallest: Parameters = Field(description="the point of the least training_bytes")
    largest: Parameters = Field(description="the point of the most training_bytes")


class InspectionDocument(Document):
    """``inspect --json``."""

    network: str = Field(description="its name or its factory")
    input_shape: tuple[int, int, int] = Field(description="channels, height, width")
    outputs: int
    hyperparameters: Facts = Field(description="what the network was built with, where that is not the default")
    layers: tuple[LayerDocument, ...]
    total: TotalDocument
    shares: AllSharesDocument
    training: TrainingDocument
    range: RangeDocument | None = Field(description="null where nothing that decides the cost is searched")

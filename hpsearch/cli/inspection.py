"""From networks to the document that ``hpsearch inspect`` prints."""

from dataclasses import asdict, dataclass

from torch import nn

from hpsearch.cli.network import Subject, buildable
from hpsearch.cost.fit import largest_batch, trial_bytes, trials_per_gpu
from hpsearch.cost.layers import layer_costs, network_cost
from hpsearch.cost.memory import TrainingMemory, training_memory
from hpsearch.cost.row import LayerCost, NetworkCost
from hpsearch.cost.shares import shares
from hpsearch.report.inspection_documents import (
    AllSharesDocument,
    FitDocument,
    InspectionDocument,
    IntervalDocument,
    LayerDocument,
    RangeDocument,
    ReceptiveFieldDocument,
    SharesDocument,
    TotalDocument,
    TrainingDocument,
)


def inspection(subject: Subject, others: tuple[Subject, ...], memory_bytes: int | None) -> InspectionDocument:
    """Counts one network, and the range that ``others`` span; raises DefinitionError if it does not fit its data."""
    network = subject.network()
    rows = layer_costs(network, subject.input_shape)
    total = network_cost(network, rows)
    return InspectionDocument(
        network=subject.settings.name or subject.settings.factory or "",
        input_shape=subject.input_shape,
        outputs=subject.outputs,
        hyperparameters=dict(subject.settings.parameters),
        layers=tuple(_layer(row) for row in rows),
        total=TotalDocument(**asdict(total)),
        shares=AllSharesDocument(**{name: SharesDocument(**asdict(one)) for name, one in shares(rows).items()}),
        training=_training(subject, network, memory_bytes),
        range=_range(others) if len(others) > 1 else None,
    )


def _layer(row: LayerCost) -> LayerDocument:
    field = row.receptive_field
    return LayerDocument(
        name=row.name,
        kind=row.kind,
        output_shape=row.output_shape,
        parameters=row.parameters,
        multiply_adds=row.multiply_adds,
        activation_bytes=row.activation_bytes,
        receptive_field=None if field is None else ReceptiveFieldDocument(**asdict(field)),
        part=row.part,
    )


def _training(subject: Subject, network: nn.Module, memory_bytes: int | None) -> TrainingDocument:
    taken = _taken(subject, network)
    return TrainingDocument(
        batch_size=taken.step.batch_size,
        optimizer=taken.step.optimizer,
        weights_bytes=taken.weights_bytes,
        gradients_bytes=taken.gradients_bytes,
        optimizer_bytes=taken.optimizer_bytes,
        activations_bytes=taken.activations_bytes,
        batch_bytes=taken.batch_bytes,
        workspace_bytes=taken.workspace_bytes,
        step_bytes=taken.step_bytes,
        evaluation_bytes=taken.evaluation_bytes,
        peak_bytes=taken.peak_bytes,
        data_bytes=subject.data_bytes,
        fit=None if memory_bytes is None else _fit(subject, network, taken, memory_bytes),
    )


def _taken(subject: Subject, network: nn.Module) -> TrainingMemory:
    return training_memory(network, subject.input_shape, subject.outputs, subject.step)


def _fit(subject: Subject, network: nn.Module, taken: TrainingMemory, memory_bytes: int) -> FitDocument:
    free = memory_bytes - trial_bytes(taken, subject.data_bytes) + taken.peak_bytes
    return FitDocument(
        memory_bytes=memory_bytes,
        largest_batch=largest_batch(network, subject.input_shape, subject.outputs, free, subject.step),
        trial_bytes=trial_bytes(taken, subject.data_bytes),
        trials=trials_per_gpu(taken, memory_bytes, subject.data_bytes),
    )


@dataclass(frozen=True)
class _Measured:
    subject: Subject
    network: nn.Module
    cost: NetworkCost

    def expected_bytes(self) -> int:
        """Roughly what training takes: enough to choose which networks are worth a prediction."""
        copies = 3 if self.subject.step.optimizer == "sgd" else 4
        return 4 * copies * self.cost.parameters + self.subject.step.batch_size * self.cost.activation_bytes


def _range(subjects: tuple[Subject, ...]) -> RangeDocument | None:
    measured = [
        _Measured(subject, network, network_cost(network, layer_costs(network, subject.input_shape)))
        for subject, network in buildable(subjects)
    ]
    if not measured:
        return None
    smallest, largest = (chosen(measured, key=_Measured.expected_bytes) for chosen in (min, max))
    training = sorted(_taken(one.subject, one.network).peak_bytes for one in (smallest, largest))
    return RangeDocument(
        points=len(measured),
        refused=len(subjects) - len(measured),
        parameters=_interval([one.cost.parameters for one in measured]),
        multiply_adds=_interval([one.cost.multiply_adds for one in measured]),
        activation_bytes=_interval([one.cost.activation_bytes for one in measured]),
        training_bytes=_interval(training),
        smallest=dict(smallest.subject.point or {}),
        largest=dict(largest.subject.point or {}),
    )


def _interval(numbers: list[int]) -> IntervalDocument:
    return IntervalDocument(least=min(numbers), most=max(numbers))

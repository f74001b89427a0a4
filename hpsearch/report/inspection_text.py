"""What a network costs, for a terminal or a text file."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.constrain import Constrain
from rich.table import Table
from rich.text import Text

from hpsearch.optimization import OptimizerName
from hpsearch.report.inspection_documents import (
    InspectionDocument,
    IntervalDocument,
    LayerDocument,
    RangeDocument,
    TrainingDocument,
)
from hpsearch.report.words import facts_words

OPTIMIZER_WORDS: dict[OptimizerName, str] = {
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "rmsprop": "RMSprop",
    "adagrad": "Adagrad",
}


def inspection_renderable(found: InspectionDocument) -> RenderableType:
    """One row for each layer, one for their sum, and below in words what follows from them."""
    shape = "×".join(map(str, found.input_shape))
    chosen = f" ({facts_words(found.hyperparameters)})" if found.hyperparameters else ""
    head = Text(f"{found.network}{chosen}, images {shape}, {found.outputs} outputs; for one sample")
    lines = (*_where_lines(found), *_training_lines(found.training), *_range_lines(found.range))
    return Group(head, "", _table(found), "", *(_prose(line) for line in (LEGEND, *lines)))


PROSE_WIDTH = 100
LEGEND = (
    "Multiply-adds: a multiplication with the addition behind it counts 1. Memory: of the output, as float32; 0 where "
    "it lies in memory counted before. Field: the pixels that one number sees (height×width if they differ), "
    "how far the next one's lie, and where the first one's centre is; the first pixel is 0."
)


def _table(found: InspectionDocument) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim", show_footer=True)
    total = found.total
    table.add_column("layer", "total", overflow="fold", min_width=8)
    table.add_column("kind", overflow="fold", min_width=8)
    for title, footer in (
        ("output", ""),
        ("parameters", f"{total.parameters:,}"),
        ("multiply-adds", f"{total.multiply_adds:,}"),
        ("memory", _size(total.activation_bytes)),
        ("field", ""),
        ("stride", ""),
        ("offset", ""),
    ):
        table.add_column(title, footer, justify="right", no_wrap=True)
    for layer in found.layers:
        table.add_row(
            Text(layer.name),
            Text(layer.kind),
            "×".join(map(str, layer.output_shape)),
            f"{layer.parameters:,}",
            f"{layer.multiply_adds:,}",
            _size(layer.activation_bytes),
            *_field_cells(layer),
        )
    return table


def _field_cells(layer: LayerDocument) -> tuple[str, str, str]:
    field = layer.receptive_field
    if field is None:
        return ("?", "?", "?")
    return (_pair(field.size), _pair(field.stride) if field.stride else "", _pair(field.offset))


def _pair(numbers: tuple[float, float]) -> str:
    rows, columns = (f"{number:.5g}" for number in numbers)
    return rows if rows == columns else f"{rows}×{columns}"


def _prose(line: str) -> RenderableType:
    return Constrain(Text(line), PROSE_WIDTH)


def _where_lines(found: InspectionDocument) -> Iterator[str]:
    """Where memory, parameters and arithmetic sit, as far as there is any."""
    for title, total, shares in (
        ("Memory", found.total.activation_bytes, found.shares.activation_bytes),
        ("Parameters", found.total.parameters, found.shares.parameters),
        ("Multiply-adds", found.total.multiply_adds, found.shares.multiply_adds),
    ):
        if total:
            yield (
                f"{title}: {shares.convolution:.1%} in convolutions, {shares.linear:.1%} in linear layers; "
                f"{shares.first_third:.1%} in the first third of the layers, {shares.last_third:.1%} in the last."
            )


def _training_lines(training: TrainingDocument) -> Iterator[str]:
    name = OPTIMIZER_WORDS[training.optimizer]
    parts = ", ".join(
        f"{title} {_size(size)}"
        for title, size in (
            ("weights", training.weights_bytes),
            ("gradients", training.gradients_bytes),
            ("optimiser", training.optimizer_bytes),
            ("activations kept", training.activations_bytes),
            ("batch", training.batch_bytes),
            ("libraries", training.workspace_bytes),
        )
        if size
    )
    yield (
        f"Training with {name} at batch {training.batch_size} takes about {_size(training.step_bytes)} of a "
        f"GPU at its peak ({parts}; gradients come while activations go), "
        f"evaluation {_size(training.evaluation_bytes)}."
    )
    fit = training.fit
    if fit is not None:
        alone = f"the largest batch is {fit.largest_batch:,}" if fit.largest_batch else "no batch fits"
        yield (
            f"On a GPU of {_size(fit.memory_bytes)} {alone}; at batch {training.batch_size} at most "
            f"{fit.trials:,} trials share it, {_size(fit.trial_bytes)} each with their process and data."
        )


def _range_lines(found: RangeDocument | None) -> Iterator[str]:
    if found is None:
        return
    refused = f" ({found.refused} more cannot be built)" if found.refused else ""
    sizes = (found.activation_bytes, found.training_bytes)
    memory, training = (f"{_size(one.least)} … {_size(one.most)}" for one in sizes)
    yield (
        f"Over the search space, at its corners and between ({found.points} networks{refused}): "
        f"parameters {_interval(found.parameters)}; multiply-adds {_interval(found.multiply_adds)}; "
        f"memory {memory}; training {training}."
    )
    if found.training_bytes.least < found.training_bytes.most:
        yield f"Least memory in training: {facts_words(found.smallest)}. Most: {facts_words(found.largest)}."


def _interval(found: IntervalDocument) -> str:
    return f"{found.least:,} … {found.most:,}"


def _size(size_bytes: int) -> str:
    """In units of 1,024, with two decimals: papers' tables of layers can be held against it digit by digit."""
    size, unit = float(size_bytes), "B"
    for larger in ("KB", "MB", "GB", "TB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{size:,.2f}".rstrip("0").rstrip(".") + f" {unit}"

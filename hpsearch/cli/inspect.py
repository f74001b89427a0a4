"""``hpsearch inspect``: what a network costs, layer by layer; nothing is trained."""

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpsearch.cli.guard import GuardedCommand
from hpsearch.cli.options import json_option

if TYPE_CHECKING:
    from hpsearch.optimization import OptimizerName

MOST_SIDE = 100_000
"""Channels, rows or columns of an image."""


class ImageShape(click.ParamType[tuple[int, int, int]]):
    """``CxHxW``, for example 3x224x224."""

    name = "CxHxW"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int, int]:
        """Reads the three numbers."""
        sizes = str(value).lower().replace("×", "x").split("x")
        if len(sizes) != 3 or not all(size.isdecimal() and 1 <= int(size) <= MOST_SIDE for size in sizes):
            self.fail(f"{value!r} is not channels x height x width, for example 3x224x224", param, ctx)
        channels, height, width = map(int, sizes)
        return channels, height, width


class MemorySize(click.ParamType[int]):
    """``24GB``, in units of 1,024 as everywhere in this program."""

    name = "SIZE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Reads a number and its unit as bytes."""
        found = MEMORY.fullmatch(str(value).strip().lower())
        if found is None or not math.isfinite(float(found["number"])) or float(found["number"]) <= 0:
            self.fail(f"{value!r} is not a size of memory, for example 24GB", param, ctx)
        return int(float(found["number"]) * 1024 ** UNITS.index(found["unit"][0]))


def _asked(
    network: str, input_shape: tuple[int, int, int] | None, outputs: int | None
) -> tuple[str, tuple[int, int, int], int]:
    """With what the network was published for, where nothing else is given."""
    from hpsearch.networks.parameters.usual import usual

    if ":" not in network:
        expected = usual(network)
        return network, input_shape or expected.input_shape, outputs or expected.outputs
    if input_shape is None or outputs is None:
        raise click.UsageError(f"--network {network} needs --input CxHxW and --outputs K too")
    return network, input_shape, outputs


TABLE_WIDTH = 140
"""Columns of text that does not go to a terminal: names of layers stay in one piece, so that they can be searched."""
MEMORY = re.compile(r"(?P<number>[0-9]{1,9}(\.[0-9]{1,9})?)\s*(?P<unit>[mgt])i?b")
UNITS = "bkmgt"


@click.command(cls=GuardedCommand)
@click.argument("study", metavar="[STUDY.yaml]", required=False, type=click.Path(path_type=Path))
@click.option("--network", metavar="NAME", help="Inspect this network, or module:callable, instead of a study's.")
@click.option("--input", "input_shape", type=ImageShape(), help="Its images; by default those it was published for.")
@click.option("--outputs", type=click.IntRange(1, 10_000_000), help="By default as many as published.")
@click.option("--batch", type=click.IntRange(2, 65_536), help="Images in one iteration; by default the study's, or 64.")
@click.option(
    "--optimizer",
    type=click.Choice(["sgd", "adam", "adamw", "rmsprop", "adagrad"]),
    help="By default the study's, or sgd.",
)
@click.option("--memory", type=MemorySize(), help="Of a GPU, for example 24GB: what fits into it.")
@json_option
def inspect(
    study: Path | None,
    network: str | None,
    input_shape: tuple[int, int, int] | None,
    outputs: int | None,
    batch: int | None,
    optimizer: "OptimizerName | None",
    memory: int | None,
    as_json: bool,
) -> None:
    """Show what a network costs, layer by layer, and the memory that training takes, without training it.

    Of a study, the network in the middle of the search space is shown, and what its networks cost from the least to
    the most. Multiply-adds count one multiplication with one addition as 1; 1 GB is 1,024 MB.
    """
    from hpsearch.cli.inspection import inspection
    from hpsearch.cli.network import Subject, subjects_of_study
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.report.inspection_text import inspection_renderable

    others: tuple[Subject, ...] = ()
    if (study is None) == (network is None):
        raise click.UsageError("give either STUDY.yaml or --network NAME")
    if study is not None:
        if input_shape is not None or outputs is not None:
            raise click.UsageError("--input and --outputs belong to --network; a study's data decide them")
        subject, others = subjects_of_study(study, batch, optimizer)
    else:
        subject = Subject.named(*_asked(str(network), input_shape, outputs), batch, optimizer)
    document = inspection(subject, others, memory)
    if as_json:
        print_json(document)
    else:
        print_text(inspection_renderable(document), TABLE_WIDTH)

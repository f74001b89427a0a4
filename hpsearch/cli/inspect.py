"""``hpsearch inspect``: what a network costs, layer by layer; nothing is trained."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpsearch.cli.guard import GuardedCommand
from hpsearch.cli.options import json_option

if TYPE_CHECKING:
    from hpsearch.cli.network import Subject

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


@click.command(cls=GuardedCommand)
@click.argument("study", metavar="[STUDY.yaml]", required=False, type=click.Path(path_type=Path))
@click.option("--network", metavar="NAME", help="Inspect this network, or module:callable, instead of a study's.")
@click.option("--input", "input_shape", type=ImageShape(), help="The shape of its images.")
@click.option("--outputs", type=click.IntRange(1, 10_000_000), help="How many outputs it has.")
@json_option
def inspect(
    study: Path | None,
    network: str | None,
    input_shape: tuple[int, int, int] | None,
    outputs: int | None,
    as_json: bool,
) -> None:
    """Show what a network costs, layer by layer, without training it.

    Of a study, the network in the middle of the search space is shown. Multiply-adds count one multiplication with
    one addition as 1.
    """
    from hpsearch.cli.network import inspection
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.report.text import inspection_renderable

    document = inspection(_subject(study, network, input_shape, outputs))
    if as_json:
        print_json(document)
    else:
        print_text(inspection_renderable(document))


def _subject(
    study: Path | None, network: str | None, input_shape: tuple[int, int, int] | None, outputs: int | None
) -> "Subject":
    from hpsearch.cli.network import Subject, subject_of_study

    if (study is None) == (network is None):
        raise click.UsageError("give either STUDY.yaml or --network NAME")
    if study is not None:
        if input_shape is not None or outputs is not None:
            raise click.UsageError("--input and --outputs belong to --network; a study's data decide them")
        return subject_of_study(study)
    if network is None or input_shape is None or outputs is None:
        raise click.UsageError("--network needs --input CxHxW and --outputs K too")
    return Subject.named(network, input_shape, outputs)
